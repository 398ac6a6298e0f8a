"""An extract tells its recipient what is registered and who has looked, and nothing that is somebody else's."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from riskzon import clock
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import AuditAction, AuditEntry, Case, Child, Disclosure, Extract
from tests.acts import MINUTE, call, hold, move, parents, protect, refuses, told, update
from tests.factories import ALBIN, BEA, ELSA, MAJA, OLLE, WORKDAY, at, child, guardian, make_report, people, person
from workflows.verbs.disclosures import Leaving, correct, disclose
from workflows.verbs.disposition import dispose
from workflows.verbs.extracts import decide, make
from workflows.verbs.notes import write_note
from workflows.verbs.people import take
from workflows.verbs.reveal import reveal
from workflows.waiting import count

pytestmark = pytest.mark.django_db

MOTHERS, FATHERS = "070-174 06 41", "070-174 06 42"
TO_NOBODY = Leaving(fields=(), ground="", balancing="", authority="")
FREE = f"Maja nås på {MOTHERS} eller +46 70 174 06 41, pappa Olle på {FATHERS}. Granne Grannsson ringde. Bea var med."


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


def _case(**fields: Any) -> Case:
    adults = [
        guardian(identity_number=MAJA, phone=MOTHERS),
        guardian(name="Olle Fiktivsson", identity_number=OLLE, phone=FATHERS, relation="father"),
    ]
    albin = child(summary="Albin sov ute.", whereabouts="Gömstigen 7", guardians=adults, **fields)
    bea = child(identity_number=BEA, given_name="Bea", guardians=adults)
    reporter = {"type": "private", "name": "Granne Grannsson", "organisation": ""}
    made = make_report("karin.ek", kind="concern", reporter=reporter, children=[albin, bea], summary="Om båda").cases[0]
    karin = person("karin.ek")
    take(karin, made.pk)
    call(made, "Olle", outcome="no_answer", note=f"Ringde {FATHERS}")
    call(made, "Maja", note="Maja berättade")
    protect(made, note="Skyddsbedömt")
    write_note(karin, made.pk, text=FREE)
    dispose(karin, made.pk, disposition="opened")
    return Case.objects.get(pk=made.pk)


@pytest.fixture
def case() -> Case:
    return _case()


@pytest.fixture
def protected() -> Case:
    made = _case(protected_identity="marked")
    for who in ("karin.ek", "sara.lindh"):
        reveal(person(who), made.pk, why="answer")
    return made


@pytest.fixture
def karin(visit) -> Client:
    return visit("karin.ek")


def disclosed(case: Case, **fields: Any) -> Disclosure:
    """A row of the register by which an extract can leave for another authority."""
    wanted = Leaving(
        fields=("account",),
        account="Utdrag ur ärendet.",
        ground="osl_10_21",
        balancing="Anmälan om brott mot barnet.",
        authority="police",
        recipient="Eva Test",
        way="letter",
    )
    return disclose(person("karin.ek"), case.pk, replace(wanted, **fields))


def asked(client: Client, case: Case, recipient: str, **fields: Any) -> Any:
    return client.post(reverse("extracts", args=[case.pk]), {"recipient": recipient, **fields})


def read(client: Client, case: Case, recipient: str, **fields: Any) -> str:
    """The sheet and the file, which say the same, as one text."""
    answer = asked(client, case, recipient, **fields)
    assert answer.status_code == 302, answer.content.decode()
    return opened(client, Extract.objects.first())


def opened(client: Client, row: Extract) -> str:
    found = [client.get(reverse(name, args=[row.case_id, row.pk])) for name in ("extract", "extract-json")]
    assert [one.status_code for one in found] == [200, 200]
    return "".join(one.content.decode() for one in found)


def for_father(client: Client, case: Case) -> str:
    return read(client, case, "guardian", guardian=str(parents(case)["Olle"]))


def test_the_own_file_holds_everything(case, karin):
    text = read(karin, case, "own_file")
    for words in ("Albin Fiktivsson", "Gömstigen 7", MOTHERS, FATHERS, "Granne Grannsson", "Om båda", "Karin Ek"):
        assert words in text


@pytest.mark.parametrize("recipient", ["young_person", "guardian", "authority"])
def test_nobody_else_reads_who_reported_or_what_is_about_others(recipient, case, karin):
    fields = {
        "guardian": {"guardian": str(parents(case)["Olle"])},
    }.get(recipient, {})
    if recipient == "authority":
        fields = {"disclosure": str(disclosed(case).pk)}
    text = read(karin, case, recipient, **fields)
    for words in (
        "Grannsson",
        "Granne ",
        "Privatperson",
        MOTHERS,
        "+46 70 174 06 41",
        MAJA,
        "Bea ",
        "Om båda",
        "Karin Ek, ",
    ):
        assert words not in text, words
    assert "Albin sov ute." in text
    assert "[utelämnat]" in text
    assert "OSL 26:5" in text


def test_a_guardian_reads_the_own_number_and_never_the_other_s(case, karin):
    text = for_father(karin, case)
    assert FATHERS in text
    assert "Gömstigen 7" in text
    assert MOTHERS not in text


def test_whoever_it_is_about_reads_who_has_looked_by_role_and_unit(case, karin, visit):
    visit("sara.lindh").get(reverse("holds", args=[case.pk]))
    text = read(karin, case, "young_person")
    rows = next(part for part in _json(karin)["sections"] if part["code"] == "log")["rows"]
    assert any("Enhetschef" in row["text"] and row["label"] == "Öppnade ärendet" for row in rows)
    assert "Sara" not in text
    assert "Avvakta" not in text


def _json(client: Client) -> dict[str, Any]:
    row = Extract.objects.first()
    return json.loads(client.get(reverse("extract-json", args=[row.case_id, row.pk])).content)


NOT_BY_THESE = {
    "contact details alone": {"fields": ("phones",), "ground": "act_2025_170"},
    "one piece": {"fields": ("case_worker",)},
    "what a liaison reads on the screen": {"authority": "liaison", "to": "per.holm", "recipient": "", "way": ""},
}


@pytest.mark.parametrize("which", NOT_BY_THESE)
def test_no_extract_leaves_for_an_authority_by_a_row_that_does_not_reach_so_far(case, karin, which):
    row = disclosed(case, **NOT_BY_THESE[which])
    with pytest.raises(Invalid) as wrong:
        make(person("karin.ek"), case.pk, recipient="authority", disclosure=row.pk)
    assert [field for field, _words in wrong.value.errors] == ["disclosure"]


def test_no_extract_leaves_by_a_row_that_was_corrected_or_is_another_case_s(case, karin):
    row = disclosed(case)
    correct(person("karin.ek"), case.pk, row.pk, TO_NOBODY, reason="Inget lämnades.", is_void=True)
    elsewhere = disclosed(make_report("karin.ek", children=[child(identity_number=ELSA)]).cases[0])
    for one in (row, elsewhere):
        with pytest.raises(Invalid):
            make(person("karin.ek"), case.pk, recipient="authority", disclosure=one.pk)


def test_what_leaves_for_an_authority_stands_in_the_disclosure_register_first(case, karin):
    without = asked(karin, case, "authority")
    assert without.status_code == 422
    assert "registrera det först under Utlämnanden" in without.content.decode()
    assert reverse("disclosure-new", args=[case.pk]) in without.content.decode()
    row = disclosed(case)

    text = read(karin, case, "authority", disclosure=str(row.pk))

    assert "Polismyndigheten, Eva Test" in text
    assert Extract.objects.first().disclosure == row
    assert "log" not in {part["code"] for part in _json(karin)["sections"]}


def test_every_opening_is_logged_as_an_export(case, karin):
    row = make(person("karin.ek"), case.pk, recipient="young_person")
    opened(karin, row)
    found = AuditEntry.objects.filter(case=case, action=AuditAction.EXPORT)
    assert [entry.detail for entry in found] == [{"extract": str(row.pk), "to": "young_person"}] * 2


def test_for_a_held_guardian_it_stops_until_the_supervisor_has_decided(case, karin, visit):
    hold(case, "Olle")
    answer = asked(karin, case, "guardian", guardian=str(parents(case)["Olle"]))
    row = Extract.objects.get()
    assert answer["Location"] == reverse("extracts", args=[case.pk])
    assert told("extract_to_decide", case) == {"sara.lindh"}
    for name in ("extract", "extract-json"):
        refusal = karin.get(reverse(name, args=[case.pk, row.pk]))
        assert refusal.status_code == 403
        assert "Albin sov ute" not in refusal.content.decode()

    decision = reverse("extract-decide", args=[case.pk, row.pk])
    assert karin.post(decision, {"decision": "release", "reason": "Går bra"}).status_code == 403
    sara = visit("sara.lindh")
    assert sara.post(decision, {"decision": "release", "reason": " "}).status_code == 422
    assert sara.post(decision, {"decision": "release", "reason": "Inget skadar"}).status_code == 302
    entry = AuditEntry.objects.get(case=case, what="extract_decide", action=AuditAction.CHANGE)
    assert (entry.actor.username, entry.detail["released"]) == ("sara.lindh", True)
    assert told("extract_decided", case) == {"karin.ek"}

    text = opened(karin, row)
    for words in (MOTHERS, "Maja", "Gömstigen", "Albin sov ute", "Maja berättade", "Samråd med åklagare"):
        assert words not in text, words
    assert FATHERS not in text  # the number of whoever is held is on no page


def test_a_refused_one_is_never_shown_and_the_answer_stands(case, karin, visit):
    hold(case, "Olle")
    row = make(person("karin.ek"), case.pk, recipient="guardian", guardian=parents(case)["Olle"])
    decide(person("sara.lindh"), case.pk, row.pk, is_released=False, reason="Skadar barnet")
    assert karin.get(reverse("extract", args=[case.pk, row.pk])).status_code == 403
    with pytest.raises(Conflict):
        decide(person("sara.lindh"), case.pk, row.pk, is_released=True, reason="Ändrat mig")
    refuses(lambda: update("riskzon_extract", "is_released = true"), "never change")
    assert "Skadar barnet" in karin.get(reverse("extracts", args=[case.pk])).content.decode()


def test_a_hold_that_comes_later_closes_what_was_open(case, karin, visit):
    row = make(person("karin.ek"), case.pk, recipient="guardian", guardian=parents(case)["Olle"])
    opened(karin, row)
    move(MINUTE)
    hold(case, "Olle")
    assert karin.get(reverse("extract", args=[case.pk, row.pk])).status_code == 403
    with pytest.raises(Unseen):
        decide(person("sara.lindh"), case.pk, row.pk, is_released=True, reason="Det stoppade inte")


def test_a_hold_newer_than_the_decision_closes_it_again(case, karin):
    first = hold(case, "Olle")
    row = make(person("karin.ek"), case.pk, recipient="guardian", guardian=parents(case)["Olle"])
    decide(person("sara.lindh"), case.pk, row.pk, is_released=True, reason="Inget skadar")
    opened(karin, row)
    update("riskzon_hold", "ended_at = riskzon_now(), end_reason = 'x'", f"id = '{first.pk}'")
    opened(karin, row)
    move(MINUTE)
    hold(case, "Olle")
    assert karin.get(reverse("extract", args=[case.pk, row.pk])).status_code == 403


def test_the_mother_s_extract_does_not_stop_for_a_hold_on_the_father_and_tells_nothing_of_it(case, karin):
    hold(case, "Olle", reason="Olle hotar")
    text = read(karin, case, "guardian", guardian=str(parents(case)["Maja"]))
    for words in (FATHERS, "Olle", "Avvakta kontakt", "hotar", "Gömstigen"):
        assert words not in text, words


def test_one_that_stops_waits_on_the_list_of_who_decides_until_it_is_decided(case, visit):
    hold(case, "Olle", reason="Olle hotar")
    row = make(person("karin.ek"), case.pk, recipient="guardian", guardian=parents(case)["Olle"])
    sara, address = visit("sara.lindh"), reverse("extract-decide", args=[case.pk, row.pk])
    assert address in sara.get("/waiting/").content.decode()
    before = count(person("sara.lindh"), clock.now())

    decide(person("sara.lindh"), case.pk, row.pk, is_released=False, reason="Skulle skada.")

    assert address not in sara.get("/waiting/").content.decode()
    assert count(person("sara.lindh"), clock.now()) == before - 1


@pytest.mark.parametrize("recipient", ["own_file", "young_person", "guardian", "authority"])
def test_no_extract_says_who_or_where_a_protected_child_is(recipient, protected, karin):
    fields: dict[str, Any] = {"recipient": recipient}
    if recipient == "guardian":
        fields["guardian"] = parents(protected)["Olle"]
    if recipient == "authority":
        fields["disclosure"] = disclosed(protected).pk
    row = make(person("karin.ek"), protected.pk, **fields)
    if recipient == "guardian":
        assert row.waits
        decide(person("sara.lindh"), protected.pk, row.pk, is_released=True, reason="Inget skadar")
    text = opened(karin, row)
    secret = (
        "Albin",
        ALBIN,
        ALBIN.replace("-", ""),
        "2010-07-02",
        "Gömstigen",
        "Maja",
        "Olle",
        "Fiktivsson",
        "Bea ",
        BEA,
    )
    for words in (*secret, MOTHERS, FATHERS, MAJA, OLLE, "Grannsson", "sov ute", "Skyddsbedömt"):
        assert words not in text, words
    assert protected.number in text
    assert "Sekretessmarkering" in text
    assert "21 kap. 3 §" in text


def test_whoever_has_not_had_it_shown_makes_and_opens_none(protected, karin, visit):
    row = make(person("karin.ek"), protected.pk, recipient="own_file")
    move(MINUTE * 15)
    for name, args in (("extracts", ()), ("extract", (row.pk,)), ("extract-json", (row.pk,))):
        answer = karin.get(reverse(name, args=[protected.pk, *args]))
        assert answer.status_code == 302
        assert "/reveal/" in answer["Location"]
    assert asked(karin, protected, "own_file").status_code == 403


def test_guardians_of_a_grown_up_get_none(case, karin):
    row = make(person("karin.ek"), case.pk, recipient="guardian", guardian=parents(case)["Olle"])
    Child.objects.filter(pk=case.child_id).update(birth_date="2008-01-01")
    assert karin.get(reverse("extract", args=[case.pk, row.pk])).status_code == 403
    with pytest.raises(Invalid):
        make(person("karin.ek"), case.pk, recipient="guardian", guardian=parents(case)["Olle"])


def test_nobody_else_s_guardian_and_no_adult_without_custody(case):
    other = make_report(children=[child(identity_number=ELSA, guardians=[guardian(name="Pia", is_custodian=False)])])
    for about, whom in ((case, UUID(int=0)), (other.cases[0], parents(other.cases[0])["Pia"])):
        with pytest.raises(Invalid) as wrong:
            make(person("karin.ek"), about.pk, recipient="guardian", guardian=whom)
        assert wrong.value.errors[0][0] == "guardian"


@pytest.mark.parametrize("who", ["per.holm", "maria.oberg", "stina.berg", "it.admin", "lars.wik", "jonas.falk"])
def test_others_get_none(who, case, visit):
    row = make(person("karin.ek"), case.pk, recipient="own_file")
    for name, args in (
        ("extracts", ()),
        ("extract", (row.pk,)),
        ("extract-json", (row.pk,)),
        ("extract-decide", (row.pk,)),
    ):
        assert visit(who).get(reverse(name, args=[case.pk, *args])).status_code in (403, 404)


def test_an_extract_of_another_case_is_not_found(case, karin):
    row = make(person("karin.ek"), case.pk, recipient="own_file")
    other = case.report.cases.get(ordinal=2)
    assert karin.get(reverse("extract", args=[other.pk, row.pk])).status_code == 404


def test_it_is_whole_in_english(case, karin):
    karin.cookies["django_language"] = "en"
    text = read(karin, case, "young_person")
    for words in ("Who has seen the case", "Not stated in this extract"):
        assert words in text
    for words in ("Vem har sett", "Utdrag ur", "utelämnat"):
        assert words not in text
