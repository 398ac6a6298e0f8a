"""The administrator proposes, the head of department confirms, and neither can do it alone."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from notifications.messages import say
from notifications.models import Message
from riskzon import clock
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import AuditEntry, Role
from tests.factories import make_report, person
from tests.workflows.rules.conftest import ARREST, CONCERN, OPEN, proposed
from workflows.lawful import RungSpec
from workflows.models import Deadline, DeadlineRule, Kind, RuleChange, Rung
from workflows.rules import Rulebook
from workflows.sweep import sweep
from workflows.verbs.rules import LEAD, confirm, propose_ladder, propose_rule, refuse, withdraw

EVERYBODY = [
    "karin.ek", "lina.dahl", "sara.lindh", "maria.oberg", "jour.vakt", "per.holm", "stina.berg", "lars.wik", "it.admin",
    "butik.city",
]  # fmt: skip
_STEP = {"when": "after", "amount": "4", "unit": "hours", "who": "lead"}
RULE = {"amount": "10", "length": "days", "ground": "Nämndens beslut", "reason": "Tidigare."}


def _length(kind: Kind, report_kind: str = "", ahead: timedelta = timedelta(0)) -> tuple[str, int] | None:
    rule = Rulebook.read().rule(kind, report_kind, clock.now() + ahead)
    return (rule.length, rule.amount) if rule else None


def _sent(visitor, address: str, fields: dict[str, str]):
    """The form as somebody sends it: looked at first, then proposed."""
    shown = visitor.post(address, fields)
    assert shown.status_code == 200
    return visitor.post(address, {**fields, "do": "propose", "seen": shown.context["form"].data["seen"]})


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_the_administrator_proposes(visit, who) -> None:
    visitor = visit(who)
    for address in ("/rules/open_investigation/new/", "/ladders/open_investigation/new/"):
        assert visitor.get(address).status_code == (200 if who == "it.admin" else 404)
    if who == "it.admin":
        made = _sent(visitor, "/rules/open_investigation/new/", RULE)
        assert made.status_code == 302
        assert RuleChange.objects.get().state == RuleChange.State.WAITING
    else:
        assert visitor.post("/rules/open_investigation/new/", {**RULE, "do": "propose"}).status_code == 404
        with pytest.raises(Unseen):
            propose_rule(person(who), OPEN, length="days", amount=10, ground="G", reason="R")
        assert not RuleChange.objects.exists()
        assert AuditEntry.objects.filter(actor=person(who), action="denied").exists()


@pytest.mark.parametrize("who", EVERYBODY)
def test_only_the_head_of_department_answers(visit, who) -> None:
    for act, fields in (("confirm", {}), ("refuse", {"answer": "Nej."})):
        change = proposed(
            ARREST if act == "confirm" else OPEN, length="hours" if act == "confirm" else "days", amount=10
        )
        answer = visit(who).post(f"/rules/changes/{change.pk}/{act}/", fields)
        change.refresh_from_db()
        if who == "maria.oberg":
            assert (answer.status_code, change.answered_by) == (302, person(who))
            assert change.state == {"confirm": "confirmed", "refuse": "refused"}[act]
        else:
            assert (answer.status_code, change.state) == (404, "waiting")


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_reads_the_rules(visit, who) -> None:
    change = proposed()
    for address in ("/rules/", "/rules/calendar/2027/", f"/rules/changes/{change.pk}/"):
        allowed = who in ("maria.oberg", "lars.wik", "it.admin")
        assert visit(who).get(address).status_code == (200 if allowed else 404)


def test_the_proposer_never_confirms_not_even_in_another_role() -> None:
    change, admin = proposed(), person("it.admin")
    with pytest.raises(Unseen):
        confirm(admin, change.pk)
    admin.role = Role.HEAD
    admin.save(update_fields=["role"])
    with pytest.raises(Unseen):
        confirm(admin, change.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleChange.objects.filter(pk=change.pk).update(
            state="confirmed", answered_at=clock.now(), answered_by=admin, version=2, holds_from=clock.now()
        )


def test_the_database_lets_only_a_head_answer_once_and_nothing_change() -> None:
    change, now = proposed(), clock.now()
    answered = {"answered_at": now, "version": 2, "holds_from": now}
    for fields in (
        {"state": "confirmed", "answered_by": person("sara.lindh"), **answered},
        {"content": {"length": "hours", "amount": 1, "enabled": True}},
        {"reason": "Något annat."},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            RuleChange.objects.filter(pk=change.pk).update(**fields)
    refuse(person("maria.oberg"), change.pk, answer="Nej.")
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleChange.objects.filter(pk=change.pk).update(state="confirmed", answered_by=person("maria.oberg"), **answered)
    for versions in (DeadlineRule.objects.all(), Rung.objects.all()):
        with pytest.raises(IntegrityError), transaction.atomic():
            versions.update(valid_from=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            versions.first().delete()


def test_nothing_that_is_only_proposed_or_refused_holds() -> None:
    change = proposed(valid_from=clock.now() + timedelta(days=1))
    assert _length(ARREST.kind, "arrest", timedelta(days=2)) == ("hours", 24)
    refuse(person("maria.oberg"), change.pk, answer="För kort.")
    assert _length(ARREST.kind, "arrest", timedelta(days=2)) == ("hours", 24)
    with pytest.raises(Conflict):
        confirm(person("maria.oberg"), change.pk)


def test_a_confirmed_version_holds_from_its_moment_and_moves_no_running_deadline() -> None:
    before = make_report("per.holm").cases[0]
    was = Deadline.objects.get(case=before, kind=Kind.GUARDIAN_CONTACT)
    since = clock.now() + timedelta(days=2)
    change = confirm(person("maria.oberg"), proposed(valid_from=since).pk)
    assert (change.holds_from, change.version) == (since, 2)
    clock.stand_still(since - timedelta(seconds=1))
    assert _length(ARREST.kind, "arrest") == ("hours", 24)
    clock.stand_still(since)
    assert _length(ARREST.kind, "arrest") == ("hours", 12)
    after = make_report("per.holm").cases[0]
    new = Deadline.objects.get(case=after, kind=Kind.GUARDIAN_CONTACT)
    assert new.due_at - new.starts_at == timedelta(hours=12)
    still = Deadline.objects.get(pk=was.pk)
    assert (still.due_at, still.rule_id, still.next_step_at) == (was.due_at, was.rule_id, was.next_step_at)
    assert still.rule.version == 1
    assert _length(CONCERN.kind, "concern") == ("hours", 24)


def test_what_is_confirmed_late_holds_a_minute_after_the_confirmation() -> None:
    change = proposed(valid_from=clock.now() + timedelta(hours=1))
    clock.stand_still(clock.now() + timedelta(hours=5))
    assert confirm(person("maria.oberg"), change.pk).holds_from == clock.now() + LEAD
    assert _length(ARREST.kind, "arrest") == ("hours", 24)
    assert _length(ARREST.kind, "arrest", LEAD) == ("hours", 12)


def test_a_running_deadline_keeps_the_ladder_that_it_began_with() -> None:
    old = make_report("per.holm").cases[0]
    book = Rulebook.read()
    rungs = [RungSpec.of(rung) for rung in book.ladder(Kind.GUARDIAN_CONTACT, clock.now()) if rung.key != "-12h"]
    rungs.append(RungSpec("due", -6 * 3600, ("unit_supervisor",)))
    change = propose_ladder(person("it.admin"), Kind.GUARDIAN_CONTACT, rungs=rungs, ground="Rutin", reason="Senare.")
    confirm(person("maria.oberg"), change.pk)
    clock.stand_still(clock.now() + timedelta(minutes=2))
    new = make_report("per.holm").cases[0]
    clock.stand_still(clock.now() + timedelta(hours=19))
    sweep()
    fired = {
        case.pk: set(case.deadlines.get(kind=Kind.GUARDIAN_CONTACT).events.values_list("step", flat=True))
        for case in (old, new)
    }
    assert fired == {old.pk: {"registered", "-12h"}, new.pk: {"registered", "-6h"}}
    assert Message.objects.filter(recipient=person("sara.lindh"), case=new, facts__step="-6h").count() == 1


def test_who_hears_of_it_and_in_which_words() -> None:
    change = proposed(valid_from=clock.now() + timedelta(days=2))
    told = Message.objects.filter(kind="rule_proposed").values_list("recipient__username", flat=True)
    assert set(told) == {"maria.oberg", "lars.wik"}
    confirm(person("maria.oberg"), change.pk)
    told = Message.objects.filter(kind="rule_confirmed").values_list("recipient__username", flat=True)
    assert set(told) == {"it.admin", "lars.wik"}
    message = Message.objects.filter(kind="rule_confirmed").first()
    assert "Gäller från sön 15 nov 2026 kl. 14.00." in say(message.kind, message.facts, "").text
    log = AuditEntry.objects.filter(what__in=["rules.propose", "rules.confirm"]).order_by("pk")
    assert [(entry.what, entry.actor.username) for entry in log] == [
        ("rules.propose", "it.admin"),
        ("rules.confirm", "maria.oberg"),
    ]
    assert log[0].detail["report_kind"] == "arrest"


def test_a_refusal_needs_a_reason_and_a_proposal_can_be_taken_back(visit) -> None:
    change = proposed()
    answer = visit("maria.oberg").post(f"/rules/changes/{change.pk}/refuse/", {"answer": " "})
    assert answer.status_code == 422
    assert "Skriv varför förslaget avslås." in answer.content.decode()
    with pytest.raises(Conflict):
        proposed(amount=10)
    with pytest.raises(Unseen):
        withdraw(person("maria.oberg"), change.pk)
    assert visit("it.admin").post(f"/rules/changes/{change.pk}/withdraw/").status_code == 302
    proposed(amount=10)
    # Whoever comes late is told so, and nothing happens.
    assert visit("it.admin").post(f"/rules/changes/{change.pk}/withdraw/").status_code == 302
    assert RuleChange.objects.get(pk=change.pk).state == RuleChange.State.WITHDRAWN


def test_it_waits_for_the_head_of_department(visit) -> None:
    change = proposed()
    page = visit("maria.oberg").get("/waiting/").content.decode()
    assert f"/rules/changes/{change.pk}/" in page
    assert f"/rules/changes/{change.pk}/" not in visit("sara.lindh").get("/waiting/").content.decode()


@pytest.mark.parametrize(
    ("track", "rule", "field", "said"),
    [
        (OPEN, ("days", 15), "amount", "Längre än 14 dagar får fristen inte vara (SoL 20:2, Strategi 5)."),
        # From 23 December 2030 five working days are fifteen days.
        (OPEN, ("working_days", 5), "amount", "Längre än 14 dagar"),
        (OPEN, ("months", 1), "amount", "Längre än 14 dagar"),
        # 336 hours from half past eleven at night end on the fifteenth day in spring.
        (OPEN, ("hours", 336), "amount", "Längre än 14 dagar"),
        (ARREST, ("hours", 25), "amount", "Längre än 24 timmar"),
        (ARREST, ("days", 1), "amount", "Längre än 24 timmar"),
        (OPEN, ("days", 0), "amount", "Ange ett antal"),
    ],
)
def test_a_rule_is_never_longer_than_the_law(track, rule, field, said) -> None:
    with pytest.raises(Invalid) as refusal:
        proposed(track, length=rule[0], amount=rule[1])
    assert [(name, message.startswith(said)) for name, message in refusal.value.errors] == [(field, True)]


@pytest.mark.parametrize(("track", "rule"), [(OPEN, ("days", 13)), (OPEN, ("hours", 300)), (OPEN, ("working_days", 4))])
def test_a_rule_may_be_stricter(track, rule) -> None:
    assert proposed(track, length=rule[0], amount=rule[1]).state == RuleChange.State.WAITING


def test_the_switch_is_there_for_concerns_and_custodies_and_not_for_arrests(visit) -> None:
    for track in (ARREST, OPEN):
        with pytest.raises(Invalid) as refusal:
            proposed(track, enabled=False)
        assert refusal.value.errors
    assert 'name="enabled"' not in visit("it.admin").get("/rules/guardian_contact/arrest/new/").content.decode()
    confirm(person("maria.oberg"), proposed(CONCERN, enabled=False, amount=24).pk)
    clock.stand_still(clock.now() + LEAD)
    concern = make_report("karin.ek", kind="concern").cases[0]
    assert not concern.deadlines.filter(kind=Kind.GUARDIAN_CONTACT).exists()
    assert make_report("per.holm").cases[0].deadlines.filter(kind=Kind.GUARDIAN_CONTACT).exists()
    with pytest.raises(Invalid):
        proposed(CONCERN, enabled=False, amount=24)
    confirm(person("maria.oberg"), proposed(CONCERN, amount=24).pk)
    clock.stand_still(clock.now() + LEAD)
    assert make_report("karin.ek", kind="concern").cases[0].deadlines.filter(kind=Kind.GUARDIAN_CONTACT).exists()


def test_a_changed_form_is_shown_again_before_it_is_proposed(visit) -> None:
    admin = visit("it.admin")
    shown = admin.post("/rules/open_investigation/new/", RULE)
    fields = {**RULE, "amount": "9", "do": "propose", "seen": shown.context["form"].data["seen"]}
    again = admin.post("/rules/open_investigation/new/", fields)
    assert (again.status_code, RuleChange.objects.count()) == (200, 0)
    assert "löpande frister" in again.content.decode()
    wrong = admin.post("/rules/open_investigation/new/", {**RULE, "amount": "15"})
    assert (wrong.status_code, "Längre än 14 dagar" in wrong.content.decode()) == (422, True)


def test_what_was_typed_and_not_sent_comes_back_with_every_step(visit) -> None:
    admin, address = visit("it.admin"), "/ladders/open_investigation/new/"
    page = admin.get(address).content.decode()
    [token] = re.findall(r'name="draft" value="([^"]+)"', page)
    steps = {f"rung_{place}_{name}": text for place in range(9) for name, text in _STEP.items()}
    typed = {**steps, "rung_8_amount": "17", "rows": "9", "reason": "Längre fram."}
    assert admin.post("/drafts/", {**typed, "draft": token}).status_code == 201

    form = visit("it.admin").get(address).context["form"]

    assert [step["is_used"] for step in form.steps][:9] == [True] * 9
    assert (form["rung_8_amount"].value(), form["reason"].value()) == ("17", "Längre fram.")
    assert form["rung_8_who"].value() == ["lead"]


@pytest.mark.parametrize(
    "address",
    [
        "/rules/nothing/new/",
        "/rules/hold_review/new/",
        "/ladders/nothing/new/",
        "/rules/open_investigation/arrest/new/",
    ],
)
def test_what_is_not_there_is_not_found(visit, address) -> None:
    assert visit("it.admin").get(address).status_code == 404
