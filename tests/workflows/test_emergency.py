"""Emergency access (nödåtkomst): a reason, four hours, reading only, told at once, reviewed by another; and past no block."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from notifications.models import Message
from riskzon import access, clock
from riskzon.access import Action, Ground
from riskzon.doors import change
from riskzon.emergency import LASTS
from riskzon.errors import Forbidden, Invalid, Unseen
from riskzon.granting import block
from riskzon.models import AuditAction, AuditEntry, Case, CaseGrant, EmergencyAccess, User
from tests.acts import TICK, move, refuses, told
from tests.api.caller import Caller
from tests.factories import ALBIN, ELSA, WORKDAY, at, make_report, people, person
from tests.workflows.broken_in import DONE, WHY, ground, opened, protected_case, waits_for
from workflows.sweep import sweep
from workflows.verbs.emergency import ask, confirm, review
from workflows.verbs.family import identify_child

pytestmark = pytest.mark.django_db

#: Three working days after a Friday: Wednesday, to its end.
LATE = "2026-11-19T00:00:01+01:00"


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def case() -> Case:
    """A case of the intake unit, in which Lina of Utredning Norr has no part."""
    return make_report("karin.ek").cases[0]


@pytest.fixture
def protected() -> Case:
    return protected_case()


# --- Opening


@pytest.mark.parametrize("typed", ["number", "identity"])
def test_a_case_of_another_unit_opens_by_its_number_or_the_childs(case: Case, typed: str) -> None:
    assert ground("lina.dahl", case) is None
    found = opened(case, q=case.number if typed == "number" else ALBIN)
    assert (found.case, found.ends_at) == (case, clock.now() + timedelta(hours=4))
    assert ground("lina.dahl", case) == Ground.EMERGENCY


def test_it_ends_to_the_moment(case: Case) -> None:
    opened(case)
    move(LASTS - TICK)
    assert ground("lina.dahl", case) == Ground.EMERGENCY
    assert case in access.visible_cases(person("lina.dahl"))
    move(TICK)
    assert ground("lina.dahl", case) is None
    assert case not in access.visible_cases(person("lina.dahl"))


def test_another_emergency_another_day_opens_it_anew(case: Case) -> None:
    opened(case)
    move(timedelta(days=1))
    assert opened(case).asked_at == clock.now()
    assert ground("lina.dahl", case) == Ground.EMERGENCY
    assert EmergencyAccess.objects.count() == 2


def test_it_is_to_read_and_nothing_else(case: Case) -> None:
    opened(case)
    for action in set(Action) - {Action.READ, Action.FOLLOW, Action.DECLARE}:
        with pytest.raises(Forbidden), change(person("lina.dahl"), action, case.pk):
            pass


def test_every_page_of_the_case_says_so_and_how_long_it_lasts(visit, case: Case) -> None:
    opened(case)
    move(timedelta(hours=1))
    lina = visit("lina.dahl")
    for name in ("case", "case-timeline", "case-deadlines", "case-documents", "case-process", "holds", "case-conflict"):
        words = lina.get(reverse(name, args=[case.pk])).content.decode()
        assert "Nödåtkomst, 3 tim 00 min kvar" in words, name
    assert lina.get(reverse("case-log", args=[case.pk])).status_code == 403
    assert (
        "Du läser ett ärende som inte är ditt"
        not in visit("karin.ek").get(reverse("case", args=[case.pk])).content.decode()
    )


def test_it_stands_in_lists_and_search_as_long_as_it_lasts(visit, case: Case) -> None:
    opened(case)
    lina, caller = visit("lina.dahl"), Caller("lina.dahl")
    assert case.number in lina.get("/?view=all").content.decode()
    assert [one["id"] for one in caller.get("/cases").json()["results"]] == [str(case.pk)]
    assert len(caller.post("/cases/search", {"q": ALBIN}).json()["results"]) == 1
    move(LASTS)
    assert case.number not in lina.get("/?view=all").content.decode()
    assert caller.get("/cases").json()["results"] == []
    assert caller.post("/cases/search", {"q": ALBIN}).json()["results"] == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"reason": "kort"}, "reason"),
        ({"reason": "x" * 14 + "   "}, "reason"),
        ({"code": "because"}, "code"),
        ({"q": "Albin"}, "q"),
        ({"q": "2026-000001"}, "q"),
    ],
)
def test_without_a_reason_and_a_whole_number_nothing_is_looked_up(case: Case, fields: dict, field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        opened(case, **fields)
    assert [name for name, _message in wrong.value.errors] == [field]
    assert ground("lina.dahl", case) is None


def test_whoever_has_the_case_needs_no_emergency(visit, case: Case) -> None:
    found = ask(person("karin.ek"), q=case.number, code="other", reason=WHY)
    assert (found.case_id, found.access) == (case.pk, None)
    assert not EmergencyAccess.objects.exists()
    answer = visit("karin.ek").post("/emergency/", {"q": case.number, "code": "other", "reason": WHY})
    assert answer["Location"] == reverse("case", args=[case.pk])


def test_asking_twice_opens_once(case: Case) -> None:
    assert opened(case) == opened(case)
    assert EmergencyAccess.objects.count() == 1


@pytest.mark.parametrize("who", ["maria.oberg", "per.holm", "stina.berg", "lars.wik", "it.admin", "butik.city"])
def test_there_is_no_such_thing_for_others(visit, case: Case, who: str) -> None:
    form = {"q": case.number, "code": "danger", "reason": WHY}
    with pytest.raises(Unseen):
        ask(person(who), **form)
    assert visit(who).post("/emergency/", form).status_code == 404
    assert Caller(who).post("/emergency-access", form).status_code == 404


def test_a_block_and_a_missing_case_are_the_same_answer(visit, case: Case) -> None:
    block(person("lina.dahl"), case, by=person("sara.lindh"), reason="Barnets moster", now=clock.now())
    lina, caller = visit("lina.dahl"), Caller("lina.dahl")
    answers = []
    for q in (case.number, "2026-999999-1", ALBIN, "20130505-2399"):
        form = {"q": q, "code": "danger", "reason": WHY}
        page, call = lina.post("/emergency/", form), caller.post("/emergency-access", form)
        words = re.sub(r'(value|data-session)="[^"]*"', "", page.content.decode().replace(q, "Q"))
        answers.append((page.status_code, words, call.status_code, call.content))
    assert len(set(answers)) == 1
    assert (answers[0][0], answers[0][2]) == (422, 404)
    assert "Det finns inget ärende med det numret som du kan öppna." in answers[0][1]
    assert not EmergencyAccess.objects.exists()
    assert AuditEntry.objects.filter(case=case, actor=person("lina.dahl"), action=AuditAction.DENIED).count() == 4


def test_a_block_that_comes_ends_it_and_hides_what_was_asked(visit, case: Case) -> None:
    found = opened(case)
    block(person("lina.dahl"), case, by=person("sara.lindh"), reason="Barnets moster", now=clock.now())
    assert ground("lina.dahl", case) is None
    lina = visit("lina.dahl")
    assert lina.get(reverse("emergency-access", args=[found.pk])).status_code == 404
    assert case.number not in lina.get("/emergency/").content.decode()


# --- Told and logged


def test_the_units_supervisor_hears_at_once(case: Case) -> None:
    opened(case)
    assert told("emergency_opened", case) == {"sara.lindh"}


def test_where_the_supervisor_must_not_know_the_heads_hear(case: Case) -> None:
    block(person("sara.lindh"), case, by=person("maria.oberg"), reason="Släkt", now=clock.now())
    opened(case)
    assert told("emergency_opened", case) == {"maria.oberg"}


def test_by_night_whoever_leads_hears_too_and_the_supervisor_all_the_same(case: Case) -> None:
    at("2026-11-13T22:00:00+01:00")
    opened(case)
    assert {"sara.lindh"} < told("emergency_opened", case)


def test_it_stands_in_the_log_with_what_was_read(visit, case: Case) -> None:
    opened(case)
    visit("lina.dahl").get(reverse("case", args=[case.pk]))
    rows = AuditEntry.objects.filter(case=case, actor=person("lina.dahl")).order_by("pk")
    assert [(row.action, row.what, row.ground) for row in rows] == [
        ("emergency", "emergency", "emergency"),
        ("open", "case", "emergency"),
    ]
    assert rows[0].detail["code"] == "in_contact"
    assert WHY not in str(rows.values())
    assert "Nödåtkomst" in visit("karin.ek").get(reverse("case-log", args=[case.pk])).content.decode()


def test_everybody_who_has_the_case_sees_that_it_happened(visit, case: Case) -> None:
    found = opened(case)
    address = reverse("emergency-access", args=[found.pk])
    karin = visit("karin.ek").get(reverse("case", args=[case.pk])).content.decode()
    assert "Lina Dahl öppnade ärendet" in karin
    assert address not in karin
    assert address in visit("sara.lindh").get(reverse("case", args=[case.pk])).content.decode()
    review(person("sara.lindh"), found.pk, **DONE)
    assert "Lina Dahl öppnade" not in visit("karin.ek").get(reverse("case", args=[case.pk])).content.decode()


# --- Protected identities


def test_a_protected_identity_waits_for_a_second_person(visit, protected: Case) -> None:
    found = opened(protected, q=ELSA)
    assert found.opened_at is None
    assert ground("lina.dahl", protected) is None
    assert "emergency_opened" not in Message.objects.values_list("kind", flat=True)
    assert {"karin.ek", "sara.lindh"} <= told("emergency_to_confirm", protected)
    lina = visit("lina.dahl")
    for words in (
        lina.get(reverse("emergency-access", args=[found.pk])).content.decode(),
        lina.get("/emergency/").content.decode(),
        str(Caller("lina.dahl").get(f"/emergency-access/{found.pk}").json()),
    ):
        assert protected.number not in words
        assert str(protected.pk) not in words
        assert "Elsa" not in words


@pytest.mark.parametrize("who", ["karin.ek", "sara.lindh", "jour.vakt", "maria.oberg"])
def test_who_has_the_case_or_the_duty_or_the_department_vouches(protected: Case, who: str) -> None:
    found = opened(protected)
    move(timedelta(hours=1))
    confirm(person(who), found.pk)
    assert ground("lina.dahl", protected) == Ground.EMERGENCY
    assert told("emergency_confirmed", protected) == {"lina.dahl"}
    grant = CaseGrant.objects.get(source="emergency")
    assert (grant.granted_by, grant.ends_at) == (person(who), found.asked_at + LASTS)


@pytest.mark.parametrize("who", ["lina.dahl", "jonas.falk", "ivar.sjo", "per.holm", "it.admin", "lars.wik"])
def test_nobody_else_does_least_of_all_oneself(visit, protected: Case, who: str) -> None:
    found = opened(protected)
    with pytest.raises(Unseen):
        confirm(person(who), found.pk)
    assert visit(who).post(reverse("emergency-confirm", args=[found.pk])).status_code == 404
    assert ground("lina.dahl", protected) is None


def test_who_must_not_know_the_child_vouches_for_nobody(protected: Case) -> None:
    found = opened(protected)
    block(person("karin.ek"), protected, by=person("sara.lindh"), reason="Granne", now=clock.now())
    with pytest.raises(Unseen):
        confirm(person("karin.ek"), found.pk)


def test_after_the_window_nothing_opens_and_there_is_nothing_to_review(protected: Case) -> None:
    found = opened(protected)
    move(LASTS)
    with pytest.raises(Unseen):
        confirm(person("karin.ek"), found.pk)
    at(LATE)
    sweep()
    assert waits_for("sara.lindh", "emergency_to_review") == waits_for("maria.oberg", "emergency_to_review") == []


def test_it_waits_on_the_list_of_those_who_decide(protected: Case) -> None:
    opened(protected)
    for who in ("sara.lindh", "jour.vakt", "maria.oberg"):
        assert [line.by for line in waits_for(who, "emergency_to_confirm")] == [clock.now() + LASTS], who
    assert waits_for("jonas.falk", "emergency_to_confirm") == []


def test_a_child_that_becomes_protected_is_closed_again(case: Case) -> None:
    opened(case)
    identify_child(person("karin.ek"), case.pk, protected_identity="protected_registration")
    assert ground("lina.dahl", case) is None
    assert opened(case).opened_at is None


def test_what_a_second_person_vouched_for_stays_open(protected: Case) -> None:
    confirm(person("karin.ek"), opened(protected).pk)
    identify_child(person("karin.ek"), protected.pk, protected_identity="none")
    identify_child(person("karin.ek"), protected.pk, protected_identity="marked")
    assert ground("lina.dahl", protected) == Ground.EMERGENCY


# --- The database holds it too


def test_the_database_keeps_what_was_asked_and_found(case: Case) -> None:
    found = opened(case)
    table = EmergencyAccess.objects.filter(pk=found.pk)
    refuses(lambda: table.delete(), "rows are kept")
    for change_ in (
        {"reason": "En annan text, lång nog"},
        {"ends_at": clock.now() + 9 * LASTS},
        {"user": person("karin.ek")},
    ):
        refuses(lambda fields=change_: table.update(**fields), "never changes")
    answer = {"reviewed_at": clock.now(), "outcome": "justified", "note": "Jag själv"}
    refuses(lambda: table.update(**answer, reviewed_by=found.user), "emergency_is_reviewed_by_another")
    refuses(lambda: table.update(outcome="justified"), "emergency_is_reviewed_whole")
    review(person("sara.lindh"), found.pk, **DONE)
    refuses(lambda: table.update(note="Skrivet om"), "never changes")


def test_the_database_opens_nothing_protected_without_a_second_person(protected: Case) -> None:
    table = EmergencyAccess.objects.filter(pk=opened(protected).pk)
    refuses(lambda: table.update(opened_at=clock.now()), "emergency_is_vouched_for")
    refuses(
        lambda: table.update(opened_at=clock.now(), confirmed_by=person("lina.dahl")),
        "emergency_is_vouched_for_by_another",
    )
    confirm(person("sara.lindh"), table.get().pk)
    answer = {"reviewed_at": clock.now(), "outcome": "justified", "note": "Jag själv"}
    refuses(
        lambda: table.update(**answer, reviewed_by=person("sara.lindh")), "emergency_is_not_reviewed_by_whoever_vouched"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyAccess.objects.create(
            case=protected,
            user=User.objects.get(username="lina.dahl"),
            code="other",
            reason="kort",
            asked_at=clock.now(),
            ends_at=clock.now() + LASTS,
            opened_at=clock.now(),
            review_by=clock.now(),
        )


# --- API


def test_the_same_over_the_api(case: Case, protected: Case) -> None:
    lina, sara = Caller("lina.dahl"), Caller("sara.lindh")
    form = {"q": case.number, "code": "danger", "reason": WHY}
    made = lina.post("/emergency-access", form)
    assert made.status_code == 201
    body = made.json()
    assert (body["state"], body["case"]["id"]) == ("open", str(case.pk))
    assert lina.get(f"/cases/{case.pk}").status_code == 200
    assert lina.post(f"/cases/{case.pk}/notes", {"text": "Nej"}).status_code == 403
    assert sara.post("/emergency-access", form).status_code == 409
    assert lina.post("/emergency-access", {**form, "reason": "kort"}).status_code == 422
    assert sara.post(f"/emergency-access/{body['id']}/review", DONE).json()["outcome"] == "justified"
    waits = lina.post("/emergency-access", {**form, "q": protected.number}).json()
    assert (waits["state"], waits["case"]) == ("waiting", None)
    assert sara.post(f"/emergency-access/{waits['id']}/confirm", {}).json()["state"] == "open"
    move(LASTS)
    assert lina.get(f"/emergency-access/{waits['id']}").json()["state"] == "ended"
