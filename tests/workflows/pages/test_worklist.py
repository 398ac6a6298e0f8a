"""The first page after login: whose it is, in which order, how it is narrowed, and what it costs."""

import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlparse

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from riskzon.models import AuditAction, AuditEntry
from tests.acts import DAY, HOUR, call, hold, move, protect
from tests.factories import BEA, CASTOR, ELSA, at, child, make_report, person
from workflows.sweep import sweep
from workflows.verbs.people import take

FIRST_PAGES = {
    "per.holm": "liaison-reports",
    "butik.city": "partner-receipts",
    "maria.oberg": "board",
    "stina.berg": "statistics",
    "lars.wik": "inbox",
    "it.admin": "inbox",
}
MOST_STATEMENTS = 15


def rows_of(client, query: str = "?view=all"):
    answer = client.get(f"/{query}")
    assert answer.status_code == 200
    return answer.context["rows"]


def unknown(number: int) -> dict[str, object]:
    return child(
        identity_number="", birth_date=date(2012, 5, number % 28 + 1), family_name=f"Fiktiv{number}", guardians=[]
    )


@pytest.mark.parametrize("username", ["karin.ek", "sara.lindh", "jour.vakt", "lina.dahl", "jonas.falk"])
def test_those_who_work_with_cases_begin_at_the_worklist(username, visit):
    assert b"Arbetslista" in visit(username).get("/").content


@pytest.mark.parametrize(("username", "page"), FIRST_PAGES.items())
def test_everybody_else_begins_at_a_page_of_their_own(username, page, visit):
    answer = visit(username).get("/")
    assert (answer.status_code, answer["Location"]) == (302, reverse(page))


def test_a_visitor_is_sent_to_the_login_and_a_part_of_a_page_takes_the_whole_page_there(client):
    assert client.get("/?view=all")["Location"] == "/login/?next=/%3Fview%3Dall"
    part = client.get(reverse("worklist-status"), headers={"HX-Request": "true"})
    assert part["HX-Redirect"].startswith("/login/")


def test_cases_come_in_the_order_of_their_next_limit_with_the_time_left_in_words(karin):
    at("2026-11-13T10:00:00+01:00")
    later = make_report(children=[child(identity_number=BEA, given_name="Bea")]).cases[0]
    at("2026-11-13T14:00:00+01:00")
    sooner = make_report(occurred_at=at("2026-11-13T14:00:00+01:00") - 22 * HOUR).cases[0]
    shown = karin.get("/?view=all")
    assert [row.case.pk for row in shown.context["rows"]] == [sooner.pk, later.pk]
    text = shown.content.decode()
    assert "2 tim 00 min kvar" in text
    assert "Uppdaterad 14.00." in text
    assert "1 inom 4 timmar" in text


def test_a_child_with_protected_identity_is_a_number_alone_in_lists(karin, new_case):
    case = new_case(children=[child(identity_number=ELSA, given_name="Elsa", protected_identity="marked")])
    shown = karin.get("/?view=all").content.decode()
    assert case.number in shown
    assert "Elsa" not in shown
    assert "20120304" not in shown
    found = karin.post(reverse("search"), {"q": ELSA}).content.decode()
    assert case.number in found
    assert "Elsa" not in found


def test_each_view_shows_exactly_what_its_count_says(karin, new_case):
    mine = new_case()
    take(person("karin.ek"), mine.pk)
    new_case(children=[child(identity_number=BEA)])
    move(DAY + HOUR)
    sweep()
    new_case(children=[child(identity_number=CASTOR)])
    tabs = karin.get("/").context["tabs"]
    counts = {parse_qs(urlparse(tab.url).query)["view"][0]: tab.count for tab in tabs}
    assert counts == {"mine": 1, "unassigned": 2, "today": 2, "overdue": 2, "all": 3}
    for view, count in counts.items():
        assert len(rows_of(karin, f"?view={view}")) == count, view


def test_the_list_is_narrowed_by_kind_and_state_and_says_when_nothing_fits(karin, new_case):
    arrest, concern = new_case(), new_case(kind="concern", children=[child(identity_number=BEA)])
    assert [row.case.pk for row in rows_of(karin, "?view=all&kind=concern&state=open")] == [concern.pk]
    assert {row.case.pk for row in rows_of(karin, "?view=all&kind=&state=")} == {arrest.pk, concern.pk}
    assert "Inga ärenden passar filtret." in karin.get("/?view=all&kind=lob_custody&state=open").content.decode()


@pytest.mark.parametrize("query", ["?view=nonsense", "?view=all&kind=nonsense&state=nonsense", "?unit=nonsense"])
def test_a_filter_that_cannot_be_understood_is_left_out(query, karin, new_case):
    new_case()
    assert karin.get(f"/{query}").status_code == 200


def test_an_empty_list_says_what_is_true(karin, new_case):
    new_case()
    shown = karin.get("/?view=overdue").content.decode()
    assert "Inga överskridna frister." in shown
    assert "Närmaste frist är i morgon 14.00." in shown


def test_pages_follow_each_other_without_gap_or_repetition(karin, new_case, monkeypatch):
    monkeypatch.setattr("workflows.views.worklist.ROWS", 4)
    made = {make_report(children=[unknown(number)]).cases[0].pk for number in range(10)}
    seen: list[object] = []
    query = "?view=all"
    while query:
        answer = karin.get(f"/{query}")
        seen += [row.case.pk for row in answer.context["rows"]]
        query = answer.context["next"]
    assert len(seen) == 10
    assert set(seen) == made


