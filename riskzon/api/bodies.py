"""What can be sent: the body of every call that writes or searches."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Body as Param
from pydantic import Field

from riskzon.api.fields import LONG_TEXT, BirthDate, Body, Moment, Whole, YesNo, codes, words
from riskzon.models import (
    Assessment,
    Channel,
    Contact,
    Disposition,
    EmergencyAccess,
    Hold,
    Precision,
    ProtectedIdentity,
    Relation,
    ReporterType,
    ReportKind,
    Reveal,
)
from workflows.incoming import MOST_CHILDREN, MOST_GUARDIANS
from workflows.models import Breach
from workflows.verbs.feedback import FACTS

_Long = words(LONG_TEXT)
_Name = words(100)
_FullName = words(200)
_Number = words(20)
_Reason = words(LONG_TEXT, shortest=1)
_DEMO_CLOCK_LEAP = 2 * 366 * 86_400


class GuardianIn(Body):
    name: _FullName | None = None
    identity_number: _Number | None = None
    phone: words(40) | None = None
    relation: codes(Relation) | None = None
    is_custodian: YesNo | None = None
    language: words(60) | None = None
    interpreter: YesNo | None = None


class ChildIn(Body):
    """One child: a number, or a birth date, or an approximate age with a description."""

    identity_number: _Number | None = None
    birth_date: BirthDate | None = None
    approximate_age: Annotated[Whole, Field(ge=0, le=20)] | None = None
    description: _Long | None = None
    given_name: _Name | None = None
    family_name: _Name | None = None
    summary: _Long | None = None
    protected_identity: codes(ProtectedIdentity) | None = None
    home_municipality: _Name | None = None
    whereabouts: words(300) | None = None
    guardians: Annotated[list[GuardianIn], Field(max_length=MOST_GUARDIANS)] | None = None


class ReporterIn(Body):
    type: codes(ReporterType) | None = None
    name: _FullName | None = None
    organisation: _FullName | None = None
    wants_feedback: YesNo | None = None
    anonymous: YesNo | None = None


class CautionIn(Body):
    """No guardian is to be contacted yet: a provisional hold until social services decide."""

    code: codes(Hold.Code)
    note: _Long | None = None
    until: Moment


class ReportIn(Body):
    """What came in. `occurred_at`, or the precision `unknown`, is required for an arrest and an LOB custody."""

    kind: codes(ReportKind)
    occurred_at: Moment | None = None
    occurred_at_precision: codes(Precision) | None = None
    notified_at: Moment
    channel: codes(Channel) | None = None
    summary: _Long | None = None
    acute_risk: YesNo | None = None
    contact_caution: CautionIn | None = None
    reporter: ReporterIn | None = None
    children: Annotated[list[ChildIn], Field(min_length=1, max_length=MOST_CHILDREN)]


class SupplementIn(Body):
    text: _Long | None = None
    released_at: Moment | None = None
    released_to: _FullName | None = None


class TimesIn(Body):
    """The right times; what is not sent stays as it is. At least one."""

    occurred_at: Moment | None = None
    notified_at: Moment | None = None
    reason: _Reason


class FeedbackIn(Body):
    """One of three facts; nothing else may be told (SoL 19:6)."""

    fact: Literal[tuple(FACTS)]


class RevealIn(Body):
    """Why a protected identity must be shown; `reason` in own words where `why` is "other"."""

    why: codes(Reveal.Why)
    reason: words(500) | None = None


class SearchIn(Body):
    """A name or its beginning, an identity number, or a case number."""

    q: words(200, shortest=1)
    limit: Annotated[Whole, Field(ge=1, le=200)] = 50


class ChildPatch(Body):
    """What has become known of the child; what is not sent stays as it is."""

    identity_number: _Number | None = None
    birth_date: BirthDate | None = None
    given_name: _Name | None = None
    family_name: _Name | None = None
    description: _Long | None = None
    protected_identity: codes(ProtectedIdentity) | None = None
    home_municipality: _Name | None = None
    whereabouts: words(300) | None = None


class AssignIn(Body):
    username: words(150, shortest=1)


class BlockIn(Body):
    """Without `username`, or with one's own: for oneself, and a reason is not asked for."""

    username: words(150, shortest=1) | None = None
    reason: _Long | None = None


class HandOverIn(Body):
    """`unit`: the name or the slug of the unit that takes over."""

    unit: words(100, shortest=1)
    note: _Reason


class NewcomerIn(Body):
    """Somebody whom the case may not know yet, and what they say to be to the child."""

    name: words(200, shortest=1)
    relation: codes(Relation)


class ContactIn(Body):
    """With `guardian` or `person`. `also_cases`: the same call about siblings who share the guardian."""

    guardian: UUID | None = None
    person: NewcomerIn | None = None
    at: Moment
    channel: codes(Channel)
    outcome: codes(Contact.Outcome)
    note: _Long | None = None
    initiated_by: codes(Contact.Initiator) = "staff"
    also_cases: Annotated[list[UUID], Field(max_length=MOST_CHILDREN)] = []


class AssessmentIn(Body):
    outcome: codes(Assessment.Outcome)
    at: Moment
    note: _Long | None = None
    reassess_at: Moment | None = None


class HoldIn(Body):
    guardian: UUID
    code: codes(Hold.Code)
    reason: _Reason
    until: Moment


class RenewIn(Body):
    until: Moment
    reason: _Reason


class ReasonIn(Body):
    reason: _Reason


class DispositionIn(Body):
    """`void_kind` to `recipient` belong to `transferred` and `void`; the two pointers are case numbers or ids."""

    disposition: codes(Disposition)
    reason: _Long | None = None
    void_kind: words(20) | None = None
    replaced_by: words(40) | None = None
    duplicate_of: words(40) | None = None
    municipality: _Name | None = None
    recipient: _FullName | None = None


class ConfirmEndIn(Body):
    """`acknowledged_at`, `acknowledged_by`: of a transfer; `refuse` with its `reason`: the case goes on."""

    acknowledged_at: Moment | None = None
    acknowledged_by: _FullName | None = None
    refuse: YesNo = False
    reason: _Long | None = None


class InformedIn(Body):
    at: Moment
    note: _Long | None = None


class NoteIn(Body):
    text: _Reason


class ReviewIn(Body):
    cause: codes(Breach.Cause)
    action: _Reason


class EmergencyIn(Body):
    """`q`: a whole case number, or the child's identity number."""

    q: words(30, shortest=1)
    code: codes(EmergencyAccess.Code)
    reason: words(LONG_TEXT, shortest=1)


class EmergencyReviewIn(Body):
    outcome: codes(EmergencyAccess.Outcome)
    note: _Reason


class ClockIn(Body):
    """How far to move the demo's clock forward, at most two years at a time."""

    advance_seconds: Annotated[Whole, Field(ge=0, le=_DEMO_CLOCK_LEAP)]


class NothingIn(Body):
    """No field: `{}`, or no body at all."""


class AnswerIn(Body):
    """Nothing: confirmed. With `refuse` and a `reason`: refused."""

    refuse: YesNo = False
    reason: _Long | None = None


#: The default where a call has a body without any field.
NOTHING = Param(NothingIn())
CONFIRMED = Param(ConfirmEndIn())
AGREED = Param(AnswerIn())
