"""Whatever throws somebody out throws out every session and every key, and neither comes back with another role."""

from collections.abc import Callable

import pytest
from django.test import Client

from riskzon import tokens
from riskzon.models import ApiToken, Role, RoleRequest, TokenScope, Unit, User
from tests.factories import people, person
from tests.provider import Provider
from tests.riskzon.entry.conftest import FIGURES, NAMES, is_in, log_in, with_app
from workflows.verbs import roles

pytestmark = pytest.mark.django_db
OWN = "en helt egen mening om moln"


@pytest.fixture(autouse=True)
def _people() -> None:
    people()


def _log_in(username: str = "karin.ek") -> Client:
    client = Client()
    assert client.post("/login/", {"username": username, "password": "riskzon-demo"}).status_code == 302
    return client


def _key(username: str = "karin.ek") -> Callable[[], int]:
    """A key of this person, and what the API answers it."""
    text = tokens.make(person(username), scope=TokenScope.WRITE, by=None).text
    client = Client(headers={"Authorization": f"Bearer {text}"})
    return lambda: client.get("/api/v1/cases").status_code


def _another(role: Role, unit: Unit | None) -> None:
    """Karin is to have this role, and a head of department has confirmed it."""
    request = roles.ask(person("it.admin"), person("karin.ek").pk, role=role, unit=unit, reason="x")
    roles.confirm(person("maria.oberg"), request.pk)


def _elsewhere() -> Unit:
    return Unit.objects.filter(kind="investigation").first()


def _by_admin(path: str) -> Callable[[], object]:
    return lambda: _log_in("it.admin").post(f"/accounts/{person('karin.ek').pk}/{path}/")


WAYS = {
    "sessions ended": _by_admin("sessions/end"),
    "second factor reset": _by_admin("reset"),
    "new password": _by_admin("password"),
    "closed": _by_admin("close"),
    "role": lambda: _another(Role.HEAD, None),
    "unit": lambda: _another(Role.SOCIAL_WORKER, _elsewhere()),
}


@pytest.mark.parametrize("way", WAYS)
def test_sessions_and_keys_are_over_at_once_and_nobody_elses(way: str) -> None:
    session, key, omars = _log_in(), _key(), _key("omar.nyman")
    if way == "second factor reset":
        with_app("karin.ek")
    assert (is_in(session), key()) == (True, 200)

    WAYS[way]()

    assert (is_in(session), key(), omars()) == (False, 401, 200)
    assert ApiToken.objects.get(user=person("karin.ek")).revoked_at is not None


def test_another_password_ends_the_keys_and_the_other_sessions() -> None:
    here, elsewhere, key = _log_in(), _log_in(), _key()
    said = {"old_password": "riskzon-demo", "new_password1": OWN, "new_password2": OWN}
    assert here.post("/account/password/", said).status_code == 302
    assert (is_in(here), is_in(elsewhere), key()) == (True, False, 401)


def test_a_session_does_not_come_back_with_the_role_that_it_began_in() -> None:
    session, unit = _log_in(), person("karin.ek").unit
    _another(Role.HEAD, None)
    _another(Role.SOCIAL_WORKER, unit)
    assert not is_in(session)


@pytest.mark.parametrize("is_closed_here", [True, False])
def test_a_key_from_before_an_account_was_closed_opens_nothing_when_it_is_open_again(is_closed_here: bool) -> None:
    key, karin = _key(), person("karin.ek")
    if is_closed_here:
        roles.close_account(person("it.admin"), karin.pk)
    else:
        # By a technician, or by a version that left the keys.
        User.objects.filter(pk=karin.pk).update(is_active=False)
    _another(Role.SOCIAL_WORKER, karin.unit)
    assert (person("karin.ek").is_active, key()) == (True, 401)


def test_a_key_does_not_outlive_the_group_that_gave_it_also_where_the_next_role_is_confirmed_later(
    client: Client, provider: Provider
) -> None:
    log_in(client, provider)
    key = _key("nova.ny")
    assert key() == 200
    provider.knows("sub-nova", FIGURES, **NAMES)
    log_in(Client(), provider, confirmed=False)
    assert ApiToken.objects.get().revoked_at is not None
    provider.knows("sub-nova", **NAMES)

    roles.confirm(person("maria.oberg"), RoleRequest.objects.get(state="waiting").pk)

    assert (person("nova.ny").is_active, key()) == (True, 401)
