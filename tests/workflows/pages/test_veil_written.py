"""What is written about a child with a protected identity is read nowhere past the veil: in no list, row or answer."""

import json
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from riskzon import clock, granting
from riskzon.models import Case, Disclosure, Hold
from tests.access.bodies import call_body
from tests.access.routes import ROUTES
from tests.access.walker import fill
from tests.access.world import OWN_UNIT, Target
from tests.acts import DAY, HOUR, breaches_of, hold, move, parents
from tests.api.caller import Caller
from tests.factories import MAJA, at, make_report, person
from tests.workflows.pages.girl_in_hiding import case, found_in
from tests.workflows.pages.test_veil import WITHOUT
from workflows.models import Breach, BreachNote
from workflows.sweep import sweep
from workflows.verbs.reviews import review_breach
from workflows.verbs.times import correct_times

__all__ = ["case"]

#: What may be read of her brother, whose identity is not protected, and of the parents of both.
BROTHERS = {"Kanariebror", "Kanariesson", "Kanariemamma", "Kanariepappa", "070-174 06 41", "070-174 06 42", MAJA}
NIGHTS_WORDS = "Hon är på Kanariegatan"


@pytest.fixture
def late(case: Case) -> Case:
    """The Monday after: a limit has passed and is explained, a time is put right, and a hold of the night waits."""
    move(30 * HOUR)
    sweep()
    explained = breaches_of(case)[0]
    review_breach(
        person("sara.lindh"), explained.pk, cause="no_staff", action="Mamman vågar inte svara, bor på Kanarievägen"
    )
    hold(case, "Kanariemamma", by="jour.vakt", reason=NIGHTS_WORDS, until=clock.now() + 2 * DAY)
    at("2026-11-16T09:00:00+01:00")
    sweep()
    earlier = case.report.occurred_at - HOUR
    correct_times(person("karin.ek"), case.report.number, reason="Enligt vakten på Kanariegatan", occurred_at=earlier)
    granting.block(
        person("nadia.rask"), case, by=person("sara.lindh"), reason="Granne på Kanarievägen", now=clock.now()
    )
    assert BreachNote.objects.filter(breach__case=case, reason__contains="Kanariegatan").exists()
    return case


@pytest.fixture
def nights(late: Case) -> Hold:
    return Hold.objects.get(case=late, reason=NIGHTS_WORDS)


def shows(who: str, case: Case) -> Caller:
    """A caller to whom she has been shown."""
    caller = Caller(who)
    assert caller.post(f"/cases/{case.pk}/reveal", {"why": "contact"}).status_code == 200
    return caller


def hers(answer: Any) -> list[str]:
    return [word for word in found_in(answer) if word not in BROTHERS]


@pytest.mark.parametrize("who", ["karin.ek", "omar.nyman", "sara.lindh", "maria.oberg"])
def test_no_list_of_breaches_tells_what_was_written_about_hers(who, late):
    answer = Caller(who).get("/breaches", reviewed="true")
    assert [row["case"]["id"] for row in answer.json()["results"]] == [str(late.pk)]
    assert found_in(answer) == []


@pytest.mark.parametrize("who", ["sara.lindh", "maria.oberg"])
def test_no_page_of_a_breach_tells_what_was_written_about_hers(who, late, visit):
    answer = visit(who).get(reverse("breach-review", args=[breaches_of(late)[0].pk]))
    assert answer.status_code == 200
    assert found_in(answer) == []


def test_whoever_has_said_why_reads_how_the_breach_was_explained(late, visit):
    sara = shows("sara.lindh", late)
    assert "Kanarievägen" in found_in(sara.get("/breaches"))
    page = visit("sara.lindh").get(reverse("breach-review", args=[breaches_of(late)[0].pk]))
    assert "Kanarievägen" in found_in(page)


