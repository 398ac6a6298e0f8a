"""A sibling's guardian is held back: somebody takes a stand for this child too, with a hold or with a reason why not."""

import pytest
from django.urls import reverse

from riskzon.errors import Conflict, Forbidden, Invalid
from riskzon.models import AuditAction, AuditEntry, Case
from tests.acts import hold, todos_of
from tests.factories import BEA, MAJA, at, child, guardian, make_report, person
from tests.workflows.pages.test_case_pages import text_of
from workflows.verbs.holds import need_no_hold

REASON = "Det som misstänks rör inte Bea."


@pytest.fixture
def sibling() -> Case:
    """Bea, whose sister's contact with their mother waits."""
    shared = guardian(identity_number=MAJA)
    first, second = make_report(
        children=[child(guardians=[shared]), child(identity_number=BEA, given_name="Bea", guardians=[shared])]
    ).cases
    hold(first)
    return second


def test_the_lead_answers_that_no_hold_is_needed_and_the_question_is_gone(sibling, visit):
    sara, address = visit("sara.lindh"), reverse("hold-not-needed", args=[sibling.pk])
    assert address in text_of(sara, "holds", sibling)

    answer = sara.post(address, {"reason": REASON}, follow=True)

    assert answer.redirect_chain == [(reverse("holds", args=[sibling.pk]), 302)]
    assert "sibling_hold" not in todos_of(sibling)
    assert address not in answer.content.decode()
    assert "får kontaktas" in answer.content.decode()
    assert AuditEntry.objects.filter(case=sibling, action=AuditAction.CHANGE, what="hold_not_needed").count() == 1


def test_the_reason_stands_in_the_timeline_with_who_gave_it(sibling, visit):
    sara = visit("sara.lindh")
    sara.post(reverse("hold-not-needed", args=[sibling.pk]), {"reason": REASON})
    text = text_of(sara, "case-timeline", sibling)
    for words in ("Kontakten om det här barnet behöver inte avvaktas", REASON, "Sara Lindh"):
        assert words in text


def test_no_answer_without_a_reason(sibling, visit):
    answer = visit("sara.lindh").post(reverse("hold-not-needed", args=[sibling.pk]), {"reason": "  "})
    assert answer.status_code == 422
    assert "sibling_hold" in todos_of(sibling)
    with pytest.raises(Invalid):
        need_no_hold(person("sara.lindh"), sibling.pk, reason=" ")


def test_what_is_answered_is_not_answered_again_and_the_text_is_kept(sibling, visit):
    sara, address = visit("sara.lindh"), reverse("hold-not-needed", args=[sibling.pk])
    need_no_hold(person("sara.lindh"), sibling.pk, reason=REASON)

    answer = sara.post(address, {"reason": "Någon annan orsak"})

    assert answer.status_code == 409
    assert "redan besvarad" in answer.content.decode()
    assert "Någon annan orsak" in answer.content.decode()
    with pytest.raises(Conflict):
        need_no_hold(person("sara.lindh"), sibling.pk, reason=REASON)


def test_a_hold_answers_the_question_too(sibling, visit):
    hold(sibling)
    with pytest.raises(Conflict):
        need_no_hold(person("sara.lindh"), sibling.pk, reason=REASON)
    assert "redan besvarad" in text_of(visit("sara.lindh"), "hold-not-needed", sibling)


def test_a_social_worker_reads_the_question_and_does_not_answer_it(sibling, karin):
    assert "syskon" in text_of(karin, "holds", sibling)
    assert karin.get(reverse("hold-not-needed", args=[sibling.pk])).status_code == 403
    with pytest.raises(Forbidden):
        need_no_hold(person("karin.ek"), sibling.pk, reason=REASON)


def test_socialjouren_answers_while_the_unit_is_closed(sibling):
    at("2026-11-13T22:00:00+01:00")
    need_no_hold(person("jour.vakt"), sibling.pk, reason=REASON)
    assert "sibling_hold" not in todos_of(sibling)
