"""An SMS wakes whoever is on duty and has a number, says a city and a matter's number, and nothing and nobody else."""

import logging
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications import roster
from notifications.channels.sms import LONGEST, compose
from notifications.messages import CATALOGUE
from notifications.models import Delivery, Message, StoredSms
from notifications.outbox import Telling, tell, tell_many
from notifications.relay import send_waiting
from riskzon import granting, logs
from riskzon.models import Role, User
from tests.notifications.conftest import CANARIES, DUTY_PHONE, NOW
from tests.notifications.test_messages import facts_of

WAKES = {
    "case_received",
    "assessment_waiting",
    "deadline_near",
    "deadline_breached",
    "deadline_still_open",
    "emergency_to_confirm",
    "hold_review",
    "nobody_found",
}
SWEDISH = "Borås Stad: Du har ett ärende att hantera, ref 2026-000417-1."
ENGLISH = "Borås Stad: You have a matter to handle, ref 2026-000417-1."


def woken() -> set[str]:
    """The user names of those to whom an SMS is on its way or has gone."""
    return set(Delivery.objects.filter(channel="sms").values_list("message__recipient__username", flat=True))


@pytest.fixture
def everybody_has_a_number(people, on_call) -> None:
    """People who are not on duty, a duty social worker who is not on the roster among them."""
    for number, person in enumerate(people.all(), start=10):
        if person != on_call:
            User.objects.filter(pk=person.pk).update(phone=f"+467017406{number}")
    User.objects.create(
        username="off_duty", role=Role.DUTY, unit=people.worker.unit, phone="+46701740650", email="off@city.example"
    )


def test_who_is_on_duty_gets_an_sms_beside_the_mail(people, case, on_call):
    assert on_call.pk in roster.on_duty(NOW)

    assert tell("case_received", to=[on_call], key="k", now=NOW, case_id=case.pk) == 1

    ways = Message.objects.get(recipient=on_call).deliveries.order_by("channel")
    assert [(way.channel, way.state, way.attempts) for way in ways] == [("email", "waiting", 0), ("sms", "waiting", 0)]


@pytest.mark.usefixtures("everybody_has_a_number")
@pytest.mark.parametrize("kind", CATALOGUE)
def test_nobody_else_ever_gets_one_and_only_of_the_kinds_that_wake(people, case, on_call, kind):
    told = tell(kind, to=User.objects.all(), key="k", now=NOW, case_id=case.pk, facts=facts_of(kind))

    assert told
    assert woken() == ({on_call.username} if kind in WAKES else set())


@pytest.mark.parametrize(
    ("deadline", "wakes"),
    [
        ("guardian_contact", True),
        ("protective_assessment", True),
        ("hold_review", True),
        ("open_investigation", False),
        ("investigation", False),
        ("reporter_feedback", False),
        ("breach_review", False),
        ("lul_statement", False),
    ],
)
def test_a_limit_that_only_the_unit_of_the_day_can_keep_wakes_nobody(case, on_call, deadline, wakes):
    tell("deadline_breached", to=[on_call], key="k", now=NOW, case_id=case.pk, facts={"deadline": deadline})

    assert bool(woken()) == wakes
    assert Delivery.objects.filter(channel="email").count() == 1


def test_without_a_number_there_is_no_sms(people, case):
    tell("case_received", to=[people.duty], key="k", now=NOW, case_id=case.pk)

    assert woken() == set()


def test_whoever_is_blocked_from_the_child_is_not_woken_for_it(people, case, on_call):
    granting.block(on_call, case, by=people.supervisor, reason="jäv", now=NOW)

    tell("case_received", to=[on_call], key="k", now=NOW, case_id=case.pk)

    assert woken() == set()


def test_whoever_the_caller_knows_is_not_on_duty_is_not_woken(case, on_call):
    telling = Telling(kind="case_received", to=(on_call.pk,), key="k", now=NOW, case_id=case.pk)

    assert tell_many([telling], on_duty=[]) == 1

    assert woken() == set()


def test_a_municipality_without_a_gateway_sends_mail_alone(case, on_call, settings):
    settings.SMS_URL = ""

    tell("case_received", to=[on_call], key="k", now=NOW, case_id=case.pk)

    assert list(Delivery.objects.values_list("channel", flat=True)) == ["email"]


