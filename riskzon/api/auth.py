"""Who is calling? A person, by a bearer token of which only the digest is kept."""

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from riskzon import tokens
from riskzon.doors import forbidden
from riskzon.errors import TooMany
from riskzon.models import TokenScope, User
from riskzon.pace import pace

_READS = frozenset({"GET", "HEAD"})
#: What is sent here is asked for, so that it does not stand in an address; nothing is changed.
_QUESTIONS = ("cases/search",)


class Bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`, as made on the page Inloggning or by `manage.py token USERNAME`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The active owner of a token that holds. Speaks the owner's language unless the call names one.

        Forbidden: the token may only read, and this call changes something. TooMany: its owner has asked too often.
        """
        found = tokens.find(token) if token.isascii() else None
        if found is None:
            return None
        if "Accept-Language" not in request.headers:
            translation.activate(found.user.language)
        if seconds := pace.seconds_to_wait(found.user.pk):
            raise TooMany(seconds)
        if found.scope != TokenScope.WRITE and not _only_reads(request):
            raise forbidden(found.user, "token", _("Nyckeln får bara läsa. Gör en nyckel som också får ändra."))
        return found.user


def _only_reads(request: HttpRequest) -> bool:
    return request.method in _READS or request.path.endswith(_QUESTIONS)
