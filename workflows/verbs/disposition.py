"""The answer to the question of the investigation: opened, linked to the running one, or a deviation with its reason."""

from uuid import UUID

from django.utils.translation import gettext as _

from riskzon.access import Action
from riskzon.doors import Change, change
from riskzon.errors import Conflict, Invalid
from riskzon.models import Case, Child, Disposition, Investigation, User
from workflows import deadlines, ends, steps
from workflows.flows.case import CaseFlow
from workflows.models import Kind
from workflows.taking_over import taken_over

#: What can be decided here; transferred and void need a second party (`workflows.verbs.ends`).
DECIDABLE = (Disposition.OPENED, Disposition.LINKED, Disposition.DEVIATION)


def proposed(case: Case) -> Disposition:
    """What the system proposes; a named social worker decides (SoL 25:1)."""
    return Disposition.LINKED if running_investigation(case) else Disposition.OPENED


def running_investigation(case: Case) -> Investigation | None:
    return Investigation.objects.filter(child_id=case.child_id, closed_at__isnull=True).first()


def dispose(user: User, case_id: UUID, *, disposition: str, reason: str = "") -> Case:
    """Decide. `opened` starts the four months, `linked` needs a running investigation, `deviation` a supervisor's reason.

    Conflict: already decided, an end waits for its second party, or an investigation runs already (then `linked`).
    Invalid names the field.
    """
    with change(user, Action.DISPOSE, case_id, what="disposition") as act:
        case = act.case
        if disposition not in DECIDABLE:
            raise Invalid.field("disposition", _("Välj inledd, hör till pågående utredning eller avsteg."))
        if case.disposition:
            raise Conflict(_("Beslut är redan fattat: %(what)s.") % {"what": Disposition(case.disposition).label})
        ends.require_nothing_waits(case)
        # Two cases of one child decided at once: the child's row lets one go first.
        Child.objects.select_for_update(no_key=True).get(pk=case.child_id)
        _decide(act, Disposition(disposition), reason.strip())
        case.disposition = disposition
        case.disposition_reason = reason.strip()
        case.disposed_at = act.now
        case.disposed_by = user
        if case.assignee_id is None and user.unit_id == case.unit_id:
            case.assignee = user
            taken_over(act)
        deadlines.meet(case, [Kind.OPEN_INVESTIGATION], at=act.now, now=act.now)
        if case.feedback_owed:
            _start_feedback(case, act)
        steps.take(case, CaseFlow.decide_investigation, by=user, now=act.now)
        act.detail["disposition"] = disposition
    return case


def _decide(act: Change, disposition: Disposition, reason: str) -> None:
    case = act.case
    running = running_investigation(case)
    match disposition:
        case Disposition.OPENED:
            if running is not None:
                raise Conflict(_("En utredning pågår redan för barnet. Koppla ärendet till den."))
            case.investigation = Investigation.objects.create(
                child=case.child, unit=case.unit, case_worker=act.user, opened_at=act.now, opened_by=act.user
            )
            deadlines.start(case, Kind.INVESTIGATION, starts_at=act.now, now=act.now, investigation=case.investigation)
        case Disposition.LINKED:
            if running is None:
                raise Invalid.field("disposition", _("Det pågår ingen utredning för barnet. Inled en utredning."))
            case.investigation = running
        case Disposition.DEVIATION:
            act.require(Action.DEVIATE)
            if not reason:
                raise Invalid.field("reason", _("Skriv skälet till avsteget från Strategi 5."))


def _start_feedback(case: Case, act: Change) -> None:
    if not case.deadlines.filter(deadlines.OUTSTANDING, kind=Kind.REPORTER_FEEDBACK).exists():
        deadlines.start(case, Kind.REPORTER_FEEDBACK, starts_at=act.now, now=act.now)
