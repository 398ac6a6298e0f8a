"""What is true: the tables of people, children, reports, cases, rights and the access log."""

from riskzon.models.absences import Absence
from riskzon.models.audit import AuditAction, AuditEntry, AuditHead, AuditSeal
from riskzon.models.canary import CANARY_USERNAME, Canary
from riskzon.models.cases import (
    Assessment,
    Case,
    Contact,
    Disposition,
    Hold,
    Note,
    WrittenOff,
)
from riskzon.models.children import Child, Guardian, Guardianship, ProtectedIdentity, Relation
from riskzon.models.clock import ProductClock
from riskzon.models.disclosures import Authority, DisclosedField, Disclosure, DisclosureGround, DisclosureWay
from riskzon.models.drafts import Draft
from riskzon.models.emergencies import SHORTEST_REASON, EmergencyAccess
from riskzon.models.ends import ENDS, EndProposal
from riskzon.models.entry import LoginSession, Passkey, RecoveryCode, SecondFactor, SignOn, Way
from riskzon.models.extracts import Extract
from riskzon.models.grants import CaseBlock, CaseGrant, CaseGroupGrant, CasePermission, GrantSource
from riskzon.models.investigations import ExtensionAnswer, Investigation, InvestigationEntry
from riskzon.models.people import ApiToken, LoginAttempt, Role, TokenScope, Unit, UnitKind, User
from riskzon.models.reports import (
    AdultNote,
    Channel,
    IdempotencyKey,
    Precision,
    Report,
    ReporterType,
    ReportKind,
    ReportSeries,
    Supplement,
    TimeCorrection,
)
from riskzon.models.reveals import Reveal
from riskzon.models.role_requests import RoleRequest

__all__ = [
    "CANARY_USERNAME",
    "ENDS",
    "SHORTEST_REASON",
    "Absence",
    "AdultNote",
    "ApiToken",
    "Assessment",
    "AuditAction",
    "AuditEntry",
    "AuditHead",
    "AuditSeal",
    "Authority",
    "Canary",
    "Case",
    "CaseBlock",
    "CaseGrant",
    "CaseGroupGrant",
    "CasePermission",
    "Channel",
    "Child",
    "Contact",
    "DisclosedField",
    "Disclosure",
    "DisclosureGround",
    "DisclosureWay",
    "Disposition",
    "Draft",
    "EmergencyAccess",
    "EndProposal",
    "ExtensionAnswer",
    "Extract",
    "GrantSource",
    "Guardian",
    "Guardianship",
    "Hold",
    "IdempotencyKey",
    "Investigation",
    "InvestigationEntry",
    "LoginAttempt",
    "LoginSession",
    "Note",
    "Passkey",
    "Precision",
    "ProductClock",
    "ProtectedIdentity",
    "RecoveryCode",
    "Relation",
    "Report",
    "ReportKind",
    "ReportSeries",
    "ReporterType",
    "Reveal",
    "Role",
    "RoleRequest",
    "SecondFactor",
    "SignOn",
    "Supplement",
    "TimeCorrection",
    "TokenScope",
    "Unit",
    "UnitKind",
    "User",
    "Way",
    "WrittenOff",
]
