"""One case: what it is about, what has happened, what must happen by when, and who has looked?"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from riskzon import timewords
from riskzon.access import Action
from riskzon.doors import look
from riskzon.models import Case, Contact, ReportKind
from riskzon.ui import Entry
from workflows import casefile, caselog, picture
from workflows.casefile import CaseFile, GuardianLine
from workflows.models import CaseTask, Deadline, DeadlineEvent, Kind, Todo
from workflows.nextstep import by_limit, of_todo
from workflows.reduced import ReducedCase
from workflows.views import wording
from workflows.views.as_sent import as_sent
from workflows.views.casebar import bar, demanded, may_now, step_url
from workflows.views.entry import signed_in
from workflows.views.form_page import Opened, open_case
from workflows.views.liaison import contact_words

LATEST = 5
#: The number of a row of the log, as the address of a further page says it.
_ROW = re.compile(r"[0-9]{1,18}")


@signed_in
@require_safe
def overview(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The first page of a case; for the liaison, the own report in reduced form."""
    with look(request.user, "case") as door:
        opened = open_case(door.case(case_id, Action.FOLLOW, under_veil=True), door, with_story=True)
    file = opened.file
    if file is None:
        return render(request, "workflows/case/reduced.html", reduced_page(opened.case, opened.own, opened.now))
    context = {
        **bar(file, "case"),
        "demanded": demanded(file),
        "settled": [row for row in file.deadlines if _is_settled(row) and row.pk not in file.replaced],
        "todos": [_todo(file, todo.what) for todo in file.todos],
        "waiting": [_waiting(file, task) for task in file.steps if not _waits_for_the_child(file, task)],
        "latest": [replace(entry, copyable=False) for entry in file.timeline if not entry.quiet][:LATEST],
        "guardians": [_guardian(file, line) for line in file.guardians],
        "plan": [wording.plan_line(line) for line in file.plan[:1]],
        "earlier": [(report, ReportKind(report.kind).label) for report in file.history.reports],
    }
    return render(request, "workflows/case/overview.html", context)


def reduced_page(case: Case, own: ReducedCase, now: datetime) -> dict[str, Any]:
    """What the liaison's page of a case shows: for that liaison, and for whoever looks at what the liaison sees."""
    reached, reached_note = contact_words(own, now)
    sent = as_sent(case, are_all_held=own.do_not_contact, has_guardians=not own.hides_guardians)
    return {
        "own": own,
        "name": Opened(case, now, None, own).name,
        "now": now,
        "reached": reached,
        "reached_note": reached_note,
        # As the report named them: what social services have put right since is theirs.
        "met": [(own.sent_name(contact.guardian_id), contact) for contact in own.contacts],
        "sent": sent,
        "disclosures": own.disclosures,
    }


