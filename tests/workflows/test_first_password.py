"""A first password, which somebody else has read, is soon over or its owner's own; and a forgotten one takes two people."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from riskzon import clock
from riskzon.errors import Unseen
from riskzon.models import RoleRequest, SignOn, User
from tests.acts import asked_role
from tests.factories import people, person
from workflows.verbs.roles import confirm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people() -> None:
    people()


OWN = "en helt egen mening om moln"


def let_in(password: str, username: str = "nova.ny") -> Client | None:
    """A browser in which this password was typed; None if it let nobody in."""
    browser = Client()
    return browser if browser.post("/login/", {"username": username, "password": password}).status_code == 302 else None


def test_a_first_password_opens_the_page_where_it_is_changed_and_nothing_else() -> None:
    _request, first = confirm(person("sara.lindh"), asked_role().pk)
    browser = let_in(first)
    for path in ("/", "/inbox/", "/account/", "/reports/new/"):
        assert browser.get(path)["Location"] == "/account/password/", path
    assert browser.post("/account/tokens/", {"name": "x", "scope": "read", "days": "30"}).status_code == 302
    assert not person("nova.ny").api_tokens.exists()
    page = browser.get("/account/password/").content.decode()
    assert "som någon annan har läst" in page

    same = browser.post("/account/password/", _change(first, first))
    assert same.status_code == 422
    assert browser.get("/")["Location"] == "/account/password/"
    assert browser.post("/account/password/", _change(first, OWN)).status_code == 302

    assert browser.get("/").status_code == 200
    assert let_in(first) is None
    assert let_in(OWN) is not None


def _change(old: str, new: str) -> dict[str, str]:
    return {"old_password": old, "new_password1": new, "new_password2": new}


def test_a_first_password_that_is_not_changed_within_a_week_lets_nobody_in() -> None:
    _request, first = confirm(person("sara.lindh"), asked_role().pk)
    over = clock.real_now() - timedelta(seconds=1)
    assert clock.real_now() + timedelta(days=6) < person("nova.ny").first_password_until
    User.objects.filter(username="nova.ny").update(first_password_until=over)

    answer = Client().post("/login/", {"username": "nova.ny", "password": first})

    assert answer.status_code == 200
    assert "har gått ut" in answer.content.decode()


def test_a_forgotten_password_is_replaced_by_who_leads_and_the_administrator_never_knows_it(visit: Any) -> None:
    browser, karin = visit("karin.ek"), person("karin.ek")

    assert visit("it.admin").post(f"/accounts/{karin.pk}/password/").status_code == 302

    assert browser.get("/").status_code == 302, "logged out"
    assert let_in("riskzon-demo", "karin.ek") is None
    request = RoleRequest.objects.get(person=karin)
    assert (request.role, request.unit, request.asked_by) == (karin.role, karin.unit, person("it.admin"))
    with pytest.raises(Unseen):
        confirm(person("it.admin"), request.pk)
    _request, first = confirm(person("sara.lindh"), request.pk)
    assert let_in(first, "karin.ek") is not None


def test_nobody_gets_a_new_password_who_has_left_who_asks_or_who_comes_by_the_municipality(visit: Any) -> None:
    SignOn.objects.create(user=person("omar.nyman"), issuer="https://sso", subject="omar")
    User.objects.filter(username="lina.dahl").update(is_active=False)
    for username in ("omar.nyman", "lina.dahl", "it.admin"):
        before = person(username).password
        assert visit("it.admin").get(f"/accounts/{person(username).pk}/password/").status_code == 404
        assert visit("it.admin").post(f"/accounts/{person(username).pk}/password/").status_code == 404
        assert person(username).password == before
