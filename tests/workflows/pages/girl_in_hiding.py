"""A girl with a protected identity, and every word that would tell who she is, where, and whose daughter."""

from typing import Any

import pytest

from riskzon.models import Case, Guardian
from tests.acts import call, hold, protect
from tests.factories import ELSA, MAJA, child, guardian, make_report, person
from workflows.verbs.contacts import write_off
from workflows.verbs.disposition import dispose
from workflows.verbs.notes import write_note
from workflows.verbs.people import take
from workflows.verbs.supplements import supplement

#: What tells who she is, where, and whose daughter: in fields and in texts.
WORDS = (
    *("Kanariella", "Kanariesson", ELSA, ELSA.replace("-", ""), "2012-03-04", "Kanarievägen", "Kanarieskolan"),
    *("Kanariemamma", "Kanariepappa", "070-174 06 41", "070-174 06 42", MAJA, "Kanariebror"),
    *("Kanariemorfar", "070-174 06 43", "Kanariegatan"),
)


@pytest.fixture
def case(db: None) -> Case:
    """Karin's case about a girl in hiding, with everything that can be written in it."""
    adults = [
        guardian(name="Kanariemamma Kanariesson", identity_number=MAJA, phone="070-174 06 41"),
        guardian(name="Kanariepappa Kanariesson", phone="070-174 06 42", relation="father"),
    ]
    grandfather = guardian(name="Kanariemorfar Kanariesson", phone="070-174 06 43", relation="other")
    girl = child(
        identity_number=ELSA,
        given_name="Kanariella",
        family_name="Kanariesson",
        summary="Kanariella går på Kanarieskolan.",
        whereabouts="Kanarievägen 4",
        protected_identity="marked",
        guardians=[*adults, grandfather],
    )
    brother = child(given_name="Kanariebror", family_name="Kanariesson", guardians=adults)
    reporter = {"type": "school", "name": "Kanariepappa", "organisation": "Kanarieskolan", "wants_feedback": True}
    made = make_report("per.holm", summary="Kanarievägen 4", reporter=reporter, children=[girl, brother]).cases[0]
    karin = person("karin.ek")
    take(karin, made.pk)
    call(made, "Kanariepappa", outcome="no_answer", note="Kanariella svarade")
    not_sought = Guardian.objects.get(name__startswith="Kanariemorfar")
    write_off(karin, made.pk, guardian=not_sought.pk, reason="Bor inte på Kanariegatan längre")
    protect(made, note="Bor på Kanarievägen")
    write_note(karin, made.pk, text="Kanarieskolan ringde")
    supplement(karin, made.report.number or "", text="Kanarievägen 4", released_to="Kanariemamma")
    hold(made, "Kanariepappa", code="HOLD_PROTECTED_ID", reason="Kanariepappa letar")
    dispose(karin, made.pk, disposition="opened")
    return Case.objects.get(pk=made.pk)


def found_in(answer: Any) -> list[str]:
    """Those of her words that stand in an answer."""
    is_call = "json" in answer["Content-Type"]
    # In JSON an ä is written by its number.
    text = str(answer.json()) if is_call else answer.content.decode()
    return [word for word in WORDS if word in text]