def test_a_page_that_is_no_page_begins_anew(karin):
    assert karin.get("/?view=all&cursor=nonsense")["Location"] == "/?view=all"


def test_what_the_list_showed_is_one_row_in_the_access_log(karin, new_case):
    case = new_case()
    karin.get("/?view=all")
    row = AuditEntry.objects.get(action=AuditAction.LIST)
    assert (row.what, row.cases, row.actor) == ("worklist", [case.pk], person("karin.ek"))


def test_a_case_is_taken_from_the_list_in_one_tap(karin, new_case):
    case = new_case()
    assert reverse("case-take", args=[case.pk]) in karin.get("/?view=unassigned").content.decode()
    back = karin.post(reverse("case-take", args=[case.pk]), {"next": "/?view=unassigned"})
    shown = karin.get(back["Location"])
    assert "Ärendet är ditt." in shown.content.decode()
    assert [row.is_mine for row in rows_of(karin, "?view=mine")] == [True]


def test_socialjouren_sees_at_night_what_cannot_wait_and_takes_nothing(visit, new_case):
    waits, done = new_case(), new_case(children=[child(identity_number=BEA)])
    protect(done)
    call(done)
    at("2026-11-13T22:00:00+01:00")
    rows = rows_of(visit("jour.vakt"), "")
    assert [row.case.pk for row in rows] == [waits.pk]
    assert not rows[0].may_take


def test_the_next_step_in_the_list_is_the_one_on_the_case(karin, new_case):
    cases = [new_case(), new_case(children=[child(identity_number=BEA)]), new_case(children=[unknown(3)])]
    protect(cases[1])
    hold(cases[1])
    protect(cases[2])
    for row in rows_of(karin):
        page = karin.get(reverse("case", args=[row.case.pk]))
        assert page.context["step"].text == row.step


def test_the_status_line_counts_and_says_how_many_cases_came(karin, new_case):
    new_case()
    since = karin.get("/?view=all").context["since"]
    move(timedelta(minutes=1))
    new_case(children=[child(identity_number=BEA)])
    line = karin.get(reverse("worklist-status"), {"since": since})
    assert line.status_code == 200
    assert "Uppdaterad 14.01." in line.content.decode()
    assert "Ett nytt ärende. Visa" in line.content.decode()
    assert "Bea" not in line.content.decode()
    assert karin.get(reverse("worklist-status"), {"since": "nonsense"}).status_code == 404


def test_a_case_number_opens_its_case_and_a_name_or_number_gives_a_list(karin, new_case):
    case = new_case()
    search = reverse("search")
    assert karin.post(search, {"q": case.number})["Location"] == reverse("case", args=[case.pk])
    for typed in ("20100702-2393", "1007022393", "Fiktivs", "albin"):
        found = karin.post(search, {"q": typed})
        assert [row.case.pk for row in found.context["rows"]] == [case.pk], typed
    assert "Inga träffar." in karin.post(search, {"q": "Nobody"}).content.decode()
    assert karin.post(search, {"q": " "}).status_code == 422
    assert karin.get(search).status_code == 200


def test_a_search_is_logged_without_its_words(karin, new_case):
    new_case()
    karin.post(reverse("search"), {"q": "20100702-2393"})
    row = AuditEntry.objects.get(action=AuditAction.SEARCH)
    assert "20100702" not in f"{row.detail} {row.what}"


def test_a_search_finds_only_what_may_be_seen(visit, new_case):
    new_case()
    assert "Inga träffar." in visit("lina.dahl").post(reverse("search"), {"q": "Albin"}).content.decode()
    for username in FIRST_PAGES:
        assert visit(username).post(reverse("search"), {"q": "Albin"}).status_code == 404


@pytest.mark.parametrize("username", ["karin.ek", "sara.lindh", "jour.vakt"])
def test_a_page_costs_the_same_for_one_three_and_fifty_cases(username, visit):
    if username == "jour.vakt":
        at("2026-11-13T22:00:00+01:00")
    client = visit(username)
    rows_of(client)  # what migrations alone write is asked for once in the life of a process
    costs, made = [], 0
    for wanted in (1, 3, 50):
        while made < wanted:
            make_report(children=[unknown(made)])
            made += 1
        with CaptureQueriesContext(connection) as asked:
            assert len(rows_of(client)) == wanted
        # The savepoints are the test's transaction around the page's: begin and commit, which ends the page's role, are not
        # counted.
        costs.append(sum(not re.search("SAVEPOINT|'role', 'none'", query["sql"]) for query in asked))
    assert len(set(costs)) == 1, costs
    # Socialjouren's hours are told to the database.
    assert costs[0] <= MOST_STATEMENTS + (username == "jour.vakt"), "\n".join(query["sql"][:160] for query in asked)


def test_whoever_has_no_case_of_their_own_begins_with_those_that_wait(karin, new_case):
    assert karin.get("/").context["view"] == "mine"
    case = new_case(by="per.holm")
    page = karin.get("/")
    assert page.context["view"] == "unassigned"
    back = karin.post(reverse("case-take", args=[case.pk]), {"next": page.context["back"]})
    assert back["Location"] == "/?view=unassigned"
    assert karin.get("/").context["view"] == "mine"
