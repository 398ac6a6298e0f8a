"""Nödåtkomst is reviewed by somebody who has had no part in it, in three working days, or one level up."""

import pytest
from django.urls import reverse

from notifications.models import Message
from riskzon import clock
from riskzon.access import Ground
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import Absence, Case, Role, Unit, User
from tests.acts import told
from tests.factories import WORKDAY, at, make_report, people, person
from tests.workflows.broken_in import DONE, WHY, ground, opened, protected_case, waits_for
from workflows.sweep import sweep
from workflows.verbs.emergency import confirm, review

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


def test_the_review_waits_for_the_units_supervisor_three_working_days(visit, case: Case) -> None:
    found = opened(case)
    assert found.review_by.isoformat() == "2026-11-18T22:59:59+00:00"
    (line,) = waits_for("sara.lindh", "emergency_to_review")
    assert (line.by, line.case, line.who) == (found.review_by, case, "Lina Dahl")
    assert waits_for("jonas.falk", "emergency_to_review") == waits_for("maria.oberg", "emergency_to_review") == []
    sara = visit("sara.lindh")
    assert reverse("emergency-access", args=[found.pk]) in sara.get("/waiting/").content.decode()
    page = sara.get(reverse("emergency-access", args=[found.pk])).content.decode()
    assert WHY in page
    assert sara.post(reverse("emergency-access", args=[found.pk]), DONE).status_code == 302
    found.refresh_from_db()
    assert (found.outcome, found.reviewed_by) == ("justified", person("sara.lindh"))
    assert waits_for("sara.lindh", "emergency_to_review") == []
    assert told("emergency_reviewed", case) == {"lina.dahl"}
    assert DONE["note"] in visit("lina.dahl").get(reverse("emergency-access", args=[found.pk])).content.decode()


def test_not_justified_goes_to_the_head_and_the_log_reviewer(case: Case) -> None:
    review(person("sara.lindh"), opened(case).pk, outcome="unjustified", note="Egen nyfikenhet.")
    assert told("emergency_unjustified") == {"maria.oberg", "lars.wik"}
    assert not Message.objects.filter(kind="emergency_unjustified", case__isnull=False).exists()


def test_late_it_goes_one_level_up_once(visit, case: Case) -> None:
    found = opened(case)
    at("2026-11-18T23:59:59+01:00")
    sweep()
    assert told("emergency_late", case) == set()
    with pytest.raises(Unseen):
        review(person("maria.oberg"), found.pk, **DONE)
    at(LATE)
    sweep()
    sweep()
    assert told("emergency_late", case) == {"maria.oberg"}
    assert Message.objects.filter(kind="emergency_late").count() == 1
    (line,) = waits_for("maria.oberg", "emergency_to_review")
    assert not line.is_led
    head = visit("maria.oberg")
    assert reverse("case", args=[case.pk]) not in head.get("/waiting/").content.decode()
    assert head.get(reverse("emergency-access", args=[found.pk])).status_code == 200
    assert head.get(reverse("case", args=[case.pk])).status_code == 404
    review(person("maria.oberg"), found.pk, **DONE)


def test_nobody_reviews_what_they_did_themselves(visit, case: Case) -> None:
    found = opened(case, by="jonas.falk")
    case.unit.supervisor = person("jonas.falk")
    case.unit.save()
    assert ground("jonas.falk", case) == Ground.LEAD
    assert waits_for("jonas.falk", "emergency_to_review") == []
    with pytest.raises(Unseen):
        review(person("jonas.falk"), found.pk, **DONE)
    assert visit("jonas.falk").post(reverse("emergency-access", args=[found.pk]), DONE).status_code == 404


