"""What the pages of one case show, to whom."""

import pytest
from django.urls import reverse

from riskzon.models import Contact
from workflows.verbs.contacts import register_contact

PAGES = ("case", "case-timeline", "case-deadlines", "case-documents", "case-process", "case-log", "holds")
FORMS = (
    "contact",
    "assessment",
    "disposition",
    "feedback",
    "case-note",
    "case-supplement",
    "child-identify",
    "child-informed",
    "guardian-new",
    "case-assign",
    "case-hand-over",
    "case-liaison",
)


@pytest.mark.parametrize("name", PAGES + FORMS)
def test_every_page_of_a_case_opens_for_its_social_worker(name, karin, new_case):
    case = new_case()
    answer = karin.get(reverse(name, args=[case.pk]))
    assert answer.status_code == 200
    assert case.number in answer.content.decode()
