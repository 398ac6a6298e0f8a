"""No page of the intake mixes the two languages."""

import re

import pytest

from tests.factories import ALBIN, make_report
from tests.workflows.intake_pages.conftest import Paper
from tests.workflows.intake_pages.test_receipts import text

_SWEDISH = re.compile(r"\b\w*[åäöÅÄÖ]\w*\b|\b(?:och|inte|eller|till|för|frist|anmälan|kontakt)\b", re.IGNORECASE)
#: Units are called what they are called, and so is the pattern of a date.
NAMES = ("Mottagning barn och unga",)
PAGES = {
    "per.holm": [
        "/reports/new/",
        "/reports/new/arrest/",
        "/reports/new/lob-custody/",
        "/reports/own/",
        "/reports/colleagues/",
    ],
    "karin.ek": ["/reports/new/", "/reports/new/concern/", "/reports/known/"],
    "butik.city": ["/reports/new/concern/", "/reports/sent/"],
}


def swedish_in(page: str) -> set[str]:
    said = text(page)
    for name in NAMES:
        said = said.replace(name, "")
    return set(_SWEDISH.findall(said))


@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_english_throughout(visit, who: str) -> None:
    client = visit(who)
    client.cookies["django_language"] = "en"
    kind = "arrest" if who == "per.holm" else "concern"
    number = make_report(who, kind=kind).report.number
    for path in [*PAGES[who], f"/reports/{number}/receipt/"]:
        answer = client.get(path)
        assert answer.status_code == 200
        assert swedish_in(answer.content.decode()) == set(), path


def test_what_is_wrong_and_what_is_asked_is_english_too(visit) -> None:
    client = visit("karin.ek")
    client.cookies["django_language"] = "en"
    make_report("karin.ek")
    sheet = Paper(client, "/reports/new/arrest/").fill(
        occurred_at_date="2026-11-11",
        occurred_at_clock="13.00",
        reporter_anonymous="on",
        child_0_guardian_0_language="Somali",
    )
    sheet.press()
    assert swedish_in(sheet.text) == set()
    sheet.fill(child_0_identity_number=ALBIN).press("known:0")
    assert swedish_in(sheet.text) == set()
