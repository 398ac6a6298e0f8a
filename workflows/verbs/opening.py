"""What a case is when it comes into being: child, process, clocks, what is to be done, and who may open it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.serializers.json import DjangoJSONEncoder

from notifications.outbox import tell
from riskzon import access, audit, granting
from riskzon.localtime import end_of_local_day, local_date
from riskzon.models import (
    AuditAction,
    Case,
    CasePermission,
    Contact,
    GrantSource,
    Guardian,
    Guardianship,
    Hold,
    Investigation,
    Relation,
    Report,
    ReporterType,
    Role,
    Unit,
    User,
)
from riskzon.names import name_key
from workflows import contact_clock, deadlines, steps
from workflows.family import add_guardians, find_or_add_child, hold_on, is_held_for_a_sibling, live_holds
from workflows.incoming import Incoming, IncomingChild, IncomingGuardian
from workflows.models import Deadline, Kind, Todo
from workflows.recipients import Directory
from workflows.rules import Rulebook
from workflows.verbs.assessment import next_review

#: The columns of a case that its clocks and contacts write.
_KEPT_COLUMNS = (
    "guardian_reached_at",
    "guardian_contact_open",
    "contact_reopened_at",
    "guardians_followed_at",
    "review_due_at",
    "next_due_at",
    "closed_at",
)


@dataclass
class Opening:
    """What the cases of one report share while they are opened, in the transaction that registers it."""

    user: User
    report: Report
    incoming: Incoming
    unit: Unit
    directory: Directory
    book: Rulebook
    now: datetime
    #: The guardians met so far, so that a parent of two children in one report is one person.
    known: dict[tuple, Guardian] = field(default_factory=dict)

    def open(self, sent: IncomingChild, ordinal: int) -> Case:
        """Write one child's case and everything that comes with it."""
        now, user = self.now, self.user
        # What the report says of guardians is true in the child's earlier cases too; locked before the child, as always.
        earlier = _open_cases_of(sent)
        child, was_known = find_or_add_child(sent)
        links = add_guardians(child, sent.guardians, self.known, is_new=not was_known)
        running = Investigation.objects.filter(child=child, closed_at__isnull=True).first() if was_known else None
        case = Case(
            report=self.report,
            ordinal=ordinal,
            child=child,
            summary=sent.summary,
            as_reported=_as_reported(sent, links),
            unit=self.unit,
            registered_at=now,
            duty_at=None if self.directory.is_open(self.unit.pk) else now,
            feedback_owed=self.report.feedback_requested_at is not None,
        )
        clocks = _clocks(case, running, self.book, now)
        case.save(force_insert=True)
        steps.begin(case)
        deadlines.begin(clocks, now=now, book=self.book, directory=self.directory)
        _leave_todos(case, list(child.guardianships.select_related("guardian")) if was_known else links, now)
        # A child seen for the first time has neither holds nor contacts that could stop its clock.
        if self._write_what_stops_a_clock(case) or was_known:
            for one in (*earlier, case):
                contact_clock.settle(one, by=user, now=now)
                one.review_due_at = next_review(one)
                one.save(update_fields=_KEPT_COLUMNS)
        _open_doors(case, running, user, now)
        return case

    def _write_what_stops_a_clock(self, case: Case) -> bool:
        """The reporter's word of caution, and a custodian who reported: whether there was either."""
        incoming = self.incoming
        custodian_reports = incoming.reporter_type == ReporterType.CUSTODIAN and not incoming.reporter_anonymous
        if incoming.caution:
            _caution(case, incoming.caution, self.user, self.now)
        if custodian_reports:
            _custodian_reported(case, incoming, self.known, self.user, self.now)
        return bool(incoming.caution) or custodian_reports


def _open_cases_of(sent: IncomingChild) -> list[Case]:
    """Those that nobody writes in at this moment: a report never waits, nor tells by waiting that the child is known.

    One that is left out is brought in line by the next act that concerns its guardians; the new case has it all meanwhile.
    """
    if not sent.identity_number:
        return []
    known = Case.objects.filter(child__identity_number=sent.identity_number, closed_at__isnull=True)
    locked = known.select_for_update(of=("self",), no_key=True, skip_locked=True).select_related(
        "report", "child", "unit"
    )
    return list(locked.order_by("pk"))


def _as_reported(child: IncomingChild, links: list[Guardianship]) -> dict[str, Any]:
    sent = asdict(child)
    for internal in ("place", "is_adult"):
        sent.pop(internal)
    for link, entry in zip(links, sent["guardians"], strict=True):
        entry["id"] = str(link.guardian_id)
    stored: dict[str, Any] = json.loads(json.dumps(sent, cls=DjangoJSONEncoder))
    return stored


def _caution(case: Case, caution: Mapping[str, Any], user: User, now: datetime) -> None:
    """The reporter's word that no guardian may be called yet: blocks, but stops no clock, until social services decide."""
    hold = Hold.objects.create(
        child=case.child,
        case=case,
        code=caution["code"],
        reason=caution["note"],
        until=caution["until"],
        provisional=True,
        decided_at=now,
        decided_by=user,
    )
    Todo.objects.create(case=case, what=Todo.What.DECIDE_HOLD, created_at=now)
    case.review_due_at = caution["until"]
    deadlines.start(case, Kind.HOLD_REVIEW, starts_at=now, until=caution["until"], now=now, hold=hold)


