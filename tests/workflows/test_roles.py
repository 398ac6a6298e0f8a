"""Nobody has a role that another has not confirmed: the administrator, or a group of the directory, asks; who leads answers."""

import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from notifications.models import Message
from riskzon import clock, role_requests
from riskzon.access import Ground, ground_of
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import AuditEntry, Role, RoleRequest, Unit, User
from tests.acts import NEW_ACCOUNT, asked_role, at_once, unit
from tests.factories import at, make_report, people, person
from workflows.demo.people import DUTY, INTAKE, LIAISON, NORTH, SOUTH
from workflows.recipients import Directory
from workflows.sweep import sweep
from workflows.verbs.roles import ask, close_account, confirm, new_password, refuse
from workflows.waiting import count

pytestmark = pytest.mark.django_db

EVERYBODY = [
    "karin.ek", "lina.dahl", "sara.lindh", "jonas.falk", "maria.oberg", "jour.vakt", "per.holm", "stina.berg", "lars.wik",
    "it.admin", "butik.city",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _people() -> None:
    people()
    at("2026-11-13T10:00:00+01:00")


def state(request: RoleRequest) -> str:
    return RoleRequest.objects.get(pk=request.pk).state


def told(kind: str) -> list[str]:
    return sorted(Message.objects.filter(kind=kind).values_list("recipient__username", flat=True))


# --- a new account -----------------------------------------------------------------------------------------------


def test_a_new_account_is_shut_until_its_supervisor_confirms_and_hands_over_the_first_password(visit: Any) -> None:
    made = visit("it.admin").post("/accounts/new/", {**NEW_ACCOUNT, "role": "social_worker", "unit": unit(INTAKE).pk})
    nova = person("nova.ny")
    assert made.status_code == 302
    assert (nova.is_active, nova.has_usable_password(), list(nova.groups.all())) == (False, False, [])
    request = RoleRequest.objects.get(person=nova)

    page = visit("sara.lindh").post(f"/roles/{request.pk}/confirm/").content.decode()

    password = re.search(r'<code class="num">([a-z0-9-]{23})</code>', page)[1]
    assert password not in visit("sara.lindh").get(f"/roles/{request.pk}/").content.decode()
    nova = person("nova.ny")
    assert (nova.is_active, nova.role, nova.unit, list(nova.groups.all())) == (
        True, Role.SOCIAL_WORKER, unit(INTAKE), [unit(INTAKE).group],
    )  # fmt: skip
    browser = Client()
    assert browser.post("/login/", {"username": "nova.ny", "password": password}).status_code == 302


def test_until_then_it_stands_on_the_list_of_whoever_is_to_answer_and_on_no_other() -> None:
    before = {name: count(person(name), clock.now()) for name in EVERYBODY}
    asked_role()
    more = {name for name in EVERYBODY if count(person(name), clock.now()) > before[name]}
    assert more == {"sara.lindh"}


def test_the_list_says_who_is_to_have_what_and_leads_to_the_answer(visit: Any) -> None:
    request = asked_role()
    page = visit("sara.lindh").get("/waiting/").content.decode()
    assert "Nova Ny, socialsekreterare" in page
    assert f"/roles/{request.pk}/" in page


# --- who answers -------------------------------------------------------------------------------------------------

ANSWERS = {
    (Role.SOCIAL_WORKER, INTAKE): ["sara.lindh"],
    (Role.SOCIAL_WORKER, NORTH): ["jonas.falk"],
    (Role.SUPERVISOR, NORTH): ["maria.oberg"],
    (Role.DUTY, DUTY): ["maria.oberg"],
    (Role.LIAISON, LIAISON): ["maria.oberg"],
    **{(role, ""): ["maria.oberg"] for role in (Role.HEAD, Role.ANALYST, Role.LOG_REVIEWER, Role.ADMIN, Role.PARTNER)},
}


@pytest.mark.parametrize(("role", "slug"), ANSWERS)
def test_the_units_own_supervisor_answers_or_where_there_is_none_and_for_supervisors_the_head(
    role: Role, slug: str
) -> None:
    request = asked_role(role, slug)
    assert [user.username for user in role_requests.who_answers(request)] == ANSWERS[role, slug]


@pytest.mark.parametrize("username", EVERYBODY)
def test_nobody_else_can_answer_or_learns_that_anything_was_asked(visit: Any, username: str) -> None:
    request = asked_role()
    may = username in ("sara.lindh", "maria.oberg")
    reads = may or username in ("it.admin", "lars.wik")
    browser = visit(username)

    assert browser.get(f"/roles/{request.pk}/").status_code == (200 if reads else 404)
    assert browser.post(f"/roles/{request.pk}/refuse/", {"answer": "Nej."}).status_code == (302 if may else 404)
    assert state(request) == ("refused" if may else "waiting")
    if not may:
        assert browser.post(f"/roles/{request.pk}/confirm/").status_code == 404
        with pytest.raises(Unseen):
            confirm(person(username), request.pk)
        assert AuditEntry.objects.filter(actor=person(username), action="denied", what="role_confirm").exists()


def test_where_the_supervisor_has_left_the_head_answers() -> None:
    User.objects.filter(username="sara.lindh").update(is_active=False)
    assert [user.username for user in role_requests.who_answers(asked_role())] == ["maria.oberg"]


# --- nobody lets himself in --------------------------------------------------------------------------------------


def test_the_administrator_alone_cannot_let_himself_in(visit: Any) -> None:
    admin = person("it.admin")
    request = ask(admin, admin.pk, role=Role.SOCIAL_WORKER, unit=unit(INTAKE), reason="Behövs.")

    assert visit("it.admin").post(f"/roles/{request.pk}/confirm/").status_code == 404
    assert person("it.admin").role == Role.ADMIN


def test_who_has_become_a_head_answers_nothing_that_was_asked_by_the_same_person_or_is_about_her() -> None:
    mine = asked_role()
    User.objects.filter(username="it.admin").update(role=Role.HEAD)
    about = RoleRequest.objects.create(
        person=person("maria.oberg"), role=Role.ADMIN, asked_at=clock.now(), reason="Byter."
    )

    for username, request in (("it.admin", mine), ("maria.oberg", about)):
        with pytest.raises(Unseen):
            confirm(person(username), request.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleRequest.objects.filter(pk=request.pk).update(
                state="confirmed", answered_at=clock.now(), answered_by=person(username)
            )


FORGED = {
    "answered by somebody who leads nobody": {"state": "confirmed", "answered_by": "karin.ek"},
    "another role": {"role": "head"},
    "another person": {"person": "karin.ek"},
    "another unit": {"unit": SOUTH},
    "answered without a time": {"state": "refused", "answered_at": None},
}


@pytest.mark.parametrize("which", FORGED)
def test_the_database_keeps_what_was_asked_and_who_may_answer(which: str) -> None:
    request = asked_role()
    change: dict[str, Any] = dict(FORGED[which])
    for name in ("answered_by", "person"):
        if name in change:
            change[name] = person(change[name])
    if "unit" in change:
        change["unit"] = unit(change["unit"])
    if "state" in change:
        change.setdefault("answered_at", clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleRequest.objects.filter(pk=request.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleRequest.objects.filter(pk=request.pk).delete()


def test_a_role_is_answered_once_and_never_two_wait_for_one_person() -> None:
    first = asked_role()
    second = ask(person("it.admin"), first.person_id, role=Role.ANALYST, unit=None, reason="Annat.")
    assert (state(first), state(second)) == ("withdrawn", "waiting")
    confirm(person("maria.oberg"), second.pk)

    for late in (first, second):
        with pytest.raises(Conflict):
            refuse(person("maria.oberg"), late.pk, answer="Nej.")
    assert state(second) == "confirmed"
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleRequest.objects.filter(pk=second.pk).update(state="refused")


# --- another role, and none --------------------------------------------------------------------------------------


def test_another_role_holds_when_it_is_confirmed_and_not_before_and_ends_the_sessions_of_the_former(visit: Any) -> None:
    browser = visit("karin.ek")
    request = ask(person("it.admin"), person("karin.ek").pk, role=Role.SOCIAL_WORKER, unit=unit(NORTH), reason="Byter.")
    assert browser.get("/").status_code == 200
    assert person("karin.ek").unit == unit(INTAKE)

    _request, password = confirm(person("jonas.falk"), request.pk)

    assert password == ""
    assert (person("karin.ek").unit, list(person("karin.ek").groups.all())) == (unit(NORTH), [unit(NORTH).group])


def test_a_supervisor_who_leads_elsewhere_leads_the_former_unit_no_more_and_the_heads_do() -> None:
    case = make_report("per.holm").cases[0]
    sara = person("sara.lindh")
    assert ground_of(sara, case.pk) == Ground.LEAD
    request = ask(person("it.admin"), sara.pk, role=Role.SUPERVISOR, unit=unit(NORTH), reason="Byter enhet.")

    confirm(person("maria.oberg"), request.pk)

    assert ground_of(person("sara.lindh"), case.pk) is None
    assert unit(NORTH).supervisor == person("jonas.falk"), "who led it leads it"
    assert Directory.read(clock.now()).answers_for(unit(INTAKE).pk, None) == [person("maria.oberg").pk]


def test_a_new_password_takes_no_unit_from_whoever_leads_several() -> None:
    sara = person("sara.lindh")
    Unit.objects.filter(slug=SOUTH).update(supervisor=sara)
    confirm(person("maria.oberg"), new_password(person("it.admin"), sara.pk).pk)
    assert set(Unit.objects.filter(supervisor=sara).values_list("slug", flat=True)) == {INTAKE, SOUTH}


def test_a_role_that_is_refused_changes_nothing_and_says_why(visit: Any) -> None:
    request = ask(person("it.admin"), person("karin.ek").pk, role=Role.HEAD, unit=None, reason="Vill.")
    empty = visit("maria.oberg").post(f"/roles/{request.pk}/refuse/", {"answer": " "})
    assert (empty.status_code, state(request)) == (422, "waiting")

    refuse(person("maria.oberg"), request.pk, answer="Inte beslutat.")

    assert person("karin.ek").role == Role.SOCIAL_WORKER
    assert "Inte beslutat." in visit("lars.wik").get(f"/roles/{request.pk}/").content.decode()


def test_an_account_that_is_closed_is_out_at_once_and_what_was_asked_for_it_is_taken_back(visit: Any) -> None:
    browser = visit("karin.ek")
    karin = person("karin.ek")
    request = ask(person("it.admin"), karin.pk, role=Role.SOCIAL_WORKER, unit=unit(NORTH), reason="Byter.")

    admin = visit("it.admin")
    assert "kommer inte tillbaka av sig själva" in admin.get(f"/accounts/{karin.pk}/close/").content.decode()
    assert person("karin.ek").is_active, "asked once more"
    assert admin.post(f"/accounts/{karin.pk}/close/").status_code == 302

    assert browser.get("/").status_code == 302
    assert (person("karin.ek").is_active, state(request)) == (False, "withdrawn")
    assert told("account_closed") == ["lars.wik", "maria.oberg"]
    assert "karin.ek" in visit("lars.wik").get("/roles/").content.decode()
    for nobody in (karin.pk, person("it.admin").pk):
        with pytest.raises(Unseen):
            close_account(person("it.admin"), nobody)


WRONG = {
    "role without its unit": ({"role": "social_worker", "unit": ""}, "unit"),
    "unit without a role in it": ({"role": "analyst"}, "unit"),
    "a role of another kind of unit": ({"role": "duty"}, "unit"),
    "no role": ({"role": ""}, "role"),
    "a role that is none": ({"role": "chef"}, "role"),
    "no reason": ({"reason": " "}, "reason"),
    "a name that is taken": ({"username": "Karin.Ek"}, "username"),
    "a name that is none": ({"username": "nova ny"}, "username"),
    "no given name": ({"given_name": ""}, "given_name"),
    "no address": ({"email": "nova"}, "email"),
}


@pytest.mark.parametrize("which", WRONG)
def test_what_cannot_be_asked_for_names_the_field_keeps_what_was_typed_and_makes_nobody(visit: Any, which: str) -> None:
    change, field = WRONG[which]
    sent = {**NEW_ACCOUNT, "role": "social_worker", "unit": str(unit(INTAKE).pk), **change}
    before = User.objects.count()

    answer = visit("it.admin").post("/accounts/new/", sent)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    if sent["family_name"]:
        assert 'value="Ny"' in answer.content.decode()
    assert User.objects.count() == before


def test_the_role_that_somebody_has_is_not_asked_for() -> None:
    with pytest.raises(Invalid):
        ask(person("it.admin"), person("karin.ek").pk, role=Role.SOCIAL_WORKER, unit=unit(INTAKE), reason="Igen.")


# --- who hears of it ---------------------------------------------------------------------------------------------


def test_whoever_answers_and_the_log_reviewer_hear_of_it_once_and_of_the_answer(visit: Any) -> None:
    request = asked_role()
    sweep()
    sweep()
    assert (told("role_asked"), told("role_watched")) == (["sara.lindh"], ["lars.wik"])

    confirm(person("sara.lindh"), request.pk)

    assert told("role_confirmed") == ["it.admin", "lars.wik"]
    assert told("role_yours") == ["nova.ny"]
    listed = visit("lars.wik").get("/roles/").content.decode()
    assert "Nova Ny" in listed
    logged = AuditEntry.objects.filter(what__in=["role_ask", "role_confirm"]).order_by("id")
    assert list(logged.values_list("what", "actor__username", "detail__user")) == [
        ("role_ask", "it.admin", str(request.person_id)),
        ("role_confirm", "sara.lindh", str(request.person_id)),
    ]


# --- the first people --------------------------------------------------------------------------------------------


def test_the_first_people_get_their_role_at_the_server_and_the_log_reviewer_hears_of_it() -> None:
    said = StringIO()
    call_command("give_role", "forsta.chef", "head", stdout=said)

    password = said.getvalue().split("Inloggning: ")[1].strip()
    assert Client().post("/login/", {"username": "forsta.chef", "password": password}).status_code == 302
    assert (person("forsta.chef").role, person("forsta.chef").is_active) == (Role.HEAD, True)
    assert told("role_confirmed") == ["lars.wik"]
    assert AuditEntry.objects.filter(what="role_confirm", actor=None).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("nova.ny", "duty"),
        ("nova.ny", "duty", "--unit", "nowhere"),
        ("nova ny", "head"),
        ("nova.ny", "duty", "--unit", INTAKE),
    ],
)
def test_what_cannot_be_given_at_the_server_is_said_and_makes_nobody(arguments: tuple[str, ...]) -> None:
    before = User.objects.count()
    with pytest.raises(CommandError):
        call_command("give_role", *arguments)
    assert User.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_two_who_make_the_same_account_at_once_make_one_and_the_other_reads_why() -> None:
    results = at_once(asked_role, asked_role, asked_role)

    refused = [result for result in results if isinstance(result, Invalid)]
    assert [[field for field, _words in one.errors] for one in refused] == [["username"]] * 2
    assert RoleRequest.objects.get().person == person("nova.ny")
