"""More time for an investigation: it holds at once, and who leads the unit confirms it or gives the limit back."""

from datetime import date

import pytest
from django.db import IntegrityError

from riskzon import clock
from riskzon.access import visible_cases
from riskzon.errors import Conflict, Forbidden, Invalid
from riskzon.localtime import local_date
from riskzon.models import Case, ExtensionAnswer, InvestigationEntry
from tests.acts import MINUTE, breaches_of, move, reread, told, update, write
from tests.factories import at, child, make_report, people, person
from workflows import casefile
from workflows.models import Deadline, Kind
from workflows.statistics import Scope, counts
from workflows.sweep import sweep
from workflows.verbs import investigations as verbs
from workflows.verbs.disposition import dispose

pytestmark = pytest.mark.django_db

LIMIT, LATER = date(2027, 3, 16), date(2027, 5, 14)


@pytest.fixture
def case() -> Case:
    """An investigation opened on 16 November whose limit is 16 March."""
    people()
    at("2026-11-13T10:00:00+01:00")
    report = make_report(children=[child()])
    at("2026-11-16T09:30:00+01:00")
    opened = dispose(person("karin.ek"), report.cases[0].pk, disposition="opened")
    at("2027-03-10T10:00:00+01:00")
    return opened


def more(case: Case, by: str = "karin.ek", until: date = LATER) -> None:
    verbs.extend(person(by), case.investigation_id, until=until, reason="Barnahus dröjer.")
    move(MINUTE)


def answer(case: Case, by: str = "sara.lindh", **fields: object) -> None:
    move(MINUTE)
    verbs.answer_extension(person(by), case.investigation_id, **fields)


def refuse(case: Case) -> None:
    answer(case, refuse=True, reason="Skälen räcker inte.")


def limits(case: Case) -> list[tuple[str, date]]:
    rows = Deadline.objects.filter(case=case, kind=Kind.INVESTIGATION).order_by("created_at")
    return [(row.state, local_date(row.due_at)) for row in rows]


def test_it_holds_at_once_and_the_supervisor_is_asked(case: Case) -> None:
    more(case)

    assert limits(case) == [("void", LIMIT), ("running", LATER)]
    assert InvestigationEntry.objects.get().is_waiting
    assert told("extension_to_confirm", case) == {"sara.lindh"}


def test_what_the_supervisor_decides_waits_for_nobody(case: Case) -> None:
    more(case, by="sara.lindh")

    assert not InvestigationEntry.objects.get().is_waiting
    assert told("extension_to_confirm") == set()
    with pytest.raises(Conflict, match="Ingen förlängning väntar"):
        answer(case)


def test_confirmed_it_stays_and_the_decider_is_told(case: Case) -> None:
    more(case)
    answer(case)

    assert limits(case) == [("void", LIMIT), ("running", LATER)]
    assert told("extension_confirmed", case) == {"karin.ek"}
    assert told("extension_refused") == set()


def test_refused_in_time_the_former_limit_is_back_and_points_back(case: Case) -> None:
    more(case)
    refuse(case)

    assert limits(case) == [("void", LIMIT), ("void", LATER), ("running", LIMIT)]
    newest = Deadline.objects.filter(case=case, kind=Kind.INVESTIGATION).latest("created_at")
    assert newest.replaces.due_at > newest.due_at
    assert local_date(reread(case).next_due_at) <= LIMIT
    assert breaches_of(case, Kind.INVESTIGATION) == []
    assert told("extension_refused", case) == {"karin.ek"}


def test_refused_after_the_former_limit_it_is_a_breach_at_once(case: Case) -> None:
    more(case)
    at("2027-03-20T10:00:00+01:00")
    sweep()
    assert breaches_of(case, Kind.INVESTIGATION) == []

    refuse(case)
    (breach,) = breaches_of(case, Kind.INVESTIGATION)
    assert (local_date(breach.due_at), breach.fired_at) == (LIMIT, clock.now())
    assert limits(case)[-1] == ("breached", LIMIT)


