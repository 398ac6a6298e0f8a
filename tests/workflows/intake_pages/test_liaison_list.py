"""The liaison's own list: how far each report has come in a few words, and nothing that social services know."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from riskzon.clock import now
from riskzon.models import Case
from tests.acts import HOUR, call, end, hold, move, propose
from tests.factories import ALBIN, BEA, CASTOR, ELSA, GUSTAV, at, child, guardian, make_report, person
from workflows.sweep import sweep
from workflows.verbs.assessment import assess
from workflows.verbs.contacts import register_contact
from workflows.verbs.disposition import dispose
from workflows.verbs.holds import decide_hold
from workflows.verbs.people import assign

Visit = Callable[[str], Client]


def row(client: Client, number: str) -> str:
    """The words of one row."""
    page = client.get("/reports/own/").content.decode()
    found = next(part for part in page.split('<tr role="row"')[1:] if number in part)
    return " ".join(re.sub(r"<[^>]+>", " ", found.split("</tr>")[0]).split())


def test_a_new_report_is_received_and_waits(visit: Visit) -> None:
    case = make_report("per.holm").cases[0]
    assert row(visit("per.holm"), case.number).endswith(
        f"Albin Fiktivsson Gripen, {case.number} Inte nådd än Fristen går ut i morgon 14.00 i dag 14.00 Nej "
        f"Komplettera {case.report.number}"
    )


def test_each_step_shows_its_time_and_nothing_of_who_or_what(visit: Visit) -> None:
    case = make_report("per.holm").cases[0]
    assign(person("sara.lindh"), case.pk, username="karin.ek")
    assess(person("karin.ek"), case.pk, outcome="no_immediate_need", at=now(), note="Hemma hos mormor.")
    words = row(visit("per.holm"), case.number)
    assert "i morgon 14.00 i dag 14.00 i dag 14.00 Komplettera" in words
    assert "mormor" not in words
    assert "Karin" not in words


@pytest.mark.parametrize(
    ("reached", "words"),
    [
        ("2026-11-13T20:00:00+01:00", "Nådd i tid i går 20.00"),
        ("2026-11-14T15:00:00+01:00", "Nådd efter fristen i dag 15.00"),
        (None, "Inte nådd, överskriden Fristen gick ut i dag 14.00"),
    ],
)
def test_the_state_of_the_contact_is_said_in_words(visit: Visit, reached: str | None, words: str) -> None:
    case = make_report("per.holm").cases[0]
    if reached:
        moment = at(reached)
        mother = case.child.guardians.get().pk
        by = person("jour.vakt")
        register_contact(by, case.pk, guardian=mother, at=moment, channel="phone", outcome="reached")
    at("2026-11-14T16:00:00+01:00")
    sweep()
    assert words in row(visit("per.holm"), case.number)


def test_a_hold_is_said_without_its_reason(visit: Visit) -> None:
    case = make_report("per.holm").cases[0]
    decide_hold(
        person("sara.lindh"),
        case.pk,
        guardian=case.child.guardians.get().pk,
        code="HOLD_HONOUR",
        reason="Farmor bestämmer",
        until=at("2026-11-13T14:00:01+01:00").replace(day=15),
    )
    page = visit("per.holm").get("/reports/own/").content.decode()
    assert "Kontakta inte vårdnadshavare" in page
    for secret in ("Heder", "HONOUR", "Farmor", "Avvakta"):
        assert secret not in page


def test_nothing_of_the_investigation_or_of_other_reports_is_there(visit: Visit) -> None:
    known = make_report("karin.ek", children=[child(summary="Slagen hemma.")]).cases[0]
    dispose(person("karin.ek"), known.pk, disposition="opened")
    make_report("per.holm", children=[child(guardians=[guardian(name="Namn Som Liaisonen Vet")])])
    make_report("nadia.rask", children=[child(identity_number=BEA, given_name="Bea", family_name="Testgren")])
    page = visit("per.holm").get("/reports/own/").content.decode()
    for secret in ("Slagen", "utredning", "Bea", known.number, "Maja"):
        assert secret not in page


def test_three_rows_take_as_many_statements_as_one(visit: Visit) -> None:
    client = visit("per.holm")
    make_report("per.holm")
    client.get("/reports/own/")
    with CaptureQueriesContext(connection) as one:
        client.get("/reports/own/")
    make_report("per.holm", children=[child(identity_number=BEA), child(identity_number=CASTOR)])
    with CaptureQueriesContext(connection) as three:
        client.get("/reports/own/")
    assert len(three) == len(one)


def test_a_row_leads_to_the_case_and_to_a_supplement(visit: Visit) -> None:
    case = make_report("per.holm", children=[child(identity_number=ALBIN)]).cases[0]
    client = visit("per.holm")
    page = client.get("/reports/own/").content.decode()
    for address in (f"/cases/{case.pk}/", f"/cases/{case.pk}/supplement/"):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


def test_an_empty_list_says_what_will_be_there(visit: Visit) -> None:
    assert "Du har inga anmälningar att följa." in visit("per.holm").get("/reports/own/").content.decode()


def _order(client: Client) -> list[str]:
    """Headings and names of the list, from top to bottom."""
    main = client.get("/reports/own/").content.decode().split("<main")[1].split("</main>")[0]
    found = re.findall(r'<h2[^>]*>(.*?)</h2>|class="who"[^>]*>(.*?)</a>', main, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", heading or name).strip() for heading, name in found]


def _arrested(name: str, number: str, *, hours_ago: int = 0, **fields: object) -> Case:
    about = {"identity_number": number, "given_name": name, "family_name": "Test", **fields}
    return make_report("per.holm", occurred_at=now() - hours_ago * HOUR, children=[child(**about)]).cases[0]


def test_what_asks_for_the_liaison_stands_first_the_nearest_limit_on_top(visit: Visit) -> None:
    held = _arrested("Held", CASTOR)
    hold(held)
    reached = _arrested("Reached", ALBIN, hours_ago=23)
    call(reached)
    _arrested("Calm", BEA, hours_ago=19)
    _arrested("Unknown", "", approximate_age=14, description="Blå jacka", guardians=[])
    _arrested("Near", ELSA, hours_ago=21)
    _arrested("Late", GUSTAV, hours_ago=25)
    assert _order(visit("per.holm")) == [
        "Viktigt nu (3)",
        "Late Test",
        "Near Test",
        "Held Test",
        "På gång (2)",
        "Calm Test",
        "Unknown Test",
        "Klara (1)",
        "Reached Test",
    ]


@pytest.mark.parametrize(
    ("passed", "heading"),
    [(timedelta(hours=20), "På gång (1)"), (timedelta(hours=20, microseconds=1), "Viktigt nu (1)")],
)
def test_four_hours_before_the_limit_it_moves_to_the_top(visit: Visit, passed: timedelta, heading: str) -> None:
    _arrested("Albin", ALBIN)
    move(passed)
    assert _order(visit("per.holm")) == [heading, "Albin Test"]


def test_a_doubted_case_stands_on_top_and_a_closed_one_at_the_end(visit: Visit) -> None:
    doubted, ended = _arrested("Doubted", ALBIN), _arrested("Ended", BEA)
    propose(doubted)
    end(ended, "transferred")
    assert _order(visit("per.holm")) == ["Viktigt nu (1)", "Doubted Test", "Klara (1)", "Ended Test"]


def test_the_order_tells_nothing_of_what_social_services_know(visit: Visit) -> None:
    """A reassessment, an investigation and its limits move no row."""
    first, second = _arrested("First", ALBIN, hours_ago=2), _arrested("Second", BEA, hours_ago=1)
    before = _order(visit("per.holm"))
    assess(person("karin.ek"), second.pk, outcome="reassess", at=now(), reassess_at=now() + HOUR)
    dispose(person("karin.ek"), second.pk, disposition="opened")
    assert _order(visit("per.holm")) == before
    assert before[1:] == ["First Test", "Second Test"]
    assert first.pk != second.pk
