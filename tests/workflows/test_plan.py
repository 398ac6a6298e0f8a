"""Does what a case shows in advance come true, to the second and to the person, when nobody acts?"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from notifications.models import Message
from riskzon import clock
from riskzon.models import Case
from tests.acts import DAY, HOUR, both_parents, hold, reread
from tests.factories import CASTOR, ELSA, at, child, make_report, people, person
from workflows.plan import plan
from workflows.sweep import next_moment, sweep
from workflows.verbs.disposition import dispose
from workflows.verbs.holds import end_hold
from workflows.verbs.people import take
from workflows.verbs.reviews import review_breach

pytestmark = pytest.mark.django_db

#: Before Christmas: in the three weeks after it are three weekends, the holidays and the turn of the year.
DAYTIME, NIGHT = "2026-12-18T10:00:00+01:00", "2026-12-18T22:30:00+01:00"
Line = tuple[object, str, str, str]


def _new(**fields: object) -> Case:
    return make_report(children=[child(identity_number=ELSA, guardians=both_parents())], **fields).cases[0]


def _assigned() -> Case:
    case = _new()
    take(person("omar.nyman"), case.pk)
    return case


def _held_on_one() -> Case:
    case = _new()
    hold(case, "Maja")
    return case


def _held_on_both() -> Case:
    case = _new()
    for name in ("Maja", "Olle"):
        hold(case, name)
    return case


def _released() -> Case:
    case = _new()
    holds = [hold(case, name) for name in ("Maja", "Olle")]
    clock.stand_still(clock.now() + 2 * HOUR)
    sweep()
    end_hold(person("sara.lindh"), holds[0].pk, reason="Klart")
    return case


def _opened() -> Case:
    case = _new()
    dispose(person("karin.ek"), case.pk, disposition="opened")
    return case


def _cautious() -> Case:
    return _new(contact_caution={"code": "HOLD_HONOUR", "note": "", "until": clock.now() + 30 * HOUR})


KINDS: dict[str, tuple[str, Callable[[], Case]]] = {
    "by day, nobody has it": (DAYTIME, _new),
    "by night": (NIGHT, _new),
    "somebody has it": (DAYTIME, _assigned),
    "told half a day late": (DAYTIME, lambda: _new(occurred_at=clock.now() - 13 * HOUR)),
    "born breached": (NIGHT, lambda: _new(occurred_at=clock.now() - 50 * HOUR)),
    "a concern": (DAYTIME, lambda: _new(kind="concern", occurred_at=None, notified_at=clock.now() - 3 * HOUR)),
    "over the autumn change": ("2026-10-23T20:00:00+02:00", _new),
    "over the spring change": ("2027-03-26T15:00:00+01:00", _new),
    "a hold on one": (DAYTIME, _held_on_one),
    "a hold on both": (DAYTIME, _held_on_both),
    "a hold that ended": (DAYTIME, _released),
    "a word of caution": (NIGHT, _cautious),
    "under investigation": (DAYTIME, _opened),
}


def _let_three_weeks_pass() -> None:
    until = clock.now() + 21 * DAY
    while (moment := next_moment()) is not None and moment <= until:
        clock.stand_still(moment)
        sweep()


def _heard(case: Case, since: set) -> list[Line]:
    return [
        (message.created_at.replace(microsecond=0), message.facts["deadline"], message.facts["step"], who)
        for message in Message.objects.filter(case=case).exclude(pk__in=since).select_related("recipient")
        if "step" in message.facts and (who := message.recipient.username)
    ]


def _first_mornings(lines: list[Line]) -> list[Line]:
    """Of the daily rung the first, as a plan shows it."""
    mornings = [line[2] for line in lines if line[2].startswith("daily")]
    return sorted(line for line in lines if not line[2].startswith("daily") or line[2] == min(mornings))


@pytest.mark.parametrize("name", KINDS)
def test_what_is_shown_in_advance_is_exactly_what_happens_when_nobody_acts(name: str) -> None:
    people()
    moment, make = KINDS[name]
    at(moment)
    case = make()
    said = set(Message.objects.filter(case=case).values_list("pk", flat=True))
    horizon = clock.now() + 21 * DAY
    foreseen = [
        (line.at.replace(microsecond=0), line.kind, line.step, user.username)
        for line in plan(reread(case), clock.now())
        for user in line.people
        if line.at <= horizon
    ]
    assert foreseen

    _let_three_weeks_pass()

    assert sorted(foreseen) == _first_mornings(_heard(case, said))


def test_the_reminder_comes_every_morning_for_three_weeks_and_no_review_silences_it() -> None:
    people()
    at(DAYTIME)
    case = make_report(children=[child(identity_number=CASTOR)]).cases[0]
    clock.stand_still(clock.now() + 30 * HOUR)
    sweep()
    breach = case.breaches.get(kind="guardian_contact")
    review_breach(person("sara.lindh"), breach.pk, cause="not_reachable", action="Försöker igen")

    _let_three_weeks_pass()

    days = {step.removeprefix("daily-") for _at, kind, step, _who in _heard(case, set()) if step.startswith("daily")}
    first = clock.datetime.fromisoformat("2026-12-20").date()
    assert sorted(days)[:20] == [str(first + timedelta(days=day)) for day in range(20)]
