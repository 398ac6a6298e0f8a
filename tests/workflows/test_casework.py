"""Taking, giving, handing over, reviewing, noting: who may, what is written, who is told?"""

from datetime import timedelta

import pytest

from notifications.models import Message
from riskzon import access, clock
from riskzon.errors import Conflict, Forbidden, Invalid, Unseen
from riskzon.models import AuditEntry, Case, Note, Supplement, User
from tests.acts import DAY, HOUR, TICK, breaches_of, call, clock_of, move, protect, reread, state_of, told
from tests.factories import CASTOR, WORKDAY, at, child, make_report, people, person
from workflows.sweep import sweep
from workflows.verbs.assessment import assess
from workflows.verbs.notes import write_note
from workflows.verbs.people import assign, hand_over, name_liaison, take
from workflows.verbs.reviews import review_breach
from workflows.verbs.supplements import supplement

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    people()
    at(WORKDAY)
    return make_report("per.holm", children=[child(identity_number=CASTOR)]).cases[0]


def test_a_case_is_taken_once_and_by_its_taker_again(case: Case) -> None:
    take(person("karin.ek"), case.pk)
    take(person("karin.ek"), case.pk)

    with pytest.raises(Conflict, match="Karin Ek"):
        take(person("omar.nyman"), case.pk)
    assert reread(case).assignee == person("karin.ek")


def test_a_case_is_given_to_a_colleague_of_the_unit_who_is_told(case: Case) -> None:
    assign(person("sara.lindh"), case.pk, username="omar.nyman")

    assert reread(case).assignee == person("omar.nyman")
    assert told("assigned", case) == {"omar.nyman"}


@pytest.mark.parametrize("username", ["lina.dahl", "per.holm", "it.admin", "jour.vakt", "nobody", ""])
def test_a_case_is_given_to_nobody_else(case: Case, username: str) -> None:
    with pytest.raises(Invalid) as refusal:
        assign(person("sara.lindh"), case.pk, username=username)

    assert refusal.value.errors[0][0] == "username"
    assert reread(case).assignee is None


def test_a_case_is_not_given_to_somebody_who_has_left(case: Case) -> None:
    User.objects.filter(username="omar.nyman").update(is_active=False)

    with pytest.raises(Invalid):
        assign(person("sara.lindh"), case.pk, username="omar.nyman")


def test_a_hand_over_carries_its_note_and_tells_the_new_unit(case: Case) -> None:
    take(person("karin.ek"), case.pk)
    before = clock_of(case).due_at

    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Ni känner familjen.")

    moved = reread(case)
    assert (moved.unit.slug, moved.assignee) == ("utredning-norr", None)
    assert moved.notes.get().text == "Ni känner familjen."
    assert told("handed_over", case) == {"lina.dahl", "jonas.falk"}
    assert (clock_of(case).due_at, state_of(case)) == (before, "running")


@pytest.mark.parametrize(
    ("unit", "note", "named"),
    [
        ("mottagning-barn-och-unga", "Text", "unit"),
        ("socialjouren", "Text", "unit"),
        ("polissamverkan", "Text", "unit"),
        ("nowhere", "Text", "unit"),
        ("utredning-norr", "  ", "note"),
    ],
)
def test_a_hand_over_needs_another_unit_and_a_note(case: Case, unit: str, note: str, named: str) -> None:
    with pytest.raises(Invalid) as refusal:
        hand_over(person("karin.ek"), case.pk, unit=unit, note=note)

    assert [field for field, _message in refusal.value.errors] == [named]
    assert reread(case).unit.slug == "mottagning-barn-och-unga"


def test_only_a_liaison_is_named_as_liaison(case: Case) -> None:
    with pytest.raises(Invalid):
        name_liaison(person("karin.ek"), case.pk, username="lina.dahl")
    with pytest.raises(Forbidden):
        name_liaison(person("per.holm"), case.pk, username="nadia.rask")


def test_a_breach_is_explained_once_with_cause_and_action(case: Case) -> None:
    move(24 * HOUR + TICK)
    sweep()
    breach, sara = breaches_of(case)[0], person("sara.lindh")
    for cause, action in (("", "Samtal"), ("no_staff", " "), ("because", "Samtal")):
        with pytest.raises(Invalid):
            review_breach(sara, breach.pk, cause=cause, action=action)

    reviewed = review_breach(sara, breach.pk, cause="no_staff", action="Extra bemanning på helgen.")

    assert (reviewed.reviewed_by, reviewed.reviewed_at) == (sara, clock.now())
    assert breach.review_deadlines.get().state == "met"
    assert state_of(case) == "breached"
    with pytest.raises(Conflict, match="Sara Lindh"):
        review_breach(sara, breach.pk, cause="other", action="En gång till")


