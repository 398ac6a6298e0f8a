"""What the liaison has sent tells nothing of what the register knows: known, protected and unknown read alike."""

import re
from typing import Any

import pytest
from django.urls import reverse

from riskzon.models import Case
from tests.api.caller import Caller
from tests.factories import ALBIN, BEA, CASTOR, child, guardian, make_report, person
from workflows.verbs.people import name_liaison

UNKNOWN, KNOWN, PROTECTED = ALBIN, BEA, CASTOR
#: What differs from one report to the next, whoever it is about; and the birth dates of these three.
_OWN = re.compile(
    r"2010-07-02|2009-06-08|2013-05-05|[0-9a-f]{8}-[0-9a-f-]{27}|\b\d{8}-?\d{4}\b|\b\d{4}-\d{6}(?:-\d)?\b"
    r'|(?<=name="csrfmiddlewaretoken" value=")\w+|(?<=data-session=")[\d ]+|(?<=name="draft" value=")[^"]+'
)


@pytest.fixture(autouse=True)
def _register() -> None:
    """Two children whom social services know, one of them in hiding."""
    known = {"given_name": "Kanarie", "family_name": "Kanariesson", "whereabouts": "Kanarievägen"}
    adults = [guardian(name="Kanariemamma", phone="070-174 06 41")]
    make_report(children=[child(identity_number=KNOWN, guardians=adults, **known)])
    make_report(
        children=[
            child(identity_number=PROTECTED, guardians=adults, protected_identity="assumed_identity", **known),
        ]
    )


def sends(number: str, **fields: Any) -> dict[str, Any]:
    """The answer to a report that the liaison registers about this number."""
    sent = child(identity_number=number, given_name="Nova", whereabouts="Stationen", **fields)
    answer = Caller("per.holm").report(children=[sent])
    assert answer.status_code == 201
    return answer.json()


def alike(text: str) -> str:
    assert "Kanarie" not in text
    # The way back after a login names the page's own address, quoted.
    return _OWN.sub("*", text.replace("%3D", "="))


@pytest.mark.parametrize("number", [KNOWN, PROTECTED])
def test_the_api_answers_alike_then_and_later(number):
    per, answers = Caller("per.holm"), []
    for one in (UNKNOWN, number):
        sent = sends(one)
        case = sent["cases"][0]
        assert (case["child"]["given_name"], case["guardians"][0]["name"]) == ("Nova", "Maja Fiktivsson")
        paths = (f"/reports/{sent['number']}", f"/cases/{case['id']}", f"/cases?q={case['number']}")
        found = per.post("/cases/search", {"q": case["child"]["identity_number"]})
        answers.append([alike(str(sent)), alike(found.content.decode())])
        answers[-1] += [alike(per.get(path).content.decode()) for path in paths]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("number", [KNOWN, PROTECTED])
def test_the_pages_read_alike(number, visit):
    per, pages = visit("per.holm"), []
    # Both first: the liaison is told of each, and every page says how much of that is unread.
    for sent in [sends(one) for one in (UNKNOWN, number)]:
        case, guardian_id = sent["cases"][0]["id"], sent["cases"][0]["guardians"][0]["id"]
        addresses = (
            reverse("report-receipt", args=[sent["number"]]),
            f"{reverse('report-form', args=['arrest'])}?after={sent['number']}",
            *(reverse(name, args=[case]) for name in ("case", "contact", "case-supplement", "case-times")),
            reverse("guardian-here", args=[case, guardian_id]),
        )
        pages.append([alike(per.get(address).content.decode()) for address in addresses])
        assert "Nova" in pages[-1][0]
        assert "Stationen" in pages[-1][1]
    lines = [[line for page in read for line in page.splitlines()] for read in pages]
    assert [pair for pair in zip(*lines, strict=True) if len(set(pair)) > 1] == []


def test_each_own_report_is_found_by_the_name_that_was_sent():
    cases = {sends(number)["cases"][0]["id"] for number in (UNKNOWN, KNOWN, PROTECTED)}
    found = Caller("per.holm").post("/cases/search", {"q": "Nova"}).json()["results"]
    assert {case["id"] for case in found} == cases


def test_a_protection_that_the_liaison_reported_is_answered_as_it_was_reported():
    case = sends(PROTECTED, protected_identity="marked")["cases"][0]
    assert case["child"]["protected_identity"] == "marked"
    assert "given_name" not in case["child"]
    assert "name" not in case["guardians"][0]


def test_a_liaison_who_sent_nothing_reads_a_number():
    sent = sends(PROTECTED)["cases"][0]
    name_liaison(person("karin.ek"), Case.objects.get(pk=sent["id"]).pk, username="nadia.rask")
    answer = Caller("nadia.rask").get(f"/cases/{sent['id']}")
    assert answer.status_code == 200
    assert not any(word in answer.content.decode() for word in ("Nova", "Maja", "Kanarie", PROTECTED, "Stationen"))
