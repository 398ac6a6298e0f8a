"""Somebody stands at the station and says to be the mother: two taps, and the clock, the task and the words are right."""

import pytest
from django.test import Client
from django.urls import reverse

from riskzon import clock
from riskzon.errors import Conflict
from riskzon.models import Case, Contact, Guardian, Guardianship
from tests.acts import DAY, at_once, both_parents, end, hold, move, parents, propose, state_of, todos_of
from tests.api.caller import Caller
from tests.factories import WORKDAY, at, child, make_report, people, person
from workflows.verbs.contacts import Newcomer, register_contact
from workflows.verbs.family import add_guardian

pytestmark = pytest.mark.django_db

#: What the page sends when only the button is pressed.
NOTHING_TYPED = {"note": ""}


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def per() -> Client:
    client = Client()
    client.force_login(person("per.holm"))
    return client


@pytest.fixture
def own() -> Case:
    return make_report("per.holm", children=[child(guardians=both_parents())]).cases[0]


def here(case: Case, name: str = "Maja") -> str:
    return reverse("guardian-here", args=[case.pk, parents(case)[name]])


def someone(case: Case) -> str:
    return reverse("someone-here", args=[case.pk])


def said(answer: object) -> str:
    return " ".join(answer.content.decode().split())  # type: ignore[attr-defined]


def test_mother_is_here_takes_two_taps_from_the_reduced_case(per: Client, own: Case) -> None:
    page = per.get(reverse("case", args=[own.pk])).content.decode()
    assert f'href="{here(own)}"' in page
    assert "Maja Fiktivsson (mamma) är här" in page
    assert "Maja Fiktivsson, mamma" in said(per.get(here(own)))
    answer = per.post(here(own), NOTHING_TYPED, follow=True)
    assert "Fristen är klar i tid." in said(answer)
    made = Contact.objects.get()
    assert (made.channel, made.outcome, made.initiated_by, made.at) == ("visit", "reached", "staff", clock.now())
    assert made.counts
    assert state_of(own) == "met"


def test_a_note_and_who_took_the_step_are_kept(per: Client, own: Case) -> None:
    per.post(here(own), {"by_guardian": "on", "note": "Hämtar Albin."})
    made = Contact.objects.get()
    assert (made.initiated_by, made.note, made.counts) == ("guardian", "Hämtar Albin.", True)


def test_a_mother_who_was_not_in_the_report_is_added_and_her_custody_is_to_be_checked(per: Client) -> None:
    case = make_report("per.holm", children=[child(guardians=[])]).cases[0]
    assert "Någon annan är här" in said(per.get(reverse("case", args=[case.pk])))
    answer = per.post(someone(case), {"name": "Mona Fiktivsson", "relation": "mother", "note": ""}, follow=True)
    assert "Fristen är klar i tid." in said(answer)
    link = Guardianship.objects.select_related("guardian").get(child=case.child)
    assert (link.guardian.name, link.relation, link.is_custodian) == ("Mona Fiktivsson", "mother", None)
    assert state_of(case) == "met"
    assert "check_custody" in todos_of(case)
    assert "find_guardians" not in todos_of(case)
    karin = Client()
    karin.force_login(person("karin.ek"))
    assert "Mona Fiktivsson" in said(karin.get(reverse("case", args=[case.pk])))
    assert "Kontrollera vårdnad" in said(karin.get(reverse("case", args=[case.pk])))


def test_the_same_name_again_is_the_same_person(per: Client, own: Case) -> None:
    for _time in range(2):
        per.post(someone(own), {"name": "maja fiktivsson", "relation": "mother", "note": ""})
    assert set(Contact.objects.values_list("guardian", flat=True)) == {parents(own)["Maja"]}
    assert Guardian.objects.count() == 2


def test_whoever_is_known_not_to_have_custody_stops_nothing(per: Client, own: Case) -> None:
    add_guardian(person("karin.ek"), own.pk, name="Sten Styvfar", relation="other", is_custodian=False)
    answer = per.post(someone(own), {"name": "Sten Styvfar", "relation": "other", "note": ""}, follow=True)
    assert "Den stoppar inte fristen." in said(answer)
    assert state_of(own) == "running"


@pytest.mark.parametrize("fields", [{"name": "", "relation": "mother"}, {"name": "Mona", "relation": ""}])
def test_a_name_and_a_relation_are_needed_and_nothing_typed_is_lost(per: Client, own: Case, fields: dict) -> None:
    answer = per.post(someone(own), {**fields, "note": "Hon gråter."})
    assert answer.status_code == 422
    assert "Hon gråter." in said(answer)
    assert not Contact.objects.exists()
    assert Guardian.objects.count() == 2


def test_while_contact_is_held_back_the_words_are_clear_and_only_an_own_step_is_registered(
    per: Client, own: Case
) -> None:
    hold(own)
    page = said(per.get(here(own)))
    assert "Kontakta inte vårdnadshavare." in page
    assert "Säg inget om barnet" in page
    answer = per.post(here(own), {"note": "Hon väntar."})
    assert answer.status_code == 422
    assert "kom hit på eget initiativ, och kryssa då i det" in said(answer)
    assert "Hon väntar." in said(answer)
    assert not Contact.objects.exists()
    answer = per.post(here(own), {"by_guardian": "on", "note": ""}, follow=True)
    assert "Den stoppar inte fristen." in said(answer)
    made = Contact.objects.get()
    assert (made.initiated_by, made.counts) == ("guardian", False)
    assert state_of(own) == "running"