def test_a_breach_is_reviewed_by_the_supervisor_of_the_unit_alone(case: Case) -> None:
    move(24 * HOUR + TICK)
    sweep()
    breach = breaches_of(case)[0]

    with pytest.raises(Forbidden):
        review_breach(person("karin.ek"), breach.pk, cause="no_staff", action="Samtal")
    for stranger in ("jonas.falk", "maria.oberg", "per.holm", "it.admin"):
        with pytest.raises((Unseen, Forbidden)):
            review_breach(person(stranger), breach.pk, cause="no_staff", action="Samtal")


def test_a_breach_that_nobody_reviews_is_told_to_the_head(case: Case) -> None:
    protect(case)
    move(24 * HOUR + TICK)
    sweep()
    assert told("breach_to_review", case) == set()

    at("2026-11-18T23:59:59+01:00")
    sweep()
    assert told("breach_to_review", case) == {"sara.lindh"}
    at("2026-11-19T00:00:00+01:00")
    sweep()
    assert told("deadline_breached", case) >= {"sara.lindh", "maria.oberg"}


def test_a_supplement_adds_and_changes_nothing(case: Case) -> None:
    raw = case.report.raw
    now = clock.now()

    supplement(person("per.holm"), case.report.number, text="Frigiven.", released_at=now, released_to="Modern")

    added = Supplement.objects.get()
    assert (added.text, added.released_at, added.released_to, added.by) == (
        "Frigiven.",
        now,
        "Modern",
        person("per.holm"),
    )
    assert reread(case).report.raw == raw
    with pytest.raises(Invalid):
        supplement(person("per.holm"), case.report.number, text=" ")
    with pytest.raises(Invalid):
        supplement(person("per.holm"), case.report.number, text="Sen", released_at=now + 2 * HOUR)
    with pytest.raises(Unseen):
        supplement(person("nadia.rask"), case.report.number, text="Inte min")


def test_a_note_is_written_by_who_works_with_the_case(case: Case) -> None:
    write_note(person("karin.ek"), case.pk, text=" Ringde skolan. ")

    assert Note.objects.get().text == "Ringde skolan."
    with pytest.raises(Invalid):
        write_note(person("karin.ek"), case.pk, text="  ")
    with pytest.raises(Forbidden):
        write_note(person("per.holm"), case.pk, text="Hej")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"outcome": "fine"}, "outcome"),
        ({"outcome": "immediate_need"}, "note"),
        ({"outcome": "reassess"}, "reassess_at"),
        ({"at": timedelta(minutes=2)}, "at"),
        ({"at": timedelta(minutes=-2)}, "at"),
    ],
)
def test_an_assessment_with_a_wrong_field_is_refused_by_its_name(
    case: Case, fields: dict[str, object], named: str
) -> None:
    if "at" in fields:
        fields = {"at": clock.now() + fields["at"]}

    with pytest.raises(Invalid) as refusal:
        protect(case, **fields)

    assert [field for field, _message in refusal.value.errors] == [named]
    assert reread(case).assessed_at is None


def test_who_assesses_a_case_of_the_unit_that_nobody_has_takes_it(case: Case) -> None:
    protect(case, by="omar.nyman")

    assert reread(case).assignee == person("omar.nyman")


def test_socialjouren_assesses_without_taking_it_from_the_unit(case: Case) -> None:
    at("2026-11-13T22:00:00+01:00")
    assess(person("jour.vakt"), case.pk, outcome="no_immediate_need", at=clock.now())

    assert reread(case).assignee is None
    assert state_of(case, "protective_assessment") == "met"


def test_a_late_assessment_is_a_breach_first(case: Case) -> None:
    move(DAY + TICK)
    protect(case)

    assert state_of(case, "protective_assessment") == "met_late"
    assert len(breaches_of(case, "protective_assessment")) == 1


def test_every_change_is_one_row_of_the_log_with_the_ground_of_its_maker(case: Case) -> None:
    take(person("karin.ek"), case.pk)
    protect(case, by="sara.lindh")
    call(case, by="per.holm")

    changes = AuditEntry.objects.filter(case=case, action="change").order_by("id")
    assert [(entry.what, entry.actor.username, entry.ground) for entry in changes] == [
        ("take", "karin.ek", "unit"),
        ("assessment", "sara.lindh", "lead"),
        ("contact", "per.holm", "follow"),
    ]
    assert "Maja" not in str([entry.detail for entry in changes])


def test_a_refusal_changes_nothing_and_is_logged(case: Case) -> None:
    messages = Message.objects.count()

    with pytest.raises(Unseen):
        take(person("lina.dahl"), case.pk)

    assert AuditEntry.objects.filter(action="denied", actor=person("lina.dahl")).count() == 1
    assert (reread(case).assignee, Message.objects.count()) == (None, messages)
    assert not access.visible_cases(person("lina.dahl")).exists()
