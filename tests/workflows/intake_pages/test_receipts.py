"""What the one who registered a report is told: in the shape of the role, the same for known and unknown children."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from riskzon.models import AuditAction, AuditEntry, Report
from tests.acts import confirm, propose
from tests.api.caller import Caller
from tests.factories import ALBIN, BEA, CASTOR, ELSA, MAJA, at, child, guardian, make_report, person
from tests.workflows.intake_pages.conftest import Paper
from workflows.verbs.conflicts import block
from workflows.verbs.disposition import dispose
from workflows.verbs.people import hand_over
from workflows.verbs.times import correct_times

Visit = Callable[[str], Client]


def receipt(client: Client, number: str) -> str:
    return client.get(f"/reports/{number}/receipt/").content.decode()


def text(page: str) -> str:
    """The words between header and footer."""
    inside = page.split('<main id="main"')[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", inside.split(">", 1)[1]).split())


def test_liaison_reads_number_limit_and_what_happens_now(visit: Visit) -> None:
    number = make_report("per.holm").report.number
    page = text(receipt(visit("per.holm"), number))
    assert number in page
    assert "24-timmarsfristen går ut lör 14 nov 2026 kl. 14.00" in page
    assert f"Albin Fiktivsson {number}-1" in page
    assert "Mottagning barn och unga har fått anmälan." in page


def test_at_night_the_report_is_with_the_duty_service(visit: Visit) -> None:
    at("2026-11-13T22:00:00+01:00")
    number = make_report("per.holm").report.number
    assert "Socialjouren har fått anmälan." in text(receipt(visit("per.holm"), number))


def test_partner_reads_number_and_time_and_nothing_of_the_child(visit: Visit) -> None:
    number = make_report("butik.city", kind="concern", reporter={"type": "business"}).report.number
    page = text(receipt(visit("butik.city"), number))
    assert number in page
    assert "Registrerad fre 13 nov 2026 kl. 14.00" in page
    for word in ("Albin", "Fiktivsson", f"{number}-1", "frist", "Mottagning", "utredning"):
        assert word not in page


def _make_albin_known() -> None:
    """A report before this one, an investigation, a sibling."""
    cases = make_report(
        "karin.ek", children=[child(guardians=[guardian(identity_number=MAJA)]), child(identity_number=ELSA)]
    ).cases
    dispose(person("karin.ek"), cases[0].pk, disposition="opened")


@pytest.mark.parametrize(("who", "kind"), [("per.holm", "arrest"), ("butik.city", "concern")])
def test_known_and_unknown_children_give_the_same_receipt(visit: Visit, who: str, kind: str) -> None:
    _make_albin_known()
    at("2026-11-13T14:30:00+01:00")
    client = visit(who)
    # The policy looks up the keys of its rights once.
    receipt(client, make_report(who, kind=kind, children=[child(identity_number=CASTOR)]).report.number)
    pages, statements = [], []
    for number in (ALBIN, BEA):
        sheet = Paper(client, f"/reports/new/{kind}/")
        if kind == "arrest":
            sheet.fill(occurred_at_clock="14.05")
        sheet.fill(child_0_identity_number=number, child_0_given_name="Ett", child_0_family_name="Barn")
        address = sheet.press()["Location"]
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address).content.decode()
        pages.append(re.sub(r"2026-\d{6}", "NUMBER", text(page)))
        statements.append(len(asked))
    assert pages[0] == pages[1]
    assert statements[0] == statements[1]
    assert "NUMBER" in pages[0]


def test_a_limit_that_had_passed_is_said_in_words(visit: Visit) -> None:
    occurred = at("2026-11-13T14:00:00+01:00")
    at("2026-11-14T15:00:00+01:00")
    number = make_report("per.holm", occurred_at=occurred).report.number
    page = text(receipt(visit("per.holm"), number))
    assert "Fristen hade redan gått ut" in page
    assert "24-timmarsfristen gick ut lör 14 nov 2026 kl. 14.00" in page
    assert "går ut" not in page


def test_a_child_nobody_knows_has_no_limit_yet(visit: Visit) -> None:
    stranger = child(identity_number="", given_name="", family_name="", approximate_age=15, description="Röd jacka")
    number = make_report("per.holm", children=[stranger]).report.number
    page = text(receipt(visit("per.holm"), number))
    assert "Okänt barn, ungefär 15 år" in page
    assert "Fristen börjar när det är känt vem barnet är." in page


def test_an_adult_in_the_report_is_mentioned(visit: Visit) -> None:
    number = make_report("per.holm", children=[child(), child(identity_number=MAJA)]).report.number
    assert "En person har fyllt 18 år." in text(receipt(visit("per.holm"), number))


def test_only_social_services_are_told_that_an_investigation_runs(visit: Visit) -> None:
    case = make_report("karin.ek").cases[0]
    dispose(person("karin.ek"), case.pk, disposition="opened")
    own = make_report("karin.ek").report.number
    liaisons = make_report("per.holm").report.number
    assert "En utredning pågår redan." in text(receipt(visit("karin.ek"), own))
    assert "utredning pågår" not in text(receipt(visit("per.holm"), liaisons))


def test_next_person_keeps_the_event_and_not_the_child(visit: Visit) -> None:
    client = visit("per.holm")
    first = Paper(client, "/reports/new/arrest/").fill(
        occurred_at_clock="13.20",
        channel="phone",
        reporter_organisation="Polisen Borås",
        reporter_name="Inspektör Test",
        child_0_identity_number=ALBIN,
        child_0_given_name="Albin",
        child_0_summary="Stöld.",
        child_0_whereabouts="Polishuset",
        child_0_guardian_0_name="Maja Fiktivsson",
        caution_code="HOLD_HONOUR",
    )
    at("2026-11-13T14:20:00+01:00")
    number = first.press()["Location"].split("/")[2]
    following = Paper(client, f"/reports/new/arrest/?after={number}")
    kept = {
        name: following[name]
        for name in (
            "occurred_at_date", "occurred_at_clock", "notified_at_clock", "channel", "reporter_type",
            "reporter_organisation", "reporter_name", "child_0_whereabouts",
        )
    }  # fmt: skip
    assert kept == {
        "occurred_at_date": "2026-11-13",
        "occurred_at_clock": "13.20",
        "notified_at_clock": "14.00",
        "channel": "phone",
        "reporter_type": "police",
        "reporter_organisation": "Polisen Borås",
        "reporter_name": "Inspektör Test",
        "child_0_whereabouts": "Polishuset",
    }
    assert [following[name] for name in ("child_0_identity_number", "child_0_given_name", "child_0_summary")] == [
        ""
    ] * 3
    assert (following["child_0_guardian_0_name"], following["caution_code"]) == ("", "")
    assert following["idempotency_key"] != first["idempotency_key"]
    following.fill(child_0_identity_number=BEA)
    assert following.press().status_code == 302
    one, two = Report.objects.order_by("number")
    assert (one.occurred_at, one.notified_at) == (two.occurred_at, two.notified_at)


def test_next_person_is_offered_after_arrest_and_lob_only(visit: Visit) -> None:
    arrest = make_report("per.holm").report.number
    concern = make_report("karin.ek", kind="concern").report.number
    assert "Nästa person i samma händelse" in receipt(visit("per.holm"), arrest)
    assert "Nästa person i samma händelse" not in receipt(visit("karin.ek"), concern)


def test_who_is_shown_what_the_last_report_said_stands_in_its_log(visit: Visit) -> None:
    """Time, reporter and whereabouts: as much a reading of the case as any other."""
    made = make_report("per.holm", children=[child(whereabouts="Polishuset")])
    page = visit("per.holm").get(f"/reports/new/arrest/?after={made.report.number}").content.decode()
    assert "Polishuset" in page
    row = AuditEntry.objects.get(actor=person("per.holm"), what="next_person")
    assert (row.action, row.cases) == (AuditAction.LIST, [made.cases[0].pk])


@pytest.mark.parametrize("lost", ["block", "time", "transfer"])
def test_what_one_has_registered_is_lost_with_the_right_to_its_case(visit: Visit, lost: str) -> None:
    """What was put right in it since is not told either."""
    who = "karin.ek" if lost == "transfer" else "per.holm"
    made = make_report(who, children=[child(whereabouts="Polishuset")], reporter={"type": "police", "name": "Kanarie"})
    case, number = made.cases[0], made.report.number
    asked = (f"/reports/{number}/receipt/", f"/reports/new/arrest/?after={number}")
    assert [visit(who).get(path).status_code for path in asked] == [200, 200]
    sara = person("sara.lindh")
    match lost:
        case "block":
            block(sara, case.pk, username=who, reason="Släkt.")
            correct_times(sara, number, occurred_at=made.report.occurred_at - timedelta(hours=2), reason="Protokollet.")
        case "transfer":
            hand_over(sara, case.pk, unit="utredning-norr", note="Flyttat.")
        case "time":
            propose(case)
            confirm(case)
            at("2027-12-20T10:00:00+01:00")
    assert [visit(who).get(path).status_code for path in asked] == [404, 404]
    assert Caller(who).get(f"/reports/{number}").status_code == 404


def test_sent_again_it_is_answered_as_the_first_time_and_not_as_it_has_become(visit: Visit) -> None:
    per = Caller("per.holm")
    first = per.report(key="samma")
    block(person("sara.lindh"), first.json()["cases"][0]["id"], username="per.holm", reason="Släkt.")
    earlier = Report.objects.get().occurred_at - timedelta(hours=2)
    correct_times(person("sara.lindh"), first.json()["number"], occurred_at=earlier, reason="Protokollet.")
    again = per.report(key="samma")
    assert again.status_code == 200
    assert again.json() == {**first.json(), "cases": []}


@pytest.mark.parametrize(("who", "is_blocked"), [("lina.dahl", False), ("jour.vakt", False), ("per.holm", True)])
def test_whoever_reaches_no_case_gets_the_receipt_straight_away_and_in_this_session_alone(
    visit: Visit, who: str, is_blocked: bool
) -> None:
    """Whoever has registered must know that it has arrived; also one who is barred from the child, and is not told so."""
    if is_blocked:
        earlier = make_report("per.holm").cases[0]
        block(person("sara.lindh"), earlier.pk, username="per.holm", reason="Släkt.")
    client = visit(who)
    sheet = Paper(client, "/reports/new/arrest/").fill(
        occurred_at_clock="13.20", channel="phone", child_0_identity_number=ALBIN, child_0_guardian_0_name="Maja"
    )
    address = sheet.press()["Location"]
    for _reload in range(2):
        page = text(receipt(client, address.split("/")[2]))
        assert address.split("/")[2] in page
        assert "24-timmarsfristen går ut lör 14 nov 2026 kl. 13.20" in page
        assert "Mottagning barn och unga har fått anmälan." in page
    assert "Nästa person" not in page
    assert visit(who).get(address).status_code == 404


def test_nothing_is_kept_of_somebody_elses_report(visit: Visit) -> None:
    number = make_report("per.holm").report.number
    assert visit("nadia.rask").get(f"/reports/new/arrest/?after={number}").status_code == 404


def test_partner_sees_own_receipts_newest_first_and_no_others(visit: Visit) -> None:
    mine = [make_report("butik.city", kind="concern").report.number for _ in range(2)]
    other = make_report("per.holm").report.number
    page = text(visit("butik.city").get("/reports/sent/").content.decode())
    assert page.index(mine[1]) < page.index(mine[0])
    assert other not in page
    assert "Albin" not in page
