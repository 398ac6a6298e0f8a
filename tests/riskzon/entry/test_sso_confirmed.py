"""Nobody comes in by a group of the directory alone: who leads confirms the role first."""

import pytest
from django.core.management import call_command
from django.test import Client

from riskzon import clock
from riskzon.models import Role, RoleRequest, Unit, User
from riskzon.sso_people import connect
from tests.factories import people, person
from tests.provider import Provider
from tests.riskzon.entry.conftest import CHIEFS, FIGURES, NAMES, is_in, log_in
from workflows.auditor import look
from workflows.verbs.roles import close_account, confirm, give_at_the_server, refuse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people() -> None:
    people()


def test_a_group_alone_lets_nobody_in_until_who_leads_has_confirmed_the_role(
    client: Client, provider: Provider
) -> None:
    for _again in range(2):
        answer = log_in(client, provider, confirmed=False)
        assert (answer.status_code, "väntar på att din chef" in answer.content.decode()) == (403, True)
        assert not is_in(client)
    nova, request = person("nova.ny"), RoleRequest.objects.get()
    assert (nova.is_active, list(nova.groups.all())) == (False, [])
    assert (request.person, request.role, request.unit.slug, request.asked_by) == (
        nova, Role.SOCIAL_WORKER, "mottagning-barn-och-unga", None,
    )  # fmt: skip

    confirm(person("sara.lindh"), request.pk)

    assert log_in(client, provider).status_code == 302


def test_another_group_ends_the_former_role_at_once_and_gives_the_new_one_once_it_is_confirmed(
    client: Client, provider: Provider
) -> None:
    log_in(client, provider)
    provider.knows("sub-nova", CHIEFS, **NAMES)

    assert log_in(Client(), provider, confirmed=False).status_code == 403

    assert not is_in(client)
    assert not person("nova.ny").is_active
    assert RoleRequest.objects.get(state="waiting").role == Role.SUPERVISOR


def test_a_role_that_was_refused_is_not_asked_for_at_every_login(client: Client, provider: Provider) -> None:
    log_in(client, provider, confirmed=False)
    refuse(person("sara.lindh"), RoleRequest.objects.get().pk, answer="Arbetar inte här.")

    answer = log_in(client, provider)

    assert (answer.status_code, "har avslagit" in answer.content.decode()) == (403, True)
    assert RoleRequest.objects.get().state == "refused"
    provider.knows("sub-nova", FIGURES, **NAMES)
    assert log_in(client, provider).status_code == 302, "another group is another question"


def test_what_the_groups_no_longer_give_is_not_waited_for(client: Client, provider: Provider) -> None:
    log_in(client, provider, confirmed=False)
    provider.knows("sub-nova", **NAMES)

    log_in(client, provider, confirmed=False)

    assert RoleRequest.objects.get().state == "withdrawn"


def test_a_supervisor_whose_group_is_gone_is_out_at_once_and_another_of_the_unit_leads_it(
    client: Client, provider: Provider
) -> None:
    provider.knows("sub-nova", CHIEFS, **NAMES)
    log_in(client, provider, confirmed=False)
    confirm(person("maria.oberg"), RoleRequest.objects.get(state="waiting").pk)
    nova = person("nova.ny")
    led = nova.unit
    Unit.objects.filter(pk=led.pk).update(supervisor=nova)
    provider.knows("sub-nova", **NAMES)

    log_in(Client(), provider, confirmed=False)

    assert not person("nova.ny").is_active
    led.refresh_from_db()
    assert led.supervisor not in (nova, None)
    assert led.supervisor.is_active


def test_the_last_head_whose_group_is_gone_is_out_at_once_and_the_auditor_calls(
    client: Client, provider: Provider
) -> None:
    connect(person("maria.oberg"), "sub-nova")
    provider.knows("sub-nova", **NAMES)

    log_in(client, provider, confirmed=False)

    assert not person("maria.oberg").is_active
    assert "no_head" in look().faults


@pytest.mark.parametrize("is_cleared", [True, False])
def test_an_account_that_is_connected_before_its_first_password_was_changed_comes_in(
    client: Client, provider: Provider, is_cleared: bool
) -> None:
    give_at_the_server("nova.ny", Role.SOCIAL_WORKER, person("karin.ek").unit)
    call_command("connect", "nova.ny", "sub-nova")
    assert person("nova.ny").first_password_until is None
    if not is_cleared:
        # As the version before left it.
        User.objects.filter(username="nova.ny").update(first_password_until=clock.real_now())
    assert log_in(client, provider).status_code == 302
    assert client.get("/").status_code == 200


def test_an_account_that_was_closed_here_is_not_opened_by_a_group(client: Client, provider: Provider) -> None:
    log_in(client, provider)
    close_account(person("it.admin"), person("nova.ny").pk)

    assert log_in(Client(), provider).status_code == 403
    assert not is_in(client)
