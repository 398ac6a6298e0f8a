"""Who is woken by night, and who is not by day: the whole way from the clock to the SMS."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications import roster
from notifications.models import Delivery, StoredSms
from notifications.relay import send_waiting
from riskzon import clock
from riskzon.models import User
from tests.acts import HOUR, move
from tests.factories import ALBIN, BEA, WORKDAY, at, child, make_report, people, person
from workflows.models import Breach
from workflows.sweep import sweep

pytestmark = pytest.mark.django_db

#: Friday evening, every unit closed.
NIGHT = "2026-11-13T18:58:00+01:00"


@pytest.fixture(autouse=True)
def _everybody_has_a_number() -> None:
    for number, user in enumerate(people().users.values(), start=10):
        User.objects.filter(pk=user.pk).update(phone=f"+467017406{number}")


def woken() -> list[str]:
    """Whom an SMS was written for, in order, and how often."""
    ways = Delivery.objects.filter(channel="sms").order_by("created_at", "message__recipient__username")
    return list(ways.values_list("message__recipient__username", flat=True))


def test_a_report_by_night_wakes_whoever_is_on_duty_and_nobody_else():
    now = at(NIGHT)

    make_report("per.holm")

    assert woken() == ["jour.vakt"]
    assert person("jour.vakt").pk in roster.on_duty(now)
    send_waiting(channels=["sms"])
    assert StoredSms.objects.get().recipient == person("jour.vakt").phone


def test_a_report_by_day_wakes_nobody():
    at(WORKDAY)

    make_report("per.holm")

    assert Delivery.objects.filter(channel="email").exists()
    assert woken() == []


def test_a_limit_that_passes_by_night_wakes_the_duty_and_mails_those_who_lead():
    at("2026-11-13T18:30:00+01:00")
    make_report("per.holm")
    Delivery.objects.all().delete()

    move(24 * HOUR + HOUR / 60)
    sweep()

    assert Breach.objects.filter(kind="guardian_contact").exists()
    assert set(woken()) == {"jour.vakt"}
    mailed = set(Delivery.objects.filter(channel="email").values_list("message__recipient__username", flat=True))
    assert {"jour.vakt", "sara.lindh", "maria.oberg"} <= mailed


def test_a_limit_that_passes_by_day_wakes_nobody():
    at(WORKDAY)
    make_report("per.holm", occurred_at=clock.now() - 23 * HOUR)
    move(HOUR + HOUR / 60)
    sweep()

    assert Breach.objects.filter(kind="guardian_contact").exists()
    assert woken() == []


@pytest.fixture
def statements() -> Callable[[], int]:
    """How many statements a new report about children who are known takes, with one number for SMS in the house."""
    User.objects.exclude(username="jour.vakt").update(phone="")

    def counted(children: int = 1) -> int:
        kids = [child(identity_number=number) for number in (ALBIN, BEA)][:children]
        with transaction.atomic():
            make_report("per.holm", children=kids)
            with CaptureQueriesContext(connection) as asked:
                make_report("per.holm", children=kids)
            # Earlier cases are brought in line too: each time there are as many.
            transaction.set_rollback(True)
        return len(asked)

    return counted


@pytest.mark.parametrize("children", [1, 2])
def test_by_night_the_roster_is_asked_no_more_often_than_without_sms(settings, statements, children):
    at(NIGHT)
    with_sms = statements(children)
    settings.SMS_URL = ""

    assert with_sms == statements(children)


def test_by_day_the_roster_is_asked_only_where_somebody_who_is_told_has_a_number(statements):
    at(WORKDAY)
    nobody_told_has_one = statements()
    User.objects.filter(username="karin.ek").update(phone="+46701740620")

    assert nobody_told_has_one < statements()
    assert woken() == []
