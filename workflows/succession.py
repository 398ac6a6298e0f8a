"""Who has an investigation after its worker? Somebody always has, and the rights that came with it follow."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from riskzon import granting
from riskzon.models import Case, CasePermission, Disposition, GrantSource, Investigation, Role, User
from workflows.recipients import Directory


def successor(
    directory: Directory, unit_id: UUID, child_id: UUID, *, after: UUID, first: Iterable[UUID] = ()
) -> UUID | None:
    """Who answers for it from now on: one of `first`, else who leads the unit, else a colleague there, else a head.

    Nobody who must not know of the child, and not `after`, who had it. None: the municipality has nobody else.
    """
    blocked = directory.staff.blocked.get(child_id, set())
    in_turn = [
        *first,
        *directory.leads_for(unit_id, child_id),
        *directory.there(directory.staff.of_unit.get(unit_id, [])),
        *directory.heads,
        *directory.staff.heads,
    ]
    return next((one for one in in_turn if one not in blocked and one != after), None)


def give(investigation_id: UUID, child_id: UUID, *, former: UUID, to: UUID, by: User | None, now: datetime) -> None:
    """Let `to` have the running investigation, and the rights on the child's later cases that `former` had by it.

    A head of department, who works in no unit, can also open the case that it was opened from.
    """
    Investigation.objects.filter(pk=investigation_id, closed_at__isnull=True).update(case_worker=to)
    granting.pass_on(former, to, [child_id], source=GrantSource.INVESTIGATION, by=by, now=now)
    worker = User.objects.defer("password").get(pk=to)
    if worker.role == Role.HEAD:
        for case in Case.objects.filter(investigation=investigation_id, disposition=Disposition.OPENED):
            granting.grant(worker, CasePermission.HANDLE, case, source=GrantSource.INVESTIGATION, by=by, now=now)
