"""The list shows what the policy says, no more and no less, in the order of the limits."""

from datetime import timedelta

import pytest

from riskzon import access, clock, granting
from riskzon.doors import look
from riskzon.errors import Invalid
from riskzon.models import AuditAction, AuditEntry, Case, CasePermission, GrantSource, User
from riskzon.timewords import SOON
from tests.factories import BEA, CASTOR, ELSA, GUSTAV, ISAK, at, child, make_report, people, person
from workflows import worklist
from workflows.demo.people import NORTH, PEOPLE
from workflows.worklist import counts, counts_of_limits, page, search

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases() -> list[Case]:
    people()
    at("2026-11-13T14:00:00+01:00")
    made = [
        make_report("per.holm" if place % 2 else "karin.ek", children=[child(identity_number=number)]).cases[0]
        for place, number in enumerate([BEA, CASTOR, ELSA, GUSTAV, ISAK])
    ]
    now = clock.now()
    granting.grant(person("lina.dahl"), CasePermission.HANDLE, made[0], source=GrantSource.ASSIGNED, by=None, now=now)
    granting.block(person("omar.nyman"), made[1], by=person("sara.lindh"), reason="släkt", now=now)
    Case.objects.filter(pk=made[2].pk).update(assignee=person("karin.ek"))
    return made


def _everything(user: User, **filters: object) -> list[object]:
    found: list[object] = []
    cursor = None
    while True:
        with look(user, "test") as door:
            one = page(door, cursor=cursor, limit=2, **filters)
        found += [case.pk for case in one.cases]
        if one.next is None:
            return found
        cursor = one.next


@pytest.mark.parametrize("hour", ["2026-11-13T14:30:00+01:00", "2026-11-13T22:00:00+01:00"])
@pytest.mark.parametrize("username", [row[0] for row in PEOPLE])
def test_list_counts_and_policy_agree_by_day_and_by_night(cases: list[Case], username: str, hour: str) -> None:
    user, now = person(username), at(hour)

    expected = access.visible_cases(user, now).filter(closed_at__isnull=True).order_by("next_due_at", "id")

    assert _everything(user) == list(expected.values_list("pk", flat=True))
    assert counts(user, now)["all"] == expected.count()


def test_pages_follow_each_other_without_a_gap_and_in_order_of_the_limit(cases: list[Case]) -> None:
    found = _everything(person("sara.lindh"))

    assert found == list(Case.objects.order_by("next_due_at", "id").values_list("pk", flat=True))


def test_each_view_holds_its_own_cases(cases: list[Case]) -> None:
    karin = person("karin.ek")

    assert _everything(karin, scope="mine") == [cases[2].pk]
    assert set(_everything(karin, scope="unassigned")) == {case.pk for case in cases} - {cases[2].pk}
    assert _everything(person("lina.dahl"), scope="unit") == []
    assert _everything(person("lina.dahl")) == [cases[0].pk]
    assert set(_everything(person("per.holm"))) == {cases[1].pk, cases[3].pk}


def test_a_blocked_case_is_in_no_list_count_or_search(cases: list[Case]) -> None:
    omar = person("omar.nyman")

    with look(omar, "test") as door:
        found = search(door, CASTOR)

    assert cases[1].pk not in _everything(omar)
    assert found == []
    assert counts(omar, clock.now())["all"] == 4


@pytest.mark.parametrize("most", [1, 3, 4, 5, 6])
def test_counting_stops_where_it_is_told_to_however_the_cases_lie_in_units(
    cases: list[Case], most, monkeypatch
) -> None:
    monkeypatch.setattr(worklist, "CAP", most)
    sara, north = person("sara.lindh"), people().units[NORTH]
    north.supervisor = sara
    north.save(update_fields=["supervisor"])
    Case.objects.filter(pk__in=[case.pk for case in cases[:2]]).update(unit=north)

    assert counts(sara, clock.now())["all"] == min(len(cases), most)
    assert counts(sara, clock.now())["unassigned"] == min(len(cases) - 1, most)


@pytest.mark.parametrize("most", [2, 3, 4, 1000])
def test_what_is_due_soon_is_counted_behind_any_number_of_overdue_cases(cases: list[Case], most, monkeypatch) -> None:
    monkeypatch.setattr(worklist, "CAP", most)
    sara, now = person("sara.lindh"), clock.now()
    Case.objects.update(next_due_at=now - timedelta(hours=1))
    Case.objects.filter(pk__in=[cases[3].pk, cases[4].pk]).update(next_due_at=now + SOON)

    every = counts(sara, now)

    assert (every["overdue"], every["soon"]) == (min(3, most), 2)
    assert counts_of_limits(sara, now) == {name: every[name] for name in ("overdue", "soon", "today")}


def test_an_overdue_case_is_first_and_in_the_overdue_view_only_after_its_limit(cases: list[Case]) -> None:
    karin = person("karin.ek")
    clock.stand_still(clock.now() + timedelta(hours=24))
    assert _everything(karin, overdue=True) == []

    clock.stand_still(clock.now() + timedelta(microseconds=1))

    assert len(_everything(karin, overdue=True)) == 5


def test_search_finds_by_number_name_and_case_number_and_logs_no_text(cases: list[Case]) -> None:
    karin = person("karin.ek")
    number = cases[3].number
    with look(karin, "search") as door:
        assert [case.pk for case in search(door, GUSTAV)] == [cases[3].pk]
        assert [case.pk for case in search(door, number)] == [cases[3].pk]
        assert {case.pk for case in search(door, "fiktiv")} == {case.pk for case in cases}

    entries = AuditEntry.objects.filter(action=AuditAction.SEARCH)
    assert entries.count() == 3
    assert all("fiktiv" not in str(entry.detail) + entry.what for entry in entries)


def test_a_page_is_logged_as_one_list_with_its_cases(cases: list[Case]) -> None:
    with look(person("karin.ek"), "worklist") as door:
        one = page(door, limit=3)

    entry = AuditEntry.objects.filter(action=AuditAction.LIST).latest("id")
    assert entry.cases == [case.pk for case in one.cases]


@pytest.mark.parametrize("cursor", ["x", "bm9uc2Vuc2U", "W10", "WyIyMDI2LTExLTEzIiwgIngiXQ"])
def test_a_made_up_cursor_is_refused_by_name(cases: list[Case], cursor: str) -> None:
    with pytest.raises(Invalid) as refusal, look(person("karin.ek"), "worklist") as door:
        page(door, cursor=cursor)

    assert [field for field, _message in refusal.value.errors] == ["cursor"]
