"""Who is given a right on one case, for which reason and until when; who is kept from a child. Asked by `riskzon.access`.

The only module that writes in guardian's tables.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from riskzon.access import live, permission_id, roles_with
from riskzon.models import Case, CaseBlock, CaseGrant, CasePermission, GrantSource, User

#: How long a duty social worker may finish own notes after the case has been taken over.
NOTES_FOR = timedelta(hours=2)


def grant(
    user: User,
    permission: CasePermission,
    case: Case,
    *,
    source: GrantSource,
    by: User | None,
    now: datetime,
    ends_at: datetime | None = None,
) -> None:
    """Give one person one right on one case; a live grant of the same source is left as it is."""
    CaseGrant.objects.bulk_create(
        [
            CaseGrant(
                user=user,
                permission_id=permission_id(permission),
                content_object=case,
                source=source,
                granted_at=now,
                granted_by=by,
                ends_at=ends_at,
            )
        ],
        ignore_conflicts=True,
    )


def revoke(user: User, case: Case, *, source: GrantSource, by: User | None, now: datetime) -> int:
    """End this person's live grants of one source on one case; returns how many."""
    return CaseGrant.objects.filter(user=user, content_object=case, source=source, ended_at__isnull=True).update(
        ended_at=now, ended_by=by
    )


def pass_on(
    person: UUID, to: UUID, child_ids: Iterable[UUID], *, source: GrantSource, by: User | None, now: datetime
) -> int:
    """Let another person have the live grants of one source that this person has on the cases of these children."""
    live = CaseGrant.objects.filter(
        user=person, content_object__child__in=list(child_ids), source=source, ended_at__isnull=True
    )
    passed = [
        CaseGrant(
            user_id=to,
            permission_id=grant.permission_id,
            content_object_id=grant.content_object_id,
            source=source,
            granted_at=now,
            granted_by=by,
            ends_at=grant.ends_at,
        )
        for grant in live
    ]
    live.update(ended_at=now, ended_by=by)
    CaseGrant.objects.bulk_create(passed, ignore_conflicts=True)
    return len(passed)


def finish_notes(people: Iterable[User], case: Case, *, by: User | None, now: datetime) -> None:
    """Let these people read the case and write notes in it for two more hours, whatever they could before."""
    ids = [person.pk for person in people]
    CaseGrant.objects.filter(user__in=ids, content_object=case, source=GrantSource.DUTY, ended_at__isnull=True).update(
        ended_at=now, ended_by=by
    )
    CaseGrant.objects.bulk_create(
        CaseGrant(
            user_id=person,
            permission_id=permission_id(CasePermission.NOTE),
            content_object=case,
            source=GrantSource.DUTY,
            granted_at=now,
            granted_by=by,
            ends_at=now + NOTES_FOR,
        )
        for person in ids
    )


def emergency(user: User, case: Case, *, by: User | None, now: datetime, ends_at: datetime) -> None:
    """Let this person read the case until `ends_at` and not a moment longer. `by`: who vouched for it, if that was asked."""
    # An earlier one has ended by itself, and would be taken for the one that is live.
    revoke(user, case, source=GrantSource.EMERGENCY, by=by, now=now)
    grant(user, CasePermission.EMERGENCY, case, source=GrantSource.EMERGENCY, by=by, now=now, ends_at=ends_at)


def emergency_ends(user: User, case: Case, now: datetime) -> datetime | None:
    """When the emergency access of this person to this case ends; None: there is none at `now`."""
    given = CaseGrant.objects.filter(live(now), user=user, content_object=case, source=GrantSource.EMERGENCY)
    return given.values_list("ends_at", flat=True).first()


def followers(case: Case, now: datetime) -> QuerySet[User]:
    """The liaisons who follow this case as their own report at `now`."""
    grants = CaseGrant.objects.filter(
        live(now), user=OuterRef("pk"), content_object=case, permission_id=permission_id(CasePermission.FOLLOW)
    )
    return User.objects.filter(Exists(grants), is_active=True, role__in=roles_with(CasePermission.FOLLOW))


def block(user: User, case: Case, *, by: User, reason: str, now: datetime) -> None:
    """Hide everything about the case's child from `user` (jäv, FL 16-18 §§)."""
    CaseBlock.objects.bulk_create(
        [CaseBlock(user=user, child_id=case.child_id, since=now, set_by=by, reason=reason)], ignore_conflicts=True
    )


def investigation_over(child_id: UUID, *, by: User, now: datetime) -> None:
    """The child's investigation has ended, and with it what its worker could do in the child's other cases by it."""
    CaseGrant.objects.filter(
        content_object__child=child_id, source=GrantSource.INVESTIGATION, ended_at__isnull=True
    ).update(ended_at=now, ended_by=by)


def end_for_blocked(case_ids: Iterable[UUID], child_id: UUID, *, by: User, now: datetime) -> None:
    """End the live grants on these cases of everybody who must see nothing of the child: two children were found to be one."""
    blocked = CaseBlock.objects.filter(child=child_id, ended_at__isnull=True).values("user")
    live = CaseGrant.objects.filter(content_object__in=list(case_ids), user__in=blocked, ended_at__isnull=True)
    live.update(ended_at=now, ended_by=by)


def end_grants(user: User, child_id: UUID, *, by: User, now: datetime) -> list[tuple[UUID, str]]:
    """End every live grant of this person on the cases of one child; returns each as (case id, source)."""
    live = CaseGrant.objects.filter(user=user, content_object__child=child_id, ended_at__isnull=True)
    ended = list(live.values_list("content_object_id", "source"))
    live.update(ended_at=now, ended_by=by)
    return ended
