"""What does an extract of one case show to whom it is for: the own file, the young person, one guardian, an authority?

Cut by the recipient (JO 5932-2012): nobody reads where another guardian lives or is called, nobody but the own file who
reported where that is secret (OSL 26:5), and where the child's identity is protected no extract says who or where it is,
nor holds a text that could. What was decided for a sibling counts as well. Everything is made anew when the extract is
opened, by what holds then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from riskzon.access import CASE_ROLES
from riskzon.identity import format_identity
from riskzon.models import (
    AuditAction,
    Extract,
    Hold,
    ProtectedIdentity,
    Relation,
    ReporterType,
    Role,
)
from riskzon.timewords import moment
from riskzon.veil import is_protected
from workflows import caselog
from workflows.casefile import CaseFile, GuardianLine
from workflows.models import Kind
from workflows.redaction import Redaction, numbers
from workflows.siblings import Siblings

#: So many lines of the access log at most, the newest.
LOG_ROWS = 2000
#: What tells that contact with somebody waits: for the own file alone.
_ABOUT_HOLDS = ("hold-", "answer-")
_SECRET_REPORTERS = frozenset({ReporterType.PRIVATE, ReporterType.CUSTODIAN, ReporterType.BUSINESS})
_To = Extract.Recipient


@dataclass(frozen=True)
class Row:
    label: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class Section:
    code: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Content:
    """`left_out`: in words, what does not stand here and on which ground."""

    sections: tuple[Section, ...]
    left_out: tuple[str, ...]


def recipients(file: CaseFile) -> list[GuardianLine]:
    """The guardians for whom an extract can be made: those with custody or not checked, and a god man; none while hidden."""
    return [
        line
        for line in file.guardians
        if line.is_custodian is not False or line.relation == Relation.APPOINTED_GUARDIAN
    ]


def must_stop(file: CaseFile, siblings: Siblings, extract: Extract) -> list[Hold] | None:
    """What makes a supervisor decide before this guardian reads anything; None: nothing does.

    The holds on this guardian, for this child or a sibling; [] where only a protected identity, of either, is the reason.
    """
    if extract.recipient != _To.GUARDIAN:
        return None
    holds = [hold for hold in file.holds if hold.guardian_id in (None, extract.guardian_id)]
    holds += siblings.holds_on(extract.guardian_id)
    return holds if holds or is_protected(file.case.child) or siblings.is_protected else None


def is_stopped(file: CaseFile, siblings: Siblings, extract: Extract) -> bool:
    """Whether nothing of it is shown: it waits, it was refused, a hold is newer than the decision, the guardian is hidden."""
    if extract.recipient == _To.GUARDIAN and extract.guardian_id not in {line.id for line in recipients(file)}:
        return True
    reasons = must_stop(file, siblings, extract)
    if reasons is None:
        return extract.stops and not extract.is_released
    released = extract.decided_at if extract.is_released else None
    return released is None or any(hold.decided_at > released for hold in reasons)


def content(file: CaseFile, siblings: Siblings, extract: Extract) -> Content:
    """The extract; the caller has seen to it that it is not stopped and that `file` is not veiled."""
    cut = _Cut(file, siblings, extract)
    sections = [
        Section("child", _("Barnet"), tuple(cut.child())),
        Section("family", _("Familj och företrädare"), tuple(cut.family())),
        Section("report", _("Anmälan"), tuple(cut.report())),
        Section("entries", _("Vad som har hänt"), tuple(cut.entries())),
        Section("decision", _("Beslut om utredning"), tuple(cut.decision())),
    ]
    if extract.recipient != _To.AUTHORITY:
        sections.append(Section("deadlines", _("Frister"), tuple(cut.deadlines())))
        sections.append(Section("log", _("Vem har sett ärendet"), tuple(cut.log())))
    return Content(tuple(section for section in sections if section.rows), tuple(cut.left_out()))


class _Cut:
    def __init__(self, file: CaseFile, siblings: Siblings, extract: Extract) -> None:
        self.file, self.case, self.child_ = file, file.case, file.case.child
        self.siblings = siblings
        self.to = _To(extract.recipient)
        self.is_protected = is_protected(self.child_)
        self.is_own_file = self.to == _To.OWN_FILE
        self.me = next((line for line in file.guardians if line.id == extract.guardian_id), None)
        self.is_held = must_stop(file, siblings, extract) is not None
        # Where one is held, or hidden from, the others are not named to anybody outside.
        self.keeps_apart = bool(file.holds or siblings.holds or siblings.is_protected)
        self.names_adults = not self.is_protected and (self.is_own_file or not self.keeps_apart)
        self.shows_texts = not self.is_protected and not self.is_held
        self.redaction = self._redaction()
        self.seen = self._seen()

    def child(self) -> Iterator[Row]:
        child = self.child_
        yield Row(_("Ärende"), self.case.number)
        if self.is_protected:
            yield Row(_("Skydd"), str(ProtectedIdentity(child.protected_identity).label))
            return
        born = child.birth_date.isoformat() if child.birth_date else ""
        yield Row(_("Namn"), child.name)
        yield Row(_("Personnummer"), format_identity(child.identity_number) if child.identity_number else born)
        if child.home_municipality:
            yield Row(_("Folkbokföringskommun"), child.home_municipality)
        if child.whereabouts and not (self.to == _To.GUARDIAN and self.keeps_apart):
            yield Row(_("Barnet är"), child.whereabouts)

    def family(self) -> Iterator[Row]:
        for line in self.file.guardians:
            parts = [line.name] if self.names_adults or (line is self.me and not self.is_protected) else []
            if ((self.is_own_file and line.hold is None) or line is self.me) and line.phone and not self.is_protected:
                parts.append(line.phone)
            yield Row(line.relation_label, ", ".join(parts) or _("Namnet lämnas inte i det här utdraget"))

    def report(self) -> Iterator[Row]:
        report = self.case.report
        yield Row(_("Typ"), str(report.get_kind_display()))
        if report.occurred_at is not None:
            yield Row(_("Hände"), moment(report.occurred_at), report.occurred_at)
        yield Row(_("Kom in"), moment(report.notified_at), report.notified_at)
        yield Row(_("Anmälare"), self._reporter())
        if self.case.summary and self.shows_texts:
            yield Row(_("Vad anmälan säger om barnet"), self._said(self.case.summary))
        if self.is_own_file and self.shows_texts and self.file.report_summary:
            yield Row(_("Vad anmälan säger om händelsen"), self.file.report_summary)

    def entries(self) -> Iterator[Row]:
        for entry in reversed(self.file.timeline):
            if not entry.copyable or (not self.is_own_file and entry.anchor.startswith(_ABOUT_HOLDS)):
                continue
            label = entry.title if self.names_adults and self.is_own_file else self._said(entry.title)
            texts = [*map(str, entry.facts), entry.text] if self.shows_texts else []
            said = "\n".join(self._said(text) for text in texts if text)
            yield Row(label if self.shows_texts else self._bare(label), said, entry.at)

    def decision(self) -> Iterator[Row]:
        if self.case.disposed_at is not None:
            yield Row(str(self.case.get_disposition_display()), str(self.case.disposed_by), self.case.disposed_at)

    def deadlines(self) -> Iterator[Row]:
        for row in self.file.deadlines:
            if self.is_own_file or row.kind not in (Kind.HOLD_REVIEW, Kind.BREACH_REVIEW):
                words = [_("Senast %(when)s") % {"when": moment(row.due_at)}, str(row.get_state_display())]
                yield Row(str(row.get_kind_display()), ". ".join(words), row.due_at)

    def log(self) -> Iterator[Row]:
        """Outside the own file by role and unit: who read, not which page, which would tell of holds."""
        for line in self.seen.lines:
            entry = line.entry
            role = str(Role(entry.role).label) if entry.role else _("Systemet")
            who = [role, entry.unit.name if entry.unit else ""]
            if self.is_own_file:
                who.insert(0, str(entry.actor or ""))
            yield Row(str(entry.get_action_display()), ", ".join(filter(None, who)), entry.product_at)

    def left_out(self) -> Iterator[str]:
        if older := self.seen.total - len(self.seen.lines):
            yield _("Åtkomstloggens äldsta rader: %(older)s av %(total)s. De står i ärendet.") % {
                "older": older,
                "total": self.seen.total,
            }
        if self.is_protected:
            yield _(
                "Barnets namn, nummer, adress, familj och alla texter: skyddade personuppgifter (OSL 21:3, 22:1, 26:1)."
            )
        if self.is_own_file:
            return
        if not self.is_protected:
            yield _("Uppgifter om andra personer, till exempel telefonnummer och syskon (OSL 26:1).")
        if self._is_reporter_secret():
            yield _("Vem som har anmält (OSL 26:5).")
        if self.to != _To.AUTHORITY:
            yield _("I listan över vem som har sett ärendet: andra än socialsekreterare, enhetschef och jour.")
        if self.is_held and not self.is_protected:
            yield _("Texter, och var barnet är (OSL 12:3, 26:1).")

    def _seen(self) -> caselog.Log:
        """Who has looked; nothing for an authority, which is not told.

        Outside the own file only those who work with cases: any other role would tell who reported, or that somebody is biased.
        """
        if self.to == _To.AUTHORITY:
            return caselog.Log((), 0, None)
        rows = caselog.about(self.case.pk).exclude(what__in=caselog.ABOUT_BLOCKS)
        if not self.is_own_file:
            rows = rows.filter(role__in=CASE_ROLES)
            if self._is_reporter_secret():
                rows = rows.exclude(action=AuditAction.REGISTER)
        return caselog.read(rows.exclude(action__in=(AuditAction.DENIED, AuditAction.SYSTEM)), most=LOG_ROWS)

    def _reporter(self) -> str:
        report = self.case.report
        if report.reporter_anonymous:
            return _("Anonym")
        if not self.is_own_file and self._is_reporter_secret():
            return _("Lämnas inte ut")
        kind = str(report.get_reporter_type_display()) if report.reporter_type else ""
        parts = [kind] if self.is_protected or self.is_held else [kind, report.reporter_organisation]
        if self.is_own_file and not self.is_protected:
            parts.append(report.reporter_name)
        return ", ".join(filter(None, parts)) or _("okänd")

    def _is_reporter_secret(self) -> bool:
        report = self.case.report
        return report.reporter_anonymous or report.reporter_type in ("", *_SECRET_REPORTERS)

    def _said(self, text: str) -> str:
        return text if self.is_own_file and not self.is_protected else self.redaction.apply(text)

    def _bare(self, label: str) -> str:
        """Without the guardian before the colon, whom the case may have under an older name."""
        return label.rsplit(": ", 1)[-1]

    def _redaction(self) -> Redaction:
        report, child, me = self.case.report, self.child_, self.me
        others = [line.name for line in self.file.guardians if line is not me]
        names = [*others, *(child.name for child in self.siblings.children), report.reporter_name]
        names += [f"{one.given_name} {one.family_name}" for one in report.adult_notes.all()]
        if self.is_protected or self._is_reporter_secret():
            names.append(report.reporter_organisation)
        own: list[Any] = [] if self.is_protected else [child.name, me.name if me else ""]
        known = () if self.is_protected else (child.identity_number, me.phone if me else "")
        if self.is_protected:
            names += [child.name, me.name if me else ""]
        return Redaction(tuple(names), tuple(own), numbers(*known))
