"""On the page Inloggning everybody sees and ends what is their own, and nothing of anybody else's."""

import re
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from notifications.models import Message
from riskzon import clock, tokens
from riskzon.models import ApiToken, AuditEntry, LoginSession, Role, SignOn, TokenScope, User
from riskzon.sessions import browser_of
from riskzon.tasks import forget_sessions
from tests.factories import people, person
from tests.riskzon.entry.conftest import with_app

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Safari/604.1"


ASKED = {"name": "Verksamhetssystemet", "scope": "read", "days": "30", "password": "riskzon-demo"}


def _log_in(username: str = "karin.ek", agent: str = FIREFOX) -> Client:
    people()
    client = Client(headers={"User-Agent": agent})
    assert client.post("/login/", {"username": username, "password": "riskzon-demo"}).status_code == 302
    return client


def _key_in(answer: HttpResponse) -> str:
    """The key that was just made."""
    return re.search(r'<code class="secret">([\w-]{43})</code>', answer.content.decode())[1]


def _page(client: Client) -> str:
    return client.get("/account/").content.decode()


def test_the_open_sessions_stand_there_and_another_can_be_ended() -> None:
    here, phone, sara = _log_in(), _log_in(agent=PHONE), _log_in("sara.lindh")
    page = _page(here)
    assert "Firefox, Windows" in page
    assert "Safari, iPhone" in page
    ends = re.findall(r'action="(/account/sessions/[^"]+)"', page)
    assert len(ends) == 1, "not the one that asks, and not Sara's"

    assert here.post(ends[0])["Location"] == "/account/"

    assert phone.get("/inbox/").status_code == 302
    assert here.get("/inbox/").status_code == 200
    assert sara.get("/inbox/").status_code == 200
    assert "iPhone" not in _page(here)
    row = AuditEntry.objects.filter(what="session_ended").get()
    assert (row.action, row.actor.username) == ("logout", "karin.ek")


def test_nobody_ends_the_session_or_the_key_of_somebody_else() -> None:
    karin, sara = _log_in(), _log_in("sara.lindh")
    theirs = LoginSession.objects.get(user=person("sara.lindh")).pk
    tokens.make(person("sara.lindh"), scope=TokenScope.READ, by=None)
    for path in (
        f"/account/sessions/{theirs}/end/",
        f"/account/tokens/{ApiToken.objects.get().public_id}/revoke/",
        f"/account/sessions/{uuid4()}/end/",
    ):
        assert karin.post(path).status_code == 404
    assert sara.get("/inbox/").status_code == 200
    assert ApiToken.objects.get().revoked_at is None


@pytest.mark.parametrize("how", ["logout", "idle", "role"])
def test_a_session_that_is_over_is_not_shown(how: str) -> None:
    here, phone = _log_in(), _log_in(agent=PHONE)
    if how == "logout":
        phone.post("/logout/")
    if how == "idle":
        session = phone.session
        session["seen"] = int(time.time()) - 15 * 60
        session.save()
    if how == "role":
        User.objects.filter(username="karin.ek").update(role=Role.DUTY)
        here = _log_in()
    assert "iPhone" not in _page(here)


def test_sessions_that_are_over_are_cleared_away_each_hour_and_open_ones_stay(settings: Any) -> None:
    here, gone = _log_in(), _log_in("sara.lindh")
    Session.objects.filter(pk=gone.session.session_key).update(expire_date=clock.real_now() - timedelta(seconds=1))
    assert {"task": forget_sessions.name, "schedule": 3600.0} in settings.CELERY_BEAT_SCHEDULE.values()

    forget_sessions()

    assert [row.pk for row in Session.objects.all()] == [here.session.session_key]
    assert here.get("/inbox/").status_code == 200


def test_the_last_logins_stand_there_and_only_ones_own() -> None:
    _log_in("sara.lindh")
    page = _page(_log_in())
    assert page.count('<span class="sub">Lösenord</span>') == 1


def test_a_key_is_made_shown_once_used_and_revoked() -> None:
    karin = _log_in()
    answer = karin.post("/account/tokens/", ASKED)
    text = _key_in(answer)
    page = _page(karin)
    assert (answer.status_code, text in page, "Verksamhetssystemet" in page) == (200, False, True)
    assert Message.objects.get(recipient=person("karin.ek")).kind == "token_made"
    assert "Inte använd" in page

    assert Client(headers={"Authorization": f"Bearer {text}"}).get("/api/v1/cases").status_code == 200
    page = _page(karin)
    assert "Senast använd" in page
    assert text not in str(list(AuditEntry.objects.values_list("detail", flat=True)))

    assert karin.post(re.search(r'action="(/account/tokens/[^"]+revoke/)"', page)[1]).status_code == 302
    assert Client(headers={"Authorization": f"Bearer {text}"}).get("/api/v1/cases").status_code == 401
    said = (
        AuditEntry.objects.filter(what="token").order_by("id").values_list("action", "actor__username", "detail__token")
    )
    # The last is the call with the key that holds no more.
    assert list(said) == [
        ("change", "karin.ek", "made"),
        ("change", "karin.ek", "revoked"),
        ("denied", "karin.ek", None),
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "Skriv vad nyckeln ska användas till."),
        ({"scope": ""}, "Välj vad nyckeln får göra."),
        ({"scope": "all"}, "scope"),
        ({"days": "3650"}, "days"),
        ({"days": "x"}, "days"),
        ({"password": ""}, "Skriv ditt lösenord."),
        ({"password": "fel"}, "Det är inte ditt lösenord."),
    ],
)
def test_a_key_that_is_asked_for_wrongly_is_not_made_and_what_was_typed_stays(wrong: dict[str, str], said: str) -> None:
    answer = _log_in().post("/account/tokens/", ASKED | wrong)
    page = answer.content.decode()
    assert (answer.status_code, said in page, ApiToken.objects.count()) == (422, True, 0)
    assert wrong.get("name") == "" or "Verksamhetssystemet" in page
    assert (ASKED["password"] in page, Message.objects.exists()) == (False, False)


