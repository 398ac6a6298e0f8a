"""A key of the person's own lets in beside the password, and nobody else: not elsewhere, not twice, not with another's."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from notifications.models import Message
from riskzon import passkeys, second_factor
from riskzon.models import AuditEntry, LoginSession, Passkey
from tests.authenticator import ORIGIN, Key
from tests.factories import people, person
from tests.riskzon.entry.conftest import with_app

pytestmark = pytest.mark.django_db
STRANGE = ["", "x", "null", "[]", "{}", '"\\ud800"', "9" * 5000, '{"id":' * 900, "x" * 30_000, "\0"]


@pytest.fixture(autouse=True)
def _here(settings: Any) -> None:
    people()
    settings.PASSKEY_ORIGIN = ORIGIN


def _password(username: str = "karin.ek") -> Client:
    client = Client()
    assert client.post("/login/", {"username": username, "password": "riskzon-demo"})["Location"] == "/login/code/"
    return client


def _logged_in(codes: list[str], username: str = "karin.ek") -> Client:
    client = _password(username)
    assert client.post("/login/code/", {"code": codes.pop()}).status_code == 302
    return client


def _asked(page: str) -> dict[str, Any]:
    """What the page asks the browser's keys."""
    found = re.search(r'data-options="([^"]+)"', page)
    assert found
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


def _making(client: Client, codes: list[str], name: str = "Jobbdatorn") -> dict[str, Any]:
    answer = client.post("/account/passkeys/new/", {"name": name, "code": codes.pop()})
    assert answer.status_code == 200
    return _asked(answer.content.decode())


def _with_key(username: str = "karin.ek", **kind: Any) -> tuple[Key, list[str]]:
    """The person's key, added on the own page, and the codes on paper that are left."""
    codes, key = with_app(username), Key(**kind)
    client = _logged_in(codes, username)
    answer = client.post("/account/passkeys/", {"credential": key.made(_making(client, codes))})
    assert answer["Location"] == "/account/"
    return key, codes


def _is_in(client: Client) -> bool:
    return client.get("/inbox/").status_code == 200


def _try(client: Client, credential: str) -> int:
    return client.post("/login/passkey/", {"credential": credential}).status_code


# --- a key is added, used and taken away ---------------------------------------------------------------------------


def test_a_key_is_added_with_a_code_stands_in_the_log_and_its_owner_is_told() -> None:
    _key, _codes = _with_key()
    karin = person("karin.ek")
    row = AuditEntry.objects.filter(what="second_factor").latest("id")
    assert (row.action, row.actor, row.detail) == ("change", karin, {"second_factor": "passkey_added"})
    assert Message.objects.get(recipient=karin).kind == "passkey_added"


@pytest.mark.parametrize("counts", [True, False])
def test_from_then_on_it_lets_in_beside_the_password_in_place_of_a_code(counts: bool) -> None:
    key, codes = _with_key(counts=counts)
    for _twice in range(2):
        client = _password()
        assert not _is_in(client)
        asked = _asked(client.get("/login/code/").content.decode())
        assert (asked["userVerification"], asked["rpId"]) == ("required", "riskzon.example.se")
        assert _try(client, key.signed(asked)) == 302
        assert _is_in(client)
    assert LoginSession.objects.latest("began_at").way == "passkey"
    assert AuditEntry.objects.filter(action="login").latest("id").detail == {"way": "passkey"}
    assert "Senast använd" in client.get("/account/").content.decode()
    other = _password()
    assert other.post("/login/code/", {"code": codes.pop()}).status_code == 302, "codes go on"


def test_it_is_removed_with_a_code_and_lets_in_no_more() -> None:
    key, codes = _with_key()
    client = _logged_in(codes)
    path = f"/account/passkeys/{Passkey.objects.get().pk}/remove/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"code": "000000"}).status_code == 422
    waiting = _password()
    asked = _asked(waiting.get("/login/code/").content.decode())

    assert client.post(path, {"code": codes.pop()})["Location"] == "/account/"

    assert not Passkey.objects.exists()
    assert _try(waiting, key.signed(asked)) == 422
    assert "data-passkey" not in waiting.get("/login/code/").content.decode()
    assert set(Message.objects.values_list("kind", flat=True)) == {"passkey_added", "passkey_removed"}


