"""What a supervisor reads on Monday morning: everything since the unit closed on Friday, on one page."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from riskzon.clock import now
from riskzon.models import AuditAction, AuditEntry, Case, ProtectedIdentity
from tests.acts import protect
from tests.factories import BEA, CASTOR, ELSA, GUSTAV, at, child, make_report, person
from tests.workflows.board.conftest import later, reach, words
from workflows.sweep import sweep
from workflows.verbs.disposition import dispose
from workflows.verbs.holds import decide_hold
from workflows.verbs.investigations import close_investigation
from workflows.verbs.people import hand_over
from workflows.verbs.times import correct_times

Visit = Callable[[str], Client]
FRIDAY, NIGHT, MONDAY = "2026-11-13T15:00:00+01:00", "2026-11-13T22:00:00+01:00", "2026-11-16T08:10:00+01:00"


@pytest.fixture
def weekend() -> dict[str, Case]:
    """An old case, one that was reached, one that nobody reached, one held by the duty social worker."""

    def arrest(number: str, name: str, **fields: object) -> Case:
        return make_report("per.holm", children=[child(identity_number=number, given_name=name, **fields)]).cases[0]

    at(FRIDAY)
    cases = {"old": arrest(BEA, "Bea")}
    at(NIGHT)
    cases |= {"reached": arrest(CASTOR, "Castor"), "missed": arrest(ELSA, "Elsa"), "held": arrest(GUSTAV, "Gustav")}
    reach(cases["reached"], by="jour.vakt")
    reach(cases["missed"], by="jour.vakt", outcome="no_answer")
    decide_hold(
        person("jour.vakt"),
        cases["held"].pk,
        guardian=cases["held"].child.guardians.get().pk,
        code="HOLD_GUARDIAN_SUSPECT",
        reason="Han är rädd för pappa",
        until=now() + timedelta(hours=70),
    )
    for moment in ("2026-11-14T23:30:00+01:00", MONDAY):
        at(moment)
        sweep()
    return cases


def part(page: str, name: str) -> str:
    """What one part of the page says."""
    return words(f'<main id="main" >{page.split(f"""id="since-{name}">""")[1].split("</section>")[0]}</main>')


def test_monday_morning_begins_with_friday_at_five(visit: Visit, weekend: dict[str, Case]) -> None:
    page = visit("sara.lindh").get("/since/").content.decode()
    assert "från fre 13 nov 2026 kl. 17.00 till mån 16 nov 2026 kl. 08.10" in words(page)
    assert "Sedan fredag 17.00" in words(page)


def test_what_passed_comes_first_with_who_had_it_what_was_tried_and_a_cause(
    visit: Visit, weekend: dict[str, Case]
) -> None:
    page = visit("sara.lindh").get("/since/").content.decode()
    passed = part(page, "breaches")
    assert passed.startswith("Överskridna frister 6 ")
    assert "Eva Strand" in passed
    assert "Förslag: Gick inte att nå" in passed
    assert page.index("since-breaches") < page.index("since-arrived") < page.index("since-holds")


def test_new_reports_say_how_far_they_have_come_and_old_ones_only_what_is_left(
    visit: Visit, weekend: dict[str, Case]
) -> None:
    page = visit("sara.lindh").get("/since/").content.decode()
    arrived, waiting = part(page, "arrived"), part(page, "waiting")
    assert "Nya anmälningar 3 Gripen 3" in arrived
    assert all(name in arrived for name in ("Castor", "Elsa", "Gustav"))
    assert weekend["old"].number in waiting
    assert "Bea" in waiting
    assert "Elsa" not in waiting


def test_a_hold_of_the_night_waits_for_the_supervisor(visit: Visit, weekend: dict[str, Case]) -> None:
    holds = part(visit("sara.lindh").get("/since/").content.decode(), "holds")
    assert f"{weekend['held'].number} Jourens beslut ska bekräftas Eva Strand" in holds


def test_ended_investigations_and_corrected_times_are_named(visit: Visit, weekend: dict[str, Case]) -> None:
    case = weekend["reached"]
    dispose(person("karin.ek"), case.pk, disposition="opened", reason="")
    case.refresh_from_db()
    close_investigation(person("karin.ek"), case.investigation_id, outcome="measure_granted", reason="Öppenvård")
    correct_times(
        person("per.holm"),
        weekend["missed"].report.number,
        occurred_at=now() - timedelta(days=4),
        reason="Protokollet",
    )
    page = visit("sara.lindh").get("/since/").content.decode()
    assert f"Avslutade utredningar 1 {case.number} Insats beviljad" in part(page, "ended")
    assert "Ett överskridande har fått en anteckning. Det står kvar." in part(page, "times")


def test_another_span_can_be_chosen_and_nonsense_is_the_usual_one(visit: Visit, weekend: dict[str, Case]) -> None:
    client = visit("sara.lindh")
    assert "Nya anmälningar 4" in part(client.get("/since/?from=week").content.decode(), "arrived")
    assert "Nya anmälningar 0" in part(client.get("/since/?from=day").content.decode(), "arrived")
    assert "Nya anmälningar 3" in part(client.get("/since/?from=%00x").content.decode(), "arrived")


@pytest.mark.parametrize(
    ("moment", "since"),
    [
        ("2026-11-17T07:30:00+01:00", "mån 16 nov 2026 kl. 17.00"),
        ("2026-11-17T12:00:00+01:00", "mån 16 nov 2026 kl. 17.00"),
        ("2026-11-17T17:00:00+01:00", "tis 17 nov 2026 kl. 17.00"),
        ("2027-03-30T08:05:00+02:00", "tor 25 mar 2027 kl. 17.00"),
    ],
)
def test_the_page_begins_when_the_unit_last_closed(visit: Visit, moment: str, since: str) -> None:
    at(moment)
    assert f"från {since} till" in words(visit("sara.lindh").get("/since/").content.decode())


def test_the_head_reads_breaches_and_figures_and_no_child(visit: Visit, weekend: dict[str, Case]) -> None:
    page = visit("maria.oberg").get("/since/").content.decode()
    assert "Gripen 3" in part(page, "kinds")
    assert weekend["missed"].number in page
    for secret in ("Elsa", "Castor", "/cases/", "Inget svar", "Förslag", "since-holds", "since-times"):
        assert secret not in page


def test_another_unit_and_a_blocked_supervisor_read_nothing_of_it(visit: Visit, weekend: dict[str, Case]) -> None:
    elsewhere = visit("jonas.falk").get("/since/").content.decode()
    assert not any(case.number in elsewhere for case in weekend.values())
    hidden = weekend["missed"]
    hidden.child.blocks.create(user=person("sara.lindh"), since=now(), set_by=person("maria.oberg"), reason="släkt")
    page = visit("sara.lindh").get("/since/").content.decode()
    assert hidden.number not in page
    assert weekend["reached"].number in page


def test_a_child_with_protected_identity_is_a_number(visit: Visit) -> None:
    at(NIGHT)
    make_report("per.holm", children=[child(protected_identity=ProtectedIdentity.MARKED)])
    at(MONDAY)
    page = visit("sara.lindh").get("/since/").content.decode()
    assert "Albin" not in page
    assert "20100702" not in page


def test_every_case_on_the_page_stands_in_the_access_log(visit: Visit, weekend: dict[str, Case]) -> None:
    visit("sara.lindh").get("/since/")
    entry = AuditEntry.objects.get(action=AuditAction.LIST, what="since")
    assert set(entry.cases) == {case.pk for case in weekend.values()}


def test_a_case_of_which_only_a_corrected_time_is_shown_stands_in_the_access_log(visit: Visit) -> None:
    at("2026-11-02T10:00:00+01:00")
    done = make_report("per.holm", children=[child(identity_number=BEA), child(identity_number=CASTOR)])
    elsewhere, hidden = make_report(
        "per.holm", children=[child(identity_number=ELSA), child(identity_number=GUSTAV)]
    ).cases
    for case in (*done.cases, elsewhere, hidden):
        reach(case)
        protect(case)
    hand_over(person("karin.ek"), elsewhere.pk, unit="utredning-norr", note="Till utredning.")
    hidden.child.blocks.create(user=person("sara.lindh"), since=now(), set_by=person("maria.oberg"), reason="släkt")
    at(MONDAY)
    for report in (done.report, elsewhere.report):
        correct_times(
            person("per.holm"), report.number, occurred_at=report.occurred_at - timedelta(hours=1), reason="Protokollet"
        )

    page = visit("sara.lindh").get("/since/").content.decode()

    assert done.report.number in part(page, "times")
    assert elsewhere.report.number not in page
    (entry,) = AuditEntry.objects.filter(action=AuditAction.LIST, what="since")
    assert {case.pk for case in done.cases} <= set(entry.cases)
    assert not {elsewhere.pk, hidden.pk} & set(entry.cases)


def test_a_long_weekend_costs_no_more_statements_than_a_short_one(
    visit: Visit, weekend: dict[str, Case], django_assert_max_num_queries
) -> None:
    client = visit("sara.lindh")
    client.get("/since/")
    at(NIGHT)
    for number in range(6):
        make_report("per.holm", children=[child(identity_number=None, birth_date=date(2012, 2, number + 1))])
    at(MONDAY)
    later(minutes=1)
    with django_assert_max_num_queries(40):
        client.get("/since/")