def test_at_an_open_screen_a_key_takes_the_password_and_five_are_looked_at() -> None:
    karin = _log_in()
    for n in range(5):
        assert karin.post("/account/tokens/", ASKED | {"password": f"gissning {n}"}).status_code == 422
    answer = karin.post("/account/tokens/", ASKED)
    assert (answer.status_code, "Vänta en kvart" in answer.content.decode()) == (422, True)
    assert not ApiToken.objects.exists()
    rows = AuditEntry.objects.filter(what="password").values_list("action", "actor", "detail__user")
    assert list(rows) == [("denied", None, str(person("karin.ek").pk))] * 5


def test_at_an_open_screen_with_a_second_factor_a_key_takes_a_code_of_its_owner() -> None:
    karin = _log_in()
    paper = with_app("karin.ek")
    for wrong in ({}, {"code": ""}, {"code": "000000"}):
        assert karin.post("/account/tokens/", ASKED | wrong).status_code == 422
    assert not ApiToken.objects.exists()
    assert karin.post("/account/tokens/", ASKED | {"code": paper[0], "password": ""}).status_code == 200
    assert karin.post("/account/tokens/", ASKED | {"code": paper[0]}).status_code == 422, "once"
    assert ApiToken.objects.count() == 1


def test_whoever_comes_by_the_municipalitys_account_makes_a_key_soon_after_the_login() -> None:
    karin = _log_in()
    SignOn.objects.create(user=person("karin.ek"), issuer="https://x", subject="k", confirmed_at=clock.real_now())
    LoginSession.objects.update(began_at=clock.real_now() - timedelta(minutes=16))
    answer = karin.post("/account/tokens/", ASKED)
    assert (answer.status_code, "Logga ut och in igen först" in answer.content.decode()) == (422, True)
    assert not ApiToken.objects.exists()
    LoginSession.objects.update(began_at=clock.real_now() - timedelta(minutes=14))
    assert karin.post("/account/tokens/", ASKED).status_code == 200


def test_an_ended_key_stands_there_for_a_month_with_its_last_use() -> None:
    karin, admin = _log_in(), _log_in("it.admin")
    who = person("karin.ek")
    for name, ended in (("Utgången", 29), ("Glömd", 31), ("Återkallad", 0)):
        tokens.make(who, scope=TokenScope.READ, name=name, by=who)
        over = clock.real_now() - timedelta(days=ended)
        if ended:
            ApiToken.objects.filter(name=name).update(expires_at=over, last_used_at=over)
    tokens.revoke(who, ApiToken.objects.get(name="Återkallad").public_id, by=who)
    tokens.make(who, scope=TokenScope.READ, name="Gällande", by=who)
    for page in (_page(karin), admin.get(f"/accounts/{who.pk}/").content.decode()):
        ended = page.split("Avslutade de senaste 30 dagarna")[1]
        assert [name in ended for name in ("Utgången", "Återkallad", "Glömd", "Gällande")] == [True, True, False, False]
        assert ended.index("Återkallad") < ended.index("Utgången")
        assert (ended.count("Slutade gälla"), ended.count("Senast använd")) == (2, 1)


def test_whoever_comes_by_the_municipalitys_account_has_no_phone_to_add_here() -> None:
    karin = _log_in()
    SignOn.objects.create(user=person("karin.ek"), issuer="https://x", subject="k")
    assert "kommunens konto" in _page(karin)
    assert karin.get("/account/phone/").status_code == 404
    assert karin.post("/account/codes/", {"code": "000000"}).status_code == 404


def test_an_administrator_sees_how_each_logs_in_ends_sessions_and_revokes_keys() -> None:
    karin, admin = _log_in(), _log_in("it.admin")
    who = person("karin.ek")
    key = tokens.make(who, scope=TokenScope.WRITE, name="System A", by=who)
    assert "karin.ek" in admin.get("/accounts/").content.decode()
    page = admin.get(f"/accounts/{who.pk}/").content.decode()
    assert "System A" in page
    assert "1 inloggning är öppen" in page

    token = ApiToken.objects.get()
    assert admin.post(f"/accounts/{who.pk}/tokens/{token.public_id}/revoke/").status_code == 302
    assert Client(headers={"Authorization": f"Bearer {key.text}"}).get("/api/v1/cases").status_code == 401
    assert admin.post(f"/accounts/{who.pk}/sessions/end/").status_code == 302
    assert karin.get("/inbox/").status_code == 302
    rows = AuditEntry.objects.filter(actor=person("it.admin"), action="change").order_by("id")
    assert [row.detail for row in rows] == [
        {"token": "revoked", "user": str(who.pk)},
        {"sessions": "ended", "user": str(who.pk)},
    ]


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox, Windows"),
        (PHONE, "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/129.0 Safari/537.36 Edg/129.0", "Edge, Linux"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_of_a_browser_no_more_is_kept_than_what_its_owner_needs(agent: str, said: str) -> None:
    assert browser_of(agent) == said