def test_another_phone_leaves_the_keys_and_a_reset_by_the_administrator_takes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _key, codes = _with_key()
    karin = person("karin.ek")
    with monkeypatch.context() as any_code:
        any_code.setattr(second_factor, "_step_of", lambda *_said: 1)
        assert second_factor.enrol(karin, second_factor.new_secret(), "000000") is not None
    assert Passkey.objects.count() == 1
    assert second_factor.accepted(karin, codes[0]) is None, "the codes on paper are others"
    admin = Client()
    admin.force_login(person("it.admin"))
    assert admin.post(f"/accounts/{karin.pk}/reset/").status_code == 302
    assert not Passkey.objects.exists()


# --- who is not let in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "https://riskzon.example.se.elsewhere.example"},
        {"origin": "http://riskzon.example.se"},
        {"origin": "https://sub.riskzon.example.se"},
        {"rp": "elsewhere.example"},
        {"verified": False},
        {"crossing": True},
        {"kind": "webauthn.create"},
        {"challenge": b"a challenge of somebody's own..."},
        {"forged": True},
        {"uses": 1},
        {"uses": 0},
    ],
    ids=str,
)
def test_an_answer_from_elsewhere_or_that_was_tampered_with_lets_nobody_in(said: dict[str, Any]) -> None:
    key, _codes = _with_key()
    client = _password()
    asked = _asked(client.get("/login/code/").content.decode())
    assert _try(client, key.signed(asked, **said)) == 422
    assert not _is_in(client)
    row = AuditEntry.objects.latest("id")
    assert (row.action, row.what, row.detail) == ("denied", "login_code", {"user": str(person("karin.ek").pk)})


def test_an_answer_works_once_and_only_for_the_login_that_asked() -> None:
    key, _codes = _with_key(counts=False)
    mine, theirs = _password(), _password()
    asked = _asked(mine.get("/login/code/").content.decode())
    theirs.get("/login/code/")
    answer = key.signed(asked)
    assert _try(theirs, answer) == 422, "what another login asked"
    assert _try(mine, answer) == 302
    assert "passkey_login" not in mine.session, "and nothing is left of the question"
    again = _password()
    assert _try(again, answer) == 422, "nothing was asked yet"
    again.get("/login/code/")
    assert _try(again, answer) == 422, "something else was"
    wrong = _asked(again.get("/login/code/").content.decode())
    assert _try(again, key.signed(wrong, verified=False)) == 422
    assert _try(again, key.signed(wrong)) == 422, "a question that was answered wrongly is over"
    assert not _is_in(again)


def test_the_key_of_somebody_else_does_not_let_in_nor_without_the_password() -> None:
    key, _codes = _with_key()
    saras, _theirs = _with_key("sara.lindh")
    client = _password()
    asked = _asked(client.get("/login/code/").content.decode())
    assert _try(client, saras.signed(asked)) == 422
    stolen = Key(id=key.id)
    assert _try(client, stolen.signed(_asked(client.get("/login/code/").content.decode()))) == 422
    assert not _is_in(client)
    stranger = Client()
    answer = stranger.post("/login/passkey/", {"credential": key.signed(asked)})
    assert (answer["Location"], _is_in(stranger)) == ("/login/", False)


def test_five_answers_are_looked_at_together_with_codes() -> None:
    key, _codes = _with_key()
    client = _password()
    answers = [_try(client, "x") for _each in range(3)]
    answers += [client.post("/login/code/", {"code": "000000"}).status_code for _each in range(2)]
    assert answers == [422] * 5
    assert _try(client, key.signed(_asked(client.get("/login/code/").content.decode()))) == 429
    assert not _is_in(client)


