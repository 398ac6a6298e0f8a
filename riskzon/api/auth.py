"""Who is calling? A person, by a bearer token of which only the digest is kept."""

from django.http import HttpRequest
from django.utils import translation
from ninja.security import HttpBearer

from riskzon.models import ApiToken, User


class Bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`, as printed by `manage.py token USERNAME`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The active owner of a token that is not revoked. Speaks the owner's language unless the call names one."""
        if not token.isascii():
            return None
        found = (
            ApiToken.objects.select_related("user__unit")
            .filter(digest=ApiToken.digest_of(token), revoked_at__isnull=True, user__is_active=True)
            .first()
        )
        if found is None:
            return None
        if "Accept-Language" not in request.headers:
            translation.activate(found.user.language)
        return found.user
