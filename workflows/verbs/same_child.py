"""What happens when an unknown child turns out to be one that is known already: its case joins that child's history.

Whoever is biased in the one is so in both (jäv), and holds nothing of it when the transaction ends.
"""

from django.utils.translation import gettext as _

from riskzon import granting
from riskzon.doors import Change
from riskzon.errors import Conflict
from riskzon.models import Case, CaseBlock, Child, Guardianship, Hold, Investigation, ProtectedIdentity
from workflows import leaving
from workflows.verbs.assessment import next_review
from workflows.verbs.opening import involve_investigator


def join(act: Change, known: Child) -> None:
    """Move the locked case, with its guardians and holds, to the known child; contacts and the log stay as they are.

    Conflict: the user may not know of that child, it stands in the same report, or both children are under investigation.
    """
    case, unknown = act.case, act.case.child
    Child.objects.select_for_update(no_key=True).get(pk=known.pk)
    _check(act, known)
    Investigation.objects.filter(child=unknown).update(child=known)
    for link in Guardianship.objects.filter(child=unknown):
        Guardianship.objects.get_or_create(
            child=known,
            guardian_id=link.guardian_id,
            defaults={"relation": link.relation, "is_custodian": link.is_custodian},
        )
    held = Hold.objects.filter(child=known, ended_at__isnull=True).exclude(guardian=None).values("guardian_id")
    for hold in Hold.objects.filter(child=unknown).exclude(ended_at__isnull=True, guardian_id__in=held):
        hold.child = known
        hold.save(update_fields=["child"])
    for block in CaseBlock.objects.filter(child=unknown, ended_at__isnull=True):
        CaseBlock.objects.get_or_create(
            user_id=block.user_id,
            child=known,
            ended_at=None,
            defaults={"since": block.since, "set_by_id": block.set_by_id, "reason": block.reason},
        )
    _fill(known, unknown)
    case.child = known
    case.review_due_at = next_review(case)
    _keep_from_biased(act, known)
    running = Investigation.objects.filter(child=known, closed_at__isnull=True).first()
    if running is not None and running.pk != case.investigation_id:
        involve_investigator(case, running, act.now)
    act.detail["joined"] = True


def _keep_from_biased(act: Change, known: Child) -> None:
    """Cases and investigation go to others first, with the rights that came by them; then the rights that are left end."""
    act.case.save()
    leaving.collect_of_child(known.pk, now=act.now, by=act.user)
    act.case.refresh_from_db(fields=["assignee"])
    of_child = list(Case.objects.filter(child=known).values_list("pk", flat=True))
    granting.end_for_blocked(of_child, known.pk, by=act.user, now=act.now)


def _check(act: Change, known: Child) -> None:
    case = act.case
    blocked = CaseBlock.objects.filter(user=act.user, child=known, ended_at__isnull=True).exists()
    if blocked or Case.objects.filter(report_id=case.report_id, child=known).exists():
        raise Conflict(_("Numret tillhör ett barn som redan är registrerat. Kontrollera numret."))
    running = Investigation.objects.filter(closed_at__isnull=True, child__in=[case.child_id, known.pk])
    if running.count() > 1:
        raise Conflict(_("Det pågår en utredning för båda barnen. En av dem behöver avslutas först."))


def _fill(known: Child, unknown: Child) -> None:
    if unknown.whereabouts:
        known.whereabouts = unknown.whereabouts
    levels = list(ProtectedIdentity.values)
    known.protected_identity = max(known.protected_identity, unknown.protected_identity, key=levels.index)
    known.save(update_fields=["whereabouts", "protected_identity"])
