"""Every rung reaches somebody who is there at every hour of the next two weeks, or the hole is named."""

from datetime import datetime, timedelta

import pytest

from riskzon import clock
from riskzon.errors import Invalid
from riskzon.models import Absence, User
from tests.factories import person
from tests.workflows.rules.conftest import OPEN
from workflows.lawful import RungSpec, ladder_faults
from workflows.models import Kind
from workflows.reach import AHEAD, at_limit, holes
from workflows.recipients import Directory, Place
from workflows.rules import Rulebook
from workflows.verbs.rules import confirm, present_ladder, propose_ladder

BREACH = RungSpec("due", 0, ("holder", "lead", "unit_supervisor"))
REMINDER = RungSpec("due", -86_400, ("holder",))
#: Between full hours, so that a look at full hours alone would see another hole, or none.
FROM, TO = datetime.fromisoformat("2026-11-16T10:20:00+01:00"), datetime.fromisoformat("2026-11-16T10:50:00+01:00")


def _away(username: str, start: datetime, end: datetime | None) -> None:
    absent = person(username)
    Absence.objects.create(
        person=absent, starts_at=start, ends_at=end, registered_by=absent, registered_at=clock.now(), moved_at=start
    )


def _present(kind: Kind = Kind.OPEN_INVESTIGATION) -> list[RungSpec]:
    return present_ladder(Rulebook.read(), kind, clock.now())


def _propose(rungs: list[RungSpec]):
    return propose_ladder(
        person("it.admin"), Kind.OPEN_INVESTIGATION, rungs=rungs, ground="Rutin", reason="Färre meddelanden."
    )


def test_a_hole_made_by_an_absence_is_found_to_the_minute() -> None:
    only_boss = RungSpec("due", 0, ("unit_supervisor",))
    assert holes(Kind.OPEN_INVESTIGATION, [REMINDER, only_boss], _present(), clock.now()) == []
    _away("sara.lindh", FROM, TO)
    found = holes(Kind.OPEN_INVESTIGATION, [REMINDER, only_boss], _present(), clock.now())
    assert [(hole.unit, hole.starts_at, hole.ends_at, hole.rung, hole.is_new) for hole in found] == [
        ("Mottagning barn och unga", FROM, TO, only_boss, True)
    ]
    assert at_limit(found) == found
    # Whoever has the case is still there, so the ladder that holds has no hole.
    assert holes(Kind.OPEN_INVESTIGATION, _present(), _present(), clock.now()) == []


def test_a_ladder_that_would_be_silent_at_the_limit_is_not_taken(visit) -> None:
    _away("sara.lindh", FROM, TO)
    with pytest.raises(Invalid) as refusal:
        _propose([REMINDER, RungSpec("due", 0, ("unit_supervisor",))])
    assert [field for field, _message in refusal.value.errors] == ["breach"]
    fields = {
        "rung_0_when": "before",
        "rung_0_amount": "1",
        "rung_0_unit": "days",
        "rung_0_who": "holder",
        "breach": "unit_supervisor",
        "ground": "Rutin",
        "reason": "Färre.",
    }
    page = visit("it.admin").post("/ladders/open_investigation/new/", fields).content.decode()
    assert "mån 16 nov 2026 kl. 10.20 till mån 16 nov 2026 kl. 10.50" in page
    assert "ny lucka" in page
    assert 'value="propose"' not in page


def test_a_hole_elsewhere_is_named_and_no_reason_to_refuse() -> None:
    _away("sara.lindh", FROM, TO)
    rungs = [RungSpec("due", -86_400, ("unit_supervisor",)), BREACH]
    found = holes(Kind.OPEN_INVESTIGATION, rungs, _present(), clock.now())
    assert [(hole.rung.key, hole.is_new) for hole in found] == [("-1d", True)]
    assert at_limit(found) == []
    assert _propose(rungs).pk


