"""The access log of a case: whoever has seen it in any way stands there, and nothing pushes a line out of reach."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from riskzon import audit, clock
from riskzon.doors import look
from riskzon.models import AuditAction, AuditEntry, Case, Extract
from tests.acts import end, move, page
from tests.factories import ALBIN, BEA, WORKDAY, at, child, make_report, people, person
from workflows import caselog, extract, worklist
from workflows.log_sample import draw
from workflows.models import LogReview
from workflows.verbs.conflicts import declare
from workflows.verbs.emergency import ask
from workflows.verbs.known import is_known
from workflows.verbs.log_reviews import decide
from workflows.views import wording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def case() -> Case:
    return make_report("omar.nyman").cases[0]


def opens(username: str, case: Case) -> None:
    with look(person(username), "case") as door:
        door.case(case.pk)


def lists(username: str, *cases: Case, what: str = "worklist") -> None:
    with look(person(username), what) as door:
        door.listed([one.pk for one in cases])


def lines(words: str) -> list[str]:
    """The rows of the table, each as its words."""
    table = words.split("<tbody", 1)[1].split("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("<tr ")[1:]]


def own_file(visit: Any, case: Case) -> str:
    """The extract for the own file, as it is saved."""
    omar = visit("omar.nyman")
    omar.post(reverse("extracts", args=[case.pk]), {"recipient": "own_file"})
    answer = omar.get(reverse("extract-json", args=[case.pk, Extract.objects.get().pk]))
    return json.dumps(json.loads(answer.content), ensure_ascii=False)


def test_whoever_found_it_by_a_look_up_a_search_or_a_list_stands_in_the_log_and_in_the_extract(
    visit: Any, case: Case
) -> None:
    other = make_report("omar.nyman", children=[child(identity_number=BEA)]).cases[0]
    is_known(person("lina.dahl"), identity_number=ALBIN)
    with look(person("karin.ek"), "search") as door:
        worklist.search(door, ALBIN)
    lists("sara.lindh", other, case)
    shown = lines(page(visit("omar.nyman"), "case-log", case.pk))
    for who, how in (
        ("Lina Dahl", "Kontrollerade om barnet är känt"),
        ("Karin Ek", "Sökte"),
        ("Sara Lindh", "Visade lista"),
    ):
        assert any(who in line and how in line for line in shown), who
    extracted = own_file(visit, case)
    for who in ("Lina Dahl", "Karin Ek", "Sara Lindh"):
        assert who in extracted
    assert not any("Lina Dahl" in line for line in lines(page(visit("omar.nyman"), "case-log", other.pk)))


def test_a_days_lists_of_one_person_are_one_line_with_their_number(visit: Any, case: Case) -> None:
    for _turn in range(3):
        lists("karin.ek", case)
    lists("sara.lindh", case)
    move(timedelta(days=1))
    lists("karin.ek", case)
    shown = [line for line in lines(page(visit("omar.nyman"), "case-log", case.pk)) if "Visade lista" in line]
    assert [("Karin Ek" in line, "3 gånger den dagen" in line) for line in shown] == [
        (True, False),
        (False, False),
        (True, True),
    ]


def test_the_oldest_line_is_reached_by_the_pages_and_none_comes_twice(visit: Any, case: Case) -> None:
    opens("sara.lindh", case)
    for _turn in range(caselog.LINES + 10):
        audit.record(
            AuditAction.OPEN, by=person("karin.ek"), now=clock.now(), what="case", ground="unit", case_id=case.pk
        )
    omar = visit("omar.nyman")
    first = page(omar, "case-log", case.pk)
    total = AuditEntry.objects.filter(case=case).count()
    assert f"{total} rader i loggen" in first
    assert "Sara Lindh" not in first.split("<tbody", 1)[1].split("</tbody>")[0]
    following = re.search(r'href="(\?before=\d+)"', first)
    assert following
    # Reading the first page has made a row, which moves nothing on the second.
    second = page(omar, "case-log", case.pk, query=following[1])
    assert "Sara Lindh" in second
    assert len(lines(first)) + len(lines(second)) == total
    assert 'rel="next"' not in second


@pytest.mark.parametrize("asked", ["?before=x", "?before=-1", "?before=99999999999999999999", "?before="])
def test_a_page_that_is_none_is_the_first_one(visit: Any, case: Case, asked: str) -> None:
    assert "Registrerade anmälan" in page(visit("omar.nyman"), "case-log", case.pk, query=asked)


def test_an_extract_that_holds_a_part_of_the_log_says_so(
    visit: Any, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = own_file(visit, case)
    assert "Åtkomstloggens äldsta rader" not in whole
    monkeypatch.setattr(extract, "LOG_ROWS", 2)
    answer = visit("omar.nyman").get(reverse("extract-json", args=[case.pk, Extract.objects.get().pk]))
    # The opening is in it, its own row as an export comes after.
    total = AuditEntry.objects.filter(case=case).count() - 1
    assert f"Åtkomstloggens äldsta rader: {total - 2} av {total}" in answer.content.decode()


def test_neither_log_nor_extract_nor_the_page_of_a_void_case_tells_that_somebody_is_looked_at(
    visit: Any, case: Case
) -> None:
    opens("karin.ek", case)
    at("2026-12-01T09:00:00+01:00")
    draw(clock.now())
    review = LogReview.objects.filter(entry__actor=person("karin.ek")).first()
    assert review is not None
    lars = visit("lars.wik")
    page(lars, "log-reviews")
    page(lars, "log-review", review.pk)
    decide(person("lars.wik"), review.pk, outcome="no_remark", note="Inget")
    assert AuditEntry.objects.filter(actor=person("lars.wik"), cases__contains=[case.pk]).count() >= 3
    assert "Lars Wik" not in own_file(visit, case)
    end(case)
    karin = visit("karin.ek")
    for name in ("case-log", "case-end", "case-timeline"):
        assert "Lars Wik" not in page(karin, name, case.pk), name


def test_a_list_does_not_tell_who_has_declared_jav(visit: Any, case: Case) -> None:
    declare(person("omar.nyman"), case.pk)
    shown = lines(page(visit("karin.ek"), "case-log", case.pk))
    assert not any("Jäv" in line for line in shown)


def test_the_page_says_for_each_role_by_which_right_the_case_was_opened(visit: Any) -> None:
    case = make_report("per.holm").cases[0]
    ask(person("lina.dahl"), q=case.number, code="in_contact", reason="Barnet sitter här i receptionen.")
    opened = {"karin.ek": "unit", "sara.lindh": "lead", "lina.dahl": "emergency", "per.holm": "follow"}
    for username in opened:
        page(visit(username), "case", case.pk)
    at("2026-11-13T23:30:00+01:00")
    opened["jour.vakt"] = "duty"
    page(visit("jour.vakt"), "case", case.pk)
    shown = lines(page(visit("karin.ek"), "case-log", case.pk))
    for username, ground in opened.items():
        mine = [line for line in shown if str(person(username)) in line and "Öppnade ärendet" in line]
        assert mine, username
        assert mine[0].endswith(str(wording.GROUNDS[ground])), mine


def test_the_page_says_what_a_list_a_search_and_a_look_up_were(visit: Any, case: Case) -> None:
    lists("sara.lindh", case)
    is_known(person("lina.dahl"), identity_number=ALBIN)
    with look(person("karin.ek"), "search") as door:
        worklist.search(door, ALBIN)
    shown = lines(page(visit("omar.nyman"), "case-log", case.pk))
    for who, says in (("Sara Lindh", "Lista"), ("Lina Dahl", "Kontroll om barnet är känt"), ("Karin Ek", "Sökning")):
        assert [line.endswith(says) for line in shown if who in line] == [True]


def test_in_a_long_log_the_rows_of_one_case_are_found_by_the_indexes(case: Case) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO riskzon_auditentry (product_at, actor_id, role, action, what, ground, cases, detail)"
            " SELECT riskzon_now(), %s, '', 'list', 'worklist', '', array_agg(gen_random_uuid()), '{}'"
            "   FROM generate_series(1, 50000) AS one GROUP BY one %% 5000",
            [person("karin.ek").pk],
        )
        cursor.execute("ANALYZE riskzon_auditentry")
    plan = caselog.about(case.pk).explain()
    assert "audit_by_cases" in plan
    assert "Seq Scan on riskzon_auditentry" not in plan
