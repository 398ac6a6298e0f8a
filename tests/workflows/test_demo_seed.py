"""The demo's municipality: as large as promised, in every state, whole, the same each time, and ending at its moment."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F

from notifications.models import Delivery, Message
from riskzon import clock
from riskzon.identity import parse_identity
from riskzon.localtime import local_date
from riskzon.models import Case, Child, Guardian, Hold, ProductClock, Report, User
from workflows.accounting import account
from workflows.demo.history import History
from workflows.demo.people import ensure_people
from workflows.models import Breach, Deadline, DeadlineEvent, Heartbeat
from workflows.statistics import Scope, counts

SUNDAY = "2026-11-22T14:00:00+01:00"
#: Every state that a verb can bring about. Feedback and investigation begin after a decision, so few end unanswered.
STATES = {
    "guardian_contact": {"running", "met", "breached", "met_late", "exempt", "void"},
    "protective_assessment": {"running", "met", "breached", "met_late", "exempt", "void"},
    "open_investigation": {"running", "met", "breached", "met_late", "exempt", "void"},
    "reporter_feedback": {"running", "met", "breached", "met_late"},
    "investigation": {"running", "met", "breached", "met_late"},
    "hold_review": {"running", "met", "breached", "met_late"},
    "breach_review": {"running", "met", "breached", "met_late"},
}


def states() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for kind, state in Deadline.objects.values_list("kind", "state"):
        found.setdefault(kind, set()).add(state)
    return found


def what_there_is() -> object:
    """Everything that could differ between two seeds, without the keys."""
    return (
        Counter(Deadline.objects.values_list("kind", "state", "due_at", "met_at")),
        Counter(DeadlineEvent.objects.values_list("step", "at", "fired_at", "told")),
        list(Report.objects.order_by("number").values_list("number", "kind", "notified_at", "summary")),
        sorted(Child.objects.values_list("identity_number", "given_name", "family_name")),
        Counter(Message.objects.values_list("kind", "recipient__username", "created_at")),
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_whole_town_is_there(settings, capsys):
    settings.RISKZON_CLOCK = SUNDAY
    end = datetime.fromisoformat(SUNDAY)

    call_command("seed_demo")

    assert 370 <= Case.objects.count() <= 430
    assert states() == STATES
    assert account(clock.now()).is_whole
    # Believable: a year, most in time, some not; several children, children who come back, every kind.
    arrests = counts(Scope.last_days(366, clock.now())).in_time("arrest")
    assert arrests.whole > 40
    assert 75 <= (arrests.percent or 0) <= 95
    assert Report.objects.order_by("registered_at").first().registered_at < end - timedelta(days=350)
    assert set(Report.objects.values_list("kind", flat=True)) == {"concern", "arrest", "lob_custody"}
    assert Case.objects.filter(ordinal__gt=1).exists()
    assert max(Counter(Case.objects.values_list("child", flat=True)).values()) >= 4
    assert {"per.holm", "nadia.rask", "butik.city", "jour.vakt", "karin.ek"} <= set(
        Report.objects.values_list("registered_by__username", flat=True)
    )
    assert Hold.objects.filter(provisional=True).exists()
    assert Case.objects.filter(closed_at=None).exclude(child__protected_identity="none").exists()
    assert Hold.objects.filter(needs_confirmation=True, confirmed_at__isnull=False).exists()
    assert Breach.objects.filter(born=True).exists()
    assert {True, False} == {bool(at) for at in Breach.objects.values_list("reviewed_at", flat=True)}
    assert Case.objects.filter(assignee__isnull=True, closed_at__isnull=True).exists()
    # Nobody in it exists: numbers and telephones are those kept for tests and fiction.
    today = local_date(end)
    young = Child.objects.exclude(identity_number="").values_list("identity_number", flat=True)
    assert {parse_identity(number, today).normalised[8:11] for number in young} == {"238", "239"}
    old = Guardian.objects.exclude(identity_number="").values_list("identity_number", flat=True)
    assert {parse_identity(number, today).normalised[8:11] for number in old} == {"924", "929"}
    assert all(
        phone.startswith(("070-174 06 ", "031-390 06 ")) for phone in Guardian.objects.values_list("phone", flat=True)
    )
    # Every rung fired at its own moment, as if the product had run all year.
    fired = DeadlineEvent.objects.exclude(fired_at=F("deadline__created_at")).values_list("at", "fired_at")
    assert max(fired_at - at for at, fired_at in fired) < timedelta(minutes=1)
    # Nothing is sent about a year gone by, and the clock runs on from the moment that was asked for.
    assert not Delivery.objects.filter(state="waiting").exists()
    assert timedelta(0) <= clock.now() - end < timedelta(minutes=1)
    assert ProductClock.objects.get().standing_at is None
    # No dispatcher is said to be alive that is not; which day the birthdays have been gone through for stays.
    assert set(Heartbeat.objects.values_list("name", flat=True)) <= {"birthdays"}

    before = Report.objects.count()
    call_command("seed_demo")
    assert Report.objects.count() == before


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["2019-12-28T03:00:00+01:00", "2031-06-07T12:00:00+02:00"])
def test_every_state_is_there_whenever_the_demo_begins(settings, moment):
    settings.RISKZON_CLOCK = moment
    clock.set_start(moment)

    call_command("seed_demo", reports=0)

    assert states() == STATES
    assert account(clock.now()).is_whole
    assert timedelta(0) <= clock.now() - datetime.fromisoformat(moment) < timedelta(minutes=1)


@pytest.mark.django_db
def test_without_a_clock_the_demo_begins_now(settings):
    settings.RISKZON_CLOCK = None
    before = clock.real_now()

    call_command("seed_demo", reports=0)

    assert abs(clock.now() - clock.real_now()) < timedelta(seconds=1)
    latest = Report.objects.order_by("-registered_at").first()
    assert before - timedelta(hours=1) < latest.registered_at <= before


@pytest.mark.slow
@pytest.mark.django_db
def test_the_same_seed_makes_the_same_town():
    made = []
    for _turn in range(2):
        with transaction.atomic():
            town = History(ensure_people(), datetime.fromisoformat(SUNDAY), reports=4)
            town.play()
            # People do what they may: nothing that they try is refused.
            assert not town.stage.refused
            made.append(what_there_is())
            transaction.set_rollback(True)

    assert made[0] == made[1]


@pytest.mark.django_db
def test_the_seed_is_refused_outside_the_demo(settings):
    settings.RISKZON_DEMO = False

    with pytest.raises(CommandError, match="RISKZON_DEMO"):
        call_command("seed_demo")

    assert not User.objects.exists()
