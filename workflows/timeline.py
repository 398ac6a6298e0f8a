"""What has happened in a case, in one list: what people did, and more quietly what the system did."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskzon.models import (
    Contact,
    Guardian,
    InvestigationEntry,
    ReportKind,
    Supplement,
)
from riskzon.timewords import moment
from riskzon.ui import Entry
from workflows import ends, logged
from workflows.models import Breach, DeadlineEvent, Kind

if TYPE_CHECKING:
    from workflows.casefile import CaseFile

_REACHED = {Contact.Outcome.REACHED, Contact.Outcome.REFUSED}


def timeline(file: CaseFile) -> list[Entry]:
    """Every event of the case, newest first, in a constant number of statements."""
    entries = [
        *_report(file),
        *_contacts(file),
        *_assessments(file),
        *_holds(file),
        *_answered(file),
        *_decision(file),
        *_investigation(file),
        *ends.entries(file.ends),
        *_written(file),
        *logged.entries(file.case),
        *_clocks(file),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def guardian_name(file: CaseFile, guardian: Guardian) -> str:
    """What is written of a guardian: the role, and no name, once guardians are hidden (`CaseFile.hides_guardians`), or
    while the child's protected identity is."""
    return (not file.hides_guardians and not file.case.is_veiled and guardian.name) or _("Vårdnadshavare")


def _report(file: CaseFile) -> Iterator[Entry]:
    report = file.case.report
    kind = str(ReportKind(report.kind).label)
    if report.occurred_at is not None:
        yield Entry(at=report.occurred_at, title=kind, icon="map-pin", quiet=True)
    yield Entry(at=report.notified_at, title=_("Anmälan kom in"), text=kind, icon="inbox", quiet=True)
    yield Entry(
        at=report.registered_at,
        title=_("Registrerade anmälan"),
        who=str(report.registered_by),
        text=file.case.summary,
        icon="file-text",
        anchor=f"report-{report.pk}",
        copyable=True,
    )
    fields = {"occurred_at": _("Händelsens tid"), "notified_at": _("Anmälan kom in")}
    for correction in file.corrections:
        change = [_("%(field)s: %(old)s") % {"field": fields[correction.field], "old": _when(correction.old)}]
        change.append(_("Rättad till: %(new)s") % {"new": _when(correction.new)})
        yield Entry(
            at=correction.at,
            title=_("Rättade en tid"),
            who=str(correction.by),
            text=correction.reason,
            icon="clock-alert",
            anchor=f"correction-{correction.pk}",
            copyable=True,
            facts=change,
        )
    yield from (_supplement(row) for row in file.supplements)


def _supplement(row: Supplement) -> Entry:
    facts = []
    if row.released_at is not None:
        facts.append(_("Frigiven %(at)s") % {"at": moment(row.released_at)})
    if row.released_to:
        facts.append(_("Lämnad till %(whom)s") % {"whom": row.released_to})
    return Entry(
        at=row.at,
        title=_("Kompletterade anmälan"),
        who=str(row.by),
        text=row.text,
        icon="file-plus",
        anchor=f"supplement-{row.pk}",
        copyable=True,
        facts=facts,
    )


def _contacts(file: CaseFile) -> Iterator[Entry]:
    for contact in file.contacts:
        facts = [str(contact.get_channel_display())]
        if contact.initiated_by == Contact.Initiator.GUARDIAN:
            facts.append(_("Vårdnadshavaren tog kontakten"))
        if contact.recorded_at > contact.at:
            facts.append(_("Antecknat %(at)s") % {"at": moment(contact.recorded_at)})
        reached = contact.outcome in _REACHED
        yield Entry(
            at=contact.at,
            title=f"{guardian_name(file, contact.guardian)}: {contact.get_outcome_display()}",
            who=str(contact.by),
            text=contact.note,
            icon="phone" if reached else "phone-missed",
            tone="done" if contact.counts else "",
            anchor=f"contact-{contact.pk}",
            copyable=True,
            facts=facts,
        )
    for row in file.written_off:
        whom = guardian_name(file, row.guardian) if row.guardian else _("Ingen vårdnadshavare finns")
        yield Entry(
            at=row.at,
            title=_("Söks inte längre: %(whom)s") % {"whom": whom},
            who=str(row.by),
            text=row.reason,
            icon="user-x",
            anchor=f"written-off-{row.pk}",
            copyable=True,
        )


def _assessments(file: CaseFile) -> Iterator[Entry]:
    for row in file.assessments:
        facts = [str(row.get_outcome_display())]
        if row.reassess_at is not None:
            facts.append(_("Ny bedömning %(at)s") % {"at": moment(row.reassess_at)})
        yield Entry(
            at=row.at,
            title=_("Omedelbar skyddsbedömning"),
            who=str(row.by),
            text=row.note,
            icon="shield-check",
            tone="done",
            anchor=f"assessment-{row.pk}",
            copyable=True,
            facts=facts,
        )


