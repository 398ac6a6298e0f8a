"""Who is on duty at each minute, also in the nights when the clocks change, and where nobody is."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from notifications.roster.core import Person, Roster
from notifications.roster.models import DutyAbsence, DutyExtra, DutyOffer, DutyPattern
from notifications.roster.spans import span
from riskzon.hours import OpeningHours

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVA = Person(UUID(int=1), "eva", "Eva Strand")
SIXTEN = Person(UUID(int=2), "sixten", "Sixten Fiktivdal")
EVERYBODY = {person.id: person for person in (EVA, SIXTEN)}
YEAR = date(2026, 1, 1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def clock(text: str) -> int:
    hours, minutes = text.split(".")
    return int(hours) * 60 + int(minutes)


def pattern(person: Person, weekday: int, starts: str, ends: str, **fields: object) -> DutyPattern:
    fields = {"valid_from": YEAR, "added_at": LONG_AGO, **fields}
    return DutyPattern(person_id=person.id, weekday=weekday, starts=clock(starts), ends=clock(ends), **fields)


def extra(person: Person, day: date, starts: str, ends: str, **fields: object) -> DutyExtra:
    return DutyExtra(
        person_id=person.id, day=day, starts=clock(starts), ends=clock(ends), **{"added_at": LONG_AGO, **fields}
    )


def moved(row: DutyPattern | DutyExtra, day: date, to: Person, at: datetime) -> DutyOffer:
    which = "pattern_id" if isinstance(row, DutyPattern) else "extra_id"
    return DutyOffer(
        **{which: row.pk},
        day=day,
        from_person_id=row.person_id,
        added_at=at,
        taken_at=at,
        taken_by_id=to.id,
        moved_by_id=to.id,
    )


def roster(rows: Iterable[object], people: dict[UUID, Person] | None = None, **fields: object) -> Roster:
    def of(kind: type) -> list:
        return [row for row in rows if isinstance(row, kind)]

    return Roster(
        people=EVERYBODY if people is None else people,
        hours=fields.pop("hours", (OpeningHours(),)),
        patterns=of(DutyPattern),
        absences=of(DutyAbsence),
        extras=of(DutyExtra),
        moves=of(DutyOffer),
    )


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold).astimezone(UTC)


def names(of: Roster, at: datetime) -> str:
    return " ".join(EVERYBODY[one].username for one in of.on_duty(at))


def test_a_night_shift_runs_past_midnight_up_to_but_not_at_its_end() -> None:
    night = roster([pattern(EVA, 4, "17.00", "08.00")])
    assert names(night, local("2026-11-13T16:59")) == ""
    assert names(night, local("2026-11-13T17:00")) == "eva"
    assert names(night, local("2026-11-14T07:59")) == "eva"
    assert names(night, local("2026-11-14T08:00")) == ""


def test_a_shift_that_ends_as_it_starts_lasts_the_whole_day() -> None:
    assert span(date(2026, 11, 13), 0, 0) == (local("2026-11-13T00:00"), local("2026-11-14T00:00"))
    assert span(SPRING, 0, 0)[1] - span(SPRING, 0, 0)[0] == 23 * HOUR
    assert span(AUTUMN, 0, 0)[1] - span(AUTUMN, 0, 0)[0] == 25 * HOUR


def test_a_pattern_holds_from_its_first_to_its_last_day_only() -> None:
    first, last = date(2026, 11, 13), date(2026, 11, 20)
    fridays = roster([pattern(EVA, 4, "09.00", "10.00", valid_from=first, valid_to=last)])
    assert [names(fridays, local(f"2026-11-{day:02}T09:30")) for day in (6, 13, 20, 27)] == ["", "eva", "eva", ""]
    ended = roster([pattern(EVA, 4, "09.00", "10.00", ended_at=LONG_AGO, last_day=first)])
    assert [names(ended, local(f"2026-11-{day:02}T09:30")) for day in (13, 20)] == ["eva", ""]


@pytest.mark.parametrize(
    ("day", "starts", "ends", "begins", "finishes"),
    [
        # The hour from 02 to 03 does not exist: both ends are the moment the clock was moved.
        (SPRING, "02.30", "06.00", "2026-03-29T03:00", "2026-03-29T06:00"),
        (SPRING, "00.00", "02.30", "2026-03-29T00:00", "2026-03-29T03:00"),
        (SPRING, "02.10", "02.50", "2026-03-29T03:00", "2026-03-29T03:00"),
    ],
)
def test_in_the_hour_that_does_not_exist_a_shift_starts_and_ends_as_the_clock_is_moved(
    day: date, starts: str, ends: str, begins: str, finishes: str
) -> None:
    assert span(day, clock(starts), clock(ends)) == (local(begins), local(finishes))


def test_in_the_hour_that_comes_twice_a_shift_lasts_from_the_first_start_to_the_last_end() -> None:
    assert span(AUTUMN, clock("02.15"), clock("02.45")) == (local("2026-10-25T02:15"), local("2026-10-25T02:45", 1))
    assert span(AUTUMN, clock("02.15"), clock("06.00"))[0] == local("2026-10-25T02:15")


def test_who_ends_in_the_hour_that_comes_twice_hands_over_the_first_time_if_somebody_begins_then() -> None:
    first, second = local("2026-10-25T02:30"), local("2026-10-25T02:30", 1)
    before = pattern(EVA, 5, "20.00", "02.30")
    alone = roster([before])
    assert (names(alone, first), names(alone, second - MINUTE), names(alone, second)) == ("eva", "eva", "")
    after = pattern(SIXTEN, 6, "02.30", "08.00")
    both = roster([before, after])
    assert (names(both, first - MINUTE), names(both, first), names(both, second)) == ("eva", "sixten", "sixten")
    off = DutyAbsence(pattern_id=after.pk, day=AUTUMN, added_at=LONG_AGO)
    for nobody_begins in (roster([before, after, off]), roster([before, after], people={EVA.id: EVA})):
        assert names(nobody_begins, second - MINUTE) == "eva"
    off.ended_at = LONG_AGO + HOUR
    assert names(roster([before, after, off]), first) == "sixten"


def test_an_absence_ends_a_running_shift_and_goes_back_when_it_is_withdrawn() -> None:
    row, day = pattern(EVA, 4, "17.00", "08.00"), date(2026, 11, 13)
    fell_ill, well = local("2026-11-13T20:00"), local("2026-11-13T22:00")
    ill = roster([row, DutyAbsence(pattern_id=row.pk, day=day, added_at=fell_ill, ended_at=well)])
    hours = {clock: names(ill, local(f"2026-11-13T{clock}")) for clock in ("19:59", "20:00", "21:59", "22:00")}
    assert hours == {"19:59": "eva", "20:00": "", "21:59": "", "22:00": "eva"}
    assert names(ill, local("2026-11-20T20:30")) == "eva"


def test_a_shift_that_moves_while_it_runs_is_worked_by_both_each_in_turn() -> None:
    row, day = extra(EVA, date(2026, 11, 13), "17.00", "08.00", is_lead=True), date(2026, 11, 13)
    at = local("2026-11-13T20:00")
    swapped = roster([row, moved(row, day, SIXTEN, at)])
    assert [(one.person.username, one.starts_at, one.ends_at) for one in swapped.shifts(at - DAY, at + DAY)] == [
        ("eva", local("2026-11-13T17:00"), at),
        ("sixten", at, local("2026-11-14T08:00")),
    ]
    assert swapped.leads(at) == [SIXTEN.id]
    back = roster([row, moved(row, day, SIXTEN, at), moved(row, day, EVA, at + HOUR)])
    assert [names(back, at + n * HOUR / 2) for n in (-1, 0, 1, 2)] == ["eva", "sixten", "sixten", "eva"]


def test_leads_are_those_on_duty_whose_shift_leads() -> None:
    friday = [pattern(EVA, 4, "17.00", "22.00"), pattern(SIXTEN, 4, "17.00", "20.00", is_lead=True)]
    evening = roster(friday)
    assert evening.leads(local("2026-11-13T18:00")) == [SIXTEN.id]
    assert evening.on_duty(local("2026-11-13T18:00")) == [EVA.id, SIXTEN.id]
    assert evening.leads(local("2026-11-13T21:00")) == []


def test_whoever_is_not_at_socialjouren_any_more_is_never_on_duty_and_leaves_a_gap() -> None:
    row = pattern(EVA, 4, "17.00", "08.00")
    start, end = local("2026-11-13T17:00"), local("2026-11-14T08:00")
    assert roster([row]).gaps(start, end) == []
    gone = roster([row], people={})
    assert names(gone, start) == ""
    assert [(gap.starts_at, gap.ends_at) for gap in gone.gaps(start, end)] == [(start, end)]


def test_a_gap_is_a_stretch_in_which_some_unit_is_closed_and_nobody_is_on_duty() -> None:
    weekend = roster([pattern(EVA, 4, "17.00", "20.00"), pattern(EVA, 5, "10.00", "23.00")])
    found = weekend.gaps(local("2026-11-13T12:00"), local("2026-11-16T12:00"))
    assert [(gap.starts_at, gap.ends_at) for gap in found] == [
        (local("2026-11-13T20:00"), local("2026-11-14T10:00")),
        (local("2026-11-14T23:00"), local("2026-11-16T08:00")),
    ]
    longer = OpeningHours(weekly=dict.fromkeys(range(7), ((6 * 60, 22 * 60),)))
    two = roster([], hours=(longer, OpeningHours()))
    assert two.gaps(local("2026-11-13T07:00"), local("2026-11-13T17:30"))[0].ends_at == local("2026-11-13T08:00")
    assert roster([], hours=()).gaps(local("2026-11-13T07:00"), local("2026-11-20T07:00")) == []


def test_two_shifts_of_one_person_that_run_at_once_clash_and_neighbours_do_not() -> None:
    row = pattern(EVA, 4, "17.00", "08.00")
    week = (local("2026-11-09T00:00"), local("2026-11-16T00:00"))
    neighbour, other = (
        extra(EVA, date(2026, 11, 14), "08.00", "12.00"),
        extra(SIXTEN, date(2026, 11, 13), "18.00", "19.00"),
    )
    assert roster([row, neighbour, other]).clash(EVA.id, *week) is None
    late = extra(EVA, date(2026, 11, 14), "07.59", "12.00")
    assert roster([row, late]).clash(EVA.id, *week).row_id == late.pk


# --- Against an oracle that looks at the clock on the wall, minute by minute ------------------------------------------


def _walls(first: date, days: int) -> list[tuple[datetime, datetime]]:
    """Every minute of these local days: the instant, and what the clock shows then."""
    at, end = local(f"{first}T00:00"), local(f"{first + timedelta(days=days)}T00:00")
    found = []
    while at < end:
        found.append((at, at.astimezone(STOCKHOLM).replace(tzinfo=None)))
        at += MINUTE
    return found


def _oracle(boundaries: list[tuple[datetime, Person]], walls: list[tuple[datetime, datetime]]) -> list[Person]:
    """Whoever took over last: one takes over at the first minute whose clock shows the time of the hand-over, or later."""
    holders, place, highest = [], -1, walls[0][1]
    for _instant, wall in walls:
        # Put back, the clock shows times that have been handed over already.
        highest = max(highest, wall)
        while place + 1 < len(boundaries) and boundaries[place + 1][0] <= highest:
            place += 1
        holders.append(boundaries[place][1])
    return holders


@pytest.mark.parametrize("seed", range(4))
def test_shifts_that_follow_each_other_leave_no_gap_and_no_overlap_in_a_whole_year(seed: int) -> None:
    rng = random.Random(seed)
    marks = sorted({0, *(rng.randrange(7 * 24 * 60) for _ in range(14)), 6 * 1440 + 135, 6 * 1440 + 155})
    # A shift lasts 24 hours at most.
    marks = sorted({*marks, *(day * 1440 + 45 for day in range(7))})
    people = [rng.choice((EVA, SIXTEN)) for _ in marks]
    rows = [
        DutyPattern(
            person_id=person.id,
            weekday=mark // 1440,
            starts=mark % 1440,
            ends=marks[(place + 1) % len(marks)] % 1440,
            valid_from=date(2025, 12, 1),
            added_at=LONG_AGO,
        )
        for place, (mark, person) in enumerate(zip(marks, people, strict=True))
    ]
    year = roster(rows)
    walls = _walls(date(2026, 1, 1), 365)
    monday = datetime.combine(date(2025, 12, 29), time.min)
    boundaries = [
        (monday + timedelta(weeks=week, minutes=mark), person)
        for week in range(54)
        for mark, person in zip(marks, people, strict=True)
    ]
    said: dict[datetime, list[Person]] = {}
    for shift in year.shifts(walls[0][0], walls[-1][0] + MINUTE):
        at = shift.starts_at
        while at < shift.ends_at:
            said.setdefault(at, []).append(shift.person)
            at += MINUTE
    wrong = [
        (wall, [one.username for one in said.get(instant, [])])
        for (instant, wall), holder in zip(walls, _oracle(boundaries, walls), strict=True)
        if said.get(instant) != [holder]
    ]
    assert wrong == []
    assert year.gaps(walls[0][0], walls[-1][0]) == []


@pytest.mark.parametrize("day", [SPRING, AUTUMN, date(2026, 6, 10)])
def test_a_single_shift_covers_each_minute_from_the_first_showing_of_its_start_to_the_last_of_its_end(
    day: date,
) -> None:
    walls = _walls(day - DAY, 4)
    rng = random.Random(str(day))
    for _ in range(300):
        starts, ends = (rng.choice((rng.randrange(1440), rng.randrange(110, 190))) for _ in range(2))
        begin = datetime.combine(day, time.min) + timedelta(minutes=starts)
        finish = datetime.combine(day, time.min) + timedelta(minutes=ends + (1440 if ends <= starts else 0))
        first = next(instant for instant, wall in walls if wall >= begin)
        last = max(instant for instant, wall in walls if wall < finish) + MINUTE
        # A skipped end is reached by the first clock that shows more; one that comes twice is left the last time.
        covered = span(day, starts, ends)
        twice = [instant for instant, wall in walls if wall == finish]
        assert covered == (first, max(twice) if twice else last), (starts, ends)


def test_a_row_that_nobody_knows_is_not_there() -> None:
    assert roster([]).row(uuid4()) is None
