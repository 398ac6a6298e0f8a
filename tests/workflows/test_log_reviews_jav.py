"""Loggkontroll and jäv: nobody looks at a reading of a child of whom they must see nothing, and no result is left to nobody."""

import pytest
from django.urls import reverse

from riskzon import audit, clock
from riskzon.errors import Unseen
from riskzon.models import AuditAction, Case, Child, Role, User
from tests.acts import page, told
from tests.factories import at, make_report, people, person
from tests.workflows.readings import IN_OCTOBER, drawn, review_of
from workflows import log_sample
from workflows.log_reviews import follow_up, to_decide
from workflows.models import LogReview
from workflows.verbs.absences import register_absence
from workflows.verbs.conflicts import block, declare
from workflows.verbs.log_reviews import decide

pytestmark = pytest.mark.django_db

LARS = "lars.wik"


@pytest.fixture(autouse=True)
def _october(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    people()
    at(IN_OCTOBER)
    monkeypatch.setattr(log_sample, "FEWEST", 0)


@pytest.fixture
def case() -> Case:
    return make_report("omar.nyman").cases[0]


def passed_on() -> LogReview:
    review = review_of("karin.ek")
    decide(person(LARS), review.pk, outcome="to_head", note="Grannens barn Albin?")
    return review


def test_a_supervisor_who_must_see_nothing_of_the_child_is_neither_told_nor_shown_the_result(visit) -> None:
    review = review_of("karin.ek")
    declare(person("sara.lindh"), review.entry.case_id)
    decide(person(LARS), review.pk, outcome="to_head", note="Grannens barn Albin?")
    assert told("log_review_remark") == {"maria.oberg"}
    sara = visit("sara.lindh")
    assert sara.get(reverse("log-review", args=[review.pk])).status_code == 404
    assert review.entry.case.number not in page(sara, "log-reviews", query="?show=done")
    assert "Grannens barn Albin?" in page(visit("maria.oberg"), "log-review", review.pk)


def test_a_head_who_must_see_nothing_of_the_child_is_neither_told_nor_shown_an_incident(visit) -> None:
    review = review_of("karin.ek")
    block(person("sara.lindh"), review.entry.case_id, username="maria.oberg", reason="Eget barn")
    decide(person(LARS), review.pk, outcome="incident", note="Grannens barn Albin?")
    assert "maria.oberg" not in told("log_review_remark")
    assert visit("maria.oberg").get(reverse("log-review", args=[review.pk])).status_code == 404


def test_a_log_reviewer_declares_jav_from_the_reading_and_the_heads_look_at_it_instead(visit) -> None:
    review, lars = review_of("karin.ek"), visit(LARS)
    assert "Anmäl jäv" in page(lars, "log-review", review.pk)
    assert not to_decide(person("maria.oberg")).exists()
    answer = lars.post(reverse("log-review-block", args=[review.pk]), follow=True)
    assert "Du har anmält jäv." in answer.content.decode()
    assert review.entry.case.number not in answer.content.decode()
    assert lars.get(reverse("log-review", args=[review.pk])).status_code == 404
    with pytest.raises(Unseen):
        decide(person(LARS), review.pk, outcome="no_remark", note="Inget")
    # Whoever leads the unit may be the one who is looked at.
    assert told("conflict_of_interest") == set()
    assert "Lars Wik" not in page(visit("sara.lindh"), "case-log", review.entry.case_id)
    decide(person("maria.oberg"), review.pk, outcome="no_remark", note="Inget")


def test_the_supervisor_sets_jav_for_a_log_reviewer(visit) -> None:
    review = review_of("karin.ek")
    block(person("sara.lindh"), review.entry.case_id, username=LARS, reason="Eget barn")
    assert visit(LARS).get(reverse("log-review", args=[review.pk])).status_code == 404


def test_a_supervisor_who_declares_it_from_the_reading_loses_the_case_too(visit) -> None:
    review, sara = passed_on(), visit("sara.lindh")
    assert sara.post(reverse("log-review-block", args=[review.pk])).status_code == 302
    assert sara.get(reverse("case", args=[review.entry.case_id])).status_code == 404
    assert told("conflict_of_interest") == {"maria.oberg"}


def test_a_list_that_names_a_blocked_child_is_not_this_log_reviewers(visit, case: Case) -> None:
    audit.record(AuditAction.LOOKUP, by=person("karin.ek"), now=clock.now(), what="known", case_ids=[case.pk])
    Child.objects.update(protected_identity="marked")
    assert drawn()
    review = LogReview.objects.get()
    assert to_decide(person(LARS)).exists()
    block(person("sara.lindh"), case.pk, username=LARS, reason="Eget barn")
    assert not to_decide(person(LARS)).exists()
    assert visit(LARS).get(reverse("log-review", args=[review.pk])).status_code == 404
    assert list(to_decide(person("maria.oberg"))) == [review]


def test_what_no_log_reviewer_is_left_for_is_the_heads() -> None:
    review = review_of("karin.ek")
    User.objects.filter(role=Role.LOG_REVIEWER).update(is_active=False)
    assert list(to_decide(person("maria.oberg"))) == [review]


def test_the_review_does_not_tell_who_has_declared_jav(visit) -> None:
    review = review_of("karin.ek")
    declare(person("karin.ek"), review.entry.case_id)
    assert "Jäv" not in page(visit(LARS), "log-review", review.pk).split('id="others"')[1].split("</section>")[0]


def test_a_result_about_the_only_head_goes_to_the_other_log_reviewers_and_says_where_there_is_none(visit) -> None:
    case = make_report("omar.nyman").cases[0]
    maria = person("maria.oberg")
    audit.record(AuditAction.OPEN, by=maria, now=clock.now(), what="case", ground="emergency", case_id=case.pk)
    assert drawn()
    review = LogReview.objects.get()
    decide(person(LARS), review.pk, outcome="incident", note="Eget barn?")
    assert told("log_review_remark") == set()
    assert "Ingen annan i Riskzon kan ta emot det här." in page(visit(LARS), "log-review", review.pk)
    other = User.objects.create(username="ny.granskare", role=Role.LOG_REVIEWER)
    assert follow_up(LogReview.objects.get(), clock.now()) == [other.pk]
    assert "Ingen annan i Riskzon" not in page(visit(LARS), "log-review", review.pk)


def test_while_the_supervisor_is_away_a_remark_goes_to_whoever_covers(visit) -> None:
    register_absence(person("maria.oberg"), username="sara.lindh", cover="jonas.falk")
    decide(person(LARS), review_of("karin.ek").pk, outcome="to_head", note="Kolla med Karin.")
    assert told("log_review_remark") == {"jonas.falk"}
    assert "Kolla med Karin." in page(visit("jonas.falk"), "log-review", LogReview.objects.get().pk)
