"""An SMS is tried again, given up loudly, and neither waits for the mail nor keeps it waiting."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db.models.functions import Now
from django.urls import reverse

from notifications.checks import check_gateway_is_known
from notifications.models import Delivery, Message, StoredMail, StoredSms
from notifications.outbox import tell
from notifications.relay import (
    BACK_OFF,
    CHANNELS,
    LEASE,
    MAX_ATTEMPTS,
    PATIENCE,
    ROUND,
    Relayed,
    oldest_waiting_seconds,
    send_waiting,
)
from notifications.tasks import relay as relay_task
from riskzon.models import Role, User
from tests.notifications import gateway as gateways
from tests.notifications.conftest import DUTY_PHONE, NOW, inbox_of, on_shift
from tests.notifications.test_relay import let_time_pass, seconds_until_next_attempt
from workflows import auditor, health


@pytest.fixture
def waking(case, on_call) -> Delivery:
    """One SMS that waits, alone."""
    tell("case_received", to=[on_call], key="waking", now=NOW, case_id=case.pk)
    Delivery.objects.filter(channel="email").delete()
    return Delivery.objects.get()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where somebody takes the call and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        yield listening.getsockname()[1]


def test_a_gateway_that_breaks_down_gets_the_sms_when_it_is_back(waking, gateway):
    gateway.answer = 500
    assert send_waiting() == Relayed(postponed=1)
    waking.refresh_from_db()
    assert (waking.state, waking.attempts, waking.error, waking.claimed_until) == ("waiting", 1, "sms_refused", None)
    assert seconds_until_next_attempt(waking) == pytest.approx(BACK_OFF[0].total_seconds(), abs=5)
    assert send_waiting() == Relayed()

    gateway.answer = 200
    let_time_pass(BACK_OFF[0])

    assert send_waiting() == Relayed(sent=1)
    assert [number for number, _text in gateway.arrived] == [DUTY_PHONE]


def test_within_two_minutes_of_a_refusing_gateway_the_heads_are_asked_by_mail_to_call_and_hear_of_no_case(
    waking, gateway, people
):
    gateway.answer = 500
    for wait in (timedelta(0), *BACK_OFF[:2]):
        assert inbox_of(people.head) == []
        let_time_pass(wait)
        send_waiting()

    asked = Message.objects.get(recipient=people.head)
    assert (asked.kind, asked.case_id) == ("not_woken", None)
    assert Delivery.objects.filter(message=asked, channel="email").exists()
    assert sum(BACK_OFF[:2], timedelta(0)) < timedelta(minutes=2)
    for wait in BACK_OFF[2:]:
        let_time_pass(wait)
        send_waiting()
    assert inbox_of(people.head).count("not_woken") == 1


def test_a_gateway_that_does_not_answer_the_door_gets_it_when_it_is_back(waking, settings):
    settings.SMS_URL = "json://127.0.0.1:1/send/{to}"
    assert send_waiting() == Relayed(postponed=1)
    let_time_pass(BACK_OFF[0])

    with gateways.running() as gateway:
        settings.SMS_URL = gateway.url
        assert send_waiting() == Relayed(sent=1)

    assert len(gateway.arrived) == 1


def test_a_gateway_that_says_nothing_is_left_in_time(waking, gateway, settings):
    gateway.hangs, settings.SMS_TIMEOUT = True, 0.3

    assert send_waiting() == Relayed(postponed=1)

    waking.refresh_from_db()
    assert waking.error == "sms_timeout"


def test_no_attempt_outlasts_its_lease():
    assert max(django_settings.SMS_TIMEOUT, django_settings.EMAIL_TIMEOUT) * 2 < LEASE.total_seconds()
    assert ROUND.total_seconds() + django_settings.SMS_TIMEOUT < django_settings.CELERY_TASK_SOFT_TIME_LIMIT


def test_a_gateway_that_sends_us_elsewhere_is_not_followed(waking, gateway):
    with gateways.running() as elsewhere:
        gateway.answer, gateway.leads_to = 307, f"http://127.0.0.1:{elsewhere.port}/send/{DUTY_PHONE}"
        assert send_waiting() == Relayed(postponed=1)

    assert elsewhere.arrived == []


def test_an_sms_that_never_gets_through_is_given_up_loudly(client, people, waking, gateway):
    gateway.answer = 500
    for wait in BACK_OFF:
        assert send_waiting(channels=["sms"]) == Relayed(postponed=1)
        let_time_pass(wait)

    assert send_waiting(channels=["sms"]) == Relayed(given_up=1)

    waking.refresh_from_db()
    assert (waking.state, waking.attempts, waking.error) == ("given_up", MAX_ATTEMPTS, "sms_refused")
    assert inbox_of(people.admin) == ["delivery_given_up"]
    client.force_login(people.admin)
    page = client.get(reverse("deliveries")).content.decode()
    assert '<td role="cell" data-label="Kanal">SMS</td>' in page
    assert "SMS-tjänsten tog inte emot meddelandet" in page
    assert DUTY_PHONE not in page


@pytest.mark.parametrize("change", [{"is_active": False}, {"phone": ""}])
def test_an_sms_to_someone_who_has_left_or_has_no_number_any_more_is_not_sent(on_call, waking, gateway, change):
    User.objects.filter(pk=on_call.pk).update(**change)

    assert send_waiting() == Relayed(postponed=1)

    waking.refresh_from_db()
    assert waking.error == "no_number"
    assert gateway.arrived == []


@pytest.mark.parametrize(("url", "code"), [("", "sms_off"), ("nonsense://{to}", "sms_address"), ("x", "sms_address")])
def test_an_address_that_is_none_is_said_and_not_waited_for(waking, settings, url, code):
    settings.SMS_URL = url

    assert send_waiting() == Relayed(postponed=1)

    waking.refresh_from_db()
    assert waking.error == code


def test_an_sms_that_is_leased_is_left_alone_until_the_lease_ends(waking, gateway):
    Delivery.objects.update(claimed_until=Now() + LEASE, attempts=1)
    assert send_waiting() == Relayed()

    let_time_pass(LEASE)

    assert send_waiting() == Relayed(sent=1)


def test_an_sms_that_kills_every_relay_is_given_up_and_stops_nobody(people, case, waking, gateway, mail_server):
    Delivery.objects.update(claimed_until=Now() - timedelta(seconds=1), attempts=MAX_ATTEMPTS)
    tell("case_received", to=[people.worker], key="k", now=NOW, case_id=case.pk)

    assert send_waiting() == Relayed(sent=1, given_up=1)

    waking.refresh_from_db()
    assert (waking.state, waking.error) == ("given_up", "crashed")
    assert gateway.arrived == []
    assert len(mail_server.mails) == 1


def test_a_number_that_the_gateway_refuses_stops_neither_mail_nor_the_other_sms(case, on_call, gateway, mail_server):
    colleague = User.objects.create(
        username="second", role=Role.DUTY, unit=on_call.unit, phone="+46701740607", email="second@city.example"
    )
    on_shift(colleague)
    gateway.refuses = frozenset({DUTY_PHONE})
    tell("case_received", to=[on_call], key="k", now=NOW, case_id=case.pk)
    tell("case_received", to=[colleague], key="k", now=NOW, case_id=case.pk)

    assert send_waiting() == Relayed(sent=3, postponed=1)

    assert [number for number, _text in gateway.arrived] == ["+46701740607"]
    assert len(mail_server.mails) == 2


def test_a_mail_server_that_hangs_costs_one_attempt_and_no_sms_waits_for_it(
    people, case, on_call, gateway, settings, silent_port
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", silent_port
    settings.EMAIL_TIMEOUT = PATIENCE.total_seconds() + 0.2
    for number in range(5):
        tell("case_received", to=[people.worker], key=str(number), now=NOW, case_id=case.pk)
    tell("case_received", to=[on_call], key="night", now=NOW, case_id=case.pk)

    assert send_waiting() == Relayed(sent=1, postponed=1)

    assert len(gateway.arrived) == 1
    assert set(Delivery.objects.filter(channel="email", state="waiting").values_list("attempts", flat=True)) == {0, 1}


def test_a_gateway_that_hangs_costs_one_attempt_and_every_mail_goes(
    people, case, on_call, gateway, mail_server, settings
):
    gateway.hangs, settings.SMS_TIMEOUT = True, PATIENCE.total_seconds() + 0.2
    for number in range(5):
        tell("case_received", to=[on_call], key=str(number), now=NOW, case_id=case.pk)

    assert send_waiting() == Relayed(sent=5, postponed=1)

    assert len(mail_server.mails) == 5
    assert Delivery.objects.filter(channel="sms", attempts=0).count() == 4


def test_every_way_out_has_a_task_of_its_own_that_leaves_the_others_alone(case, on_call, gateway, mail_server):
    beats = [beat for beat in django_settings.CELERY_BEAT_SCHEDULE.values() if beat["task"] == relay_task.name]
    assert sorted(beat["args"] for beat in beats) == sorted([name] for name in CHANNELS)
    tell("case_received", to=[on_call], key="k", now=NOW, case_id=case.pk)

    relay_task("sms")
    assert (len(gateway.arrived), len(mail_server.mails)) == (1, 0)

    relay_task("email")
    assert (len(gateway.arrived), len(mail_server.mails)) == (1, 1)


def test_an_sms_that_waits_is_counted_in_the_age_of_the_outbox(waking):
    Delivery.objects.update(created_at=Now() - timedelta(seconds=90))

    assert oldest_waiting_seconds() == pytest.approx(90, abs=5)
    assert health.read().outbox_oldest.total_seconds() == pytest.approx(90, abs=5)
    assert auditor.look().outbox_oldest_seconds == pytest.approx(90, abs=5)


def test_the_demos_mailbox_shows_mail_and_sms_in_one_list(client, people, case, waking):
    StoredMail.objects.create(
        sender="Borås Stad <x@y>", recipients="a@b", subject="Ärende <1>", body="Brev", at=Now() - timedelta(hours=1)
    )
    send_waiting()
    client.force_login(people.partner)

    page = client.get(reverse("mailbox")).content.decode()

    assert StoredSms.objects.count() == 1
    assert page.index(f"Till {DUTY_PHONE}") < page.index("Ärende &lt;1&gt;")
    assert page.count("Borås Stad: Du har ett ärende att hantera, ref 2026-000417-1.") == 1
    assert page.count(">SMS<") == 1


@pytest.mark.parametrize(
    ("url", "faults"),
    [
        ("", 0),
        ("mailbox://", 0),
        ("jsons://gateway.example/send/{to}", 0),
        ("46elks://user:password@Kommunen/{to}", 0),
        ("sms://gateway.example/{to}", 1),
    ],
)
def test_a_gateway_that_nobody_knows_is_found_before_it_is_needed(settings, url, faults):
    settings.SMS_URL = url

    assert len(check_gateway_is_known()) == faults