@signed_in
@require_safe
def timeline(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Everything that has happened, newest first; `?show=people` leaves out what the system did."""
    file = _with_timeline(request, "case.timeline", case_id)
    only_people = request.GET.get("show") == "people"
    entries = [entry for entry in file.timeline if not (only_people and entry.quiet)]
    context = {
        "entries": entries,
        "only_people": only_people,
        "text": "\n\n".join(map(journal_text, reversed(entries))),
    }
    return render(request, "workflows/case/timeline.html", {**bar(file, "case-timeline"), **context})


@signed_in
@require_safe
def deadlines(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Every clock of the case with its rule and its history, and who will be told if nobody acts."""
    with look(request.user, "case.deadlines") as door:
        case = door.case(case_id, under_veil=True)
        file = casefile.read_briefly(case, door.user, door.now)
        events = _events(case)
    # What is still to be done first, the most urgent on top.
    ordered = sorted(file.deadlines, key=lambda row: (row.settled_at is not None, by_limit(row)))
    rows = [_clock(file, row, events[row.pk]) for row in ordered]
    # Several clocks of one kind are told apart by number where headings are heard and not seen.
    for kind in {row.kind for row in ordered}:
        alike = [line for line in rows if line["row"].kind == kind]
        for place, line in enumerate(alike, start=1):
            line["place"] = place if len(alike) > 1 else None
    context = {"clocks": rows, "plan": [wording.plan_line(line) for line in file.plan]}
    return render(request, "workflows/case/deadlines.html", {**bar(file, "case-deadlines"), **context})


@signed_in
@require_safe
def documents(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The report as it was sent, and everything written since, each with a text for the personal file."""
    file = _with_timeline(request, "case.documents", case_id)
    held = {str(line.id) for line in file.guardians if line.hold}
    context = {
        "sent": as_sent(file.case, held=held, has_guardians=bool(file.guardians)),
        "written": [
            (f"text-{place}", entry, journal_text(entry))
            for place, entry in enumerate(entry for entry in file.timeline if entry.copyable)
        ],
    }
    return render(request, "workflows/case/documents.html", {**bar(file, "case-documents"), **context})


@signed_in
@require_safe
def process(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Where the case stands in the process, as a picture and in words."""
    with look(request.user, "case.process") as door:
        case = door.case(case_id, under_veil=True)
        file = casefile.read_briefly(case, door.user, door.now)
        drawing = picture.draw(case)
    clocks = {row.kind: row for row in demanded(file)}
    steps = [(box, clocks.get(picture.clock_of(box.name))) for box in drawing.steps]
    return render(
        request, "workflows/case/process.html", {**bar(file, "case-process"), "picture": drawing, "steps": steps}
    )


@signed_in
@require_safe
def log(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Who has looked at the case or changed it, when, in which role and why they could; a hundred lines at a time."""
    asked = request.GET.get("before", "")
    before = int(asked) if _ROW.fullmatch(asked) else None
    with look(request.user, "case.log") as door:
        case = door.case(case_id, Action.SEE_LOG, under_veil=True)
        file = casefile.read_briefly(case, door.user, door.now)
        found = caselog.read(caselog.for_reader(case), before=before)
        reasons = caselog.reveals(case)
    context = {
        "lines": [wording.seen(line.entry, reasons, times=line.times) for line in found.lines],
        "total": found.total,
        "next": f"?before={found.next}" if found.next else "",
        "first": request.path if before is not None else "",
    }
    return render(request, "workflows/case/log.html", {**bar(file, "case-log"), **context})


def journal_text(entry: Entry) -> str:
    """One event as plain text for the personal file: when, what, who, and what was written."""
    head = f"{timewords.moment(entry.at)}  {entry.title}"
    parts = [head, *(str(fact) for fact in entry.facts), entry.text, entry.who]
    return "\n".join(part for part in parts if part)


def _with_timeline(request: HttpRequest, what: str, case_id: UUID) -> CaseFile:
    with look(request.user, what) as door:
        return casefile.with_timeline(casefile.read_briefly(door.case(case_id), door.user, door.now))


def _events(case: Case) -> dict[UUID, list[DeadlineEvent]]:
    found: dict[UUID, list[DeadlineEvent]] = defaultdict(list)
    for event in DeadlineEvent.objects.filter(deadline__case=case).order_by("at", "pk"):
        found[event.deadline_id].append(event)
    return found


def _clock(file: CaseFile, row: Deadline, events: Iterable[DeadlineEvent]) -> dict[str, Any]:
    breach = next((breach for breach in file.breaches if breach.deadline_id == row.pk), None)
    return {
        "row": row,
        "rule": wording.rule(row.rule),
        "ground": wording.ground(row.rule),
        "starts_with": wording.starts_with(row, file.case.report.kind),
        "exempt": wording.exempt(row) if row.exempt_code else "",
        "history": [(event.fired_at, wording.fired(event)) for event in events],
        "breach": breach,
        "is_replaced": row.pk in file.replaced,
    }


def _is_settled(row: Deadline) -> bool:
    return row.settled_at is not None and row.kind != Kind.BREACH_REVIEW


#: Where each step of the process is taken.
_STEP_PAGES = {
    "contact_guardians": "contact",
    "protective_assessment": "assessment",
    "decide_investigation": "disposition",
    "answer_reporter": "feedback",
}


def _waiting(file: CaseFile, task: CaseTask) -> dict[str, Any]:
    """An open step: its title, where it is taken if the reader may, and until when a promised reassessment."""
    node = task.flow_task
    page = _STEP_PAGES.get(node.name, "")
    reassessment = file.assessments[0].reassess_at if file.assessments and page == "assessment" else None
    return {
        "title": node.task_title,
        "url": reverse(page, args=[file.case.pk]) if page and may_now(file, node.action) else "",
        "again_at": reassessment,
    }


def _waits_for_the_child(file: CaseFile, task: CaseTask) -> bool:
    """Whether the contact step is open only until the child is told, which stands in the list by itself."""
    todos = {todo.what for todo in file.todos}
    if task.flow_task.name != "contact_guardians" or Todo.What.INFORM_CHILD not in todos:
        return False
    sought = [line for line in file.guardians if line.is_custodian is not False]
    return bool(sought) and all(line.reached_at or line.hold or line.written_off for line in sought)


def _todo(file: CaseFile, what: str) -> dict[str, Any]:
    step = of_todo(what)
    return {"step": step, "url": step_url(file.case, step) if step.may(file.case.rights) else ""}


def _guardian(file: CaseFile, line: GuardianLine) -> dict[str, Any]:
    may = Action.CONTACT in file.case.rights and file.case.is_open
    return {
        "line": line,
        "attempts": [contact for contact in file.contacts if contact.guardian_id == line.id],
        "may_register": may,
        "may_tap": may and line.may_call,
        "may_change": Action.FAMILY in file.case.rights and file.case.is_open,
        "reached": Contact.Outcome.REACHED.value,
        "no_answer": Contact.Outcome.NO_ANSWER.value,
    }
