"""What is sent to each address: right in form, so that a refusal is about the right to do it and nothing else."""

from typing import Any

from tests.access.world import GRANTED, OTHER_UNIT, Target
from tests.factories import ALBIN
from workflows.demo.people import PASSWORD

_AT, _UNTIL = ("2026-11-13", "13.55"), ("2026-11-14", "10.00")
WORDS = "Skrivet under provet."


def page_body(name: str, target: Target, situation: str) -> dict[str, str]:
    """The fields of a page's form."""
    match name:
        case "login":
            return {"username": "karin.ek", "password": "fel"}
        case "printed":
            return {"how": "print", "page": "/search/"}
        case "token":
            return {"name": WORDS, "scope": "read", "days": "30", "password": PASSWORD}
        case "language":
            return {"language": "en", "next": "/"}
        case "search":
            return {"q": "Kanarie"}
        case "known":
            return {"identity_number": ALBIN}
        case "absence":
            return _moment("starts_at", ("2026-12-21", "08.00"))
        case "look":
            return {"do": "begin", "identity_number": ALBIN}
        case "read":
            return {"until": "2026-11-13T23:00:00+01:00"}
        case "phone":
            return {"phone": "070-174 06 07"}
        case "clock":
            return {"advance_seconds": "60"}
        case "contact":
            return {"guardian": str(target.guardian), "outcome": "no_answer", "channel": "phone", **_moment("at", _AT)}
        case "here":
            return {"by_guardian": "on", "note": WORDS}
        case "someone_here":
            return {"name": "Ny Vuxen", "relation": "mother", "by_guardian": "on", "note": WORDS}
        case "assessment":
            return {"outcome": "no_immediate_need", "note": WORDS, **_moment("at", _AT)}
        case "informed":
            return _moment("at", _AT)
        case "acknowledge":
            return {"acknowledged_by": "Ulla Ulricehamn", **_moment("acknowledged_at", _AT)}
        case "child":
            return {"given_name": "Nytt", "protected_identity": "none"}
        case "guardian":
            return {"name": "Ny Vuxen", "relation": "other", "is_custodian": "no"}
        case "times":
            earlier = ("2026-11-01", "10.00")
            return {"reason": WORDS, **_moment("occurred_at", earlier), **_moment("notified_at", earlier)}
        case "hold":
            return {
                "guardian": str(target.guardian),
                "code": "HOLD_HONOUR",
                "reason": WORDS,
                **_moment("until", _UNTIL),
            }
        case "renew":
            return {"reason": WORDS, **_moment("until", _UNTIL)}
        case "told":
            return {"whom": str(target.guardian), "told": "no", "reason": WORDS, **_moment("at", _AT)}
        case "heard":
            return {"heard": "no", "text": WORDS, **_moment("at", _AT)}
        case "disclosure" | "disclosure_again":
            said = {"fields_left": "case_worker", "authority": "prosecutor", "recipient": WORDS, "way": "letter"}
            said |= {"ground": "osl_10_28", "balancing": WORDS, "decided_by": "*", **_moment("left_at", _AT)}
            return said | ({"reason": WORDS} if name == "disclosure_again" else {})
        case _:
            return _plain(name, situation)


