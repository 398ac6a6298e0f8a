"""Loggkontroll: each month a sample of the readings is drawn by itself, and somebody else looks at each of them."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from notifications.models import Message
from riskzon import audit, clock
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import AuditAction, AuditEntry, Case, Child, Role, User
from tests.acts import delete, page, refuses, told, update
from tests.duty import extra
from tests.factories import BEA, CASTOR, at, child, guardian, make_report, people, person
from tests.workflows.readings import IN_NOVEMBER, IN_OCTOBER, drawn, opens, review_of
from workflows import log_sample, log_weight
from workflows.log_reviews import escalate, figures, to_decide
from workflows.log_sample import draw
from workflows.models import LogReview, LogSample
from workflows.sweep import sweep
from workflows.verbs.emergency import ask
from workflows.verbs.log_reviews import decide
from workflows.verbs.notes import write_note
from workflows.verbs.people import take
from workflows.verbs.reveal import reveal

pytestmark = pytest.mark.django_db

LARS = "lars.wik"


@pytest.fixture(autouse=True)
def _people(db: None) -> None:
    people()
    at(IN_OCTOBER)


@pytest.fixture(autouse=True)
def _none_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is drawn by chance is asked for by itself."""
    monkeypatch.setattr(log_sample, "FEWEST", 0)


@pytest.fixture
def case() -> Case:
    """A case that Omar has registered."""
    return make_report("omar.nyman").cases[0]


def test_a_reading_of_somebody_who_has_not_worked_in_the_case_is_drawn(case: Case) -> None:
    row = opens("karin.ek", case)
    opens("omar.nyman", case)
    assert drawn() == {row: ["no_relation"]}


def test_whoever_has_written_in_the_case_or_leads_it_is_not(case: Case) -> None:
    opens("karin.ek", case)
    write_note(person("karin.ek"), case.pk, text="Sett över ärendet.")
    opens("sara.lindh", case)
    assert drawn() == {}


def test_the_same_surname_and_the_own_child_weigh_most() -> None:
    named = make_report("omar.nyman", children=[child(identity_number=BEA, family_name="Ek")]).cases[0]
    adult = make_report("omar.nyman", children=[child(identity_number=CASTOR, guardians=[guardian(name="Pia Ek")])])
    own = make_report("omar.nyman", children=[child(guardians=[guardian(name="Karin Ek", phone="070-174 06 06")])])
    rows = [opens("karin.ek", found) for found in (named, adult.cases[0], own.cases[0])]
    found = drawn()
    assert ["same_name" in found[row] for row in rows] == [True, True, True]
    assert ["own_child" in found[row] for row in rows] == [False, False, True]


def test_a_protected_child_is_drawn_whoever_reads(case: Case) -> None:
    Child.objects.update(protected_identity="marked")
    take(person("omar.nyman"), case.pk)
    reveal(person("omar.nyman"), case.pk, why="assess")
    row = AuditEntry.objects.get(action=AuditAction.REVEAL).pk
    opens("omar.nyman", case)
    assert drawn() == {row: ["protected"]}


def test_a_reading_at_night_is_drawn_unless_the_person_is_on_duty(case: Case) -> None:
    at("2026-10-16T23:30:00+02:00")  # a Friday
    worker = opens("omar.nyman", case)
    extra("jour.reserv", "2026-10-16", "17.00", "08.00")
    on_duty, off_duty = person("jour.reserv"), person("jour.vakt")
    for user in (on_duty, off_duty):
        audit.record(AuditAction.OPEN, by=user, now=clock.now(), what="case", ground="duty", case_id=case.pk)
    found = drawn()
    actors = set(AuditEntry.objects.filter(pk__in=found).values_list("actor__username", flat=True))
    assert found[worker] == ["night"]
    assert "jour.reserv" not in actors


def test_many_searches_on_one_day_are_drawn_as_one(case: Case) -> None:
    def searches(username: str, many: int, moment: str) -> None:
        at(moment)
        for _turn in range(many):
            audit.record(AuditAction.SEARCH, by=person(username), now=clock.now(), what="search")

    searches("omar.nyman", log_weight.SEARCHES, "2026-10-14T15:00:00+02:00")
    searches("omar.nyman", log_weight.SEARCHES, "2026-10-15T15:00:00+02:00")
    searches("karin.ek", log_weight.SEARCHES + 1, "2026-10-15T15:00:00+02:00")
    found = drawn()
    assert list(found.values()) == [["many_searches"]]
    assert LogReview.objects.get().entry.actor == person("karin.ek")


