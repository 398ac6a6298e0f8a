"""Each hour a trial goes from a made-up report to a mail that arrives, and nobody and no figure ever sees it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.db import connection
from django.db.models import F
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from psycopg import sql

from notifications.failures import failures
from notifications.models import Delivery, Message, StoredMail
from notifications.relay import send_waiting
from notifications.sent import sent
from riskzon import clock
from riskzon.context import demo_accounts
from riskzon.models import CANARY_USERNAME, Canary, Report, User
from tests.api.caller import Caller
from tests.factories import BEA, at, child, make_report, people, person
from tests.notifications.conftest import AnyPort, MailServer
from workflows import canary, steps
from workflows.accounting import account
from workflows.auditor import look
from workflows.models import Heartbeat
from workflows.sweep import sweep

pytestmark = pytest.mark.django_db

WORKDAY = "2026-11-13T14:00:00+01:00"
#: What a canary itself leaves, and the rest of what a sweep writes.
OWN_ROWS = {"riskzon_canary", "notifications_message", "notifications_delivery", "riskzon_user"}


@pytest.fixture(autouse=True)
def _workday() -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def mails(settings: Any) -> Iterator[MailServer]:
    handler = MailServer()
    controller = AnyPort(handler)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.CANARY_MAIL_TO = "canary@city.example"
    yield handler
    controller.stop()


def _age(length: timedelta) -> None:
    """Let real time pass for every canary, and for what was said about it."""
    Canary.objects.update(made_at=F("made_at") - length, due_at=F("due_at") - length)


def _hour() -> Canary:
    """One canary that has come to its moment."""
    _age(timedelta(hours=1, seconds=1))
    made = canary.keep()
    assert made is not None
    Canary.objects.filter(pk=made.pk).update(due_at=clock.real_now())
    sweep()
    return Canary.objects.get(pk=made.pk)


def test_a_trial_goes_all_the_way_to_a_mail_that_arrives(mails: MailServer) -> None:
    made = _hour()
    assert (made.rehearsal, made.fired_at is not None) == ("", True)

    send_waiting()

    assert [mail["To"] for mail in mails.mails] == ["canary@city.example"]
    found = look()
    assert found.canary_problem == ""
    assert found.canary_age_seconds is not None
    assert found.canary_age_seconds < 60
    assert "canary_late" not in found.faults


def test_one_an_hour_however_many_ask() -> None:
    assert canary.keep() is not None
    assert canary.keep() is None
    _age(timedelta(minutes=59))
    assert canary.keep() is None
    _age(timedelta(minutes=2))
    assert canary.keep() is not None


def test_it_is_sent_off_once_and_not_before_its_moment() -> None:
    made = canary.keep()
    sweep()
    assert not Message.objects.filter(kind="canary").exists()

    _age(canary.DUE_AFTER)
    sweep(name="sweep")
    sweep(name="loop")

    assert [message.key for message in Message.objects.filter(kind="canary")] == [f"canary:{made.pk}"]


def test_it_keeps_the_real_clock_however_the_product_s_is_moved() -> None:
    canary.keep()
    at("2026-12-24T14:00:00+01:00")

    sweep()

    assert Canary.objects.get().fired_at is None


# --- What the auditor says of it -------------------------------------------------------------------------------------


def _problem() -> tuple[bool, str]:
    found = look()
    return "canary_late" in found.faults, found.canary_problem


def test_none_at_all_and_none_for_75_minutes_is_a_fault(mails: MailServer) -> None:
    assert _problem() == (True, "")
    _hour()
    send_waiting()
    assert _problem() == (False, "")

    _age(timedelta(minutes=74))
    assert _problem() == (False, "")
    _age(timedelta(minutes=2))
    assert _problem() == (True, "")


def test_one_that_nobody_fires_is_a_fault_five_minutes_after_its_moment() -> None:
    canary.keep()
    _age(timedelta(minutes=9))
    assert _problem() == (False, "")

    _age(timedelta(minutes=2))

    assert _problem() == (True, "not_fired")


def test_one_that_no_mail_server_takes_is_a_fault_until_a_later_one_arrives(mails: MailServer) -> None:
    mails.answer = "451 later"
    _hour()
    send_waiting()
    _age(timedelta(minutes=11))
    assert _problem() == (True, "not_sent")
    made = _hour()
    assert _problem() == (True, "not_sent")

    mails.answer = "250 OK"
    send_waiting()

    assert Delivery.objects.filter(message__key=f"canary:{made.pk}", state="sent").exists()
    assert _problem() == (False, "")


def _past_the_guards(change: str) -> None:
    """Versions of rules and ladders never change; here they do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(change)
        cursor.execute("SET session_replication_role = origin")


