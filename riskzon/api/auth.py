"""Who is calling? A person, by a bearer token of which only the digest is kept."""

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from riskzon import audit, clock, tokens
from riskzon.doors import forbidden
from riskzon.errors import TooMany
from riskzon.models import AuditAction, TokenScope, User
from riskzon.pace import Pace, pace

_READS = frozenset({"GET", "HEAD"})
#: What is sent here is asked for, so that it does not stand in an address; nothing is changed.
_QUESTIONS = ("cases/search",)
#: Counted apart: whoever has an old key must not use up what its owner may ask for.
_former = Pace()


class Bearer(HttpBearer):
    """`Authorization: Bearer TOKEN`, as made on the page Inloggning or by `manage.py token USERNAME`."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The active owner of a token that holds. Speaks the owner's language unless the call names one.

        Forbidden: the token may only read, and this call changes something. TooMany: its owner has asked too often.
        """
        found = tokens.find(token) if token.isascii() else None
        if found is None:
            _log_former(token)
            return None
        if "Accept-Language" not in request.headers:
            translation.activate(found.user.language)
        if seconds := pace.seconds_to_wait(found.user.pk):
            raise TooMany(seconds)
        if found.scope != TokenScope.WRITE and not _only_reads(request):
            raise forbidden(found.user, "token", _("Nyckeln får bara läsa. Gör en nyckel som också får ändra."))
        return found.user


def _log_former(token: str) -> None:
    """A denial where this was once a key, of its owner; no more of them in a minute than its owner may ask for."""
    owner = tokens.former_owner(token) if token.isascii() else None
    if owner is not None and not _former.seconds_to_wait(owner.pk):
        audit.record(AuditAction.DENIED, by=owner, now=clock.now(), what="token", detail={"status": 401})


def _only_reads(request: HttpRequest) -> bool:
    return request.method in _READS or request.path.endswith(_QUESTIONS)
