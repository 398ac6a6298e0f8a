"""Over a year with both changes of the clock: is exactly who must be told told, whatever the roster, and whoever is away?"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from notifications.models import DutyPattern, Message
from riskzon import clock
from riskzon.localtime import at_local_minute
from riskzon.models import Absence, Case, Role, User
from tests.acts import DAY, HOUR, MINUTE, call, protect
from tests.duty import LONG_AGO
from tests.factories import CASTOR, child, make_report, people, person
from tests.workflows.ladder_by_hand import Told, without_clock
from tests.workflows.year_by_hand import DAYS_OFF, Away, Life, Shift, unit_is_open
from workflows.sweep import next_moment, sweep
from workflows.verbs.people import take

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

FIRST_DAY, LAST_DAY = date(2026, 7, 1), date(2027, 6, 20)
#: Two days before, so that the change of the clock comes while the ladders run.
AUTUMN, SPRING = date(2026, 10, 23), date(2027, 3, 26)
DAYS = {
    "any day": st.dates(FIRST_DAY, LAST_DAY),
    "a day off": st.sampled_from(sorted(DAYS_OFF)),
    "the night that is 25 hours long": st.sampled_from(
        [AUTUMN, AUTUMN + timedelta(days=1), AUTUMN + timedelta(days=2)]
    ),
    "the night that is 23 hours long": st.sampled_from(
        [SPRING, SPRING + timedelta(days=1), SPRING + timedelta(days=2)]
    ),
}
#: A colleague in the unit: who assesses a case that nobody has, has it from then on.
ASSESSOR = "hugo.nytt"
WATCHED = ("guardian_contact", "protective_assessment")
DUTY = ("jour.natt", "jour.helg")
#: From when to when, in minutes past midnight; never inside the hour that comes twice or not at all.
NIGHT, DAY_AND_NIGHT, EVENING, MORNING = (17 * 60, 32 * 60), (0, 24 * 60), (17 * 60, 24 * 60), (0, 8 * 60)


class Undone(Exception):
    """Raised to begin the next year anew."""


@st.composite
def lives(draw: st.DrawFn, day: date) -> Life:
    """One report at any minute of a day, and what happens to it and to the people around it in four days."""
    minute = draw(st.one_of(st.integers(0, 1439), st.sampled_from([0, 7 * 60 + 59, 8 * 60, 17 * 60 - 1, 17 * 60])))
    registered = at_local_minute(day, minute)
    until = registered + 4 * DAY

    def moment() -> datetime:
        # Never at the very moment of a rung: acts come some seconds past the minute.
        return registered + draw(st.integers(1, 4 * 24 * 60)) * MINUTE + timedelta(seconds=17)

    shifts = []
    for username in DUTY:
        for weekday in draw(st.sets(st.integers(0, 6))):
            begins, ends = draw(st.sampled_from([NIGHT, DAY_AND_NIGHT, EVENING, MORNING]))
            shifts.append(Shift(username, weekday, begins, ends, draw(st.booleans())))
    away = []
    for username in draw(st.sets(st.sampled_from(["karin.ek", "omar.nyman", "sara.lindh", "maria.oberg", *DUTY]))):
        begins = moment()
        away.append(Away(username, begins, begins + draw(st.integers(1, 72)) * HOUR))
    taken = (draw(st.sampled_from(["karin.ek", "omar.nyman"])), moment()) if draw(st.booleans()) else None
    assessed = moment() if draw(st.booleans()) else None
    return Life(
        registered=registered,
        arrested=registered - draw(st.integers(0, 30 * 60)) * MINUTE,
        until=until,
        queue=("karin.ek", "omar.nyman", ASSESSOR),
        roster=tuple(shifts),
        away=tuple(away),
        held=_hands(taken, assessed, away),
        contact_ends=moment() if draw(st.booleans()) else None,
        assessed=assessed,
    )


def _hands(
    taken: tuple[str, datetime] | None, assessed: datetime | None, away: list[Away]
) -> tuple[tuple[datetime, str], ...]:
    """Whose hands the case is in: whoever takes it, or assesses it while nobody has it, until they are away."""
    wanted = [(taken[1], taken[0])] if taken else []
    wanted += [(assessed, ASSESSOR)] if assessed else []
    hands: list[tuple[datetime, str]] = []
    for at, who in sorted([*wanted, *((one.begins, f"-{one.username}") for one in away)]):
        holder = hands[-1][1] if hands else ""
        if who == f"-{holder}":
            hands.append((at, ""))
        elif not who.startswith("-") and not holder and not any(one.username == who and one.holds(at) for one in away):
            hands.append((at, who))
    return tuple(hands)


def _prepare(life: Life) -> None:
    people()
    User.objects.filter(role=Role.DUTY).update(is_active=False)
    unit = people().units["socialjouren"]
    intake = people().units["mottagning-barn-och-unga"]
    User.objects.create(username=ASSESSOR, role=Role.SOCIAL_WORKER, unit=intake, email=f"{ASSESSOR}@kommunen.example")
    for username in DUTY:
        User.objects.create(username=username, role=Role.DUTY, unit=unit, email=f"{username}@kommunen.example")
    DutyPattern.objects.bulk_create(
        DutyPattern(
            person=person(shift.username),
            weekday=shift.weekday,
            starts=shift.begins % 1440,
            ends=shift.ends % 1440,
            is_lead=shift.is_lead,
            valid_from=LONG_AGO.date(),
            added_at=LONG_AGO,
        )
        for shift in life.roster
    )
    Absence.objects.bulk_create(
        Absence(
            person=person(one.username),
            starts_at=one.begins,
            ends_at=one.ends,
            registered_by=person("sara.lindh"),
            registered_at=life.registered,
        )
        for one in life.away
    )


def _live(life: Life) -> Case:
    """Let it happen, with dispatchers that are never late."""
    clock.stand_still(life.registered)
    case = make_report("sara.lindh", occurred_at=life.arrested, children=[child(identity_number=CASTOR)]).cases[0]
    acts = {at: lambda who=who: take(person(who), case.pk) for at, who in life.held if who and at != life.assessed}
    acts |= {one.begins: lambda: None for one in life.away}
    if life.contact_ends:
        acts[life.contact_ends] = lambda: call(case, by="sara.lindh")
    if life.assessed:
        before = acts.get(life.assessed, lambda: None)
        acts[life.assessed] = lambda: (before(), protect(case, by=ASSESSOR))
    for at, act in sorted((one for one in acts.items() if one[0] <= life.until), key=lambda one: one[0]):
        _let_time_pass(at)
        clock.stand_still(at)
        act()
        sweep()
    _let_time_pass(life.until)
    return case


def _let_time_pass(until: datetime) -> None:
    while (moment := next_moment()) is not None and moment <= until:
        clock.stand_still(moment)
        sweep()


def _heard(case: Case) -> set[Told]:
    return {
        without_clock(
            Told(message.created_at, message.facts["deadline"], message.facts["step"], message.recipient.username)
        )
        for message in Message.objects.filter(case=case).select_related("recipient")
        if message.facts.get("deadline") in WATCHED
    }


@pytest.mark.parametrize("when", DAYS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(data=st.data())
def test_nobody_is_forgotten_and_nobody_is_told_in_vain(when: str, data: st.DataObject) -> None:
    life = data.draw(lives(data.draw(DAYS[when])))
    expected = {without_clock(told) for told in life.heard()}
    note("\n".join(map(str, sorted(expected))))
    try:
        with transaction.atomic():
            _prepare(life)
            heard = _heard(_live(life))
            raise Undone
    except Undone:
        pass
    assert heard == expected


def test_the_simulator_knows_the_hours_of_the_unit_all_the_year_round() -> None:
    hours = people().units["mottagning-barn-och-unga"].hours
    moment = datetime(2026, 7, 1, tzinfo=UTC)

    for passed in range(354 * 24):
        instant = moment + passed * HOUR + (passed % 60) * MINUTE
        assert unit_is_open(instant) == hours.is_open(instant), instant