@pytest.mark.parametrize("strange", STRANGE, ids=range(len(STRANGE)))
def test_a_strange_answer_is_answered_in_words(strange: str) -> None:
    _key, codes = _with_key()
    client = _password()
    client.get("/login/code/")
    assert _try(client, strange) == 422
    own = _logged_in(codes)
    _making(own, codes)
    answer = own.post("/account/passkeys/", {"credential": strange})
    assert (answer.status_code, "Börja om" in answer.content.decode()) == (422, True)


# --- which keys are not kept ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "https://elsewhere.example"},
        {"rp": "elsewhere.example"},
        {"verified": False},
        {"crossing": True},
        {"kind": "webauthn.get"},
        {"challenge": b"a challenge of somebody's own..."},
    ],
    ids=str,
)
def test_a_key_that_was_made_elsewhere_or_unasked_is_not_kept(said: dict[str, Any]) -> None:
    codes = with_app("karin.ek")
    client = _logged_in(codes)
    answer = client.post("/account/passkeys/", {"credential": Key().made(_making(client, codes), **said)})
    assert (answer.status_code, Passkey.objects.count()) == (422, 0)
    assert not Message.objects.exists()


def test_no_key_is_kept_twice_nor_unasked_nor_late_nor_as_somebody_elses() -> None:
    key, codes = _with_key()
    client = _logged_in(codes)
    asked = _making(client, codes)
    assert [one["id"] for one in asked["excludeCredentials"]], "the browser is told which it has"
    assert client.post("/account/passkeys/", {"credential": key.made(asked)}).status_code == 422, "known"
    assert client.post("/account/passkeys/", {"credential": Key().made(asked)}).status_code == 422, "asked once"
    asked = _making(client, codes)
    session = client.session
    session["new_passkey"] = {**session["new_passkey"], "at": session["new_passkey"]["at"] - 301}
    session.save()
    assert client.post("/account/passkeys/", {"credential": Key().made(asked)}).status_code == 422, "late"
    theirs = with_app("sara.lindh")
    sara = _logged_in(theirs, "sara.lindh")
    assert sara.post("/account/passkeys/", {"credential": key.made(_making(sara, theirs))}).status_code == 422
    assert Passkey.objects.count() == 1


def test_without_a_code_no_key_is_asked_for_and_nobody_reaches_the_key_of_another() -> None:
    _key, codes = _with_key()
    sara = _logged_in(with_app("sara.lindh"), "sara.lindh")
    for wrong in ({"name": "x", "code": "000000"}, {"name": "", "code": codes[0]}, {"name": "x"}):
        answer = sara.post("/account/passkeys/new/", wrong)
        assert (answer.status_code, "data-passkey" in answer.content.decode()) == (422, False)
    path = f"/account/passkeys/{Passkey.objects.get().pk}/remove/"
    assert (sara.get(path).status_code, sara.post(path, {"code": codes[0]}).status_code) == (404, 404)
    assert Passkey.objects.count() == 1


def test_the_eleventh_key_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "MOST", 2)
    _key, codes = _with_key()
    client, other = _logged_in(codes), _logged_in(codes)
    asked, beside = _making(client, codes), _making(other, codes)
    assert client.post("/account/passkeys/", {"credential": Key().made(asked)}).status_code == 302
    assert other.post("/account/passkeys/", {"credential": Key().made(beside)}).status_code == 422
    assert client.get("/account/passkeys/new/")["Location"] == "/account/"
    assert Passkey.objects.count() == 2


def test_where_no_address_is_set_there_are_no_keys_and_codes_go_on(settings: Any) -> None:
    _key, codes = _with_key()
    settings.PASSKEY_ORIGIN = ""
    client = _password()
    assert "data-passkey" not in client.get("/login/code/").content.decode()
    client = _logged_in(codes)
    assert "Lösennyck" not in client.get("/account/").content.decode().replace("Lösenord och lösennyckel", "")
    assert client.get("/account/passkeys/new/").status_code == 404


def test_neither_the_log_nor_a_line_says_which_key_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    key, _codes = _with_key()
    client = _password()
    assert _try(client, key.signed(_asked(client.get("/login/code/").content.decode()))) == 302
    said = "".join(capfd.readouterr()) + str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert key.id.hex() not in said
    assert "Jobbdatorn" not in said
