"""The auditor sees for itself when nobody will be on duty, and says what the roster says."""

from datetime import UTC, date, datetime, timedelta

import pytest

from notifications import roster
from notifications.models import DutyAbsence, DutyExtra, DutyOffer, DutyPattern
from riskzon import clock
from riskzon.models import Absence, Unit, User
from tests.damage import guards_off
from tests.factories import at, people, person
from workflows.auditor_roster import AHEAD, seconds_until_nobody

pytestmark = pytest.mark.django_db

#: A weekday's afternoon and night, a Saturday, Christmas Eve, and the nights on which the clock is moved.
MOMENTS = [
    "2026-11-13T14:00:00+01:00",
    "2026-11-13T23:30:00+01:00",
    "2026-11-14T12:00:00+01:00",
    "2026-12-23T16:00:00+01:00",
    "2026-12-24T10:00:00+01:00",
    "2026-10-24T20:00:00+02:00",
    "2026-10-25T02:30:00+02:00",
    "2026-10-25T02:30:00+01:00",
    "2026-03-28T20:00:00+01:00",
    "2026-03-29T01:30:00+01:00",
]


def _pattern(who: User, weekday: int, starts: int, ends: int, **more: object) -> DutyPattern:
    return DutyPattern.objects.create(
        person=who, weekday=weekday, starts=starts * 60, ends=ends * 60, valid_from=date(2020, 1, 1),
        added_at=datetime(2020, 1, 1, tzinfo=UTC), **more,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def eva() -> User:
    people()
    with guards_off():
        DutyPattern.objects.all().delete()
    return person("jour.vakt")


def _roster_says(now: datetime) -> float | None:
    gaps = roster.gaps(now, now + AHEAD)
    return (gaps[0].starts_at - now).total_seconds() if gaps else None


def _agree(text: str) -> float | None:
    now = at(text).astimezone(UTC)
    found = seconds_until_nobody()
    assert found == _roster_says(now)
    return found


def test_units_without_anybody_on_duty_are_a_gap_from_the_closing_on() -> None:
    assert _agree(MOMENTS[0]) == 3 * 3600
    assert _agree(MOMENTS[1]) == 0


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    "hours",
    [[(0, 0)], [(17, 8)], [(17, 23)], [(22, 6)], [(16, 2), (2, 9)], [(8, 20), (20, 8)], [(7, 3), (4, 9)]],
    ids=str,
)
def test_the_auditor_and_the_roster_see_the_same_gap(eva: User, hours: list[tuple[int, int]], moment: str) -> None:
    for weekday in range(7):
        for starts, ends in hours:
            _pattern(eva, weekday, starts, ends)

    _agree(moment)


def test_a_shift_round_the_clock_leaves_no_gap(eva: User) -> None:
    for weekday in range(7):
        _pattern(eva, weekday, 0, 0)

    assert [_agree(moment) for moment in MOMENTS] == [None] * len(MOMENTS)


def test_absences_extra_shifts_moves_and_people_who_are_away_count(eva: User) -> None:
    shifts = [_pattern(eva, weekday, 8, 8) for weekday in range(7)]
    saturday, now = date(2026, 11, 14), at(MOMENTS[2])
    other = User.objects.create(username="jour.tva", role="duty", unit=eva.unit)
    assert _agree(MOMENTS[2]) is None

    called_off = DutyAbsence.objects.create(pattern=shifts[5], day=saturday, added_at=now - timedelta(days=1))
    assert _agree(MOMENTS[2]) == 0
    extra = DutyExtra.objects.create(person=eva, day=saturday, starts=8 * 60, ends=20 * 60, added_at=now)
    assert _agree(MOMENTS[2]) == 8 * 3600
    DutyExtra.objects.filter(pk=extra.pk).update(ended_at=now, ended_by=eva)
    assert _agree(MOMENTS[2]) == 0
    DutyAbsence.objects.filter(pk=called_off.pk).update(ended_at=now, ended_by=eva)
    assert _agree(MOMENTS[2]) is None

    Absence.objects.create(
        person=eva, starts_at=now + timedelta(hours=2), ends_at=now + timedelta(hours=5),
        registered_by=eva, registered_at=now,
    )  # fmt: skip
    assert _agree(MOMENTS[2]) == 2 * 3600
    DutyOffer.objects.create(
        pattern=shifts[5], day=saturday, from_person=eva, added_at=now, taken_at=now, taken_by=other, moved_by=other
    )
    assert _agree(MOMENTS[2]) is None
    User.objects.filter(pk=other.pk).update(is_active=False)
    assert _agree(MOMENTS[2]) == 0


def test_a_day_on_which_a_unit_is_closed_needs_somebody_and_one_that_never_closes_does_not(eva: User) -> None:
    Unit.objects.filter(kind__in=["intake", "investigation"]).update(closed_dates=["2026-11-16"])
    for weekday in range(7):
        _pattern(eva, weekday, 17, 8)
    assert _agree("2026-11-16T09:00:00+01:00") == 0
    assert _agree("2026-11-17T09:00:00+01:00") is None

    Unit.objects.update(weekly_hours={}, closed_dates=[])
    DutyPattern.objects.filter(weekday=0)
    assert _agree("2026-11-16T09:00:00+01:00") is None
    assert clock.now() == datetime(2026, 11, 16, 8, tzinfo=UTC)
