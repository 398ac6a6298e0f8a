"""What came of the look at one drawn reading, written once; and jäv of whoever should look at it."""

from uuid import UUID

from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import audit, clock, granting
from riskzon.access import ground_of
from riskzon.doors import register, unseen
from riskzon.errors import Conflict, Invalid
from riskzon.models import AuditAction, User
from workflows.log_reviews import follow_up, readable, to_decide
from workflows.models import LogReview
from workflows.verbs import conflicts


def decide(user: User, review_id: UUID, *, outcome: str, note: str) -> LogReview:
    """Write the result of one review, with a note, and pass it on where it asks for that.

    Unseen: no such review, or not this person's to decide, an own reading among them. Conflict: it has been decided.
    """
    if not to_decide(user).filter(pk=review_id).exists():
        raise unseen(user, "log_review_decide")
    errors = []
    if outcome not in LogReview.Outcome.values:
        errors.append(("outcome", _("Välj vad granskningen ledde till.")))
    if not note.strip():
        errors.append(("note", _("Skriv vad du har sett.")))
    if errors:
        raise Invalid(errors)
    with register(user):
        review = (
            LogReview.objects.select_for_update(of=("self",), no_key=True)
            .select_related("entry__actor")
            .get(pk=review_id)
        )
        if review.reviewed_at is not None:
            raise Conflict(_("Läsningen är redan granskad."))
        now = clock.now()
        review.reviewed_at, review.reviewed_by, review.outcome, review.note = now, user, outcome, note.strip()
        review.save(update_fields=["reviewed_at", "reviewed_by", "outcome", "note"])
        # By the list of cases, so that the case's own log does not tell its readers that somebody is looked at.
        about = [review.entry.case_id] if review.entry.case_id else []
        detail = {"review": str(review.pk), "outcome": outcome}
        audit.record(AuditAction.CHANGE, by=user, now=now, what="log_review_decide", case_ids=about, detail=detail)
        if people := follow_up(review, now):
            tell("log_review_remark", to=people, key=f"{review.pk}:remark", now=now)
    return review


def declare(user: User, review_id: UUID) -> None:
    """Say that oneself is biased (jäv) about the child whose case was read: from now on the child is gone for `user`.

    Whoever reaches the case declares it there, and loses it. Nobody is told of a person who has nothing to hand over: whoever
    leads the unit may be the one who is looked at. Unseen: no such review for this person, or it is of no single case.
    """
    what = "log_review_block"
    review = readable(user).filter(pk=review_id).first()
    case = review.entry.case if review else None
    if review is None or case is None:
        raise unseen(user, what)
    if ground_of(user, case.pk) is not None:
        conflicts.declare(user, case.pk)
        return
    with register(user) as now:
        granting.block(user, case, by=user, reason="", now=now)
        granting.end_grants(user, case.child_id, by=user, now=now)
        detail = {"review": str(review.pk)}
        audit.record(AuditAction.CHANGE, by=user, now=now, what=what, case_ids=[case.pk], detail=detail)
