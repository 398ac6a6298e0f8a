"""How does a test get the people of the contract, a moment on the clock, and a report that came in?"""

from datetime import datetime
from typing import Any
from uuid import uuid4

from riskzon import clock
from riskzon.models import User
from workflows.demo.people import People, ensure_people
from workflows.verbs.intake import Registered, register_report

#: Numbers from Skatteverket's published test set.
ALBIN, BEA, CASTOR = "20100702-2393", "20090608-2383", "20130505-2399"
ELSA, GUSTAV, ISAK = "20120304-2385", "20110418-2397", "20090109-2395"
MAJA, OLLE, PIA = "19800608-9240", "19800207-9294", "19820425-9264"

#: Friday afternoon, every unit open.
WORKDAY = "2026-11-13T14:00:00+01:00"


def people() -> People:
    """The units and users of the contract, made where missing."""
    return ensure_people()


def person(username: str) -> User:
    """One user of the contract by user name."""
    # Where one of them is, all are.
    found = User.objects.select_related("unit").filter(username=username).first()
    return found or people().users[username]


def at(text: str) -> datetime:
    """Stop the product's clock at an ISO moment with offset, and return it."""
    moment = datetime.fromisoformat(text)
    clock.stand_still(moment)
    return moment


def guardian(**fields: Any) -> dict[str, Any]:
    """One guardian of a report's body."""
    return {
        "name": "Maja Fiktivsson",
        "phone": "070-174 06 05",
        "relation": "mother",
        "is_custodian": True,
        **fields,
    }


def child(**fields: Any) -> dict[str, Any]:
    """One child of a report's body, with one guardian."""
    return {
        "identity_number": ALBIN,
        "given_name": "Albin",
        "family_name": "Fiktivsson",
        "guardians": [guardian()],
        **fields,
    }


def report_body(**fields: Any) -> dict[str, Any]:
    """The body of an arrest at the product's now, as `register_report` takes it."""
    now = clock.now()
    return {"kind": "arrest", "occurred_at": now, "notified_at": now, "children": [child()], **fields}


def make_report(by: str = "karin.ek", *, key: str | None = None, **fields: Any) -> Registered:
    """Register a report through the verb; `fields` go into its body."""
    return register_report(person(by), report_body(**fields), key=key or str(uuid4()))
