"""The municipality's account lets in those whose groups say so, and nobody else; asked of a real provider over HTTP."""

import base64
import hashlib
import hmac
import json
import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.http import HttpResponse
from django.test import Client
from joserfc import jwt
from joserfc.jwk import RSAKey

from riskzon import sso
from riskzon.models import AuditEntry, LoginSession, Role, SignOn, Unit, User, Way
from tests.factories import people, person
from tests.provider import Claims, Provider, signed
from tests.riskzon.entry.conftest import CHIEFS, FIGURES, GONE, INTAKE, NAMES, back, begin, is_in, log_in

pytestmark = pytest.mark.django_db
#: No such claim at all.
ABSENT = object()


@pytest.fixture(autouse=True)
def _people() -> None:
    people()


# --- who comes in ------------------------------------------------------------------------------------------------


def test_whoever_has_a_declared_group_has_its_role_in_its_unit_and_no_password(
    client: Client, provider: Provider
) -> None:
    answer = log_in(client, provider, following="/inbox/")

    nova = person("nova.ny")
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/")
    assert is_in(client)
    assert (nova.role, nova.unit.slug, str(nova), nova.email) == (
        Role.SOCIAL_WORKER,
        "mottagning-barn-och-unga",
        "Nova Ny",
        "nova.ny@kommunen.example",
    )
    assert list(nova.groups.all()) == [nova.unit.group]
    assert not nova.has_usable_password()
    assert client.get("/").status_code == 200, "the worklist of the unit"


def test_the_login_asks_with_state_nonce_and_pkce_and_stands_in_the_log(client: Client, provider: Provider) -> None:
    log_in(client, provider)

    asked = provider.asked[-1]
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 20
    assert asked["redirect_uri"] == "http://testserver/login/municipal/done/"
    rows = AuditEntry.objects.order_by("id").values_list("action", "what", "detail__sign_on", "detail__way")
    assert list(rows) == [
        ("system", "sign_on", "made", None),
        ("system", "sign_on", "asks", None),
        ("denied", "login", None, "sign_on"),
        ("change", "role_confirm", None, None),
        ("login", "login", None, "sign_on"),
    ]
    assert LoginSession.objects.get().way == Way.SIGN_ON
    assert "nova" not in str(list(AuditEntry.objects.values_list("detail", flat=True))).casefold()