def test_the_head_reads_of_no_child_what_was_written_about_a_breach_unless_it_is_the_heads_to_lead(visit):
    albin = make_report().cases[0]
    move(25 * HOUR)
    sweep()
    breach = breaches_of(albin)[0]
    review_breach(person("sara.lindh"), breach.pk, cause="no_staff", action="Modern bor hos sin bror")
    page = reverse("breach-review", args=[breach.pk])

    def read(who: str) -> tuple[bool, bool]:
        texts = (Caller(who).get("/breaches"), visit(who).get(page))
        return tuple("Modern bor hos sin bror" in text.content.decode() for text in texts)

    assert read("maria.oberg") == (False, False)
    assert read("sara.lindh") == (True, True)
    granting.block(person("sara.lindh"), albin, by=person("maria.oberg"), reason="Släkt", now=clock.now())
    assert read("maria.oberg") == (True, True)


@pytest.mark.parametrize("name", WITHOUT)
@pytest.mark.parametrize("who", ["omar.nyman", "sara.lindh"])
def test_pages_that_do_without_name_nobody_when_much_has_been_written(name, who, late, visit):
    answer = visit(who).get(reverse(name, args=[late.pk]))
    assert answer.status_code == 200
    assert found_in(answer) == []


def _answers(what: str, late: Case) -> dict[str, Any]:
    until = (clock.now() + DAY).isoformat()
    return {
        "confirm": {},
        "refuse": {"reason": "Nej"},
        "end": {"reason": "Nu"},
        "renew": {"reason": "Än", "until": until},
    }[what]


@pytest.mark.parametrize("what", ["confirm", "refuse", "end", "renew"])
@pytest.mark.parametrize("is_biased", [False, True])
def test_whoever_answers_the_nights_hold_is_not_told_its_words(what, is_biased, late, nights):
    """The supervisor, and the head who leads in the place of a biased one."""
    if is_biased:
        granting.block(person("sara.lindh"), late, by=person("maria.oberg"), reason="Släkt", now=clock.now())
    answer = Caller("maria.oberg" if is_biased else "sara.lindh").post(
        f"/holds/{nights.pk}/{what}", _answers(what, late)
    )
    assert answer.status_code == 200
    assert (answer.json()["reason"], found_in(answer)) == ("", [])


def test_whoever_has_said_why_is_told_the_nights_words(late, nights):
    answer = shows("sara.lindh", late).post(f"/holds/{nights.pk}/confirm")
    assert answer.json()["reason"] == NIGHTS_WORDS


def test_why_a_time_was_put_right_is_told_of_no_report_that_is_about_her_too(late, visit):
    brother = late.report.cases.get(ordinal=2)
    told = Caller("omar.nyman").get(f"/reports/{late.report.number}")
    assert [(one["by"], one["reason"]) for one in told.json()["corrections"]] == [("karin.ek", None)]
    for who in ("omar.nyman", "karin.ek"):
        for name in ("case", "case-timeline", "case-deadlines", "case-times"):
            answer = visit(who).get(reverse(name, args=[brother.pk]))
            assert answer.status_code == 200
            assert "Kanariegatan" not in found_in(answer)


def test_why_somebody_is_biased_is_told_once_she_is_shown(late, visit):
    sara, page = Caller("sara.lindh"), reverse("case-access", args=[late.pk])
    for answer in (sara.get(f"/cases/{late.pk}/blocks"), visit("sara.lindh").get(page)):
        assert (answer.status_code, found_in(answer)) == (200, [])
    shows("sara.lindh", late)
    for answer in (sara.get(f"/cases/{late.pk}/blocks"), visit("sara.lindh").get(page)):
        assert "Kanarievägen" in found_in(answer)
    # Who set it again is answered with the block that stands.
    again = Caller("sara.lindh").post(f"/cases/{late.pk}/blocks", {"username": "nadia.rask", "reason": "Igen"})
    assert again.json()["reason"] == "Granne på Kanarievägen"