def test_the_same_hole_with_the_present_ladder_is_a_fault_of_the_roster_and_no_reason_to_refuse() -> None:
    """Nobody of the unit is there, so that both ladders are silent at the same time."""
    nobody_left = User.objects.filter(unit=person("lina.dahl").unit) | User.objects.filter(username="jonas.falk")
    for one in nobody_left.distinct():
        _away(one.username, FROM, TO)
    silent = RungSpec("due", 0, ("lead", "unit_supervisor"))
    found = [
        hole for hole in holes(Kind.OPEN_INVESTIGATION, [REMINDER, silent], _present(), clock.now()) if hole.is_at_limit
    ]
    assert [(hole.unit, hole.starts_at, hole.ends_at, hole.is_new) for hole in found] == [
        ("Utredning Norr", FROM, TO, False)
    ]
    assert _propose([REMINDER, silent]).pk


def test_what_has_changed_since_it_was_proposed_is_seen_at_the_confirmation() -> None:
    change = _propose([REMINDER, RungSpec("due", 0, ("unit_supervisor",))])
    _away("sara.lindh", FROM, TO)
    with pytest.raises(Invalid):
        confirm(person("maria.oberg"), change.pk)
    change.refresh_from_db()
    assert (change.state, _present()) == ("waiting", _present())


def test_the_holes_are_those_that_asking_minute_by_minute_gives() -> None:
    """Two absences, one that begins on duty at night; every ten minutes of the first days are asked by hand."""
    _away("jour.vakt", FROM - timedelta(days=1, hours=13), TO + timedelta(hours=9))
    _away("jonas.falk", FROM + timedelta(hours=1), TO + timedelta(days=1))
    rungs = [RungSpec("due", -86_400, ("holder",)), RungSpec("due", 0, ("lead",))]
    now = clock.now()
    found = holes(Kind.OPEN_INVESTIGATION, rungs, _present(), now)

    directory = Directory.read(now)
    units = {unit.name: unit for unit in directory.staff.units.values() if unit.kind in ("intake", "investigation")}
    for step in range(5 * 24 * 6):
        moment = now + step * timedelta(minutes=10)
        there = directory.at(moment)
        for name, unit in units.items():
            for rung in rungs:
                silent = not there.find(rung.recipients, Place(unit.pk, None, None, by_hours=False))
                told = any(
                    (hole.unit, hole.rung) == (name, rung) and hole.starts_at <= moment < hole.ends_at for hole in found
                )
                assert silent == told, (moment, name, rung)
    assert found
    assert all(now <= hole.starts_at < hole.ends_at <= now + AHEAD for hole in found)


@pytest.mark.parametrize(
    ("rungs", "field"),
    [
        ([REMINDER], "breach"),
        ([BREACH], ""),
        ([REMINDER, RungSpec("due", 0, ("holder",))], "breach"),
        ([REMINDER, BREACH, RungSpec("due", 3_600, ())], "rungs.2"),
        ([REMINDER, REMINDER, BREACH], "rungs.1"),
        ([REMINDER, BREACH, RungSpec("due", 61 * 86_400, ("head",))], "rungs.2"),
        ([REMINDER, BREACH, RungSpec("due", -14 * 86_400, ("head",))], "rungs.2"),
        ([REMINDER, BREACH, RungSpec("due", 5 * 86_400 + 60, ("head",))], "rungs.2"),
        ([REMINDER, BREACH, *(RungSpec("due", hour * 3_600, ("head",)) for hour in range(1, 13))], ""),
    ],
)
def test_what_no_ladder_may_be(rungs, field) -> None:
    rule = Rulebook.read().rule(OPEN.kind, "", clock.now())
    assert {name for name, _message in ladder_faults(Kind.OPEN_INVESTIGATION, rungs, [rule])} == {field}


def test_the_ladders_that_the_product_comes_with_may_be() -> None:
    book, now = Rulebook.read(), clock.now()
    for kind in Kind:
        rules = [rule for rule in book.rules if rule.kind == kind]
        assert ladder_faults(kind, present_ladder(book, kind, now), rules) == []


def test_the_form_gives_back_the_ladder_that_it_was_given(visit) -> None:
    admin = visit("it.admin")
    for kind in Kind:
        form = admin.get(f"/ladders/{kind}/new/").context["form"]
        fields = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
        sent = {name: value for name, value in fields.items() if value not in (None, "")}
        again = admin.post(f"/ladders/{kind}/new/", {**sent, "ground": "G", "reason": "R"})
        assert again.status_code == 200, again.context["form"].errors
        assert set(again.context["form"].cleaned_data["rungs"]) == set(_present(kind))
