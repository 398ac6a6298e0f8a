"""A session ends by itself, and no password can be guessed."""

import pytest
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.test import Client

from riskzon import guessing
from riskzon.backend import PolicyBackend
from riskzon.guessing import WITHIN
from riskzon.models import LoginAttempt, Role, User
from tests.acts import at_once
from tests.factories import people, person

pytestmark = pytest.mark.django_db


def _log_in(client: Client, password: str = "riskzon-demo", username: str = "karin.ek") -> int:
    return client.post("/login/", {"username": username, "password": password}).status_code


def _age(client: Client, **seconds: int) -> None:
    """Let the session be older: since it `began`, since somebody was `seen`."""
    session = client.session
    for name, by in seconds.items():
        session[name] -= by
    session.save()


def _is_in(client: Client) -> bool:
    return client.get("/inbox/").status_code == 200


def test_whoever_answers_before_the_session_ends_stays_and_a_stranger_is_sent_to_the_login(client: Client) -> None:
    people()
    assert client.post("/stay/")["Location"] == "/login/?next=/stay/"
    _log_in(client)
    _age(client, seen=14 * 60)

    answer = client.post("/stay/")
    assert (answer.status_code, int(answer["X-Session-Left"]) > 890) == (200, True)
    assert 'data-session="8' in client.get("/accessibility").content.decode()


def test_every_page_and_answer_says_of_which_login_it_is_and_never_by_the_key(client: Client) -> None:
    people()
    assert "data-session-over" in client.get("/login/").content.decode()
    marks = []
    for _each in range(2):
        _log_in(client)
        answer, key = client.get("/inbox/"), client.session.session_key
        mark = answer["X-Session-Mark"]
        page = answer.content.decode()
        assert f'data-mark="{mark}"' in page
        assert "data-session-over" not in page
        assert (client.post("/stay/")["X-Session-Mark"], key in page, mark in key) == (mark, False, False)
        marks.append(mark)
        client.post("/logout/")
    assert len({*marks, ""}) == 3
    assert "X-Session-Mark" not in client.get("/login/")


def test_a_page_says_when_the_session_ends_at_the_latest_too(client: Client) -> None:
    people()
    _log_in(client)
    _age(client, began=10 * 3600 - 240)
    answer = client.get("/inbox/")
    assert 200 < int(answer["X-Session-Left"]) == int(answer["X-Session-At-Most"]) <= 240
    _age(client, began=-3600)
    assert int(client.get("/inbox/")["X-Session-At-Most"]) > 3600 > int(answer["X-Session-Left"])


def test_the_way_back_to_a_page_asks_for_a_login_only_where_there_is_none(client: Client) -> None:
    people()
    _log_in(client)
    back = "/login/?expired=1&next=/inbox/"
    assert f'data-back="{back.replace("&", "&amp;")}"' in client.get("/inbox/").content.decode()
    assert client.get(back)["Location"] == "/inbox/"
    assert client.post("/logout/", {"next": back})["Location"] == back, "out, and in again at the same place"
    assert "fortsätter du där du var" in client.get(back).content.decode()


def test_after_a_quarter_of_an_hour_without_doing_anything_one_is_out(client: Client) -> None:
    people()
    _log_in(client)
    _age(client, seen=15 * 60 - 5)
    assert _is_in(client)
    _age(client, seen=15 * 60)
    assert not _is_in(client)
    assert "_auth_user_id" not in client.session


def test_after_ten_hours_one_is_out_whatever_one_does(client: Client) -> None:
    people()
    _log_in(client)
    _age(client, began=10 * 3600 - 60)
    answer = client.get("/inbox/")
    assert answer.status_code == 200
    assert int(answer["X-Session-Left"]) <= 60
    _age(client, began=60)
    assert not _is_in(client)


def test_a_page_that_asks_for_news_by_itself_keeps_nobody_in(client: Client) -> None:
    people()
    _log_in(client)
    _age(client, seen=14 * 60)
    answer = client.get("/worklist/status/?since=2026-01-01T00:00:00Z", headers={"X-By-Itself": "1"})
    assert int(answer["X-Session-Left"]) <= 60
    assert int(client.get("/inbox/")["X-Session-Left"]) > 890


@pytest.mark.parametrize("change", [{"role": Role.DUTY}, {"unit": None}, {"is_active": False}])
def test_a_session_ends_when_the_role_does(client: Client, change: dict[str, object]) -> None:
    people()
    _log_in(client)
    assert _is_in(client)
    User.objects.filter(username="karin.ek").update(**change)
    assert not _is_in(client)


def test_a_session_ends_when_the_password_is_changed(client: Client) -> None:
    people()
    _log_in(client)
    karin = person("karin.ek")
    karin.set_password("en helt annan mening")
    karin.save()
    assert not _is_in(client)


# --- guessing ----------------------------------------------------------------------------------------------------