def test_nobody_reviews_what_they_vouched_for_and_the_head_is_asked_at_once(visit, protected: Case) -> None:
    found = opened(protected)
    confirm(person("sara.lindh"), found.pk)

    assert told("emergency_opened", protected) == {"maria.oberg"}
    assert waits_for("sara.lindh", "emergency_to_review") == []
    with pytest.raises(Unseen):
        review(person("sara.lindh"), found.pk, **DONE)
    assert visit("sara.lindh").post(reverse("emergency-access", args=[found.pk]), DONE).status_code == 404
    (line,) = waits_for("maria.oberg", "emergency_to_review")
    assert not line.is_led
    head = visit("maria.oberg")
    assert head.post(reverse("emergency-access", args=[found.pk]), DONE).status_code == 302
    found.refresh_from_db()
    assert found.reviewed_by == person("maria.oberg")


def test_a_head_who_vouched_leaves_the_review_to_whoever_leads_and_then_to_another_head(protected: Case) -> None:
    found = opened(protected)
    confirm(person("maria.oberg"), found.pk)
    assert told("emergency_opened", protected) == {"sara.lindh"}
    User.objects.create(username="head.two", role=Role.HEAD)
    at(LATE)
    sweep()

    assert told("emergency_late", protected) == {"head.two"}
    assert waits_for("maria.oberg", "emergency_to_review") == []
    with pytest.raises(Unseen):
        review(person("maria.oberg"), found.pk, **DONE)
    assert len(waits_for("sara.lindh", "emergency_to_review")) == 1
    review(person("head.two"), found.pk, **DONE)


def test_where_no_head_is_left_to_review_it_the_log_reviewers_are_told_once(protected: Case) -> None:
    found = opened(protected)
    confirm(person("maria.oberg"), found.pk)
    at(LATE)
    sweep()
    sweep()

    assert told("emergency_late") == set()
    assert told("emergency_unreviewed") == {"lars.wik"}
    assert Message.objects.filter(kind="emergency_unreviewed").count() == 1


def test_where_nobody_leads_the_unit_a_head_reviews_before_it_is_late(case: Case) -> None:
    Unit.objects.filter(pk=case.unit_id).update(supervisor=None)
    found = opened(case)

    assert told("emergency_opened", case) == {"maria.oberg"}
    assert len(waits_for("maria.oberg", "emergency_to_review")) == 1
    review(person("maria.oberg"), found.pk, **DONE)


def test_whoever_covers_reviews_what_the_absent_supervisor_vouched_for(protected: Case) -> None:
    found = opened(protected)
    confirm(person("sara.lindh"), found.pk)
    Absence.objects.create(
        person=person("sara.lindh"),
        cover=person("jonas.falk"),
        starts_at=clock.now(),
        registered_by=person("sara.lindh"),
        registered_at=clock.now(),
    )

    assert waits_for("maria.oberg", "emergency_to_review") == []
    assert len(waits_for("jonas.falk", "emergency_to_review")) == 1
    review(person("jonas.falk"), found.pk, **DONE)


@pytest.mark.parametrize("who", ["karin.ek", "lina.dahl", "jonas.falk", "maria.oberg", "per.holm", "lars.wik"])
def test_only_who_leads_the_unit_reviews(case: Case, who: str) -> None:
    found = opened(case)
    with pytest.raises(Unseen):
        review(person(who), found.pk, **DONE)


def test_it_is_reviewed_once_and_with_words(visit, case: Case) -> None:
    found = opened(case)
    with pytest.raises(Invalid) as wrong:
        review(person("sara.lindh"), found.pk, outcome="fine", note=" ")
    assert [name for name, _message in wrong.value.errors] == ["outcome", "note"]
    address = reverse("emergency-access", args=[found.pk])
    empty = visit("sara.lindh").post(address, {"outcome": "", "note": "Halva texten"})
    assert empty.status_code == 422
    assert "Halva texten" in empty.content.decode()
    review(person("sara.lindh"), found.pk, **DONE)
    with pytest.raises(Conflict):
        review(person("sara.lindh"), found.pk, **DONE)
    late = visit("sara.lindh").post(address, {"outcome": "unjustified", "note": "För sent skrivet"})
    assert late.status_code == 409
    assert "För sent skrivet" in late.content.decode()
