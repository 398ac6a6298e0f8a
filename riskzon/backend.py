"""How Django asks the policy: password login, and `user.has_perm` about one case."""

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

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: object = None) -> bool:
        codename = perm.removeprefix("riskzon.")
        if not isinstance(user_obj, User) or not isinstance(obj, Case) or codename not in CasePermission.values:
            return False
        return can(user_obj, self._asked[CasePermission(codename)], obj)

    def get_all_permissions(self, user_obj: User | AnonymousUser, obj: object = None) -> set[str]:
        return set()
