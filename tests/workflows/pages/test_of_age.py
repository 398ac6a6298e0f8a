"""When the child turns 18 custody has ended: what happened stays to be read, and no page names a guardian."""

from datetime import date

import pytest
from django.urls import reverse

from riskzon.models import Case
from tests.acts import both_parents, call, hold, parents
from tests.api.caller import Caller
from tests.factories import at, child, make_report, person
from workflows.models import Breach
from workflows.sweep import sweep
from workflows.verbs.contacts import write_off

PAGES = ("case", "case-timeline", "case-documents", "case-log", "case-process", "case-deadlines", "holds", "contact")


@pytest.fixture
def case() -> Case:
    """Arrested two days before the birthday: one parent held, one called in vain and then sought no longer."""
    at("2026-11-12T20:00:00+01:00")
    made = make_report(
        "per.holm", children=[child(identity_number="", birth_date=date(2008, 11, 14), guardians=both_parents())]
    ).cases[0]
    call(made, "Olle", by="per.holm", outcome="no_answer")
    hold(made, "Maja")
    write_off(person("karin.ek"), made.pk, guardian=parents(made)["Olle"], reason="Utomlands.")
    return made


def _read(client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, name
    return answer.content.decode()


def test_the_day_before_everybody_is_named(case, visit):
    text = _read(visit("sara.lindh"), "case-timeline", case.pk)
    for words in (
        "Olle Fiktivsson: Inget svar",
        "Söks inte längre: Olle Fiktivsson",
        "Avvakta kontakt: Maja Fiktivsson",
    ):
        assert words in text


@pytest.mark.parametrize("name", PAGES)
def test_from_the_birthday_on_no_page_of_the_case_names_a_guardian(name, case, visit):
    at("2026-11-14T00:00:00+01:00")
    sweep()
    text = _read(visit("sara.lindh"), name, case.pk)
    assert "Maja" not in text
    assert "Olle" not in text


def test_what_happened_is_still_there_with_who_did_it(case, visit):
    at("2026-11-14T00:00:00+01:00")
    text = _read(visit("sara.lindh"), "case-timeline", case.pk)
    for words in ("Vårdnadshavare: Inget svar", "Per Holm", "Söks inte längre: Vårdnadshavare", "Utomlands."):
        assert words in text


def test_the_page_of_a_breach_names_no_guardian_either(visit):
    at("2026-11-12T20:00:00+01:00")
    case = make_report(children=[child(identity_number="", birth_date=date(2008, 11, 14))]).cases[0]
    call(case, outcome="no_answer")
    at("2026-11-13T21:00:00+01:00")
    sweep()
    breach = Breach.objects.get(case=case, kind="guardian_contact")
    sara = visit("sara.lindh")
    assert "Maja Fiktivsson" in _read(sara, "breach-review", breach.pk)
    at("2026-11-14T00:00:00+01:00")
    assert "Maja" not in _read(sara, "breach-review", breach.pk)


def test_the_liaison_no_longer_finds_the_guardians_in_the_own_report(case, visit):
    per = visit("per.holm")
    assert "Olle Fiktivsson" in _read(per, "case", case.pk)
    at("2026-11-14T00:00:00+01:00")
    text = _read(per, "case", case.pk)
    assert "Olle" not in text
    assert "Maja" not in text
    assert "inget svar" in text


@pytest.mark.parametrize("username", ["sara.lindh", "per.holm"])
def test_no_answer_of_the_api_names_a_guardian_either(username, case):
    caller, paths = Caller(username), (f"/cases/{case.pk}", f"/reports/{case.report.number}")
    assert all("Olle" in caller.get(path).content.decode() for path in paths)
    at("2026-11-14T00:00:00+01:00")
    for path in paths:
        answer = caller.get(path)
        assert answer.status_code == 200
        assert "Fiktivsson" in answer.content.decode()  # the child's own name
        assert "Olle" not in answer.content.decode()
        assert "Maja" not in answer.content.decode()
