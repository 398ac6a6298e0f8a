"""What leaves social services stands in a register that only grows; the liaison reads what is disclosed and own reports."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.models import AuditEntry, Case, Child, Disclosure, DisclosureGround
from tests.acts import HOUR, hold, move, page, told
from tests.api.caller import Caller
from tests.factories import BEA, WORKDAY, at, child, make_report, people, person
from workflows.disclosing import GROUNDS, in_words
from workflows.verbs.conflicts import block
from workflows.verbs.disclosures import Leaving, correct, disclose
from workflows.verbs.people import hand_over

pytestmark = pytest.mark.django_db

SECRET = "Hemlig plats på Ekgatan"
TO_LIAISON = Leaving(
    fields=("account",),
    account=SECRET,
    ground="osl_10_18a",
    balancing="Konkret risk i helgen.",
    authority="liaison",
    to="nadia.rask",
)
TO_PROSECUTOR = replace(
    TO_LIAISON, ground="osl_10_28", authority="prosecutor", to="", recipient="Å. Klagare", way="letter"
)


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def case() -> Case:
    return make_report("per.holm").cases[0]


def registered(case: Case, wanted: Leaving = TO_LIAISON, by: str = "karin.ek") -> Disclosure:
    return disclose(person(by), case.pk, wanted)


def test_the_liaison_reads_what_was_disclosed_to_her_and_nothing_else_of_the_case(visit, case: Case) -> None:
    registered(case)
    words = page(visit("nadia.rask"), "disclosures-received")
    assert SECRET in words
    for secret in ("Albin", "20100702", case.number, str(case.pk), "Konkret risk i helgen", "Maja"):
        assert secret not in words
    assert visit("nadia.rask").get(reverse("case", args=[case.pk])).status_code == 404
    assert visit("nadia.rask").get(reverse("case-disclosures", args=[case.pk])).status_code == 404
    assert Caller("nadia.rask").get("/disclosures").json()["results"][0]["pieces"] == [
        {"label": "Redogörelse med egna ord", "text": SECRET}
    ]


def test_another_liaison_reads_nothing_of_it_not_even_in_an_own_report(visit, case: Case) -> None:
    registered(case)
    assert SECRET not in page(visit("per.holm"), "disclosures-received")
    assert SECRET not in page(visit("per.holm"), "case", case.pk)
    assert Caller("per.holm").get(f"/cases/{case.pk}/disclosures").json() == {"results": []}
    registered(case, replace(TO_LIAISON, to="per.holm", account="Till Per"))
    assert "Till Per" in page(visit("per.holm"), "case", case.pk)
    assert (
        Caller("per.holm").get(f"/cases/{case.pk}/disclosures").json()["results"][0]["pieces"][0]["text"] == "Till Per"
    )


def test_what_is_disclosed_to_the_post_is_read_by_everybody_there(visit, case: Case) -> None:
    post = person("nadia.rask").unit.slug
    registered(case, replace(TO_LIAISON, to=post))
    for username in ("per.holm", "nadia.rask"):
        assert SECRET in page(visit(username), "disclosures-received")
    assert told("disclosed") == {"per.holm", "nadia.rask"}


def test_what_left_to_others_is_on_no_liaisons_screen(visit, case: Case) -> None:
    registered(case, TO_PROSECUTOR)
    for username in ("per.holm", "nadia.rask"):
        assert SECRET not in page(visit(username), "disclosures-received")
    assert told("disclosed") == set()
    assert SECRET in page(visit("karin.ek"), "case-disclosures", case.pk)


def test_it_is_gone_from_the_screen_when_it_ends_and_stays_in_the_register(visit, case: Case) -> None:
    registered(case, replace(TO_LIAISON, valid_until=at(WORKDAY) + HOUR))
    assert SECRET in page(visit("nadia.rask"), "disclosures-received")
    move(HOUR)
    assert SECRET not in page(visit("nadia.rask"), "disclosures-received")
    assert SECRET in page(visit("karin.ek"), "case-disclosures", case.pk)


def test_a_block_hides_it_and_its_message_too(visit, case: Case) -> None:
    registered(case)
    block(person("sara.lindh"), case.pk, username="nadia.rask", reason="Granne.")
    assert SECRET not in page(visit("nadia.rask"), "disclosures-received")
    with pytest.raises(Invalid) as wrong:
        registered(case)
    assert [field for field, _words in wrong.value.errors] == ["to"]
    registered(case, replace(TO_LIAISON, to=person("nadia.rask").unit.slug, account="Till alla"))
    assert "Till alla" not in page(visit("nadia.rask"), "disclosures-received")
    assert told("disclosed") == {"nadia.rask", "per.holm"}  # the first one, before the block


def test_reading_it_is_logged_with_the_case(visit, case: Case) -> None:
    registered(case)
    last = AuditEntry.objects.latest("pk").pk
    page(visit("nadia.rask"), "disclosures-received")
    rows = AuditEntry.objects.filter(pk__gt=last, what="received_disclosures")
    assert [(row.action, row.cases) for row in rows] == [("list", [case.pk])]


def test_a_number_is_not_shown_while_contact_is_held_back_and_no_place_once_the_child_is_protected(
    visit, case: Case
) -> None:
    Child.objects.filter(pk=case.child_id).update(whereabouts="Ekgatan 4")
    registered(
        case,
        replace(TO_LIAISON, ground="osl_10_2", fields=("phones", "guardians", "whereabouts")),
    )
    assert "070-174 06 05" in page(visit("nadia.rask"), "disclosures-received")
    hold(case)
    words = page(visit("nadia.rask"), "disclosures-received")
    assert "070-174 06 05" not in words
    assert "Ekgatan 4" in words
    Child.objects.filter(pk=case.child_id).update(protected_identity="marked")
    words = page(visit("nadia.rask"), "disclosures-received")
    for secret in ("Ekgatan 4", "Maja"):
        assert secret not in words


def test_a_held_guardians_number_cannot_be_disclosed(case: Case) -> None:
    hold(case)
    with pytest.raises(Invalid) as wrong:
        registered(case, replace(TO_LIAISON, ground="osl_10_2", fields=("phones",)))
    assert [field for field, _words in wrong.value.errors] == ["fields"]


def test_a_protected_childs_place_and_family_do_not_leave() -> None:
    protected = make_report(children=[child(identity_number=BEA, protected_identity="marked")]).cases[0]
    for field in ("whereabouts", "municipality", "guardians", "phones"):
        with pytest.raises(Invalid) as wrong:
            registered(protected, replace(TO_LIAISON, ground="osl_10_2", fields=(field,)))
        assert any("skyddade" in words for _field, words in wrong.value.errors)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"fields": ()}, "fields"),
        ({"balancing": "  "}, "balancing"),
        ({"account": ""}, "account"),
        ({"to": "karin.ek"}, "to"),
        ({"to": ""}, "to"),
        ({"decided_by": "lina.dahl"}, "decided_by"),
        ({"authority": "school", "recipient": "Rektor", "way": "phone"}, "authority"),
        ({"ground": "osl_26_9"}, "authority"),
        ({"ground": "act_2025_170"}, "fields"),
        ({"fields": ("whereabouts",)}, "fields"),
        ({"authority": "police"}, "recipient"),
        ({"authority": "police", "recipient": "A. Spanare"}, "way"),
        ({"authority": "police", "recipient": "A. Spanare", "way": "screen"}, "way"),
    ],
)
def test_what_the_law_or_the_register_lacks_is_named(case: Case, changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        registered(case, replace(TO_LIAISON, **changed))
    assert field in {name for name, _words in wrong.value.errors}
    assert not Disclosure.objects.exists()


def test_the_times_of_a_disclosure_are_believable(case: Case) -> None:
    now = at(WORKDAY)
    for changed, field in (
        ({"left_at": now + HOUR}, "left_at"),
        ({"left_at": now, "valid_until": now - HOUR}, "valid_until"),
    ):
        with pytest.raises(Invalid) as wrong:
            registered(case, replace(TO_LIAISON, **changed))
        assert [name for name, _words in wrong.value.errors] == [field]


def test_every_ground_is_shown_with_its_section_and_its_limits(visit, case: Case) -> None:
    words = page(visit("karin.ek"), "disclosure-new", case.pk)
    assert set(GROUNDS) == set(DisclosureGround)
    for ground in DisclosureGround:
        assert in_words(ground) in words


def test_a_correction_is_a_new_row_and_the_old_one_stays(visit, case: Case) -> None:
    first = registered(case)
    second = correct(person("karin.ek"), case.pk, first.pk, replace(TO_LIAISON, account="Rätt ord"), reason="Fel ord")
    assert (second.corrects, Disclosure.objects.count()) == (first, 2)
    assert Disclosure.objects.get(pk=first.pk).content == {"account": SECRET}
    words = page(visit("nadia.rask"), "disclosures-received")
    assert "Rätt ord" in words
    assert SECRET not in words
    for told_of in (SECRET, "Rätt ord", "Fel ord"):
        assert told_of in page(visit("karin.ek"), "case-disclosures", case.pk)
    with pytest.raises(Conflict):
        correct(person("karin.ek"), case.pk, first.pk, TO_LIAISON, reason="Igen")
    third = correct(person("karin.ek"), case.pk, second.pk, TO_LIAISON, reason="Aldrig sagt", is_void=True)
    assert third.content == {"account": "Rätt ord"}
    assert "Rätt ord" not in page(visit("nadia.rask"), "disclosures-received")


def test_what_left_stays_as_it_was_whatever_becomes_of_the_case(case: Case) -> None:
    row = registered(case, replace(TO_LIAISON, fields=("name", "case_worker")))
    Child.objects.filter(pk=case.child_id).update(given_name="Alva")
    again = correct(
        person("karin.ek"), case.pk, row.pk, replace(TO_LIAISON, fields=("name", "investigation")), reason="Mer sades"
    )
    assert again.content == {"name": "Albin Fiktivsson", "investigation": "Inte inledd"}


def test_the_database_changes_and_removes_no_row(case: Case) -> None:
    rows = Disclosure.objects.filter(pk=registered(case).pk)
    for act in (lambda: rows.update(balancing="Annat"), rows.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_the_decider_who_is_somebody_else_is_told_and_named(visit, case: Case) -> None:
    registered(case, replace(TO_PROSECUTOR, decided_by="sara.lindh"))
    assert told("disclosure_decided", case) == {"sara.lindh"}
    row = Disclosure.objects.get()
    assert (row.decided_by, row.by) == (person("sara.lindh"), person("karin.ek"))
    assert "Sara Lindh" in page(visit("karin.ek"), "case-disclosures", case.pk)


def test_supervisors_see_their_units_disclosures_and_nobody_elses(visit, case: Case) -> None:
    registered(case, TO_PROSECUTOR)
    assert case.number in page(visit("sara.lindh"), "disclosures")
    assert case.number not in page(visit("jonas.falk"), "disclosures")
    assert [row["case"] for row in Caller("sara.lindh").get("/disclosures").json()["results"]] == [str(case.pk)]
    hand_over(person("karin.ek"), case.pk, unit="utredning-norr", note="Till utredning.")
    assert case.number not in page(visit("sara.lindh"), "disclosures")
    assert case.number in page(visit("jonas.falk"), "disclosures")
    assert visit("karin.ek").get(reverse("disclosures")).status_code == 404
    assert Caller("karin.ek").get("/disclosures").status_code == 403


def test_whoever_does_not_work_with_the_case_can_disclose_nothing(case: Case) -> None:
    for username in ("lina.dahl", "maria.oberg", "it.admin", "lars.wik"):
        with pytest.raises(Unseen):
            registered(case, TO_PROSECUTOR, by=username)
    assert Caller("per.holm").post(f"/cases/{case.pk}/disclosures", _body()).status_code == 403


def test_the_form_registers_and_says_what_is_wrong_without_losing_words(visit, case: Case) -> None:
    karin, path = visit("karin.ek"), reverse("disclosure-new", args=[case.pk])
    typed = {
        "fields_left": ["account", "case_worker"],
        "account": SECRET,
        "authority": "school",
        "recipient": "Rektor",
        "way": "phone",
        "ground": "osl_10_20",
        "balancing": "Skolan behöver veta.",
        "decided_by": "*",
        "left_at_date": "2026-11-13",
        "left_at_clock": "13.55",
    }
    answer = karin.post(path, typed)
    assert answer.status_code == 422
    words = answer.content.decode()
    assert "OSL 10:20 gäller bara: Socialsekreterare hos polisen, Polismyndigheten." in words
    assert SECRET in words
    assert karin.post(path, {**typed, "ground": "consent"}).status_code == 302
    row = Disclosure.objects.get()
    assert row.fields == ["case_worker", "account"]
    wrong = reverse("disclosure-correct", args=[case.pk, row.pk])
    assert SECRET in karin.get(wrong).content.decode()
    assert karin.post(wrong, {**typed, "ground": "consent", "reason": ""}).status_code == 422
    assert karin.post(wrong, {**typed, "ground": "consent", "reason": "Fel", "is_void": "on"}).status_code == 302
    assert Disclosure.objects.get(corrects=row).is_void


def test_social_workers_see_exactly_what_the_liaison_sees(visit, case: Case) -> None:
    """The same words in both, made by the same code; buttons belong to the liaison alone."""
    registered(case, replace(TO_LIAISON, to="per.holm", account="Till Per"))
    hold(case)
    own = page(visit("per.holm"), "case", case.pk)
    shown = page(visit("karin.ek"), "case-as-liaison", case.pk, query="?who=per.holm")
    start, end = '<section class="panel" aria-labelledby="facts">', "</main>"
    body = own[own.index(start) : own.index(end)].strip()
    assert _sections(body) == _sections(shown[shown.index(start) :])
    assert "Till Per" in shown
    assert "Till Per" not in page(visit("karin.ek"), "case-as-liaison", case.pk, query="?who=nadia.rask")


def _sections(html: str) -> list[str]:
    return [part.strip() for part in html.split("</section>")[:3]]


def _body() -> dict[str, Any]:
    return {
        "fields": ["case_worker"],
        "authority": "prosecutor",
        "recipient": "Å. Klagare",
        "way": "letter",
        "ground": "osl_10_28",
        "balancing": "LUL 12 §",
    }


def test_the_api_registers_and_corrects(case: Case) -> None:
    karin = Caller("karin.ek")
    made = karin.post(f"/cases/{case.pk}/disclosures", _body())
    assert made.status_code == 201
    assert made.json()["content"] == {"case_worker": "Mottagning barn och unga"}
    again = {**_body(), "recipient": "B. Klagare", "corrects": made.json()["id"], "reason": "Fel namn"}
    assert karin.post(f"/cases/{case.pk}/disclosures", again).status_code == 201
    rows = karin.get(f"/cases/{case.pk}/disclosures").json()["results"]
    assert {row["recipient"]: row["corrected_by"] is None for row in rows} == {"B. Klagare": True, "Å. Klagare": False}
    assert karin.post(f"/cases/{case.pk}/disclosures", again).status_code == 409
    assert karin.post(f"/cases/{case.pk}/disclosures", {**_body(), "void": True}).status_code == 422
    assert karin.post(f"/cases/{case.pk}/disclosures", {**_body(), "ground": "osl_10_24"}).status_code == 422
