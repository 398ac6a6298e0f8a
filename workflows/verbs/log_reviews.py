"""What came of the look at one drawn reading; written once."""

from uuid import UUID

from django.utils.translation import gettext as _

from notifications.outbox import tell
from riskzon import audit, clock
from riskzon.doors import register, unseen
from riskzon.errors import Conflict, Invalid
from riskzon.models import AuditAction, User
from workflows.log_reviews import follow_up, to_decide
from workflows.models import LogReview


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
            .select_related("entry__actor__unit")
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
        if people := follow_up(review):
            tell("log_review_remark", to=people, key=f"{review.pk}:remark", now=now)
    return review
