"""A password alone lets nobody in outside the demo; a code works once, and cannot be guessed, read or taken over."""

import base64
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import connection
from django.db.models import F
from django.http import HttpResponse
from django.test import Client

from notifications.models import Delivery, Message
from riskzon import second_factor
from riskzon.guessing import WITHIN
from riskzon.models import AuditEntry, LoginAttempt, LoginSession, RecoveryCode, SecondFactor
from tests.acts import at_once
from tests.factories import people, person

pytestmark = pytest.mark.django_db
STEP = second_factor.STEP
NOW = 1_800_000_015


@pytest.fixture(autouse=True)
def _real(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the demo; and the real clock stands still in the middle of a half minute, until a test moves it."""
    settings.RISKZON_DEMO = True
    people()
    settings.RISKZON_DEMO = False
    _stand(monkeypatch, 0)


def _stand(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    monkeypatch.setattr(second_factor.clock, "real_now", lambda: datetime.fromtimestamp(NOW + seconds, UTC))


def _password(client: Client, username: str = "karin.ek", following: str = "") -> HttpResponse:
    return client.post(
        f"/login/?next={following}", {"username": username, "password": "riskzon-demo", "next": following}
    )


def _secret(page: HttpResponse) -> bytes:
    text = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.content.decode())[1]
    return base64.b32decode(text.replace(" ", ""))


def _code(secret: bytes, seconds: int = 0) -> str:
    return TOTP(secret, 6, SHA1(), STEP).generate(NOW + seconds).decode()  # noqa: S303 - what every app computes


def _enrolled(client: Client, username: str = "karin.ek") -> tuple[bytes, list[str]]:
    """The secret and the recovery codes of whoever has just logged in for the first time."""
    _password(client, username)
    secret = _secret(client.get("/login/phone/"))
    answer = client.post("/login/phone/", {"code": _code(secret)})
    assert answer.status_code == 200
    return secret, re.findall(r"<code>([a-z2-7-]{29})</code>", answer.content.decode())


def _is_in(client: Client) -> bool:
    return client.get("/inbox/").status_code == 200


def _try(client: Client, code: str) -> int:
    return client.post("/login/code/", {"code": code}).status_code


# --- the first login ---------------------------------------------------------------------------------------------


def test_at_the_first_login_the_app_is_added_and_only_then_is_one_in(client: Client) -> None:
    assert _password(client, following="/roster/")["Location"] == "/login/code/"
    assert client.get("/login/code/")["Location"] == "/login/phone/"
    assert not _is_in(client)
    page = client.get("/login/phone/")
    assert 'src="data:image/svg+xml' in page.content.decode()

    wrong = client.post("/login/phone/", {"code": "000000"})
    assert (wrong.status_code, _is_in(client)) == (422, False)
    assert _secret(wrong) == _secret(page), "the secret that the phone has read stays"

    answer = client.post("/login/phone/", {"code": _code(_secret(page))})
    codes = re.findall(r"<code>([a-z2-7-]{29})</code>", answer.content.decode())
    assert (len(set(codes)), 'href="/roster/"' in answer.content.decode(), _is_in(client)) == (10, True, True)
    assert LoginSession.objects.get().way == "code"
    rows = AuditEntry.objects.order_by("id").values_list("action", "what", "actor__username")
    assert list(rows) == [("change", "second_factor", "karin.ek"), ("login", "login", "karin.ek")]


def test_from_then_on_the_password_and_a_code_are_asked_for(client: Client) -> None:
    secret, _codes = _enrolled(Client())
    assert _password(client, following="/roster/")["Location"] == "/login/code/"
    assert not _is_in(client)
    assert client.get("/login/phone/")["Location"] == "/login/code/", "nobody adds a phone with the password alone"
    answer = client.post("/login/code/", {"code": _code(secret, STEP)})
    assert (answer["Location"], _is_in(client)) == ("/roster/", True)


def test_without_a_password_there_is_no_second_step(client: Client) -> None:
    _enrolled(Client())
    for path in ("/login/code/", "/login/phone/"):
        assert client.get(path)["Location"] == "/login/"
        assert client.post(path, {"code": "123456"})["Location"] == "/login/"


def test_the_second_step_is_open_ten_minutes_and_not_past_a_new_password(client: Client) -> None:
    secret, _codes = _enrolled(Client())
    _password(client)
    session = client.session
    session["halfway"] = {**session["halfway"], "at": session["halfway"]["at"] - 601}
    session.save()
    assert client.post("/login/code/", {"code": _code(secret, STEP)})["Location"] == "/login/"

    _password(client)
    karin = person("karin.ek")
    karin.set_password("en helt annan mening")
    karin.save()
    assert client.post("/login/code/", {"code": _code(secret, STEP)})["Location"] == "/login/"
    assert not _is_in(client)


def test_who_knew_the_key_of_the_session_before_is_not_halfway_too(client: Client) -> None:
    _enrolled(Client())
    client.get("/login/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    _password(client)
    thief = Client()
    thief.cookies["sessionid"] = before
    assert thief.get("/login/code/")["Location"] == "/login/"


def test_the_demo_asks_for_a_code_only_where_somebody_has_added_an_app(client: Client, settings: Any) -> None:
    secret, _codes = _enrolled(Client())
    settings.RISKZON_DEMO = True
    assert _password(client, "omar.nyman")["Location"] == "/"
    karin = Client()
    assert _password(karin)["Location"] == "/login/code/"
    assert _try(karin, _code(secret, STEP)) == 302


# --- codes -------------------------------------------------------------------------------------------------------


def test_a_code_works_once_and_no_earlier_one_after_it(client: Client) -> None:
    secret, _codes = _enrolled(Client())
    _password(client)
    assert _try(client, _code(secret)) == 422, "the one that added the app"
    assert _try(client, _code(secret, STEP)) == 302
    other = Client()
    _password(other)
    assert _try(other, _code(secret, STEP)) == 422
    assert _try(other, _code(secret, -STEP)) == 422
    assert not _is_in(other)


@pytest.mark.parametrize(("late", "status"), [(-STEP, 302), (0, 302), (STEP, 302), (2 * STEP, 422), (-2 * STEP, 422)])
def test_a_code_is_good_a_half_minute_around_its_own(
    client: Client, monkeypatch: pytest.MonkeyPatch, late: int, status: int
) -> None:
    secret, _codes = _enrolled(Client())
    _stand(monkeypatch, 600)
    _password(client)
    assert _try(client, _code(secret, 600 - late)) == status


@pytest.mark.django_db(transaction=True)
def test_the_same_code_at_the_same_moment_lets_one_in(client: Client) -> None:
    secret, _codes = _enrolled(client)
    karin = person("karin.ek")
    ways = at_once(*[lambda: second_factor.accepted(karin, _code(secret, STEP)) for _each in range(4)])
    assert sorted(str(way) for way in ways) == ["None", "None", "None", "code"]


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0:.3} {0}", "{}-"])
def test_a_code_may_be_typed_with_spaces(typed: str) -> None:
    secret, _codes = _enrolled(Client())
    code = _code(secret, STEP)
    text = f"{code[:3]} {code[3:]}" if "{0:.3}" in typed else typed.format(code)
    assert second_factor.accepted(person("karin.ek"), text) is not None


@pytest.mark.parametrize("strange", ["", "½½½½½½", "١٢٣٤٥٦", "\0", "1" * 500, "🔑", "\ud800"])
def test_a_strange_code_is_answered_in_words(client: Client, strange: str) -> None:
    _enrolled(Client())
    _password(client)
    assert _try(client, strange.encode("utf-8", "surrogatepass").decode("utf-8", "replace")) == 422


def test_a_recovery_code_lets_in_once(client: Client) -> None:
    _key, codes = _enrolled(Client())
    _password(client)
    assert client.get("/login/code/?paper").status_code == 200
    assert _try(client, codes[3].upper().replace("-", " ")) == 302
    other = Client()
    _password(other)
    assert _try(other, codes[3]) == 422
    assert _try(other, codes[4]) == 302
    assert set(LoginSession.objects.values_list("way", flat=True)) == {"code", "recovery"}
    assert "8 reservkoder kvar" in other.get("/account/").content.decode()


def test_recovery_codes_have_120_bits_and_shorter_ones_go_on_until_new_ones_are_made(client: Client) -> None:
    secret, codes = _enrolled(client)
    assert {len(base64.b32decode(code.replace("-", "").upper())) * 8 for code in codes} == {120}
    assert "äldre, kortare sort" not in client.get("/account/").content.decode()
    # One as the version before made them, without a word of how long it is.
    short, factor = "abcd-efgh-ijkl-mnop", SecondFactor.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO riskzon_recoverycode (factor_id, digest) VALUES (%s, %s)",
            [factor.pk, second_factor._digest(short.replace("-", ""))],
        )
    assert "äldre, kortare sort" in client.get("/account/").content.decode()
    other = Client()
    _password(other)
    assert _try(other, short) == 302

    RecoveryCode.objects.update(used_at=None)
    client.post("/account/codes/", {"code": _code(secret, STEP)})
    assert "äldre, kortare sort" not in client.get("/account/").content.decode()
    assert second_factor.accepted(person("karin.ek"), short) is None


def test_five_codes_are_looked_at_and_neither_the_password_nor_a_stranger_locks_out_the_owner(client: Client) -> None:
    secret, _codes = _enrolled(client)
    client.post("/logout/")
    thief = Client()
    _password(thief)
    answers = [_try(thief, f"{n:06}") for n in range(8)]
    assert answers == [422] * 5 + [429] * 3
    assert _try(thief, _code(secret, STEP)) == 429, "the right code is not looked at either"
    again = Client()
    _password(again)
    assert _try(again, _code(secret, STEP)) == 429, "nor after the password once more"

    _password(client)
    assert _try(client, _code(secret, STEP)) == 302, "the browser that the owner has used before"

    LoginAttempt.objects.update(at=F("at") - WITHIN)


def test_a_wrong_code_is_a_denial_that_names_whom_it_was_about_and_nothing_that_was_typed(client: Client) -> None:
    _enrolled(Client())
    _password(client)
    _try(client, "271828")
    row = AuditEntry.objects.latest("id")
    assert (row.action, row.what, row.actor, row.detail) == (
        "denied",
        "login_code",
        None,
        {"user": str(person("karin.ek").pk)},
    )


def test_whoever_tries_codes_after_the_right_password_is_told_to_the_owner_once_a_day(client: Client) -> None:
    _enrolled(Client())
    karin = person("karin.ek")
    _password(client)
    for n in range(4):
        _try(client, f"{n:06}")
    assert not Message.objects.filter(recipient=karin).exists()
    for n in range(3):
        _try(client, f"{n:06}")
    LoginAttempt.objects.update(at=F("at") - WITHIN)
    _password(client)
    assert [_try(client, f"{n:06}") for n in range(6)] == [422] * 5 + [429]
    told = Message.objects.get(recipient=karin)
    assert (told.kind, told.facts, Delivery.objects.get(message=told).channel) == ("codes_used_up", {}, "email")


# --- what is kept ------------------------------------------------------------------------------------------------


def test_neither_the_database_nor_the_log_holds_a_secret_that_gives_a_code(
    client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    _password(client)
    page = client.get("/login/phone/")
    secret, text = _secret(page), re.search(r'class="secret">([^<]+)<', page.content.decode())[1]
    session = str(client.session.items())
    codes = re.findall(
        r"<code>([a-z2-7-]{29})</code>", client.post("/login/phone/", {"code": _code(secret)}).content.decode()
    )
    row = SecondFactor.objects.get()
    kept = str([session, list(RecoveryCode.objects.values()), row.secret, list(AuditEntry.objects.values())])
    kept += "".join(capfd.readouterr())
    for told in (text, text.replace(" ", ""), secret.hex(), *codes, *(code.replace("-", "") for code in codes)):
        assert told not in kept
    assert secret not in row.secret.encode()
    assert "new_phone" not in client.session


def test_after_a_change_of_key_the_codes_go_on_as_long_as_the_former_is_named(settings: Any) -> None:
    secret, codes = _enrolled(Client())
    karin, former = person("karin.ek"), settings.SECRET_KEY
    settings.SECRET_KEY = "another key of this installation"
    assert second_factor.accepted(karin, _code(secret, STEP)) is None
    assert second_factor.accepted(karin, codes[0]) is not None, "paper needs no key"
    settings.SECRET_KEY_FALLBACKS = [former]
    assert second_factor.accepted(karin, _code(secret, STEP)) is not None


# --- the own page ------------------------------------------------------------------------------------------------


def test_another_phone_takes_a_code_of_the_one_before(client: Client) -> None:
    secret, codes = _enrolled(client)
    new = _secret(client.get("/account/phone/"))
    assert client.post("/account/phone/", {"code": _code(new)}).status_code == 422
    assert client.post("/account/phone/", {"code": _code(new), "current": "000000"}).status_code == 422
    assert second_factor.accepted(person("karin.ek"), codes[9]) is not None, "nothing has changed"
    answer = client.post("/account/phone/", {"code": _code(new), "current": _code(secret, STEP)})
    assert (answer.status_code, "Dina reservkoder" in answer.content.decode()) == (200, True)
    assert second_factor.accepted(person("karin.ek"), codes[0]) is None
    assert second_factor.accepted(person("karin.ek"), _code(new, STEP)) is not None


def test_new_recovery_codes_take_a_code_and_end_those_before(client: Client) -> None:
    secret, codes = _enrolled(client)
    assert client.post("/account/codes/", {"code": "000000"}).status_code == 422
    assert client.post("/account/codes/", {"code": _code(secret, STEP)}).status_code == 200
    assert RecoveryCode.objects.count() == 10
    assert second_factor.accepted(person("karin.ek"), codes[0]) is None


def test_in_an_open_session_too_five_codes_are_looked_at(client: Client) -> None:
    secret, _codes = _enrolled(client)
    for n in range(5):
        client.post("/account/codes/", {"code": f"{n:06}"})
    answer = client.post("/account/codes/", {"code": _code(secret, STEP)})
    assert (answer.status_code, "Vänta en kvart" in answer.content.decode()) == (422, True)


# --- a lost phone ------------------------------------------------------------------------------------------------


def test_an_administrator_resets_a_lost_phone_the_person_is_told_and_logged_out(client: Client) -> None:
    karins = Client()
    _enrolled(karins)
    _enrolled(client, "it.admin")
    karin = person("karin.ek")

    assert "Nollställ koden" in client.get(f"/accounts/{karin.pk}/").content.decode()
    assert client.post(f"/accounts/{karin.pk}/reset/")["Location"] == f"/accounts/{karin.pk}/"

    assert not SecondFactor.objects.filter(pk=karin.pk).exists()
    assert not _is_in(karins)
    row = AuditEntry.objects.filter(what="second_factor").latest("id")
    assert (row.actor.username, row.detail) == ("it.admin", {"second_factor": "removed", "user": str(karin.pk)})
    told = Message.objects.get(recipient=karin)
    assert (told.kind, Delivery.objects.get(message=told).channel) == ("second_factor_removed", "email")
    assert _password(karins)["Location"] == "/login/code/"
    assert karins.get("/login/code/")["Location"] == "/login/phone/"
    assert client.post(f"/accounts/{karin.pk}/reset/").status_code == 404, "there is none any more"


def test_an_administrator_does_not_reset_the_own(client: Client) -> None:
    _enrolled(client, "it.admin")
    assert client.post(f"/accounts/{person('it.admin').pk}/reset/").status_code == 404
    assert SecondFactor.objects.count() == 1


def test_nobody_but_an_administrator_does(client: Client, settings: Any) -> None:
    _enrolled(Client())
    settings.RISKZON_DEMO = True
    karin = person("karin.ek").pk
    for username in ("sara.lindh", "maria.oberg", "lars.wik", "karin.ek"):
        client.force_login(person(username))
        for path in ("/accounts/", f"/accounts/{karin}/"):
            assert client.get(path).status_code == 404
        assert client.post(f"/accounts/{karin}/reset/").status_code == 404
    assert SecondFactor.objects.count() == 1
