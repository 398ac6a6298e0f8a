"""A wrong time of a report is put right: what was registered stays, and the clocks follow the right time."""

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime

from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon.access import Action, visible_cases
from riskzon.clock import now as product_now
from riskzon.doors import Change, change, forbidden, unseen
from riskzon.errors import Conflict, Invalid
from riskzon.models import Case, Precision, Report, TimeCorrection, User
from workflows.incoming import SKEW, check_times
from workflows.models import Deadline
from workflows.recipients import Directory
from workflows.rejudging import rejudge, starts

FIELDS = ("occurred_at", "notified_at")


def correct_times(
    user: User,
    number: str,
    *,
    reason: str,
    occurred_at: datetime | None = None,
    notified_at: datetime | None = None,
    shown: Mapping[str, datetime | None] | None = None,
) -> Report:
    """Put right when it happened or when the report came in; a time that is None stays as it is.

    For whoever may work with every case of the report in full, and for the liaison whose report it is. Old and new value,
    who, when and why are kept. The clocks that counted from a wrong time close and others open in their place; where that
    changes an outcome the unit's supervisor is told, and whoever has the case. `shown`: the times that the user was
    looking at. Unseen: no case of the report is visible. Forbidden: not all of them are, or one may only be read. Invalid
    as at registration, and where nothing is changed. Conflict: somebody else has corrected a time that was shown.
    """
    cases = list(Case.objects.filter(report__number=number).order_by("pk").values_list("pk", flat=True))
    visible = visible_cases(user, product_now()).filter(pk__in=cases).count()
    if not visible:
        raise unseen(user, "times")
    if visible < len(cases):
        # In the words of every refusal: that the report is about another child too is not for everybody (jäv).
        raise forbidden(user, "times")
    with ExitStack() as doors:
        # In one order, so that two who work in the same siblings' cases never wait for each other in a ring.
        acts = [doors.enter_context(change(user, Action.CORRECT, one, what="times")) for one in cases]
        report, now = acts[0].case.report, acts[-1].now
        given = {"occurred_at": occurred_at, "notified_at": notified_at}
        wanted = {field: time for field, time in given.items() if time is not None}
        _check(report, wanted, shown or {}, reason, now)
        before = starts(report)
        _write(user, report, wanted, reason.strip(), now)
        for act in acts:
            act.case.report = report
            changed = rejudge(act.case, before, by=user, reason=reason.strip(), now=now)
            _tell(act, changed, now)
            act.detail.update({"fields": sorted(wanted), "outcomes": sorted(clock.kind for clock in changed)})
    return report


def _check(
    report: Report,
    wanted: Mapping[str, datetime],
    shown: Mapping[str, datetime | None],
    reason: str,
    now: datetime,
) -> None:
    if any(field in shown and shown[field] != getattr(report, field) for field in wanted):
        raise Conflict(_("Någon annan har rättat tiderna medan du skrev. Kontrollera dem och försök igen."))
    errors = []
    for field, time in wanted.items():
        if time > now + SKEW:
            errors.append((field, _("Tiden ligger i framtiden. Kontrollera datum och klockslag.")))
        elif time > report.registered_at + SKEW:
            errors.append((field, _("Tiden kan inte vara senare än att anmälan registrerades.")))
    if not errors:
        becomes = {field: wanted.get(field, getattr(report, field)) for field in FIELDS}
        found: list[tuple[str, str]] = []
        check_times(
            report.kind,
            becomes["notified_at"],
            becomes["occurred_at"],
            report.occurred_at_precision,
            report.registered_at,
            found,
        )
        # Only what was sent can be wrong: two times that do not go together are said of the one that was changed.
        errors = [(field if field in wanted else next(iter(wanted), field), message) for field, message in found]
    if not errors and all(time == getattr(report, field) for field, time in wanted.items()):
        errors.append((next(iter(wanted), "occurred_at"), _("Ange den rätta tiden. Inget är ändrat.")))
    if not reason.strip():
        errors.append(("reason", _("Skriv varför tiden rättas, till exempel enligt polisens protokoll.")))
    if errors:
        raise Invalid(errors)


def _write(user: User, report: Report, wanted: Mapping[str, datetime], reason: str, now: datetime) -> None:
    changes = {field: time for field, time in wanted.items() if time != getattr(report, field)}
    TimeCorrection.objects.bulk_create(
        TimeCorrection(report=report, field=field, old=getattr(report, field), new=time, at=now, by=user, reason=reason)
        for field, time in changes.items()
    )
    for field, time in changes.items():
        setattr(report, field, time)
    columns = list(changes)
    if "occurred_at" in changes and report.occurred_at_precision == Precision.UNKNOWN:
        report.occurred_at_precision = Precision.EXACT
        columns.append("occurred_at_precision")
    report.save(update_fields=columns)


def _tell(act: Change, changed: list[Deadline], now: datetime) -> None:
    if not changed:
        return
    case, directory = act.case, Directory.read(now)
    for clock in changed:
        tell(
            "outcome_changed",
            to=directory.answers_for(case.unit_id, case.child_id),
            key=f"{clock.pk}:outcome",
            now=now,
            case_id=case.pk,
            facts={"deadline": clock.kind},
        )
    if case.assignee_id is not None:
        tell("times_corrected", to=[case.assignee_id], key=f"{changed[0].pk}:times", now=now, case_id=case.pk)