def test_no_token_of_the_provider_is_kept_or_sent_to_the_browser(
    client: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(Client(), provider)
    seen: list[Any] = []
    fetch = sso.DjangoOAuth2App.fetch_access_token
    monkeypatch.setattr(
        sso.DjangoOAuth2App, "fetch_access_token", lambda *args, **named: seen.append(fetch(*args, **named)) or seen[-1]
    )
    answer = log_in(client, provider)
    page = client.get("/account/")

    [token] = seen
    held = str([client.session.items(), client.cookies, answer.headers, page.headers, page.content])
    held += str([list(model.objects.values()) for model in (SignOn, LoginSession, AuditEntry, User)])
    for name in ("access_token", "id_token"):
        assert len(token[name]) > 20
        assert token[name] not in held
        assert _said_in(token[name]) not in held


def _said_in(token: str) -> str:
    """The part of a token that says something."""
    return token.split(".")[1] if "." in token else token


def test_the_first_declared_group_decides(client: Client, provider: Provider) -> None:
    provider.knows("sub-nova", FIGURES, INTAKE, CHIEFS, "annat", **NAMES)
    log_in(client, provider)
    assert (person("nova.ny").role, person("nova.ny").unit.slug) == (Role.SUPERVISOR, "utredning-norr")


def test_groups_that_only_the_userinfo_says_count_too(client: Client, provider: Provider) -> None:
    provider.twist = lambda claims: {name: value for name, value in claims.items() if name != "groups"}
    log_in(client, provider)
    assert person("nova.ny").role == Role.SOCIAL_WORKER


def test_a_unit_that_nobody_leads_gets_the_supervisor_and_one_that_is_led_keeps_its_own(
    client: Client, provider: Provider
) -> None:
    provider.knows("sub-nova", CHIEFS, **NAMES)
    log_in(client, provider)
    assert Unit.objects.get(slug="utredning-norr").supervisor == person("jonas.falk")

    User.objects.filter(username="jonas.falk").update(is_active=False)
    log_in(Client(), provider)
    assert Unit.objects.get(slug="utredning-norr").supervisor == person("nova.ny")


# --- who does not ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [[], ["Riskzon"], [GONE]])
def test_an_unknown_group_gives_no_account_and_a_page_that_says_whom_to_ask(
    client: Client, provider: Provider, settings: Any, groups: list[str]
) -> None:
    settings.SUPPORT_PHONE = "033-00 00 00"
    provider.knows("sub-nova", *groups, **NAMES)

    answer = log_in(client, provider)

    assert answer.status_code == 403
    assert "Fråga din chef" in answer.content.decode()
    assert "033-00 00 00" in answer.content.decode()
    assert not User.objects.filter(username="nova.ny").exists()
    assert not is_in(client)
    row = AuditEntry.objects.get()
    assert (row.action, row.what, row.detail) == ("denied", "login", {"way": "sign_on", "why": "no_group"})


@pytest.mark.parametrize("name", ["karin.ek", "KARIN.EK", "", "namn med blank", "x\u202ey"])
def test_an_account_made_by_hand_is_never_taken_over_by_its_name(client: Client, provider: Provider, name: str) -> None:
    provider.knows("sub-nova", INTAKE, **{**NAMES, "preferred_username": name})
    assert log_in(client, provider).status_code == 403
    assert not SignOn.objects.exists()
    assert person("karin.ek").has_usable_password()
    assert not is_in(client)


def test_whoever_was_ended_here_is_not_let_in_by_a_group(client: Client, provider: Provider) -> None:
    log_in(client, provider)
    User.objects.filter(username="nova.ny").update(is_active=False)
    answer = log_in(Client(), provider)
    assert (answer.status_code, "avslutat" in answer.content.decode()) == (403, True)
    assert not User.objects.get(username="nova.ny").is_active


# --- what changes there changes here -----------------------------------------------------------------------------


def test_whoever_has_lost_the_groups_is_ended_with_every_session_and_key(client: Client, provider: Provider) -> None:
    log_in(client, provider)
    provider.knows("sub-nova", "annat", **NAMES)
    elsewhere = Client()

    assert log_in(elsewhere, provider).status_code == 403

    nova = User.objects.get(username="nova.ny")
    assert (nova.is_active, LoginSession.objects.count()) == (False, 0)
    assert not is_in(client)
    assert not is_in(elsewhere)
    assert AuditEntry.objects.filter(what="sign_on", detail__sign_on="ended", detail__user=str(nova.pk)).count() == 1
    assert AuditEntry.objects.filter(what="login", detail__user=str(nova.pk), detail__why="no_group").count() == 1

    provider.knows("sub-nova", INTAKE, **NAMES)
    assert log_in(elsewhere, provider).status_code == 302, "the groups are back"
    assert User.objects.get(username="nova.ny").is_active


def test_another_group_is_another_role_and_ends_the_sessions_of_the_former(client: Client, provider: Provider) -> None:
    log_in(client, provider)
    provider.knows("sub-nova", FIGURES, **NAMES)
    log_in(Client(), provider)

    nova = person("nova.ny")
    assert (nova.role, nova.unit, list(nova.groups.all())) == (Role.ANALYST, None, [])
    assert not is_in(client)
    row = AuditEntry.objects.filter(what="sign_on").latest("id")
    assert row.detail == {"sign_on": "asks", "user": str(nova.pk), "role": "analyst", "unit": ""}


def test_too_many_groups_to_be_sent_let_nobody_in_and_end_nobody(client: Client, provider: Provider) -> None:
    log_in(client, provider)
    provider.knows("sub-nova", **NAMES)
    provider.twist = lambda claims: {
        **{name: value for name, value in claims.items() if name != "groups"},
        "_claim_names": {"groups": "src1"},
    }
    # What the userinfo says is not a list either.
    provider.knows("sub-nova", **{**NAMES, "groups": None})
    assert log_in(Client(), provider).status_code == 403
    assert is_in(client)


@pytest.mark.parametrize("said", [{"name": INTAKE}, 7, True, [7], [INTAKE, 7], [{"id": INTAKE}], None, ABSENT])
def test_groups_that_are_not_said_or_in_no_form_that_is_known_let_nobody_in_and_end_nobody(
    client: Client, provider: Provider, said: Any
) -> None:
    log_in(client, provider)
    _says_of_groups(provider, said)
    _refused(Client(), log_in(Client(), provider))
    assert (is_in(client), person("nova.ny").is_active) == (True, True)


def test_one_group_that_is_said_as_a_text_is_a_list_of_one(client: Client, provider: Provider) -> None:
    log_in(client, provider)
    _says_of_groups(provider, INTAKE)
    assert log_in(Client(), provider, confirmed=False).status_code == 302
    assert is_in(client)


@pytest.mark.parametrize("said", [None, ABSENT, []])
def test_no_group_ends_the_role_where_the_provider_leaves_an_empty_claim_out(
    client: Client, provider: Provider, settings: Any, said: Any
) -> None:
    settings.OIDC_LEAVES_OUT_EMPTY = True
    log_in(client, provider)
    _says_of_groups(provider, said)
    assert "grupp som får" in log_in(Client(), provider).content.decode()
    assert (is_in(client), User.objects.get(username="nova.ny").is_active) == (False, False)


def _says_of_groups(provider: Provider, said: Any) -> None:
    """Whatever it says of the groups of Nova, in the token and where it is asked besides."""
    claim = {} if said is ABSENT else {"groups": said}
    provider.twist = lambda claims: {name: value for name, value in claims.items() if name != "groups"} | claim
    url = f"{provider.issuer}/users/sub-nova"
    requests.put(url, json={**NAMES, **claim}, timeout=5).raise_for_status()


# --- what is shown there lately ----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_careless", [False, True])
def test_at_a_screen_that_somebody_has_left_nobody_comes_in_by_the_providers_own_session(
    client: Client, provider: Provider, is_careless: bool
) -> None:
    log_in(client, provider)
    session = client.session
    session["seen"] -= 15 * 60
    session.save()
    assert not is_in(client), "idle, and over"
    provider.since["sub-nova"] -= 15 * 60 + 61
    provider.is_careless = is_careless

    address = provider.passes(begin(client), "sub-nova")

    if is_careless:
        _refused(client, back(client, address))
    else:
        assert address is None, "it asks for the password"


def test_within_a_quarter_of_an_hour_the_providers_own_session_is_enough(client: Client, provider: Provider) -> None:
    log_in(client, provider)
    provider.since["sub-nova"] -= 14 * 60
    assert back(Client(), "/login/municipal/done/").status_code == 400
    other = Client()
    assert back(other, provider.passes(begin(other), "sub-nova")).status_code == 302


def test_a_municipality_whose_provider_cannot_say_when_asks_for_no_age(
    client: Client, provider: Provider, settings: Any
) -> None:
    settings.OIDC_MAX_AGE = None
    provider.twist = lambda claims: {name: value for name, value in claims.items() if name != "auth_time"}
    assert log_in(client, provider).status_code == 302
    assert "max_age" not in provider.asked[-1]


def test_no_other_site_begins_a_login(provider: Provider) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.get("/login/municipal/").status_code == 405
    assert browser.post("/login/municipal/").status_code == 403
    page = browser.get("/login/").content.decode()
    form = page.split('action="/login/municipal/"')[1].split("</form>")[0]
    key = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[1]
    assert browser.post("/login/municipal/", {"csrfmiddlewaretoken": key}).status_code == 200


@pytest.mark.parametrize("there", ["javascript:alert(1)", "//elsewhere.example/", "ftp://elsewhere.example/", 7])
def test_a_strange_address_to_log_in_at_is_not_gone_to(client: Client, provider: Provider, there: Any) -> None:
    provider.metadata = {"authorization_endpoint": there}
    assert client.post("/login/municipal/").status_code == 503


@pytest.mark.parametrize("says", ["[]", "7", "null", "{"])
def test_a_provider_that_answers_with_anything_is_said_to_be_away(
    client: Client, provider: Provider, says: str
) -> None:
    provider.says = says
    assert client.post("/login/municipal/").status_code == 503


# --- what is not believed ----------------------------------------------------------------------------------------


def _other_key(claims: Claims, key: RSAKey) -> str:
    stranger = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": key.thumbprint()}, claims, stranger)


def _unsigned(claims: Claims, key: RSAKey) -> str:
    _head, body, _signature = signed(claims, key).split(".")
    return f"{_encoded({'alg': 'none'})}.{body}."


def _tampered(claims: Claims, key: RSAKey) -> str:
    head, _body, signature = signed(claims, key).split(".")
    return f"{head}.{_encoded({**claims, 'groups': [CHIEFS]})}.{signature}"


def _by_public_key(claims: Claims, key: RSAKey) -> str:
    """HMAC with what everybody can read: the provider's public key."""
    return _by_hmac(claims, key.as_pem(private=False))


def _by_shared_secret(claims: Claims, key: RSAKey) -> str:
    return _by_hmac(claims, b"secret")


def _by_hmac(claims: Claims, secret: bytes) -> str:
    said = f"{_encoded({'alg': 'HS256'})}.{_encoded(claims)}"
    mark = hmac.new(secret, said.encode(), hashlib.sha256).digest()
    return f"{said}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def _encoded(said: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("sign", [_other_key, _unsigned, _tampered, _by_public_key, _by_shared_secret])
def test_a_token_that_the_provider_has_not_signed_lets_nobody_in(client: Client, provider: Provider, sign: Any) -> None:
    provider.sign = sign
    provider.metadata = {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
    _refused(client, log_in(client, provider))


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another service"},
        {"aud": ["another service"]},
        {"aud": ["riskzon", "another service"], "azp": "another service"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"nonce": "of another login"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"auth_time": None},
        {"auth_time": "now"},
        {"auth_time": True},
        {"auth_time": int(time.time()) + 3600},
        {"auth_time": int(time.time()) - 3600},
    ],
)
def test_a_token_for_somebody_else_for_another_time_or_another_login_lets_nobody_in(
    client: Client, provider: Provider, wrong: Claims
) -> None:
    provider.twist = lambda claims: {name: value for name, value in {**claims, **wrong}.items() if value is not None}
    _refused(client, log_in(client, provider))