def _clocks(case: Case, running: Investigation | None, book: Rulebook, now: datetime) -> list[Deadline]:
    report = case.report
    wanted: list[dict[str, Any]] = []
    if case.child.is_identified:
        wanted.append(_guardian_contact_clock(case))
    wanted.append({"kind": Kind.PROTECTIVE_ASSESSMENT, "starts_at": report.notified_at})
    wanted.append({"kind": Kind.OPEN_INVESTIGATION, "starts_at": report.notified_at})
    if case.feedback_owed and running is not None:
        # An investigation runs already, so the answer is known and is given at once (SoL 19:6).
        wanted.append({"kind": Kind.REPORTER_FEEDBACK, "starts_at": now, "until": end_of_local_day(local_date(now))})
    drawn_up = deadlines.draw_up(case, wanted, now=now, book=book)
    # Until an unknown child is identified its guardians are somebody's task, though no clock runs yet.
    runs = any(deadline.kind == Kind.GUARDIAN_CONTACT for deadline in drawn_up)
    case.guardian_contact_open = runs or not case.child.is_identified
    return drawn_up


def _guardian_contact_clock(case: Case) -> dict[str, Any]:
    return {
        "kind": Kind.GUARDIAN_CONTACT,
        "starts_at": contact_clock.starts_at(case.report),
        "provisional_start": contact_clock.is_provisional(case.report),
    }


def _leave_todos(case: Case, links: list[Guardianship], now: datetime) -> None:
    wanted = {
        Todo.What.IDENTIFY_CHILD: not case.child.is_identified,
        Todo.What.FIND_GUARDIANS: not links,
        Todo.What.CHECK_CUSTODY: any(link.is_custodian is None for link in links),
        Todo.What.INFORM_CHILD: contact_clock.must_be_told(case, now),
        # Whoever has never been seen before is nobody else's guardian: nothing to ask.
        Todo.What.SIBLING_HOLD: any(not link.guardian.is_just_added for link in links)
        and is_held_for_a_sibling(case.child_id),
    }
    Todo.objects.bulk_create(
        Todo(case=case, what=what, created_at=now) for what, is_wanted in wanted.items() if is_wanted
    )


def _custodian_reported(
    case: Case, incoming: Incoming, known: dict[tuple, Guardian], user: User, now: datetime
) -> None:
    """A custodian who reports has been spoken with: the guarantee is met at the notice, unless contact with them waits."""
    links = list(case.child.guardianships.select_related("guardian"))
    named = [link for link in links if name_key(link.guardian.name) == name_key(incoming.reporter_name)]
    if not incoming.reporter_name or (named and not named[0].may_meet_guarantee):
        return
    if named:
        guardian = named[0].guardian
    else:
        reporter = IncomingGuardian(name=incoming.reporter_name, relation=Relation.CUSTODIAN)
        guardian = add_guardians(case.child, [reporter], known)[0].guardian
        Todo.objects.bulk_create([Todo(case=case, what=Todo.What.CHECK_CUSTODY, created_at=now)], ignore_conflicts=True)
    is_held = hold_on([hold for hold in live_holds(case.child_id) if hold.case_id != case.pk], guardian.pk) is not None
    Contact.objects.create(
        call=uuid4(),
        case=case,
        guardian=guardian,
        at=incoming.notified_at,
        recorded_at=now,
        by=user,
        channel=incoming.channel,
        outcome=Contact.Outcome.REACHED,
        initiated_by=Contact.Initiator.GUARDIAN,
        counts=not is_held,
    )
    if not is_held:
        case.guardian_reached_at = incoming.notified_at
        deadlines.meet(case, [Kind.GUARDIAN_CONTACT], at=incoming.notified_at, now=now)


def _open_doors(case: Case, running: Investigation | None, user: User, now: datetime) -> None:
    ground = "registered" if user.role in (Role.LIAISON, Role.PARTNER) else ""
    audit.record(AuditAction.REGISTER, by=user, now=now, what="report", ground=ground, case_id=case.pk)
    if user.role == Role.LIAISON and access.may_hold(user, case):
        granting.grant(
            user,
            CasePermission.FOLLOW,
            case,
            source=GrantSource.REGISTERED,
            by=user,
            now=now,
            ends_at=now + access.FOLLOW_FOR,
        )
    if running is not None:
        involve_investigator(case, running, now)


def involve_investigator(case: Case, running: Investigation, now: datetime) -> None:
    """Whoever investigates the child already may work with the new case, and is told."""
    if access.may_hold(running.case_worker, case):
        granting.grant(
            running.case_worker, CasePermission.HANDLE, case, source=GrantSource.INVESTIGATION, by=None, now=now
        )
    tell(
        "investigation_report",
        to=[running.case_worker],
        key=f"{case.pk}:investigation_report",
        now=now,
        case_id=case.pk,
        facts={"report_kind": str(case.report.kind)},
    )
