"""No page mixes the two languages: in English, what is left of Swedish is names."""

import re

import pytest
from django.urls import reverse

from tests.acts import DAY, HOUR, both_parents, call, confirm, hold, move, propose, protect
from tests.factories import child, make_report, person
from workflows.sweep import sweep
from workflows.verbs.reveal import reveal

#: Names of people and units, the way to the other language, and law that has no English name.
NAMES = ("Maria Öberg", "Borås Stad", "Omar Nyman", "Nadia Rask", "Ivar Sjö")
PAGES = (
    "case",
    "case-timeline",
    "case-deadlines",
    "case-documents",
    "case-process",
    "case-log",
    "holds",
    "contact",
    "assessment",
    "disposition",
    "feedback",
    "case-note",
    "case-supplement",
    "case-times",
    "child-identify",
    "child-informed",
    "guardian-new",
    "case-assign",
    "case-hand-over",
    "case-liaison",
    "hold-new",
    "guardian-none",
    "case-end",
    "someone-here",
    "case-access",
    "case-block",
    "case-disclosures",
    "disclosure-new",
    "case-as-liaison",
)
_TAGS = re.compile(r"<script.*?</script>|<style.*?</style>|<[^>]*>", re.DOTALL)
_SWEDISH = re.compile(r"\b\w*[åäöÅÄÖ]\w*\b|\b(?:och|inte|eller|kontakt|Frist|anmälan|ärende)\b")


def swedish_in(client, path: str) -> set[str]:
    answer = client.get(path)
    assert answer.status_code == 200
    text = _TAGS.sub(" ", answer.content.decode())
    for name in NAMES:
        text = text.replace(name, "")
    return set(_SWEDISH.findall(text)) - {"och"}  # "Mottagning barn och unga"


@pytest.fixture
def sara(visit):
    client = visit("sara.lindh")
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def eventful():
    """A case in which nearly everything has happened."""
    case = make_report(
        acute_risk=True,
        reporter={"type": "police", "wants_feedback": True},
        children=[child(guardians=both_parents(), protected_identity="marked")],
    ).cases[0]
    protect(case, note="Talked to Albin.")
    call(case, outcome="no_answer")
    hold(case, "Olle", reason="Waiting for the prosecutor.")
    move(DAY + HOUR)
    sweep()
    call(case)
    reveal(person("sara.lindh"), case.pk, why="assess")
    return case


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_case_is_english_throughout(name, sara, eventful):
    assert swedish_in(sara, reverse(name, args=[eventful.pk])) == set()


@pytest.mark.parametrize("slug", ["transferred", "duplicate", "wrong-person", "adult", "not-identified"])
def test_the_forms_of_other_ends_are_english_throughout(slug, sara, eventful):
    assert swedish_in(sara, reverse("end-new", args=[eventful.pk, slug])) == set()


@pytest.mark.parametrize("name", ["case", "case-end", "case-timeline", "case-process", "disposition", "end-refuse"])
def test_an_end_that_waits_and_one_that_is_agreed_are_english_throughout(name, sara, eventful):
    propose(eventful, reason="Wrong name.")
    assert swedish_in(sara, reverse(name, args=[eventful.pk])) == set()
    confirm(eventful)
    assert swedish_in(sara, reverse(name, args=[eventful.pk])) == set()


@pytest.mark.parametrize("path", ["/?view=all", "/?view=mine", "/search/"])
def test_the_lists_are_english_throughout(path, sara, eventful):
    assert swedish_in(sara, path) == set()
