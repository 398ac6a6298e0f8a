"""How Django asks the policy: password login, and `user.has_perm` about one case."""

from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from riskzon.access import Action, can
from riskzon.models import Case, CasePermission, User


class PolicyBackend(ModelBackend):
    """Password login; `user.has_perm("riskzon.handle_case", case)` asks the policy, and no right is model-wide."""

    _asked = {
        CasePermission.HANDLE: Action.ASSESS,
        CasePermission.READ: Action.READ,
        CasePermission.FOLLOW: Action.FOLLOW,
    }

    def get_user(self, user_id: UUID) -> User | None:
        """Who is logged in, with the unit that the header of every page names."""
        user = User.objects.select_related("unit").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: object = None) -> bool:
        codename = perm.removeprefix("riskzon.")
        if not isinstance(user_obj, User) or not isinstance(obj, Case) or codename not in CasePermission.values:
            return False
        return can(user_obj, self._asked[CasePermission(codename)], obj)

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: object = None) -> set[str]:
        return set()