def test_of_two_hundred_guesses_from_anywhere_five_are_looked_at_and_the_owner_comes_in_at_the_own_desk(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    people()
    assert _log_in(client) == 302
    client.post("/logout/")
    looked_at = []
    right = PolicyBackend.authenticate
    monkeypatch.setattr(
        PolicyBackend, "authenticate", lambda self, *args, **kwargs: looked_at.append(1) or right(self, *args, **kwargs)
    )
    answers = [_log_in(Client(), f"guess {n}") for n in range(200)]
    assert (answers[:5], set(answers[5:]), len(looked_at)) == ([200] * 5, {429}, 5)
    assert _log_in(Client()) == 429, "the right password is not looked at either"

    assert _log_in(client) == 302


def test_one_account_spelled_in_many_ways_is_one_account() -> None:
    people()
    wide = ["karin.ek"[:at] + chr(ord(letter) + 0xFEE0) + "karin.ek"[at + 1 :] for at, letter in enumerate("karin")]
    assert _log_in(Client(), username=wide[0]) == 302, "Django reads the wide letters as the plain ones"
    tried = [_log_in(Client(), "wrong", name) for name in ("karin.ek", " karin.ek\u3000", "KARIN.EK", *wide)]
    assert tried == [200] * 5 + [429] * 3


def test_a_known_browser_has_five_attempts_of_its_own_and_for_its_own_account_alone(client: Client) -> None:
    people()
    _log_in(client)
    client.post("/logout/")
    assert [_log_in(client, "wrong") for _try in range(6)] == [200] * 5 + [429]
    assert [_log_in(client, "wrong", "omar.nyman") for _try in range(6)] == [200] * 5 + [429]
    assert _log_in(Client(), "wrong", "omar.nyman") == 429, "for another account it is a stranger like any other"
    assert _log_in(Client()) == 302


def test_at_a_shared_desk_whoever_guesses_from_elsewhere_locks_out_none_of_the_last_eight(client: Client) -> None:
    people()
    desk = ["karin.ek", "omar.nyman", "lina.dahl", "sara.lindh", "jonas.falk", "maria.oberg", "it.admin", "per.holm"]
    for username in desk:
        assert _log_in(client, username=username) == 302
        client.post("/logout/")
        for n in range(5):
            _log_in(Client(), f"guess {n}", username)
    assert len(client.cookies["device"].value) < 2000
    for username in desk:
        assert _log_in(Client(), username=username) == 429
        assert _log_in(client, username=username) == 302, username
        client.post("/logout/")


def test_the_ninth_at_a_desk_takes_the_place_of_whoever_was_there_longest_ago(client: Client) -> None:
    request, answer = HttpRequest(), HttpResponse()
    for n in range(9):
        guessing.know(request, answer, f"user{n}")
        request.COOKIES["device"] = answer.cookies["device"].value
    known = [guessing._bucket(request, f"user{n}", "") != guessing._account(f"user{n}") for n in range(9)]
    assert known == [False] + [True] * 8


def test_a_browser_is_forgotten_after_half_a_year_though_others_go_on_using_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    people()
    _log_in(client)
    now = guessing.time.time
    monkeypatch.setattr(guessing.time, "time", lambda: now() + 100 * 86400)
    client.cookies.pop("sessionid")
    _log_in(client, username="omar.nyman")
    monkeypatch.setattr(guessing.time, "time", lambda: now() + 190 * 86400)
    client.cookies.pop("sessionid")
    for n in range(5):
        _log_in(Client(), f"guess {n}")
        _log_in(Client(), f"guess {n}", "omar.nyman")
    assert (_log_in(client), _log_in(client, username="omar.nyman")) == (429, 302)


def test_after_a_quarter_of_an_hour_it_may_be_tried_again_and_the_right_password_forgives(client: Client) -> None:
    people()
    for _try in range(5):
        _log_in(client, "wrong")
    assert _log_in(client) == 429
    LoginAttempt.objects.update(at=F("at") - WITHIN)
    assert _log_in(client) == 302
    assert not LoginAttempt.objects.exists()


def test_an_account_that_does_not_exist_is_answered_like_one_that_does(client: Client) -> None:
    people()
    said = {}
    for username in ("karin.ek", "ingen.alls", "karin.ek\0", "KARIN.EK" * 100):
        answers = [client.post("/login/", {"username": username, "password": "wrong"}) for _try in range(6)]
        said[username] = [answer.status_code for answer in answers]
    assert set(map(tuple, said.values())) == {(200, 200, 200, 200, 200, 429)}


def test_who_has_to_wait_is_told_so_and_keeps_the_name(client: Client) -> None:
    people()
    for _try in range(5):
        _log_in(client, "wrong")
    words = client.post("/login/", {"username": "karin.ek", "password": "x"}).content.decode()
    assert "Vänta en kvart" in words
    assert 'value="karin.ek"' in words


@pytest.mark.django_db(transaction=True)
def test_fifty_guesses_at_once_are_five(client: Client) -> None:
    people()
    answers = at_once(*[lambda n=n: _log_in(Client(), f"guess {n}") for n in range(12)])
    assert sorted(answers) == [200] * 5 + [429] * 7


@pytest.mark.parametrize("forged", ["", "x", "a:b:c", "ÿ"])
def test_a_forged_device_is_a_stranger(client: Client, forged: str) -> None:
    people()
    client.cookies["device"] = forged
    assert [_log_in(client, "wrong") for _try in range(6)] == [200] * 5 + [429]
    assert _log_in(Client(), "wrong") == 429


def test_neither_the_table_nor_the_cookie_holds_a_name_or_an_address(client: Client) -> None:
    people()
    _log_in(client, "wrong")
    row = LoginAttempt.objects.get()
    _log_in(client)
    for told in (row.bucket, client.cookies["device"].value):
        assert "karin" not in told
        assert "127.0.0.1" not in told
    assert client.cookies["device"]["httponly"]
    assert client.cookies["device"]["samesite"] == "Strict"