@pytest.mark.parametrize("code", ["no_breach", "no_deadline", "no_message", "IntegrityError"])
def test_a_chain_that_is_broken_before_the_outbox_is_found_by_the_rehearsal(
    code: str, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if code == "no_breach":
        _past_the_guards("DELETE FROM workflows_rung WHERE key = 'breach'")
    elif code == "no_deadline":
        _past_the_guards("UPDATE workflows_deadlinerule SET enabled = false")
    elif code == "no_message":
        monkeypatch.setattr("workflows.fired.tell_many", lambda *_args, **_more: 0)
    else:
        # The database's own guard: a case has a process before it is committed.
        monkeypatch.setattr(steps, "begin", lambda _case: None)

    assert _hour().rehearsal == code
    send_waiting()

    assert _problem() == (True, code)


def test_a_process_that_dies_in_the_rehearsal_leaves_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(canary, "rehearse", dies)
    with pytest.raises(KeyboardInterrupt):
        canary.keep()
    _age(timedelta(minutes=11))
    sweep()
    Delivery.objects.update(state="sent")

    assert _problem() == (True, "begun")


def test_a_product_without_an_intake_has_nothing_to_rehearse(mails: MailServer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE riskzon_unit SET kind = 'liaison' WHERE kind = 'intake'")

    assert _hour().rehearsal == "no_intake"
    send_waiting()

    assert _problem() == (False, "")


# --- And nobody sees it ----------------------------------------------------------------------------------------------


def _tables() -> dict[str, str]:
    found = {}
    with connection.cursor() as cursor:
        for table in sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)}):
            every_row = sql.SQL("SELECT md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) FROM {} AS t")
            cursor.execute(every_row.format(sql.Identifier(table)))
            found[table] = cursor.fetchone()[0]
    return found


def test_the_rehearsal_leaves_every_table_exactly_as_it_was() -> None:
    make_report()
    canary._account()
    before = _tables()
    assert len(before) > 40

    assert canary.rehearse() == ""

    assert _tables() == before


def test_a_whole_trial_leaves_its_own_rows_and_nothing_else(mails: MailServer) -> None:
    make_report()
    sweep()
    before = _tables()

    _hour()
    send_waiting()

    changed = {table for table, content in _tables().items() if content != before[table]}
    assert changed == {*OWN_ROWS, "workflows_heartbeat"}
    assert User.objects.filter(username=CANARY_USERNAME).count() == 1
    [said] = Message.objects.filter(recipient__username=CANARY_USERNAME)
    assert (said.kind, said.case, said.report, said.facts) == ("canary", None, None, {})


def test_the_series_of_numbers_has_no_gap_for_it() -> None:
    first = make_report().report.number
    _hour()
    _hour()
    second = make_report(children=[child(identity_number=BEA)]).report.number

    assert [int(number.split("-")[1]) for number in (first, second)] == [1, 2]
    assert (account(clock.now()).registered, Report.objects.count()) == (2, 2)


