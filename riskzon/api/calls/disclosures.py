"""The disclosure register: what has left of a case, of a supervisor's units, and what a liaison has received."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.responses import Status
from pydantic import Field

from riskzon.access import Action, Ground
from riskzon.api import shaping
from riskzon.api.app import Routes
from riskzon.api.fields import LONG_TEXT, Answer, Body, Moment, Shown, YesNo, codes, words
from riskzon.disclosed import received
from riskzon.doors import forbidden, look
from riskzon.errors import Invalid
from riskzon.matrix import PLACES, Place
from riskzon.models import Authority, DisclosedField, Disclosure, DisclosureGround, DisclosureWay, Role
from riskzon.veil import is_protected
from workflows import veiled
from workflows.disclosing import Received, as_received
from workflows.verbs import disclosures
from workflows.verbs.disclosures import Leaving

routes = Routes(tags=["Disclosures"])

_Long = words(LONG_TEXT)
#: So many rows at most, the newest.
_MOST = 200


class DisclosureIn(Body):
    """`to`: the user name of a liaison, or the slug of their unit; `recipient` and `way` for everybody else.

    `corrects`: the row in whose place this one stands, with `reason`; `void`: nothing had left after all.
    """

    fields: list[codes(DisclosedField)] = Field(min_length=1, max_length=len(DisclosedField))
    account: _Long | None = None
    ground: codes(DisclosureGround)
    balancing: words(LONG_TEXT, shortest=1)
    authority: codes(Authority)
    to: words(150) | None = None
    recipient: words(200) | None = None
    way: Literal[tuple(one.value for one in DisclosureWay if one != DisclosureWay.SCREEN)] | None = None
    decided_by: words(150) | None = None
    left_at: Moment | None = None
    valid_until: Moment | None = None
    corrects: UUID | None = None
    reason: _Long | None = None
    void: YesNo = False


class DisclosureOut(Answer):
    """`content` by field: what left, as it was then. `corrected_by`: the row that stands in place of this one."""

    id: UUID
    case: UUID
    fields: list[str]
    content: dict[str, str]
    ground: str
    balancing: str
    authority: str
    to: str | None
    recipient: str | None
    way: str
    decided_by: str
    left_at: Shown
    valid_until: Shown | None
    registered_at: Shown
    registered_by: str
    corrects: UUID | None
    corrected_by: UUID | None
    reason: str
    void: bool


class ReceivedPiece(Answer):
    label: str
    text: str


class ReceivedOut(Answer):
    """What a liaison reads: the pieces, on which ground, decided by whom, until when. Nothing else of the case."""

    id: UUID
    pieces: list[ReceivedPiece]
    ground: str
    decided_by: str
    left_at: Shown
    valid_until: Shown | None


class DisclosureList(Answer):
    results: list[DisclosureOut | ReceivedOut]


@routes.get("/cases/{uuid:case_id}/disclosures", response=DisclosureList)
def list_disclosures(request: HttpRequest, case_id: UUID) -> DisclosureList:
    """What has left of one case, newest first; for the liaison who follows it, what was disclosed to that liaison."""
    with look(request.auth, "disclosures") as door:
        case = door.case(case_id, Action.FOLLOW)
        if Action.READ in case.rights:
            return DisclosureList(results=[_out(row) for row in _read().filter(case=case)])
        return DisclosureList(
            results=[_received(one) for one in as_received(received(door.user, door.now).filter(case=case), door.now)]
        )


@routes.get("/disclosures", response=DisclosureList)
def all_disclosures(request: HttpRequest) -> DisclosureList:
    """For a supervisor what has left of the unit's cases, for a liaison what was received; newest first, 200 at most."""
    if request.auth.role not in PLACES[Place.DISCLOSURES] | PLACES[Place.RECEIVED]:
        raise forbidden(request.auth, "disclosures")
    with look(request.auth, "disclosures") as door:
        if door.user.role == Role.LIAISON:
            found = as_received(received(door.user, door.now)[:_MOST], door.now)
            door.listed(list(dict.fromkeys(one.row.case_id for one in found)))
            return DisclosureList(results=[_received(one) for one in found])
        rows = list(
            _read()
            .select_related("case__child")
            .filter(case__in=door.cases.filter(ground=Ground.LEAD).values("pk"))[:_MOST]
        )
        door.listed(list(dict.fromkeys(row.case_id for row in rows)))
        return DisclosureList(results=[_in_list(row) for row in rows])


@routes.post("/cases/{uuid:case_id}/disclosures", response={201: DisclosureOut})
def add_disclosure(request: HttpRequest, case_id: UUID, said: DisclosureIn) -> Status[DisclosureOut]:
    """Register what leaves, on its ground and with its balancing note; or put an earlier row right by a new one."""
    given = said.model_dump(exclude={"corrects", "reason", "void"}, exclude_none=True)
    wanted = Leaving(**{**given, "fields": tuple(given["fields"])})
    if said.corrects is not None:
        row = disclosures.correct(
            request.auth, case_id, said.corrects, wanted, reason=said.reason or "", is_void=said.void
        )
    elif said.reason or said.void:
        raise Invalid.field("corrects", _("Ange vilken rad som rättas."))
    else:
        row = disclosures.disclose(request.auth, case_id, wanted)
    return Status(201, _out(shaping.written(request.auth, row, case_id, "disclosures")))


def _read() -> Any:
    people = ("decided_by", "by", "liaison", "post", "correction")
    return Disclosure.objects.select_related(*people).order_by("-left_at", "-at")


def _out(row: Disclosure) -> DisclosureOut:
    later = getattr(row, "correction", None)
    to = row.liaison.username if row.liaison else row.post.slug if row.post else None
    return DisclosureOut(
        id=row.pk,
        case=row.case_id,
        fields=row.fields,
        content=row.content,
        ground=row.ground,
        balancing=row.balancing,
        authority=row.authority,
        to=to,
        recipient=row.recipient or None,
        way=row.way,
        decided_by=row.decided_by.username,
        left_at=row.left_at,
        valid_until=row.valid_until,
        registered_at=row.at,
        registered_by=row.by.username,
        corrects=row.corrects_id,
        corrected_by=later.pk if later else None,
        reason=row.correction_reason,
        void=row.is_void,
    )


def _in_list(row: Disclosure) -> DisclosureOut:
    """As a row among others: what left about a child with a protected identity is read in its case."""
    if is_protected(row.case.child):
        veiled.empty([row])
    return _out(row)


def _received(one: Received) -> ReceivedOut:
    row = one.row
    return ReceivedOut(
        id=row.pk,
        pieces=[ReceivedPiece(label=label, text=text) for label, text in one.pieces],
        ground=row.ground,
        decided_by=str(row.decided_by),
        left_at=row.left_at,
        valid_until=row.valid_until,
    )
