"""People, a Friday afternoon, visitors, and cases in every state that the board speaks of."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache

from riskzon.clock import now, stand_still
from riskzon.models import Case
from tests.factories import BEA, CASTOR, ELSA, GUSTAV, ISAK, WORKDAY, at, child, make_report, people, person
from tests.front.browser import chromium, open_page
from workflows.sweep import sweep
from workflows.verbs.contacts import register_contact
from workflows.verbs.holds import decide_hold
from workflows.verbs.people import assign

__all__ = ["chromium", "open_page"]


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)
    sweep()
    cache.clear()


def words(page: str) -> str:
    """What a page says between header and footer."""
    inside = page.split('<main id="main"')[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", inside.split(">", 1)[1]).split())


def later(**length: float) -> None:
    """Let time pass, and everything that is due fire."""
    stand_still(now() + timedelta(**length))
    sweep()


def reach(case: Case, *, by: str = "karin.ek", outcome: str = "reached", ago: timedelta = timedelta(0)) -> None:
    """One contact with the case's guardian."""
    mother = case.child.guardians.get().pk
    register_contact(person(by), case.pk, guardian=mother, at=now() - ago, channel="phone", outcome=outcome)


@pytest.fixture
def week() -> dict[str, Case]:
    """Five arrests, a custody and a concern, from in time to never; it is Monday afternoon when it is over."""

    def arrest(number: str, **fields: object) -> Case:
        return make_report("per.holm", children=[child(identity_number=number)], **fields).cases[0]

    cases = {
        "in_time": arrest(BEA),
        "late": arrest(CASTOR),
        "recorded_late": arrest(ELSA),
        "missed": arrest(GUSTAV),
        "held": arrest(ISAK),
        "concern": make_report("karin.ek", kind="concern").cases[0],
    }
    assign(person("sara.lindh"), cases["in_time"].pk, username="karin.ek")
    reach(cases["in_time"])
    reach(cases["missed"], outcome="no_answer")
    decide_hold(
        person("sara.lindh"),
        cases["held"].pk,
        guardian=cases["held"].child.guardians.get().pk,
        code="HOLD_HONOUR",
        reason="Farmor bestämmer",
        until=now() + timedelta(hours=71),
    )
    later(hours=71.5)
    reach(cases["late"])
    reach(cases["recorded_late"], ago=timedelta(hours=60))
    reach(cases["concern"], ago=timedelta(hours=1))
    cases["born"] = arrest("20100702-2393", occurred_at=now() - timedelta(hours=30))
    return cases
