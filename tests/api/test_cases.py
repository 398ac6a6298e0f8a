"""Finding, reading and holding cases over the API."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskzon import clock
from riskzon.granting import block
from riskzon.models import AuditEntry, Case
from tests.api.caller import ARREST
from tests.factories import ALBIN, BEA, CASTOR, at, person

NIGHT = "2026-11-13T23:00:00+01:00"


def _register(caller, number=ALBIN, **fields):
    child = {**ARREST["children"][0], "identity_number": number}
    return caller.report(children=[child], **fields).json()["cases"][0]["id"]


def _ids(answer):
    assert answer.status_code == 200, answer.content
    return [case["id"] for case in answer.json()["results"]]


def test_list_is_ordered_by_what_is_due_next_and_goes_on_page_by_page(call_as):
    karin = call_as("karin.ek")
    late = _register(karin, BEA, occurred_at="2026-11-13T13:30:00+01:00")
    early = _register(karin, ALBIN, occurred_at="2026-11-13T09:00:00+01:00")
    middle = _register(karin, CASTOR, occurred_at="2026-11-13T11:00:00+01:00")

    first = karin.get("/cases", limit=2)
    second = karin.get("/cases", limit=2, cursor=first.json()["next"])

    assert _ids(first) == [early, middle]
    assert _ids(second) == [late]
    assert second.json()["next"] is None


def test_a_protected_child_is_listed_by_number_alone_and_told_of_where_somebody_says_why(call_as):
    karin = call_as("karin.ek")
    child = {**ARREST["children"][0], "protected_identity": "marked", "whereabouts": "Hos mormor i Fristad"}
    case = karin.report(children=[child]).json()["cases"][0]["id"]

    for answer in (karin.get("/cases"), karin.post("/cases/search", {"q": ALBIN})):
        assert _ids(answer) == [case]
        told = answer.content.decode()
        for word in (child["given_name"], ALBIN, "Fristad", child["guardians"][0]["name"]):
            assert word not in told
    assert "Fristad" not in karin.get(f"/cases/{case}").content.decode()
    karin.post(f"/cases/{case}/take")
    opened = karin.post(f"/cases/{case}/reveal", {"why": "assess"}).content.decode()
    assert "Fristad" in opened
    assert child["guardians"][0]["name"] in opened


def test_scopes_hold_what_they_say(call_as):
    karin, omar, lina = call_as("karin.ek"), call_as("omar.nyman"), call_as("lina.dahl")
    taken, free = _register(karin, ALBIN), _register(karin, BEA)
    karin.post(f"/cases/{taken}/take")

    assert _ids(karin.get("/cases", scope="mine")) == [taken]
    assert _ids(karin.get("/cases", scope="unassigned")) == [free]
    assert set(_ids(omar.get("/cases", scope="unit"))) == {taken, free}
    assert _ids(omar.get("/cases", scope="mine")) == []
    assert _ids(lina.get("/cases", scope="all")) == []


def test_overdue_and_state_narrow_the_list(call_as):
    karin = call_as("karin.ek")
    case = _register(karin)
    assert _ids(karin.get("/cases", overdue="true")) == []

    at("2026-11-16T09:00:00+01:00")

    assert _ids(karin.get("/cases", overdue="true")) == [case]
    assert _ids(karin.get("/cases", overdue="false")) == []
    assert _ids(karin.get("/cases", state="closed")) == []
    assert _ids(karin.get("/cases", state="open")) == [case]


def test_number_finds_its_case_and_a_name_in_the_address_finds_nothing(call_as):
    karin = call_as("karin.ek")
    case = _register(karin)

    assert _ids(karin.get("/cases", q="2026-000001-1")) == [case]
    assert _ids(karin.get("/cases", q="2026-000001")) == [case]
    assert _ids(karin.get("/cases", q="Fiktivsson")) == []


@pytest.mark.parametrize(
    "text", ["albin", "Fiktivsson", "fiktivsson alb", "20100702-2393", "1007022393", "2026-000001"]
)
def test_search_finds_a_child_by_name_or_number(call_as, text):
    karin = call_as("karin.ek")
    case = _register(karin)

    assert _ids(karin.post("/cases/search", {"q": text})) == [case]


def test_search_finds_nothing_that_the_caller_may_not_see(call_as):
    _register(call_as("karin.ek"))

    assert _ids(call_as("lina.dahl").post("/cases/search", {"q": "albin"})) == []


def test_opening_and_listing_are_written_to_the_log(call_as):
    karin = call_as("karin.ek")
    case = _register(karin)

    karin.get(f"/cases/{case}")
    karin.get("/cases")
    karin.post("/cases/search", {"q": "albin"})

    last = list(AuditEntry.objects.order_by("-id").values_list("action", "what")[:3])
    assert last == [("search", "api.search"), ("list", "api.cases"), ("open", "api.case")]


def test_unseen_case_is_as_missing_as_one_that_does_not_exist(call_as):
    case = _register(call_as("karin.ek"))
    missing = "00000000-0000-0000-0000-000000000000"
    strangers = [
        "lina.dahl",
        "jonas.falk",
        "per.holm",
        "maria.oberg",
        "stina.berg",
        "lars.wik",
        "it.admin",
        "butik.city",
    ]

    for username in strangers:
        stranger = call_as(username)
        hidden, absent = stranger.get(f"/cases/{case}"), stranger.get(f"/cases/{missing}")
        assert hidden.status_code == absent.status_code == 404
        assert hidden.content == absent.content


def test_duty_social_worker_sees_first_days_cases_while_the_unit_is_closed(call_as):
    case = _register(call_as("karin.ek"))
    eva = call_as("jour.vakt")
    assert eva.get(f"/cases/{case}").status_code == 404

    at(NIGHT)

    assert eva.get(f"/cases/{case}").status_code == 200
    assert _ids(eva.get("/cases")) == [case]


def test_liaison_s_list_holds_own_reports_in_reduced_form(call_as):
    per = call_as("per.holm")
    own = _register(per, ALBIN)
    _register(call_as("karin.ek"), BEA)

    (case,) = per.get("/cases", scope="mine").json()["results"]

    assert case["id"] == own
    assert "deadlines" not in case
    assert "plan" not in case


def test_taking_assigning_and_handing_over(call_as):
    karin, omar = call_as("karin.ek"), call_as("omar.nyman")
    case = _register(karin)

    assert karin.post(f"/cases/{case}/take").json()["assignee"] == "karin.ek"
    assert omar.post(f"/cases/{case}/take").status_code == 409
    assert karin.post(f"/cases/{case}/assign", {"username": "omar.nyman"}).json()["assignee"] == "omar.nyman"
    handed = omar.post(f"/cases/{case}/hand-over", {"unit": "Utredning Norr", "note": "Bor i norr."})

    assert handed.json() == {"id": case, "number": "2026-000001-1", "unit": "Utredning Norr"}
    assert omar.get(f"/cases/{case}").status_code == 404
    assert call_as("lina.dahl").get(f"/cases/{case}").json()["unit"] == "Utredning Norr"


def test_assigning_outside_the_unit_is_refused_by_the_field_s_name(call_as):
    karin = call_as("karin.ek")
    case = _register(karin)

    answers = [
        karin.post(f"/cases/{case}/assign", {"username": "lina.dahl"}),
        karin.post(f"/cases/{case}/assign", {"username": "nobody"}),
        karin.post(f"/cases/{case}/hand-over", {"unit": "Socialjouren", "note": "x"}),
        karin.post(f"/cases/{case}/liaisons", {"username": "omar.nyman"}),
    ]

    assert [answer.status_code for answer in answers] == [422] * 4
    assert [answer.json()["errors"][0]["field"] for answer in answers] == ["username", "username", "unit", "username"]


def test_named_liaison_follows_the_case_in_reduced_form(call_as):
    karin, nadia = call_as("karin.ek"), call_as("nadia.rask")
    case = _register(karin)
    assert nadia.get(f"/cases/{case}").status_code == 404

    karin.post(f"/cases/{case}/liaisons", {"username": "nadia.rask"})

    assert "deadlines" not in nadia.get(f"/cases/{case}").json()


def test_note_is_written_and_not_shown_to_the_liaison(call_as):
    per, karin = call_as("per.holm"), call_as("karin.ek")
    case = _register(per)

    answer = karin.post(f"/cases/{case}/notes", {"text": "Hemlig anteckning."})

    assert answer.status_code == 201
    assert per.post(f"/cases/{case}/notes", {"text": "Min anteckning."}).status_code == 403
    assert "Hemlig" not in per.get(f"/cases/{case}").content.decode()


def test_identifying_an_unknown_child_starts_the_guardian_clock(call_as):
    karin = call_as("karin.ek")
    unknown = {"approximate_age": 15, "description": "Pojke i röd jacka", "given_name": "", "guardians": []}
    case = karin.report(children=[unknown]).json()["cases"][0]
    assert "guardian_contact" not in [row["kind"] for row in case["deadlines"]]
    at("2026-11-13T15:00:00+01:00")

    answer = karin.patch(f"/cases/{case['id']}/child", {"identity_number": ALBIN, "given_name": "Albin"})

    assert answer.status_code == 200
    assert answer.json()["child"]["identity_number"] == ALBIN
    assert answer.json()["deadlines"][0]["starts_at"] == "2026-11-13T15:00:00+01:00"


def test_child_of_fifteen_is_told(call_as):
    karin = call_as("karin.ek")
    case = _register(karin)

    answer = karin.post(f"/cases/{case}/child-informed", {"at": "2026-11-13T14:00:00+01:00"})

    assert {"inform_child": "done"}.items() <= {task["name"]: task["state"] for task in answer.json()["tasks"]}.items()


def test_blocked_colleague_sees_nothing_of_the_child(call_as):
    karin, omar = call_as("karin.ek"), call_as("omar.nyman")
    case = _register(karin)
    block(person("omar.nyman"), Case.objects.get(), by=person("sara.lindh"), reason="Släkt.", now=clock.now())

    assert omar.get(f"/cases/{case}").status_code == 404
    assert _ids(omar.get("/cases")) == []
    assert _ids(omar.post("/cases/search", {"q": "albin"})) == []
    assert omar.get("/deadlines").json()["results"] == []
    assert omar.get("/reports/2026-000001").status_code == 404


def test_list_of_three_takes_as_many_statements_as_of_one(call_as):
    karin = call_as("karin.ek")
    _register(karin, ALBIN)
    karin.get("/cases")  # the policy looks up the keys of its rights once
    with CaptureQueriesContext(connection) as one:
        karin.get("/cases")
    _register(karin, BEA)
    _register(karin, CASTOR)

    with CaptureQueriesContext(connection) as three:
        answer = karin.get("/cases")

    assert len(answer.json()["results"]) == 3
    assert len(three) == len(one)


def test_the_morning_s_scope_holds_what_waits_and_one_call_takes_it_over(call_as):
    karin, omar, eva = call_as("karin.ek"), call_as("omar.nyman"), call_as("jour.vakt")
    case = _register(karin)
    at(NIGHT)
    assert _ids(karin.get("/cases", scope="from_duty")) == []
    at("2026-11-16T08:00:00+01:00")
    assert _ids(karin.get("/cases", scope="from_duty")) == _ids(eva.get("/cases", scope="from_duty")) == [case]
    assert karin.get(f"/cases/{case}").json()["from_duty"] is True

    taken = omar.post(f"/cases/{case}/take-over")
    assert (taken.status_code, taken.json()["assignee"], taken.json()["from_duty"]) == (200, "omar.nyman", False)
    late = karin.post(f"/cases/{case}/take-over")
    assert late.status_code == 409
    assert "Omar Nyman" in late.json()["detail"]
    assert _ids(karin.get("/cases", scope="from_duty")) == []
    assert eva.get(f"/cases/{case}").status_code == 404
    assert eva.post(f"/cases/{case}/take-over").status_code == 404
    assert call_as("per.holm").get("/cases", scope="from_duty").json()["results"] == []
