"""What the case file holds, for whom, and in how many statements."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskzon import clock
from riskzon.access import visible_cases
from riskzon.models import Case, User
from tests.factories import ALBIN, BEA, CASTOR, ELSA, WORKDAY, at, child, make_report, people, person
from workflows import casefile
from workflows.reduced import reduced
from workflows.verbs.contacts import register_contact
from workflows.verbs.holds import decide_hold

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _workday():
    people()
    at(WORKDAY)


def _cases(user: User) -> list[Case]:
    return list(
        visible_cases(user, clock.now()).select_related("report", "child", "unit", "assignee").order_by("registered_at")
    )


def test_case_file_takes_as_many_statements_for_four_cases_as_for_two():
    karin = person("karin.ek")
    make_report(children=[child(), child(identity_number=ELSA, given_name="Elsa")])
    _cases(karin)  # the policy looks up the keys of its rights once
    with CaptureQueriesContext(connection) as two:
        casefile.read_many(_cases(karin), karin, clock.now())
    make_report(children=[child(identity_number=BEA, given_name="Bea"), child(identity_number=CASTOR)])

    with CaptureQueriesContext(connection) as four:
        files = casefile.read_many(_cases(karin), karin, clock.now())

    assert len(files) == 4
    assert len(four) == len(two)


def test_phone_is_hidden_while_contact_is_held_back():
    case = make_report().cases[0]
    sara = person("sara.lindh")
    mother = case.child.guardians.get()
    file = casefile.read(_cases(sara)[0], sara, clock.now())
    assert [(line.phone, line.may_call) for line in file.guardians] == [("070-174 06 05", True)]

    decide_hold(
        sara,
        case.pk,
        guardian=mother.pk,
        code="HOLD_GUARDIAN_SUSPECT",
        reason="Polisen ber oss vänta.",
        until=clock.now() + timedelta(hours=24),
    )

    file = casefile.read(_cases(sara)[0], sara, clock.now())
    assert [(line.phone, line.may_call) for line in file.guardians] == [("", False)]


def test_plan_says_who_is_told_when_and_is_in_order():
    make_report()
    karin = person("karin.ek")

    file = casefile.read(_cases(karin)[0], karin, clock.now())

    breach = next(line for line in file.plan if line.step == "breach" and line.kind == "guardian_contact")
    assert breach.at == clock.now() + timedelta(hours=24)
    # Saturday 14.00: the unit is closed, so Socialjouren and the head are told beside the supervisor.
    assert breach.recipients == ["Eva Strand", "Maria Öberg", "Sara Lindh"]
    assert [line.at for line in file.plan] == sorted(line.at for line in file.plan)


def test_supplements_and_summary_are_kept_from_a_reader_who_sees_only_one_of_the_children():
    result = make_report(summary="Om båda barnen", children=[child(), child(identity_number=BEA, given_name="Bea")])
    Case.objects.filter(pk=result.cases[1].pk).update(unit=people().units["utredning-norr"])
    karin = person("karin.ek")

    file = casefile.read(_cases(karin)[0], karin, clock.now())

    assert file.case.pk == result.cases[0].pk
    assert file.report_summary == ""


def test_guardians_are_gone_from_the_child_s_eighteenth_birthday():
    make_report(children=[child(identity_number=BEA)])
    karin = person("karin.ek")
    at("2027-06-07T23:59:59+02:00")
    assert casefile.read(_cases(karin)[0], karin, clock.now()).guardians

    at("2027-06-08T00:00:00+02:00")

    assert casefile.read(_cases(karin)[0], karin, clock.now()).guardians == ()


def test_timeline_tells_what_people_and_the_system_did_newest_first():
    case = make_report(children=[child(identity_number=ALBIN, summary="Tagen i butik.")]).cases[0]
    karin = person("karin.ek")
    mother = case.child.guardians.get()
    at("2026-11-13T15:00:00+01:00")
    register_contact(karin, case.pk, guardian=mother.pk, at=clock.now(), channel="phone", outcome="reached")

    entries = casefile.read(_cases(karin)[0], karin, clock.now()).timeline

    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    assert entries[0].title == "Maja Fiktivsson: Nådd"
    assert "Tagen i butik." in [entry.text for entry in entries]
    assert any(entry.quiet for entry in entries)


def test_liaison_reads_what_was_sent_and_how_far_it_has_come():
    per, karin = person("per.holm"), person("karin.ek")
    case = make_report("per.holm").cases[0]
    mother = case.child.guardians.get()
    register_contact(karin, case.pk, guardian=mother.pk, at=clock.now(), channel="phone", outcome="no_answer")

    line = reduced(_cases(per)[0], per, clock.now())

    assert line.as_reported["guardians"][0]["id"] == str(mother.pk)
    assert line.contact is not None
    assert line.contact.state == "running"
    assert line.contacts == ()
    assert not line.do_not_contact