def _holds(file: CaseFile) -> Iterator[Entry]:
    for row in file.all_holds:
        whom = guardian_name(file, row.guardian) if row.guardian else _("alla vårdnadshavare")
        title = _("Begärde avvakta kontakt: %(whom)s") if row.provisional else _("Avvakta kontakt: %(whom)s")
        yield Entry(
            at=row.decided_at,
            title=title % {"whom": whom},
            who=str(row.decided_by),
            text=row.reason,
            icon="hand",
            anchor=f"hold-{row.pk}",
            copyable=True,
            facts=[str(row.get_code_display()), _("Till %(at)s") % {"at": moment(row.until)}],
        )
        if row.ended_at is not None:
            yield Entry(
                at=row.ended_at,
                title=_("Avvakta kontakt upphörde: %(whom)s") % {"whom": whom},
                who=str(row.ended_by or ""),
                text=row.end_reason,
                icon="hand",
                anchor=f"hold-end-{row.pk}",
                copyable=True,
            )


def _answered(file: CaseFile) -> Iterator[Entry]:
    """Questions that were answered in words: nothing else tells of them."""
    for todo in file.all_todos:
        if todo.done_at is not None and todo.answer:
            yield Entry(
                at=todo.done_at,
                title=_("Kontakten om det här barnet behöver inte avvaktas"),
                who=str(todo.done_by),
                text=todo.answer,
                icon="hand",
                anchor=f"answer-{todo.pk}",
                copyable=True,
            )


def _decision(file: CaseFile) -> Iterator[Entry]:
    case = file.case
    if case.disposed_at is not None:
        yield Entry(
            at=case.disposed_at,
            title=str(case.get_disposition_display()),
            who=str(case.disposed_by),
            text=case.disposition_reason,
            icon="gavel",
            tone="done",
            anchor=f"decision-{case.pk}",
            copyable=True,
        )
    if case.closed_at is not None:
        yield Entry(at=case.closed_at, title=_("Ärendet avslutades"), icon="archive", quiet=True)


def _investigation(file: CaseFile) -> Iterator[Entry]:
    # The four months belong to the case that opened it, also where that has ended otherwise since.
    opened = {row.investigation_id for row in file.deadlines if row.kind == Kind.INVESTIGATION}
    rows = InvestigationEntry.objects.filter(investigation__in=opened).prefetch_related("answers__by")
    for row in rows.select_related("by", "guardian"):
        whom = guardian_name(file, row.guardian) if row.guardian else ""
        yield Entry(
            at=row.at,
            title=f"{whom}: {row.get_what_display()}" if whom else str(row.get_what_display()),
            who=str(row.by),
            text=row.text,
            icon="file-search",
            anchor=f"investigation-{row.pk}",
            copyable=True,
            facts=[_("Till och med %(day)s") % {"day": moment(row.until)}] if row.until else [],
        )
        if (answer := row.answer) is not None:
            yield Entry(
                at=answer.at,
                title=_("Avslog förlängd utredningstid") if answer.refused else _("Bekräftade förlängd utredningstid"),
                who=str(answer.by),
                text=answer.reason,
                icon="file-search",
                anchor=f"extension-{answer.pk}",
                copyable=True,
            )


def _written(file: CaseFile) -> Iterator[Entry]:
    for note in file.notes:
        yield Entry(
            at=note.at,
            title=_("Anteckning"),
            who=str(note.by),
            text=note.text,
            icon="pencil",
            anchor=f"note-{note.pk}",
            copyable=True,
        )


def _clocks(file: CaseFile) -> Iterator[Entry]:
    for breach in file.breaches:
        yield Entry(
            at=breach.due_at,
            title=_("Överskriden: %(what)s") % {"what": Kind(breach.kind).label},
            icon="alarm-clock-off",
            tone="over",
            quiet=True,
            facts=[_("Fristen hade redan gått ut när ärendet registrerades.")] if breach.born else [],
        )
        if breach.reviewed_at is not None:
            yield _review(breach)
    events = DeadlineEvent.objects.filter(deadline__case=file.case, told__gt=0).exclude(step="breach")
    for event in events.select_related("deadline"):
        yield Entry(
            at=event.fired_at,
            title=_("Meddelat: %(what)s") % {"what": Kind(event.deadline.kind).label},
            text=ngettext("Till %(n)s person", "Till %(n)s personer", event.told) % {"n": event.told},
            icon="bell",
            quiet=True,
        )


def _review(breach: Breach) -> Entry:
    return Entry(
        at=breach.reviewed_at,
        title=_("Granskade överskriden frist: %(what)s") % {"what": Kind(breach.kind).label},
        who=str(breach.reviewed_by),
        text=breach.action,
        icon="clipboard-check",
        anchor=f"review-{breach.pk}",
        copyable=True,
        facts=[str(breach.get_cause_display())],
    )


def _when(at: object) -> str:
    return moment(at) if at else _("okänd")
