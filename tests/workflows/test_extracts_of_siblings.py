"""What is decided for one child holds in the extracts of its siblings; and no extract tells who reported by its log."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from riskzon import clock
from riskzon.models import Case, Child, Extract, Hold
from tests.acts import DAY, MINUTE, hold, move, parents, update
from tests.factories import BEA, MAJA, OLLE, PIA, WORKDAY, at, child, guardian, make_report, people, person
from workflows.verbs.conflicts import block
from workflows.verbs.extracts import decide, make
from workflows.verbs.people import take

pytestmark = pytest.mark.django_db

TEXT = "Bea och Albin bor hos mormor."
SECRET = ("Gömstigen", "mormor", "Maja")


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


@pytest.fixture
def siblings() -> tuple[Case, Case]:
    """Albin's case and Bea's, from one report, with the same parents."""
    adults = [
        guardian(identity_number=MAJA),
        guardian(name="Olle Fiktivsson", identity_number=OLLE, phone="070-174 06 42", relation="father"),
    ]
    albin = child(guardians=adults)
    bea = child(identity_number=BEA, given_name="Bea", guardians=adults, whereabouts="Gömstigen 7", summary=TEXT)
    first, second = make_report("karin.ek", children=[albin, bea]).cases
    for case in (first, second):
        take(person("karin.ek"), case.pk)
    return first, second


@pytest.fixture
def karin(visit) -> Client:
    return visit("karin.ek")


def extract(case: Case, name: str = "Olle", *, by: str = "karin.ek") -> Extract:
    return make(person(by), case.pk, recipient="guardian", guardian=parents(case)[name])


def released(row: Extract) -> Extract:
    return decide(person("sara.lindh"), row.case_id, row.pk, is_released=True, reason="Inget skadar")


def status(client: Client, row: Extract) -> int:
    return int(client.get(reverse("extract", args=[row.case_id, row.pk])).status_code)


def sheet(client: Client, row: Extract) -> str:
    """The sheet and the file."""
    found = [client.get(reverse(name, args=[row.case_id, row.pk])) for name in ("extract", "extract-json")]
    assert [one.status_code for one in found] == [200, 200]
    return "".join(one.content.decode() for one in found)


def _on_olle(case: Case) -> None:
    hold(case, "Olle")


def _on_all(case: Case) -> None:
    """As a reporter asks for it: of every guardian."""
    now, sara = clock.now(), person("sara.lindh")
    Hold.objects.create(
        child=case.child,
        case=case,
        code="HOLD_HONOUR",
        until=now + DAY,
        provisional=True,
        decided_at=now,
        decided_by=sara,
    )


def _protected(case: Case) -> None:
    Child.objects.filter(pk=case.child_id).update(protected_identity="marked")


WHY = {"a hold on him": _on_olle, "a hold on all": _on_all, "a protected identity": _protected}


@pytest.mark.parametrize("why", WHY)
def test_what_stands_for_a_sibling_stops_it_until_the_supervisor_has_decided(siblings, karin, why):
    albin, bea = siblings
    WHY[why](albin)

    row = extract(bea)

    assert row.waits
    assert status(karin, row) == 403
    text = sheet(karin, released(row))
    for words in SECRET:
        assert words not in text, words


@pytest.mark.parametrize("why", WHY)
def test_what_comes_to_stand_for_a_sibling_closes_what_was_open(siblings, karin, why):
    albin, bea = siblings
    row = extract(bea)
    assert TEXT.split()[-1] in sheet(karin, row)
    move(MINUTE)
    WHY[why](albin)
    assert status(karin, row) == 403


def test_a_hold_for_a_sibling_newer_than_the_decision_closes_it_again(siblings, karin):
    albin, bea = siblings
    first = hold(bea, "Olle")
    row = released(extract(bea))
    sheet(karin, row)
    update("riskzon_hold", "ended_at = riskzon_now(), end_reason = 'x'", f"id = '{first.pk}'")
    move(MINUTE)
    hold(albin, "Olle")
    assert status(karin, row) == 403


def test_a_hold_for_a_sibling_that_has_ended_stops_nothing(siblings, karin):
    albin, bea = siblings
    held = hold(albin, "Olle")
    update("riskzon_hold", "ended_at = riskzon_now(), end_reason = 'x'", f"id = '{held.pk}'")
    assert "Gömstigen 7" in sheet(karin, extract(bea))


def test_the_other_parent_s_goes_on_and_tells_neither_where_the_child_is_nor_of_the_hold(siblings, karin):
    albin, bea = siblings
    hold(albin, "Olle", reason="Olle hotar")
    row = extract(bea, "Maja")
    assert not row.stops
    text = sheet(karin, row)
    for words in ("Olle", "Gömstigen", "hotar", "Avvakta kontakt"):
        assert words not in text, words


@pytest.mark.parametrize("recipient", ["young_person", "guardian"])
def test_no_adult_is_named_outside_while_a_sibling_is_protected(siblings, karin, recipient):
    albin, bea = siblings
    _protected(albin)
    fields: dict[str, Any] = {"guardian": parents(bea)["Olle"]} if recipient == "guardian" else {}
    row = make(person("karin.ek"), bea.pk, recipient=recipient, **fields)
    assert "Maja" not in sheet(karin, released(row) if row.stops else row)


def test_it_stops_too_where_who_asks_must_not_know_of_the_sibling(siblings, karin, visit):
    """Nothing of the sibling is asked as the reader may: the extract is for somebody else."""
    albin, bea = siblings
    hold(albin, "Olle")
    block(person("sara.lindh"), albin.pk, username="omar.nyman", reason="Granne")
    row = extract(bea, by="omar.nyman")
    assert row.waits
    omar = visit("omar.nyman")
    assert status(omar, row) == 403
    assert "mormor" not in sheet(omar, released(row))


def test_a_hold_on_all_of_a_half_sibling_holds_no_guardian_who_is_not_that_one_s(karin):
    father = guardian(name="Olle Fiktivsson", identity_number=OLLE, relation="father")
    mother, stepfather = guardian(identity_number=MAJA), guardian(name="Pia Fiktivsson", identity_number=PIA)
    half = child(identity_number=BEA, given_name="Bea", guardians=[mother, stepfather])
    albin, bea = make_report("karin.ek", children=[child(guardians=[mother, father]), half]).cases
    _on_all(bea)
    assert not extract(albin, "Olle").stops
    assert extract(albin, "Maja").stops


def test_the_log_of_an_extract_does_not_tell_that_a_business_reported(karin):
    case = make_report("butik.city", kind="concern", occurred_at=None).cases[0]
    take(person("karin.ek"), case.pk)
    for recipient, is_told in (("young_person", False), ("own_file", True)):
        row = make(person("karin.ek"), case.pk, recipient=recipient)
        assert ("Näringsliv" in sheet(karin, row)) is is_told
        log = logged(karin, row)
        assert any("Näringsliv" in who for _label, who in log) is is_told
        assert any(label == "Registrerade anmälan" for label, _who in log) is is_told
        assert any("Socialsekreterare" in who for _label, who in log)


def logged(client: Client, row: Extract) -> list[tuple[str, str]]:
    """What was done, and by whom, as the extract has it from the access log."""
    found = client.get(reverse("extract-json", args=[row.case_id, row.pk])).json()["sections"]
    rows = next(section for section in found if section["code"] == "log")["rows"]
    return [(one["label"], one["text"]) for one in rows]


def test_nor_who_took_down_what_somebody_secret_said(karin):
    """Registered by the one who answered the telephone, it is no less a report of somebody who is not to be known."""
    for kind, is_told in (("private", False), ("school", True)):
        reporter = {"type": kind, "name": "Granne Grannsson", "organisation": ""}
        case = make_report("karin.ek", kind="concern", occurred_at=None, reporter=reporter).cases[0]
        log = logged(karin, make(person("karin.ek"), case.pk, recipient="young_person"))
        assert any(label == "Registrerade anmälan" for label, _who in log) is is_told


def test_the_log_of_an_extract_tells_nothing_of_other_roles(karin):
    """Not even where the reporter is no secret: it is of those who work with the case."""
    case = make_report("per.holm", reporter={"type": "police", "name": "", "organisation": ""}).cases[0]
    take(person("karin.ek"), case.pk)
    for recipient, is_told in (("young_person", False), ("own_file", True)):
        row = make(person("karin.ek"), case.pk, recipient=recipient)
        log = logged(karin, row)
        assert any("Socialsekreterare hos polisen" in who for _label, who in log) is is_told
        assert ("andra än socialsekreterare, enhetschef och jour" in sheet(karin, row)) is not is_told