@pytest.mark.parametrize(
    ("closed", "becomes"), [("2027-03-15T10:00:00+01:00", "met"), ("2027-03-20T10:00:00+01:00", "met_late")]
)
def test_refused_after_its_end_the_end_is_judged_by_the_former_limit(case: Case, closed: str, becomes: str) -> None:
    more(case)
    at(closed)
    verbs.close_investigation(person("karin.ek"), case.investigation_id, outcome="without_measure", reason="Klart.")
    at("2027-03-25T10:00:00+01:00")
    refuse(case)

    assert limits(case)[-1] == (becomes, LIMIT)
    assert len(breaches_of(case, Kind.INVESTIGATION)) == (becomes == "met_late")


def test_only_who_leads_the_unit_answers_and_a_refusal_has_a_reason(case: Case) -> None:
    more(case)
    with pytest.raises(Forbidden):
        answer(case, by="karin.ek")
    with pytest.raises(Forbidden):
        answer(case, by="omar.nyman", refuse=True, reason="Nej")
    with pytest.raises(Invalid):
        answer(case, refuse=True, reason=" ")
    assert not ExtensionAnswer.objects.exists()
    assert limits(case)[-1] == ("running", LATER)


def test_the_second_answer_loses_in_plain_words(case: Case) -> None:
    more(case)
    answer(case)
    with pytest.raises(Conflict, match="redan bekräftad av Sara Lindh"):
        refuse(case)
    assert limits(case)[-1] == ("running", LATER)

    more(case, until=date(2027, 6, 14))
    refuse(case)
    with pytest.raises(Conflict, match="redan avslagen av Sara Lindh"):
        answer(case)
    assert limits(case)[-1] == ("running", LATER)


def test_while_the_supervisor_is_away_more_is_decided_and_one_answer_is_for_all_of_it(case: Case) -> None:
    more(case)
    more(case, until=date(2027, 6, 14))
    assert limits(case)[-1] == ("running", date(2027, 6, 14))

    refuse(case)
    assert limits(case)[-1] == ("running", LIMIT)
    assert not any(entry.is_waiting for entry in InvestigationEntry.objects.all())


def test_the_timeline_tells_the_answer_and_why(case: Case) -> None:
    more(case)
    refuse(case)
    sara = person("sara.lindh")
    seen = visible_cases(sara).select_related("report", "child", "unit", "assignee").get(pk=case.pk)

    story = casefile.read(seen, sara, clock.now()).timeline
    assert ("Avslog förlängd utredningstid", "Sara Lindh", "Skälen räcker inte.") in {
        (entry.title, entry.who, entry.text) for entry in story
    }


def test_extended_and_ended_in_time_is_in_time_with_a_line_of_its_own(case: Case) -> None:
    def figures() -> tuple[int, int, int]:
        found = counts(Scope.of_days(date(2026, 11, 1), date(2026, 11, 30), clock.now()))
        return found["investigation-met"], found["investigation-missed"], found["investigation-extended"]

    assert figures() == (0, 0, 0)
    more(case)
    at("2027-03-20T10:00:00+01:00")
    verbs.close_investigation(person("karin.ek"), case.investigation_id, outcome="without_measure", reason="Klart.")
    assert figures() == (1, 0, 1)

    refuse(case)
    assert figures()[::2] == (0, 0)


def test_the_database_keeps_the_answer_and_takes_none_that_nobody_waits_for(case: Case) -> None:
    more(case, by="sara.lindh")
    entry, sara = InvestigationEntry.objects.get(), person("sara.lindh")
    with pytest.raises(IntegrityError, match="waits for nobody"):
        write(lambda: ExtensionAnswer.objects.create(entry=entry, at=clock.now(), by=sara, refused=False))

    more(case, until=date(2027, 6, 14))
    answer(case)
    with pytest.raises(IntegrityError, match="rows are kept"):
        update("riskzon_extensionanswer", "refused = true, reason = 'Ångrat'")
    waiting = InvestigationEntry.objects.get(needs_confirmation=True)
    with pytest.raises(IntegrityError, match="answered_once"):
        write(lambda: ExtensionAnswer.objects.create(entry=waiting, at=clock.now(), by=sara, refused=False))
