"""Whoever has a local account changes the own password; whoever has only found the screen open does not."""

from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from notifications.models import Delivery, Message
from riskzon.guessing import WITHIN
from riskzon.models import AuditEntry, LoginAttempt, LoginSession, SignOn, User
from tests.factories import people, person

pytestmark = pytest.mark.django_db
OLD, NEW = "riskzon-demo", "gula cyklar på vinden"
PATH = "/account/password/"


def _log_in(password: str = OLD, username: str = "karin.ek") -> Client:
    people()
    client = Client()
    client.post("/login/", {"username": username, "password": password})
    return client


def _is_in(client: Client) -> bool:
    return client.get("/inbox/").status_code == 200


def _change(client: Client, old: str = OLD, new: str = NEW, again: str = NEW) -> Any:
    return client.post(PATH, {"old_password": old, "new_password1": new, "new_password2": again})


def test_the_new_password_holds_other_sessions_end_and_this_one_goes_on_under_another_key() -> None:
    here, elsewhere, sara = _log_in(), _log_in(), _log_in(username="sara.lindh")
    before = here.session.session_key

    assert _change(here)["Location"] == "/account/"

    page = here.get("/account/").content.decode()
    assert ("Lösenordet är bytt." in page, "Den här" in page) == (True, True)
    assert (_is_in(here), _is_in(elsewhere), _is_in(sara)) == (True, False, True)
    assert here.session.session_key != before
    assert list(LoginSession.objects.filter(user=person("karin.ek")).values_list("session_key", flat=True)) == [
        here.session.session_key
    ]
    assert (_is_in(_log_in()), _is_in(_log_in(NEW))) == (False, True)


def test_it_stands_in_the_log_and_its_owner_is_told_without_a_word_of_it() -> None:
    _change(_log_in())
    karin = person("karin.ek")
    row = AuditEntry.objects.filter(what="password").get()
    assert (row.action, row.actor, row.detail) == ("change", karin, {})
    told = Message.objects.get(recipient=karin)
    assert (told.kind, told.facts, Delivery.objects.get(message=told).channel) == ("password_changed", {}, "email")
    assert "Var det inte du?" in _log_in(NEW).get("/inbox/").content.decode()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"old": ""}, "Skriv lösenordet som du har nu."),
        ({"old": "fel"}, "Det är inte ditt lösenord."),
        ({"new": ""}, "Skriv ett nytt lösenord."),
        ({"again": ""}, "Skriv det nya lösenordet en gång till."),
        ({"again": "gula cyklar på vindeN"}, "De två är inte lika."),
        ({"new": "elva tecken", "again": "elva tecken"}, "12 tecken"),
        ({"new": "karin.ek.karin", "again": "karin.ek.karin"}, "användarnamn"),
        ({"new": "Riskzon-2026!!", "again": "Riskzon-2026!!"}, "provar först"),
        ({"new": OLD, "again": OLD}, "Välj ett annat än det du har nu."),
        ({"new": "\0" * 12, "again": "\0" * 12}, "Null"),
    ],
)
def test_what_is_wrong_is_said_nothing_changes_and_no_password_stands_in_the_answer(
    typed: dict[str, str], said: str
) -> None:
    karin = _log_in()
    before = person("karin.ek").password
    answer = _change(karin, **typed)
    page = answer.content.decode()
    assert (answer.status_code, said in page) == (422, True)
    assert person("karin.ek").password == before
    assert [word for word in (NEW, OLD, *typed.values()) if len(word) > 3 and f'value="{word}"' in page] == []
    assert not Message.objects.exists()


def test_at_an_open_screen_five_passwords_are_looked_at_and_the_right_one_is_not_after_them() -> None:
    karin = _log_in()
    assert [_change(karin, old=f"gissning {n}").status_code for n in range(7)] == [422] * 5 + [429] * 2
    answer = _change(karin)
    assert (answer.status_code, "Vänta en kvart" in answer.content.decode()) == (429, True)
    rows = AuditEntry.objects.filter(what="password")
    assert {(row.action, row.actor, str(row.detail)) for row in rows} == {
        ("denied", None, str({"user": str(person("karin.ek").pk)}))
    }
    assert rows.count() == 5

    LoginAttempt.objects.update(at=F("at") - WITHIN)
    assert _change(karin).status_code == 302


def test_a_slip_with_the_new_one_uses_up_no_attempt() -> None:
    karin = _log_in()
    assert [_change(karin, again="annat").status_code for _each in range(8)] == [422] * 8
    assert _change(karin).status_code == 302


def test_whoever_comes_by_the_municipalitys_account_has_no_password_here() -> None:
    karin = _log_in()
    SignOn.objects.create(user=person("karin.ek"), issuer="https://x", subject="k")
    assert PATH not in karin.get("/account/").content.decode()
    assert (karin.get(PATH).status_code, _change(karin).status_code) == (404, 404)
    assert User.objects.get(username="karin.ek").check_password(OLD)


def test_a_change_that_cannot_be_logged_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    karin = _log_in()
    karin.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("riskzon.audit.record", lambda *_said, **_named: 1 / 0)
        assert _change(karin).status_code == 500
    assert person("karin.ek").check_password(OLD)
    assert not Message.objects.exists()