def test_the_same_occasion_wakes_nobody_twice(case, on_call):
    telling = Telling(kind="case_received", to=(on_call.pk,), key="k", now=NOW, case_id=case.pk)

    assert tell_many([telling, telling]) == 1
    assert tell_many([telling]) == 0

    assert Delivery.objects.filter(channel="sms").count() == 1


def test_the_roster_is_asked_once_and_only_if_somebody_may_be_woken(people, case, on_call):
    def statements(kind: str, count: int) -> int:
        to = (people.worker.pk, on_call.pk)
        tellings = [
            Telling(kind, to, f"{kind}:{number}", NOW, case.pk, facts=facts_of(kind)) for number in range(count)
        ]
        with CaptureQueriesContext(connection) as asked:
            tell_many(tellings)
        return len(asked)

    assert statements("assigned", 20) == 1
    assert statements("case_received", 1) == statements("case_received", 20) > 1


def test_an_sms_arrives_once_at_the_right_number_and_says_no_more_than_the_mail(case, on_call, gateway, mail_server):
    tell("case_received", to=[on_call], key="k", now=NOW, case_id=case.pk, facts={"report_kind": "arrest"})

    assert send_waiting().sent == 2
    assert send_waiting().sent == 0

    assert gateway.arrived == [(DUTY_PHONE, SWEDISH)]
    assert len(mail_server.mails) == 1
    assert set(Delivery.objects.values_list("state", "attempts", "error")) == {("sent", 1, "")}


def test_an_sms_is_in_the_language_of_who_reads_it(case, on_call, gateway):
    User.objects.filter(pk=on_call.pk).update(language="en")
    tell("case_received", to=[on_call], key="k", now=NOW, case_id=case.pk)

    send_waiting()

    assert gateway.arrived == [(DUTY_PHONE, ENGLISH)]


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", sorted(WAKES))
def test_every_kind_says_the_same_and_fits_in_one_sms(case, on_call, language, kind):
    User.objects.filter(pk=on_call.pk).update(language=language)
    tell(kind, to=[on_call], key="k", now=NOW, case_id=case.pk, facts=facts_of(kind))

    text = compose(Message.objects.with_number().select_related("recipient").get())

    assert text == (SWEDISH if language == "sv" else ENGLISH)
    assert len(text) <= LONGEST
    assert "riskzon" not in text.lower()


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line that this process would log with everything turned on, as production writes it."""

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    written: list[str] = []
    handler, root = Kept(logging.NOTSET), logging.getLogger()
    form = dict(logs.config(level="DEBUG", readable=False)["formatters"]["lines"])
    handler.setFormatter(form.pop("()")(**form))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.NOTSET)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.parametrize("answer", [200, 500])
def test_neither_text_nor_log_says_who_it_is_about_or_who_was_woken(
    case, on_call, gateway, settings, lines, capfd, answer
):
    gateway.answer = answer
    gateway.says = f"{DUTY_PHONE} Kanariella {SWEDISH}".encode()
    for kind in sorted(WAKES):
        tell(kind, to=[on_call], key=kind, now=NOW, case_id=case.pk, facts=facts_of(kind))

    send_waiting(channels=["sms"])
    for url in ("json://127.0.0.1:1/{to}", "nonsense://{to}", "46elks://{to}"):
        settings.SMS_URL = url
        Delivery.objects.filter(channel="sms").update(state="waiting", next_attempt_at=NOW, claimed_until=None)
        assert send_waiting(channels=["sms"]).postponed

    assert len(gateway.arrived) == (len(WAKES) if answer == 200 else 0)
    told = [text for _number, text in gateway.arrived]
    kept = [str(row) for model in (Message, Delivery) for row in model.objects.values()]
    for text in [*told, *kept, *lines, *capfd.readouterr()]:
        assert [canary for canary in CANARIES if canary.lower() in text.lower()] == []
    for text in [*kept, *lines]:
        assert DUTY_PHONE[1:] not in text
        assert DUTY_PHONE[3:] not in text
    assert [line for line in lines if "delivery_postponed" in line]


def test_the_demo_keeps_its_sms_where_they_can_be_read(client, people, case, on_call):
    tell("case_received", to=[on_call], key="k", now=NOW, case_id=case.pk)

    assert send_waiting(channels=["sms"]).sent == 1

    kept = StoredSms.objects.get()
    assert (kept.recipient, kept.body) == (DUTY_PHONE, SWEDISH)
