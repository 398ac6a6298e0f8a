"""How does somebody log in with the municipality's own account? OpenID Connect, authorization code with PKCE.

The way there and back is carried by one signed cookie of ten minutes: state, nonce and verifier, so that nobody can push
a login of theirs upon somebody else, and a stranger who only asks leaves nothing in the database. What comes back is
believed when the provider's key has signed it for us, now, and for this very login (OpenID Connect Core 3.1.3.7), and
when the person has shown there lately who they are (OIDC_MAX_AGE): whoever comes to a screen that somebody else has left
does not come in as that one.
"""

import hmac
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from joserfc.errors import JoseError

from riskzon import audit, clock, login
from riskzon.models import AuditAction, Way
from riskzon.sso_people import Turned, arrive

#: Only keys that the provider alone has; never "none", never a secret that both know.
_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
_MINUTES_THERE = 10
_SALT = "riskzon.sso"
#: By how much the provider's clock may differ, in seconds.
_LEEWAY = 60
_TIMEOUT = 10
log = structlog.get_logger()


class NotBelieved(Exception):
    """What came back is not what the provider would have sent for this login. The text is for the log: a code."""


#: What reading the provider's answers trips over, whatever they are.
_NOT_READ = (
    *(NotBelieved, AuthlibBaseError, OAuthError, JoseError),
    *(ValueError, KeyError, TypeError, AttributeError),
)


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider; 404 where there is none.

    By a press on our login page, with its key, so that no other site begins it; and by a page that moves by itself: our
    policy lets no form lead to another host.
    """
    if not settings.OIDC_ISSUER:
        raise Http404
    if request.user.is_authenticated:
        return HttpResponseRedirect("/")
    try:
        there = _provider().create_authorization_url(_back(request), **_asked_age())
        if not _is_there(there["url"]):
            raise NotBelieved("authorization_endpoint")
    except (requests.RequestException, *_NOT_READ) as wrong:
        return _away(request, wrong)
    answer = render(request, "riskzon/sso_there.html", {"there": there["url"]})
    carried = [there["state"], there["nonce"], there["code_verifier"], login.safe_next(request)]
    answer.set_cookie(
        settings.SSO_COOKIE_NAME,
        signing.dumps(carried, salt=_SALT),
        max_age=_MINUTES_THERE * 60,
        httponly=True,
        # The provider sends the browser back from another address: Strict would keep the cookie away.
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return answer


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """The provider has sent the browser back: let the person in, or say in words why not."""
    if not settings.OIDC_ISSUER:
        raise Http404
    answer = _arrived(request)
    answer.delete_cookie(settings.SSO_COOKIE_NAME, samesite="Lax")
    return answer


def end_address(request: HttpRequest) -> str | None:
    """Where the browser is to be sent so that the provider's own session ends too; None: it knows no such address, or
    does not answer, or not in a way that can be read. It must have been told of our login page as a place to send
    people back to.
    """
    if not settings.OIDC_ISSUER:
        return None
    try:
        there = _provider().server_metadata.get("end_session_endpoint")
    except Exception as wrong:  # noqa: BLE001 - the person is out already, and reads so whatever happens there
        log.warning("sso_away", error=type(wrong).__name__)
        return None
    if not _is_there(there):
        return None
    back = request.build_absolute_uri(reverse("login"))
    asked = urlencode({"client_id": settings.OIDC_CLIENT_ID, "post_logout_redirect_uri": back})
    return f"{there}{'&' if urlsplit(there).query else '?'}{asked}"


def _arrived(request: HttpRequest) -> HttpResponse:
    carried = _carried(request)
    if carried is None:
        return _turned(request, "expired", HTTPStatus.BAD_REQUEST)
    nonce, verifier, following = carried
    if request.GET.get("error"):
        return _turned(request, "cancelled")
    try:
        claims = _claims(request, nonce, verifier)
    except requests.RequestException as wrong:
        return _away(request, wrong)
    except _NOT_READ as wrong:
        log.error("sso_not_believed", error=str(wrong) if isinstance(wrong, NotBelieved) else type(wrong).__name__)
        return _turned(request, "refused")
    groups = _groups(claims)
    if groups is None:
        return _turned(request, "refused")
    arrival = arrive(claims["sub"], claims, groups)
    if arrival.turned is not None or arrival.user is None:
        return _turned(request, arrival.turned or "refused", user_id=arrival.user and str(arrival.user.pk))
    return login.let_in(request, arrival.user, Way.SIGN_ON, HttpResponseRedirect(following))


def _carried(request: HttpRequest) -> tuple[str, str, str] | None:
    """Nonce, verifier and next page of the login that this browser began, if this answer is one to it."""
    try:
        state, nonce, verifier, following = signing.loads(
            request.COOKIES.get(settings.SSO_COOKIE_NAME, ""), salt=_SALT, max_age=_MINUTES_THERE * 60
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if not hmac.compare_digest(state.encode(), request.GET.get("state", "").encode("utf-8", "replace")):
        return None
    return nonce, verifier, following


def _claims(request: HttpRequest, nonce: str, verifier: str) -> dict[str, Any]:
    """What the provider says of the person, after every check that the standard asks for."""
    provider = _provider()
    token = provider.fetch_access_token(
        code=request.GET.get("code", ""), code_verifier=verifier, redirect_uri=_back(request)
    )
    if not token.get("id_token"):
        raise NotBelieved("no_id_token")
    claims = provider.parse_id_token(
        token,
        nonce=nonce,
        claims_options={
            "iss": {"essential": True, "value": settings.OIDC_ISSUER},
            "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
            "sub": {"essential": True},
        },
        leeway=_LEEWAY,
    )
    if not isinstance(claims["sub"], str) or not claims["sub"] or len(claims["sub"]) > 255:
        raise NotBelieved("sub")
    _see_age(claims.get("auth_time"))
    if settings.OIDC_GROUP_CLAIM in claims or "userinfo_endpoint" not in provider.server_metadata:
        return dict(claims)
    more = provider.userinfo(token=token)
    if more.get("sub") != claims["sub"]:
        raise NotBelieved("userinfo")
    return {**more, **claims}


def _asked_age() -> dict[str, int]:
    return {} if settings.OIDC_MAX_AGE is None else {"max_age": settings.OIDC_MAX_AGE}


def _see_age(shown_at: Any) -> None:
    """NotBelieved: it is longer ago than was asked for that the person showed there who they are, or nobody says when."""
    if settings.OIDC_MAX_AGE is None:
        return
    if isinstance(shown_at, bool) or not isinstance(shown_at, int | float):
        raise NotBelieved("no_auth_time")
    if not -_LEEWAY <= clock.real_now().timestamp() - shown_at <= settings.OIDC_MAX_AGE + _LEEWAY:
        raise NotBelieved("auth_time")


def _groups(claims: Mapping[str, Any]) -> list[str] | None:
    """The groups that were named. None: nobody knows which, and nothing is changed by that.

    There are too many to be sent; the claim is not there, where the provider does not leave out an empty one
    (OIDC_LEAVES_OUT_EMPTY); or it is neither a list of texts nor one text.
    """
    said = claims.get(settings.OIDC_GROUP_CLAIM)
    if said is None and settings.OIDC_GROUP_CLAIM in (claims.get("_claim_names") or {}):
        log.error("sso_too_many_groups")
        return None
    if said is None and settings.OIDC_LEAVES_OUT_EMPTY:
        return []
    if isinstance(said, str):
        return [said]
    if not isinstance(said, list) or not all(isinstance(group, str) for group in said):
        log.error("sso_groups_not_read")
        return None
    return said


def _provider() -> DjangoOAuth2App:
    """The provider, with what it says of itself read and checked."""
    provider = _app(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, settings.OIDC_SCOPE)
    said = provider.load_server_metadata()
    if said.get("issuer") != settings.OIDC_ISSUER:
        raise NotBelieved("issuer")
    named = said.get("id_token_signing_alg_values_supported") or []
    said["id_token_signing_alg_values_supported"] = [name for name in named if name in _ALGORITHMS] or ["RS256"]
    return provider


@cache
def _app(issuer: str, client_id: str, client_secret: str, scope: str) -> DjangoOAuth2App:
    return DjangoOAuth2App(
        framework=DjangoIntegration("sso"),
        name="sso",
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": scope, "code_challenge_method": "S256", "default_timeout": _TIMEOUT},
    )


def _is_there(address: Any) -> bool:
    """Whether it is an address to which a browser may be sent: as encrypted as the provider itself."""
    return isinstance(address, str) and address.startswith(f"{urlsplit(settings.OIDC_ISSUER).scheme}://")


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("sso-done"))


def _away(request: HttpRequest, wrong: Exception) -> HttpResponse:
    log.error("sso_away", error=type(wrong).__name__)
    return _turned(request, "away", HTTPStatus.SERVICE_UNAVAILABLE)


def _turned(
    request: HttpRequest, why: str, status: HTTPStatus = HTTPStatus.FORBIDDEN, *, user_id: str | None = None
) -> HttpResponse:
    """A plain page: why not, and whom to ask. One row in the log, with the account where it is known."""
    if why not in ("away", "expired"):
        detail = {"way": Way.SIGN_ON.value, "why": str(why)} | ({"user": user_id} if user_id else {})
        audit.record(AuditAction.DENIED, by=None, now=clock.now(), what="login", detail=detail)
    context = {"reason": _words(why), "asks": why in set(Turned), "support": settings.SUPPORT_PHONE}
    return render(request, "riskzon/sso.html", context, status=status)


def _words(why: str) -> str:
    return {
        "away": _("Kommunens inloggning svarar inte just nu. Försök igen om en stund."),
        "cancelled": _("Inloggningen avbröts. Du kan börja om."),
        "expired": _("Inloggningen tog för lång tid, eller började i en annan webbläsare. Börja om."),
        "refused": _("Svaret från kommunens inloggning gick inte att lita på. Börja om."),
        Turned.NO_GROUP: _("Ditt konto hör inte till någon grupp som får använda tjänsten."),
        Turned.TAKEN: _("Det finns redan ett konto här med ditt användarnamn. Det måste kopplas ihop med kommunens."),
        Turned.ENDED: _("Ditt konto här är avslutat."),
        Turned.WAITING: _("Din roll här väntar på att din chef bekräftar den. Chefen har fått veta det."),
        Turned.NOT_CONFIRMED: _("Din chef har avslagit rollen som du skulle ha här. Prata med din chef."),
    }[why]