def test_what_was_read_in_an_emergency_is_always_drawn(case: Case) -> None:
    ask(person("lina.dahl"), q=case.number, code="in_contact", reason="Barnet sitter här i receptionen.")
    opens("lina.dahl", case)
    assert list(drawn().values()) == [["emergency"]]


def test_the_heaviest_are_drawn_and_no_more_than_there_is_time_for(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    monkeypatch.setattr(log_weight, "HEAVIEST", 1)
    opens("karin.ek", case)
    Child.objects.update(protected_identity="marked")
    light = make_report("omar.nyman", children=[child(identity_number=BEA)]).cases[0]
    opens("karin.ek", light)
    assert list(drawn().values()) == [["protected", "no_relation"]]


def test_some_are_drawn_by_chance(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    monkeypatch.setattr(log_sample, "FEWEST", 3)
    for _turn in range(5):
        opens("omar.nyman", case)
    assert list(drawn().values()) == [[], [], []]
    assert LogReview.objects.first().reasons == ["Slumpvis"]


def test_a_month_is_drawn_once_when_it_is_over_by_the_sweep_itself(case: Case) -> None:
    opens("karin.ek", case)
    at("2026-10-31T23:59:59+01:00")
    sweep()
    assert list(LogSample.objects.values_list("month", flat=True)) == [date(2026, 9, 1)]
    at("2026-11-01T00:00:01+01:00")
    sweep()
    sweep()
    assert LogSample.objects.get(month=date(2026, 10, 1)).reviews.count() == 1
    assert told("log_reviews_drawn") == {LARS}
    assert Message.objects.filter(kind="log_reviews_drawn").count() == 1


def test_what_is_read_in_the_new_month_waits_for_its_own_sample(case: Case) -> None:
    at(IN_NOVEMBER)
    opens("karin.ek", case)
    assert drawn() == {}
    at("2027-01-04T09:00:00+01:00")
    assert draw(clock.now()) == 1
    assert sorted(LogSample.objects.values_list("month", flat=True)) == [
        date(2026, 10, 1),
        date(2026, 11, 1),
        date(2026, 12, 1),
    ]


def test_the_result_is_kept_with_its_note_and_never_changes() -> None:
    review = review_of()
    decide(person(LARS), review.pk, outcome="no_remark", note="Ringde för en kollega.")
    kept = LogReview.objects.get()
    assert (kept.outcome, kept.note, kept.reviewed_by) == ("no_remark", "Ringde för en kollega.", person(LARS))
    with pytest.raises(Conflict):
        decide(person(LARS), review.pk, outcome="incident", note="Ändrat")
    refuses(lambda: update("workflows_logreview", "note = 'Ändrat'"), "never changes")
    refuses(lambda: delete("workflows_logreview"), "kept")


def test_a_result_needs_an_outcome_and_a_note() -> None:
    review = review_of()
    with pytest.raises(Invalid) as wrong:
        decide(person(LARS), review.pk, outcome="", note=" ")
    assert [field for field, _words in wrong.value.errors] == ["outcome", "note"]


def test_the_reviewer_is_never_the_reviewed(visit) -> None:
    karin = person("karin.ek")
    review = review_of()
    User.objects.filter(pk=karin.pk).update(role=Role.LOG_REVIEWER)
    now_reviewer = User.objects.get(pk=karin.pk)
    assert not to_decide(now_reviewer).exists()
    assert to_decide(person(LARS)).exists()
    with pytest.raises(Unseen):
        decide(now_reviewer, review.pk, outcome="no_remark", note="Inget")
    assert str(review.pk) not in page(visit("karin.ek"), "log-reviews")
    assert visit("karin.ek").get(reverse("log-review", args=[review.pk])).status_code == 404
    refuses(
        lambda: update(
            "workflows_logreview",
            f"reviewed_at = now(), reviewed_by_id = '{karin.pk}', outcome = 'no_remark', note = 'x'",
        ),
        "of their own",
    )


def test_a_log_reviewers_own_reading_is_the_heads_to_look_at() -> None:
    review = review_of()
    User.objects.filter(pk=person("karin.ek").pk).update(role=Role.LOG_REVIEWER)
    assert list(to_decide(person("maria.oberg"))) == [review]
    decide(person("maria.oberg"), review.pk, outcome="no_remark", note="Inget")


@pytest.mark.parametrize("username", ["karin.ek", "sara.lindh", "it.admin", "per.holm", "maria.oberg"])
def test_nobody_else_decides(username: str) -> None:
    review = review_of()
    with pytest.raises(Unseen):
        decide(person(username), review.pk, outcome="no_remark", note="Inget")


def test_the_person_reviewed_sees_nothing_of_it(visit) -> None:
    review = review_of()
    case_id = review.entry.case_id
    page(visit(LARS), "log-review", review.pk)
    decide(person(LARS), review.pk, outcome="to_head", note="Kolla med Karin.")
    karin = visit("karin.ek")
    assert karin.get(reverse("log-reviews")).status_code == 404
    assert karin.get(reverse("log-review", args=[review.pk])).status_code == 404
    words = page(karin, "case-log", case_id) + page(karin, "inbox") + page(karin, "case-timeline", case_id)
    for secret in ("Loggkontroll", "Lars", "Kolla med"):
        assert secret not in words
    assert "karin.ek" not in told("log_review_remark")


def test_the_result_goes_to_whoever_answers_for_the_person(visit) -> None:
    review = review_of()
    decide(person(LARS), review.pk, outcome="to_head", note="Grannens barn?")
    assert told("log_review_remark") == {"sara.lindh"}
    assert "Grannens barn?" in page(visit("sara.lindh"), "log-review", review.pk)
    assert visit("jonas.falk").get(reverse("log-review", args=[review.pk])).status_code == 404


def test_an_incident_goes_to_the_heads(visit) -> None:
    review = review_of()
    decide(person(LARS), review.pk, outcome="incident", note="Grannens barn.")
    assert told("log_review_remark") == {"maria.oberg"}
    assert "Grannens barn." in page(visit("maria.oberg"), "log-review", review.pk)
    assert visit("sara.lindh").get(reverse("log-review", args=[review.pk])).status_code == 404


def test_what_is_late_escalates_to_the_heads_once_a_week() -> None:
    review = review_of()
    assert escalate(review.due_at) == 0
    late = review.due_at + timedelta(seconds=1)
    assert escalate(late) == 2
    assert told("log_reviews_late") == {"maria.oberg", LARS}
    assert escalate(late + timedelta(days=6)) == 0
    assert escalate(late + timedelta(days=7)) == 2
    decide(person(LARS), review.pk, outcome="no_remark", note="Inget")
    assert escalate(late + timedelta(days=30)) == 0


def test_the_reviewer_reads_the_row_of_the_log_and_nothing_of_the_case(visit) -> None:
    review = review_of()
    lars = visit(LARS)
    words = page(lars, "log-reviews") + page(lars, "log-review", review.pk)
    for said in ("Karin Ek", review.entry.case.number, "Arbetar på enheten", "Har inte arbetat i ärendet"):
        assert said in words
    for secret in ("Albin", "Fiktivsson", "20100702", "Maja"):
        assert secret not in words
    assert lars.get(reverse("case", args=[review.entry.case_id])).status_code == 404


def test_the_form_writes_the_result_and_loses_no_words(visit) -> None:
    review = review_of()
    lars, path = visit(LARS), reverse("log-review", args=[review.pk])
    answer = lars.post(path, {"outcome": "", "note": "Jag har frågat Karin."})
    assert (answer.status_code, "Jag har frågat Karin." in answer.content.decode()) == (422, True)
    assert lars.post(path, {"outcome": "no_remark", "note": "Jag har frågat Karin."}).status_code == 302
    assert lars.post(path, {"outcome": "incident", "note": "Ändrat"}).status_code == 409
    assert "Jag har frågat Karin." in page(lars, "log-review", review.pk)
    assert "Karin Ek" in page(lars, "log-reviews", query="?show=done")


def test_the_head_sees_how_many_and_how_many_late(visit) -> None:
    review = review_of()
    late = review.due_at + timedelta(days=1)
    assert [(row.drawn, row.done, row.late) for row in figures(late)] == [(1, 0, 1)]
    at(datetime.isoformat(late))
    assert "2026-10" in page(visit("maria.oberg"), "log-reviews")
    assert "Karin Ek" not in page(visit("maria.oberg"), "log-reviews")
    decide(person(LARS), review.pk, outcome="incident", note="Sett")
    assert [(row.done, row.late, row.remarks) for row in figures(late)] == [(1, 0, 1)]


def test_looking_at_a_reading_is_logged_with_its_case(visit) -> None:
    review = review_of()
    last = AuditEntry.objects.latest("pk").pk
    page(visit(LARS), "log-review", review.pk)
    rows = AuditEntry.objects.filter(pk__gt=last, actor=person(LARS), what="log_review")
    assert [row.cases for row in rows] == [[review.entry.case_id]]