#: More than what the walk sends: what leaves is read from the register.
DISCLOSED = {
    "fields": ["name", "identity"],
    "authority": "prosecutor",
    "recipient": "Åklagaren",
    "way": "letter",
    "ground": "osl_10_28",
    "balancing": "Enligt lag",
}


@pytest.mark.parametrize("who", ["karin.ek", "omar.nyman", "sara.lindh", "jour.vakt", "maria.oberg", "per.holm"])
def test_no_answer_to_anything_that_is_done_by_api_tells_of_her(who, late, nights):
    """Every call that changes something, by everybody who reaches her and has not had her shown."""
    if who == "maria.oberg":
        granting.block(person("sara.lindh"), late, by=person("maria.oberg"), reason="Släkt", now=clock.now())
    if who == "jour.vakt":
        at("2026-11-16T20:00:00+01:00")
    caller, target = Caller(who), _target(late, nights)
    done, told = set(), []
    for pattern, route in ROUTES.items():
        if not pattern.startswith("api/v1/") or not route.about or pattern.endswith("/reveal"):
            continue
        path, sent = "/" + fill(pattern, target, route.variants[0]), _body(route.sends, target)
        for method in route.rules.keys() & {"POST", "PATCH"}:
            for body in (sent, DISCLOSED) if route.sends == "disclosure" else (sent,):
                with transaction.atomic():
                    answer = caller.client.generic(method, path, json.dumps(body), "application/json")
                    transaction.set_rollback(True)
                if answer.status_code in (200, 201):
                    done.add(pattern.removeprefix("api/v1/"))
                told += [(pattern, word) for word in (hers if route.about == "report" else found_in)(answer)]
    assert told == []
    assert done >= _DONE[who], _DONE[who] - done


_OF_CASE = "cases/<uuidstr:case_id>"
_ALL = {f"{_OF_CASE}/{name}" for name in ("notes", "contacts", "protective-assessment", "disclosures")}
_HOLDS = {f"holds/<uuidstr:hold_id>/{name}" for name in ("end", "renew")}
_CONFIRM = {"holds/<uuidstr:hold_id>/confirm", "holds/<uuidstr:hold_id>/refuse"}
_INQUIRY = {f"investigations/<uuidstr:investigation_id>/{name}" for name in ("plan", "heard", "told", "close")}
_TIMES = {"reports/<number>/times"}
#: What each of them at least has done; the rest is refused or comes too late.
_DONE = {
    "karin.ek": _ALL | _INQUIRY | _TIMES,
    "omar.nyman": _ALL | _INQUIRY | _TIMES,
    "sara.lindh": _ALL | _INQUIRY | _TIMES | _HOLDS | _CONFIRM | {"breaches/<uuidstr:breach_id>/review"},
    "jour.vakt": _ALL | _HOLDS,
    "maria.oberg": _ALL | _INQUIRY | _HOLDS | _CONFIRM | {"breaches/<uuidstr:breach_id>/review"},
    "per.holm": {"reports/<number>/supplements"},
}


def _body(sends: str, target: Target) -> dict[str, Any]:
    """What the walk sends, at this moment of the product's clock."""
    sent, now = call_body(sends, target, OWN_UNIT), clock.now()
    moved = {"at": now.isoformat(), "until": (now + DAY).isoformat()} if sends in ("assessment", "renew") else {}
    return {name: moved.get(name, value) for name, value in sent.items()}


def _target(case: Case, nights: Hold) -> Target:
    """Her case, with what of it is named in addresses."""
    case.refresh_from_db()
    return Target(
        case=case.pk,
        number=case.number,
        report=case.report.number or "",
        guardian=parents(case)["Kanariemorfar"],
        hold=nights.pk,
        breach=Breach.objects.filter(case=case, reviewed_at=None)[0].pk,
        investigation=case.investigation_id,
        disclosure=Disclosure().pk,
    )
