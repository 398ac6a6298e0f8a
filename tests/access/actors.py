"""Who tries the addresses, on which grounds do they reach which case, and what can an answer come down to?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, Flag, auto

from tests.access.world import CLOSED, GRANTED, OTHER_UNIT, OWN_REPORT, OWN_UNIT, PARTNERS


class Says(Flag):
    """What an answer comes down to."""

    OK = auto()  # 200, 201, 204, or a redirect to another page
    LATE = auto()  # 409 or 422: allowed, but not now or not like this
    NO = auto()  # 403: the case may be seen, this may not be done
    HIDDEN = auto()  # 404: missing, or not for this person; nobody can tell which
    LOGIN = auto()  # 302 to the login page
    KEY = auto()  # 401: no valid token
    METHOD = auto()  # 405
    FAULT = auto()  # anything else
    TRIED = OK | LATE


OK, NO, HIDDEN, LOGIN, KEY, METHOD, FAULT, TRIED = (
    Says.OK, Says.NO, Says.HIDDEN, Says.LOGIN, Says.KEY, Says.METHOD, Says.FAULT, Says.TRIED
)  # fmt: skip


class By(Enum):
    """On which ground somebody reaches a case."""

    LEAD = auto()
    UNIT = auto()
    HANDLE = auto()
    DUTY = auto()
    FOLLOW = auto()


@dataclass(frozen=True)
class Actor:
    """One person at one time of day. `reaches`: on which ground each situation; what is not there is not seen."""

    username: str
    reaches: Mapping[str, By] = field(default_factory=dict)
    at_night: bool = False

    @property
    def is_known(self) -> bool:
        return self.username not in ("", "omar.nyman")


_INTAKE = (OWN_UNIT, OWN_REPORT, GRANTED, PARTNERS, CLOSED)
ACTORS = {
    "anonymous": Actor(""),
    "deactivated": Actor("omar.nyman"),
    "worker": Actor("karin.ek", dict.fromkeys(_INTAKE, By.UNIT)),
    "worker elsewhere": Actor("lina.dahl", {OTHER_UNIT: By.UNIT, GRANTED: By.HANDLE}),
    "lead": Actor("sara.lindh", dict.fromkeys(_INTAKE, By.LEAD)),
    "lead elsewhere": Actor("jonas.falk", {OTHER_UNIT: By.LEAD}),
    "duty by day": Actor("jour.vakt"),
    "duty by night": Actor(
        "jour.vakt", dict.fromkeys((OWN_UNIT, OWN_REPORT, GRANTED, PARTNERS), By.DUTY), at_night=True
    ),
    "liaison": Actor("per.holm", dict.fromkeys((OWN_REPORT, CLOSED), By.FOLLOW)),
    "liaison elsewhere": Actor("nadia.rask"),
    "head": Actor("maria.oberg"),
    "analyst": Actor("stina.berg"),
    "log reviewer": Actor("lars.wik"),
    "admin": Actor("it.admin"),
    "partner": Actor("butik.city"),
    "partner elsewhere": Actor("kiosk.syd"),
}
KNOWN = tuple(name for name, actor in ACTORS.items() if actor.is_known)
STAFF = ("worker", "worker elsewhere", "lead", "lead elsewhere", "duty by day", "duty by night")
LIAISONS = ("liaison", "liaison elsewhere")
PARTNERS_TOO = ("partner", "partner elsewhere")
LEADS = ("lead", "lead elsewhere")
REGISTER = (*STAFF, *LIAISONS, *PARTNERS_TOO)
FULL = (By.LEAD, By.UNIT, By.HANDLE, By.DUTY)