def call_body(name: str, target: Target, situation: str) -> dict[str, Any]:
    """The body of a call."""
    at, until = (f"{day}T{clock.replace('.', ':')}:00+01:00" for day, clock in (_AT, _UNTIL))
    match name:
        case "report":
            return {
                "kind": "concern",
                "notified_at": at,
                "children": [{"birth_date": "2014-01-01", "given_name": "Ny"}],
            }
        case "search":
            return {"q": "Kanarie"}
        case "clock":
            return {"advance_seconds": 60}
        case "absence":
            return {"starts_at": "2026-12-21T08:00:00+01:00"}
        case "contact":
            return {"guardian": str(target.guardian), "outcome": "no_answer", "channel": "phone", "at": at}
        case "assessment":
            return {"outcome": "no_immediate_need", "note": WORDS, "at": at}
        case "informed":
            return {"at": at}
        case "child":
            return {"given_name": "Nytt"}
        case "guardian":
            return {"name": "Ny Vuxen", "relation": "other", "is_custodian": False}
        case "times":
            return {
                "reason": WORDS,
                "notified_at": "2026-11-01T10:00:00+01:00",
                "occurred_at": "2026-11-01T10:00:00+01:00",
            }
        case "hold":
            return {"guardian": str(target.guardian), "code": "HOLD_HONOUR", "reason": WORDS, "until": until}
        case "renew":
            return {"reason": WORDS, "until": until}
        case "told":
            return {"guardian": str(target.guardian), "told": False, "reason": WORDS, "at": at}
        case "heard":
            return {"heard": False, "text": WORDS, "at": at}
        case "disclosure":
            return {
                "fields": ["case_worker"],
                "authority": "prosecutor",
                "recipient": WORDS,
                "way": "letter",
                "ground": "osl_10_28",
                "balancing": WORDS,
            }
        case _:
            return _plain(name, situation)


def _plain(name: str, situation: str) -> dict[str, str]:
    """What a form and a call have in common."""
    return {
        "": {},
        "nothing": {},
        "assign": {"username": "lina.dahl" if situation == OTHER_UNIT else "karin.ek"},
        "hand_over": {"unit": "utredning-syd", "note": WORDS},
        "liaison": {"username": "nadia.rask"},
        "disposition": {"disposition": "linked" if situation == GRANTED else "opened"},
        "conflict": {"reason": WORDS},
        "block": {"username": "jour.vakt", "reason": WORDS},
        "feedback": {"fact": "opened"},
        "note": {"text": WORDS},
        "reveal": {"why": "contact"},
        "extract": {"recipient": "own_file"},
        "extract_decision": {"decision": "refuse", "reason": WORDS},
        "supplement": {"text": WORDS},
        "reason": {"reason": WORDS},
        "role": {"role": "analyst", "reason": WORDS},
        "account": {
            "username": "ny.person",
            "given_name": "Ny",
            "family_name": "Person",
            "role": "analyst",
            "reason": WORDS,
        },
        "not_needed": {"reason": WORDS},
        "plan": {"form": "short", "text": WORDS},
        "extend": {"until": "2027-04-30", "reason": WORDS},
        "close": {"outcome": "lvu", "reason": WORDS},
        "statement": {"until": "2026-12-22"},
        "end": {"reason": WORDS},
        "refuse": {"reason": WORDS},
        "log_review": {"outcome": "no_remark", "note": WORDS},
        "review": {"cause": "no_staff", "action": WORDS},
        # A number that nobody has: what it does where there is one is asked elsewhere.
        "emergency": {"q": "2026-999999-1", "code": "danger", "reason": WORDS},
        "emergency_review": {"outcome": "justified", "note": WORDS},
        "rule": {"amount": "12", "length": "hours", "enabled": "on", "ground": WORDS, "reason": WORDS},
        "ladder": {
            "rung_0_when": "before",
            "rung_0_amount": "1",
            "rung_0_unit": "days",
            "rung_0_who": "holder",
            "breach": "lead",
            "ground": WORDS,
            "reason": WORDS,
        },
        "roster_person": {"person": "jour.reserv"},
        "roster_pattern": {
            "person": "jour.reserv",
            "weekdays": "4",
            "starts": "17.00",
            "ends": "08.00",
            "valid_from": "2026-12-01",
        },
        "roster_end": {"last_day": "2026-12-01"},
        "roster_extra": {"person": "jour.reserv", "day": "2026-12-01", "starts": "17.00", "ends": "08.00"},
    }[name]


def _moment(name: str, moment: tuple[str, str]) -> dict[str, str]:
    return {f"{name}_date": moment[0], f"{name}_clock": moment[1], f"{name}_fold": ""}
