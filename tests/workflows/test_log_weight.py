"""Loggkontroll: what speaks for a look at a reading, and what does not speak against it."""

from datetime import date

import pytest

from riskzon import audit, clock
from riskzon.doors import look
from riskzon.models import AuditAction, AuditEntry, Case, Role, User
from tests.duty import extra
from tests.factories import BEA, CASTOR, ELSA, at, child, guardian, make_report, people, person
from tests.workflows.readings import IN_OCTOBER, drawn, opens
from workflows import log_sample, log_weight
from workflows.models import LogReview, LogSample
from workflows.verbs import conflicts
from workflows.verbs.extracts import make
from workflows.verbs.notes import write_note
from workflows.views import wording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _october(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    people()
    at(IN_OCTOBER)
    monkeypatch.setattr(log_sample, "FEWEST", 0)


@pytest.fixture
def case() -> Case:
    """A case that Omar has registered."""
    return make_report("omar.nyman").cases[0]


def lists(username: str, case: Case) -> None:
    """One list in which the case stands."""
    with look(person(username), "worklist") as door:
        door.listed([case.pk])


def test_one_look_up_is_one_place_with_all_that_speaks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_weight, "HEAVIEST", 2)
    adults = [guardian(name="Karin Ek", phone="070-174 06 06")]
    own = make_report("omar.nyman", children=[child(guardians=adults)]).cases[0]
    others = [
        make_report("omar.nyman", children=[child(identity_number=number, protected_identity="marked")]).cases[0]
        for number in (BEA, CASTOR)
    ]
    every = [case.pk for case in (own, *others)]
    audit.record(AuditAction.LOOKUP, by=person("karin.ek"), now=clock.now(), what="known", case_ids=every)
    looked_up = AuditEntry.objects.latest("pk").pk
    later = opens("karin.ek", make_report("omar.nyman", children=[child(identity_number=ELSA)]).cases[0])
    assert drawn() == {looked_up: ["own_child", "same_name", "protected"], later: ["no_relation"]}


@pytest.mark.parametrize(
    ("named", "is_own"),
    [("Karin M. Ek", True), ("KARIN EK", True), ("Karin Ek-Dahl", True), ("Pia Ek", False), ("Karin von Dahl", False)],
)
def test_the_own_child_is_found_however_the_guardian_is_written(named: str, *, is_own: bool) -> None:
    adults = [guardian(name=named, phone="070-174 06 06")]
    row = opens("karin.ek", make_report("omar.nyman", children=[child(guardians=adults)]).cases[0])
    assert ("own_child" in drawn()[row]) == is_own


def test_one_of_several_own_family_names_is_the_same_surname(case: Case) -> None:
    User.objects.filter(username="karin.ek").update(last_name="Åkesson Fiktivsson")
    row = opens("karin.ek", case)
    assert "same_name" in drawn()[row]


def test_neither_jav_nor_an_extract_is_work_in_the_case(case: Case) -> None:
    opened = opens("karin.ek", case)
    made = make(person("karin.ek"), case.pk, recipient="own_file")
    with look(person("karin.ek"), "extract") as door:
        door.exported(door.case(case.pk), {"extract": str(made.pk)})
    conflicts.declare(person("karin.ek"), case.pk)
    found = drawn()
    assert list(found.values()) == [["export", "no_relation"]]
    assert opened not in found  # one for each person and case: the heaviest


def test_work_of_a_later_day_does_not_make_an_earlier_reading_work(case: Case) -> None:
    row = opens("karin.ek", case)
    at("2026-10-20T14:00:00+02:00")
    write_note(person("karin.ek"), case.pk, text="Sett över ärendet.")
    assert drawn() == {row: ["no_relation"]}


def test_a_reading_by_somebody_who_turned_out_to_be_biased_comes_before_others(
    monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    monkeypatch.setattr(log_weight, "HEAVIEST", 1)
    opens("karin.ek", make_report("omar.nyman", children=[child(identity_number=BEA)]).cases[0])
    row = opens("karin.ek", case)
    conflicts.declare(person("karin.ek"), case.pk)
    # Not said as a reason of its own: who has declared jäv is not for the log reviewer.
    assert drawn() == {row: ["no_relation"]}


def test_a_duty_worker_reads_by_duty_only_when_on_duty(case: Case) -> None:
    extra("jour.reserv", "2026-10-14", "17.00", "22.00")
    at("2026-10-14T20:00:00+02:00")
    User.objects.create(username="ny.jour", role=Role.DUTY, unit=person("jour.vakt").unit)
    rows = [opens(username, case) for username in ("jour.reserv", "ny.jour")]
    assert drawn() == {rows[1]: ["no_relation"]}


def test_lists_are_drawn_by_chance_as_one_of_a_day(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    monkeypatch.setattr(log_sample, "FEWEST", 10)
    for _turn in range(30):
        lists("karin.ek", case)
    at("2026-10-15T14:00:00+02:00")
    lists("karin.ek", case)
    assert list(drawn().values()) == [[], []]
    assert LogSample.objects.get(month=date(2026, 10, 1)).readings == 2


def test_many_lists_at_night_are_drawn_as_one_reading_of_that_person(case: Case) -> None:
    at("2026-10-16T23:30:00+02:00")
    lists("karin.ek", case)
    for _turn in range(log_weight.SEARCHES + 1):
        lists("omar.nyman", case)
    assert list(drawn().values()) == [["night"]]
    assert LogReview.objects.get().entry.actor == person("omar.nyman")


def test_what_counts_as_work_is_an_act_that_the_product_has() -> None:
    assert [code for code in log_weight.CASEWORK if wording.what(code) == code] == []