def test_a_provider_that_calls_itself_something_else_is_not_asked(client: Client, provider: Provider) -> None:
    provider.metadata = {"issuer": "https://elsewhere.example"}
    assert client.post("/login/municipal/").status_code == 503


def test_an_answer_to_no_login_of_this_browser_lets_nobody_in(client: Client, provider: Provider) -> None:
    mine, theirs = client, Client()
    address = provider.logs_in(begin(theirs), "sub-nova")

    assert back(mine, address).status_code == 400, "no login was begun here"
    begin(mine)
    assert back(mine, address).status_code == 400, "another one was"
    assert not is_in(mine)
    assert not User.objects.filter(username="nova.ny").exists()


def test_a_code_works_once_and_only_with_its_verifier(client: Client, provider: Provider) -> None:
    log_in(Client(), provider)
    there = begin(client)
    begun = client.cookies["sso"].value
    address = provider.logs_in(there, "sub-nova")
    assert back(client, address).status_code == 302

    again = Client()
    again.cookies["sso"] = begun
    _refused(again, back(again, address))

    stolen = Client()
    theirs = parse_qs(urlsplit(begin(stolen)).query)["state"][0]
    code = parse_qs(urlsplit(provider.logs_in(begin(Client()), "sub-nova")).query)["code"]
    _refused(stolen, stolen.get("/login/municipal/done/", {"state": theirs, "code": code[0]}))