def test_no_name_typed_by_the_liaison_tells_who_is_held(own: Case) -> None:
    """Where one guardian is held, every name is refused in the same words unless that person came unasked."""
    hold(own, "Olle")
    caller = Caller("per.holm")
    body = {"at": WORKDAY, "channel": "visit", "outcome": "reached"}
    named = [{"person": {"name": name, "relation": "father"}} for name in ("Olle Fiktivsson", "Ny Person")]
    answers = [caller.post(f"/cases/{own.pk}/contacts", {**body, **who}) for who in named]
    assert {answer.status_code for answer in answers} == {409}
    assert len({answer.content for answer in answers}) == 1
    assert Guardian.objects.count() == 2
    # Social services know who it is, and may register anybody else.
    register_contact(
        person("karin.ek"),
        own.pk,
        person=Newcomer("Ny Person", "mother"),
        at=clock.now(),
        channel="visit",
        outcome="reached",
    )


def test_a_held_guardian_is_held_under_a_name_typed_at_the_station_too(own: Case) -> None:
    hold(own, "Olle")
    with pytest.raises(Conflict):
        register_contact(
            person("karin.ek"),
            own.pk,
            person=Newcomer("Olle Fiktivsson", "father"),
            at=clock.now(),
            channel="visit",
            outcome="reached",
        )


def test_the_call_takes_a_person_by_name(own: Case) -> None:
    caller = Caller("per.holm")
    body = {"at": WORKDAY, "channel": "visit", "outcome": "reached"}
    answer = caller.post(
        f"/cases/{own.pk}/contacts", {**body, "person": {"name": "Mona Fiktivsson", "relation": "mother"}}
    )
    assert answer.status_code == 201
    assert Guardian.objects.get(pk=answer.json()["guardian"]).name == "Mona Fiktivsson"
    assert "check_custody" in todos_of(own)


@pytest.mark.parametrize(
    ("who", "field"),
    [
        ({}, "guardian"),
        ({"guardian": "own", "person": {"name": "Mona", "relation": "mother"}}, "guardian"),
        ({"person": {"name": "Mona", "relation": "mother"}, "also_cases": ["own"]}, "also_cases"),
        ({"person": {"name": "", "relation": "mother"}}, "person.name"),
        ({"person": {"name": "  ", "relation": "mother"}}, "person.name"),
        ({"person": {"name": "Mona", "relation": "aunt"}}, "person.relation"),
        ({"person": {"name": "Mona"}}, "person.relation"),
    ],
)
def test_what_is_wrong_about_the_person_is_said_and_nothing_is_written(own: Case, who: dict, field: str) -> None:
    ids = {"guardian": str(parents(own)["Maja"]), "also_cases": [str(own.pk)]}
    sent = {key: ids.get(key, value) for key, value in who.items()}
    answer = Caller("per.holm").post(
        f"/cases/{own.pk}/contacts", {"at": WORKDAY, "channel": "visit", "outcome": "reached", **sent}
    )
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Contact.objects.exists()
    assert Guardian.objects.count() == 2


def test_a_guardian_whom_social_services_have_found_is_not_there_for_the_liaison(per: Client, own: Case) -> None:
    found = add_guardian(person("karin.ek"), own.pk, name="Hemlig Farmor", relation="other")
    assert per.get(reverse("guardian-here", args=[own.pk, found.pk])).status_code == 404
    assert per.post(reverse("guardian-here", args=[own.pk, found.pk]), NOTHING_TYPED).status_code == 404
    assert "Hemlig" not in said(per.get(reverse("case", args=[own.pk])))


def test_a_name_that_social_services_put_right_is_not_told(per: Client, own: Case) -> None:
    per.post(here(own), NOTHING_TYPED)
    Guardian.objects.filter(pk=parents(own)["Maja"]).update(name="Nya Hemliga Namnet")
    per.post(someone(own), {"name": "Mona", "relation": "other", "note": ""})
    page = said(per.get(reverse("case", args=[own.pk])))
    assert "Maja Fiktivsson: nådd" in page
    assert "Någon annan: nådd" in page
    assert "Hemliga" not in page


def test_where_the_case_may_be_an_error_nobody_is_registered(per: Client, own: Case) -> None:
    propose(own)
    address = here(own)
    assert per.get(address).status_code == 404
    assert "/here/" not in said(per.get(reverse("case", args=[own.pk])))
    answer = per.post(someone(own), {"name": "Mona", "relation": "mother", "by_guardian": "on", "note": "Hon gråter."})
    assert answer.status_code == 409
    assert "Hon gråter." in said(answer)
    assert Guardian.objects.count() == 2


def test_in_a_closed_case_there_is_no_button_and_nothing_is_registered(per: Client, own: Case) -> None:
    end(own, "transferred")
    assert "/here/" not in said(per.get(reverse("case", args=[own.pk])))
    assert per.post(someone(own), {"name": "Mona", "relation": "mother", "note": ""}).status_code == 403
    assert not Contact.objects.exists()


def test_after_the_limit_it_is_kept_and_the_breach_stands(per: Client, own: Case) -> None:
    address = here(own)
    move(DAY + DAY)
    answer = per.post(address, NOTHING_TYPED, follow=True)
    assert "efter tiden" in said(answer)
    assert state_of(own) == "met_late"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_who_meet_the_same_mother_add_one_guardian() -> None:
    case = make_report("per.holm", children=[child(guardians=[])]).cases[0]
    mother, now = Newcomer("Mona Fiktivsson", "mother"), clock.now()

    def met(username: str) -> Contact:
        return register_contact(person(username), case.pk, person=mother, at=now, channel="visit", outcome="reached")

    at_once(lambda: met("per.holm"), lambda: met("karin.ek"))
    assert Guardian.objects.count() == 1
    assert Contact.objects.count() == 2
    assert state_of(case) == "met"
