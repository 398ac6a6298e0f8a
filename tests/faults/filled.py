"""One case in which everything has happened, each with a text that somebody has typed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.faults.addresses import Place, plant
from tests.faults.client import now
from tests.faults.stand import Stand
from tests.faults.visitor import Visitor
from tests.product import wait_for

_BREACH = "SELECT id FROM workflows_breach WHERE case_id = %s AND kind = 'guardian_contact'"


def fill(stand: Stand, word: str, text: str, **fields: Any) -> Place:
    """A planted case (`word`, `fields`: as `plant` has them) of a report by somebody called `text`, whose limit had passed.

    `text` stands in a note, a contact, an assessment, a decision, a plan, what was disclosed, the explanation of the
    breach, and in an extract for the own file; `holes` leads to each that has an address.
    """
    reporter = {"type": "police", "name": text[:200], "organisation": text[:200]}
    occurred = (now() - timedelta(hours=25)).isoformat()
    place = plant(stand, word, report={"reporter": reporter, "occurred_at": occurred}, **fields)
    here, at = f"/cases/{place.case}", now().isoformat()
    contact = {"guardian": place.holes["guardian_id"], "channel": "phone", "outcome": "no_answer", "note": text}
    left = {"fields": ["account"], "account": text, "ground": "osl_10_21", "balancing": text, "authority": "police"}
    _sent(stand, f"{here}/notes", {"text": text})
    _sent(stand, f"{here}/contacts", {**contact, "at": at})
    _sent(stand, f"{here}/protective-assessment", {"outcome": "no_immediate_need", "note": text, "at": at})
    opened = _sent(stand, f"{here}/disposition", {"disposition": "opened", "reason": text})
    _sent(stand, f"/investigations/{opened['investigation']}/plan", {"form": "short", "text": text})
    disclosed = _sent(stand, f"{here}/disclosures", {**left, "recipient": text[:200], "way": "letter"})
    wait_for(lambda: bool(stand.ask(_BREACH, place.case)), seconds=60)
    breach = str(stand.ask(_BREACH, place.case)[0][0])
    _sent(stand, f"/breaches/{breach}/review", {"cause": "no_staff", "action": text}, by="sara.lindh")
    holes = {"disclosure_id": disclosed["id"], "breach_id": breach, "extract_id": _extract(stand, place)}
    return replace(place, holes={**place.holes, **holes})


def _sent(stand: Stand, where: str, body: dict[str, Any], by: str = "karin.ek") -> Any:
    answer = stand.caller(by).call("POST", where, body)
    assert answer.status in (200, 201), (where, answer.status, answer.body)
    return answer.json


def _extract(stand: Stand, place: Place) -> str:
    """One for the own file, which holds every text."""
    visitor, where = Visitor(stand.product.port, "karin.ek"), f"/cases/{place.case}/extracts/"
    made = visitor.post(where, {**visitor.form(where), "recipient": "own_file"})
    assert made.status_code == 302, made.status_code
    return urlsplit(made.headers["Location"]).path.rstrip("/").rpartition("/")[2]