@pytest.mark.parametrize("cookie", ["", "x", "a:b:c", "ÿ", None])
@pytest.mark.parametrize("query", ["", "?state=", "?state=x&code=x", "?error=access_denied", "?state=%ff%00&code=%00"])
def test_a_strange_answer_is_answered_in_words(
    client: Client, provider: Provider, cookie: str | None, query: str
) -> None:
    if cookie is not None:
        client.cookies["sso"] = cookie
    answer = client.get(f"/login/municipal/done/{query}")
    assert (answer.status_code, "Börja om" in answer.content.decode()) == (400, True)


def test_whoever_says_no_there_reads_so_here(client: Client, provider: Provider) -> None:
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    answer = client.get(
        "/login/municipal/done/", {"state": state, "error": "access_denied", "error_description": "<b>"}
    )
    assert (answer.status_code, "avbröts" in answer.content.decode()) == (403, True)


def test_a_provider_that_does_not_answer_is_said_so_and_the_local_login_stands(client: Client, settings: Any) -> None:
    people()
    settings.OIDC_ISSUER = "http://localhost:1"
    answer = client.post("/login/municipal/")
    assert (answer.status_code, "svarar inte" in answer.content.decode()) == (503, True)
    assert client.post("/login/", {"username": "karin.ek", "password": "riskzon-demo"}).status_code == 302


def test_the_page_after_the_login_is_one_of_ours(client: Client, provider: Provider) -> None:
    assert log_in(client, provider, following="https://elsewhere.example/")["Location"] == "/"


def test_where_there_is_no_sign_on_there_is_no_address_and_no_button(client: Client) -> None:
    assert client.post("/login/municipal/").status_code == 404
    assert client.get("/login/municipal/done/").status_code == 404
    assert "/login/municipal/" not in client.get("/login/").content.decode()


def test_the_button_keeps_the_page_that_was_asked_for(client: Client, provider: Provider) -> None:
    page = client.get("/login/?next=/inbox/").content.decode()
    form = page.split('action="/login/municipal/"')[1].split("</form>")[0]
    assert '<input type="hidden" name="next" value="/inbox/">' in form


def _refused(client: Client, answer: HttpResponse) -> None:
    assert answer.status_code == 403
    assert "gick inte att lita på" in answer.content.decode()
    assert not is_in(client)
    assert AuditEntry.objects.filter(action="denied", what="login", detail__why="refused").exists()