def _addresses(patterns: Any = None, start: str = "/") -> Iterator[str]:
    """Every address without a hole in it."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = start + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and "<" not in path and "(" not in path:
            yield path.replace("\\", "")


#: Secrets of one form, and how old the last sweep is by the real clock.
_FLEETING = re.compile(
    r'name="(csrfmiddlewaretoken|draft)" value="[^"]*"|data-session="[^"]*"|data-mark="[^"]*"|för [0-9]+ sekund(?:er)? sedan'
)


def _everything(who: str, addresses: list[str]) -> dict[str, str]:
    Heartbeat.objects.update(at=clock.real_now())
    client, caller = Client(), Caller(who)
    client.force_login(person(who))
    found = {}
    for address in addresses:
        asked = caller.client if address.startswith("/api/") else client
        query = {"from": "2026-01-01", "to": "2026-12-31"} if address.endswith("/statistics") else {}
        answer = asked.get(address, query)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[address] = f"{answer.status_code} {_FLEETING.sub('', body.decode(errors='replace'))}"
    return found


@pytest.mark.slow
def test_no_page_and_no_answer_differs_whether_there_have_been_canaries_or_not(mails: MailServer) -> None:
    """Lists, figures, statistics, accounting, since, mailbox: whatever has an address of its own, for those who see most."""
    make_report()
    make_report(by="per.holm", children=[child(identity_number=BEA)])
    at("2026-11-14T15:00:00+01:00")
    sweep()
    send_waiting()
    # The own account tells the real clock, and a new secret each time.
    left_out = {"/api/v1/health", "/logout/", "/logout", "/account/", "/account/phone/"}
    addresses = sorted({address for address in _addresses() if address not in left_out})
    assert {"/board/", "/api/v1/cases", "/api/v1/statistics", "/api/v1/accounting"} <= set(addresses)
    who = ("sara.lindh", "maria.oberg", "jour.vakt", "stina.berg", "it.admin")
    before = {one: _everything(one, addresses) for one in who}

    mails.answer = "451 later"
    _hour()
    send_waiting()
    mails.answer = "250 OK"
    for _turn in range(2):
        _hour()
        send_waiting()
    after = {one: _everything(one, addresses) for one in who}

    assert Canary.objects.count() == 3
    differ = [(one, path) for one in who for path in addresses if before[one][path] != after[one][path]]
    assert differ == []
    assert sum(text.startswith("200") for said in after.values() for text in said.values()) > 40


def test_its_account_is_in_no_list_and_nobody_can_log_in_as_it() -> None:
    _hour()

    account_ = User.objects.get(username=CANARY_USERNAME)
    assert not account_.has_usable_password()
    assert authenticate(username=CANARY_USERNAME, password="") is None
    assert account_ not in demo_accounts()
    assert (account_.unit, account_.role, str(account_)) == (None, "partner", CANARY_USERNAME)


def test_what_cannot_be_sent_alarms_nobody_through_the_outbox(mails: MailServer) -> None:
    mails.answer = "550 no"
    _hour()
    Delivery.objects.update(attempts=5, next_attempt_at=clock.real_now() - timedelta(minutes=1))

    assert send_waiting().given_up == 1

    assert not Message.objects.filter(kind="delivery_given_up").exists()
    assert list(failures(person("it.admin")).object_list) == []


def test_the_demo_s_mailbox_shows_no_trial(settings: Any) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.mailbox.MailboxBackend"
    _hour()
    send_waiting()

    assert StoredMail.objects.filter(recipients=settings.CANARY_MAIL_TO).exists()
    assert list(sent()) == []


def test_old_trials_are_forgotten(mails: MailServer) -> None:
    _hour()
    send_waiting()
    Delivery.objects.update(created_at=clock.real_now() - timedelta(days=15))
    Message.objects.update(created_at=clock.now() - timedelta(days=15))
    _age(timedelta(days=15))

    made = _hour()

    assert list(Canary.objects.values_list("pk", flat=True)) == [made.pk]
    assert [message.key for message in Message.objects.all()] == [f"canary:{made.pk}"]
