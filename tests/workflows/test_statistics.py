"""The figures against a table of cases made by hand, one row each, and every figure against the rows it counts."""

from datetime import date, datetime, timedelta

import pytest

from riskzon import clock
from riskzon.models import Case, Unit
from tests.acts import end
from tests.factories import child, guardian, make_report, person
from workflows import statistics
from workflows.demo.names import identity_number
from workflows.measures import delays, volumes
from workflows.models import Breach
from workflows.statistics import Ratio, Scope, by_unit, counts, rows, weekly
from workflows.sweep import sweep
from workflows.verbs.assessment import assess
from workflows.verbs.contacts import register_contact, write_off
from workflows.verbs.disposition import dispose
from workflows.verbs.feedback import give_feedback
from workflows.verbs.holds import decide_hold, end_hold
from workflows.verbs.people import hand_over
from workflows.verbs.reviews import review_breach
from workflows.verbs.times import correct_times

MONDAY = datetime.fromisoformat("2026-11-02T09:00:00+01:00")
NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


class Town:
    """Makes cases in order of time; `hours` are counted from Monday 2 November, 09.00."""

    def __init__(self) -> None:
        self.made = 0

    def at(self, hours: float) -> datetime:
        moment = MONDAY + timedelta(hours=hours)
        clock.stand_still(moment)
        sweep(moment)
        return moment

    def report(self, hours: float, kind: str = "arrest", *, late: float = 0, by: str = "karin.ek", **more) -> Case:
        """A report of something that happened at `hours` and is registered `late` hours later."""
        happened = MONDAY + timedelta(hours=hours)
        self.at(hours + late)
        self.made += 1
        born = date(2010, 1, 1) + timedelta(days=self.made)
        kid = child(identity_number=identity_number(born, 239), guardians=[guardian(name=f"Vuxen {self.made}")])
        body = {
            "kind": kind,
            "occurred_at": happened if kind != "concern" else None,
            "notified_at": happened + timedelta(hours=late),
            "children": [kid],
            "reporter": {"type": "police"},
        }
        return make_report(by, **{**body, **more}).cases[0]

    def reach(self, case: Case, hours: float, recorded: float | None = None) -> None:
        self.at(recorded if recorded is not None else hours)
        register_contact(
            person("karin.ek"),
            case.pk,
            guardian=case.child.guardians.get().pk,
            at=MONDAY + timedelta(hours=hours),
            channel="phone",
            outcome="reached",
        )

    def hold(self, case: Case, hours: float):
        return decide_hold(
            person("sara.lindh"),
            case.pk,
            guardian=case.child.guardians.get().pk,
            code="HOLD_HONOUR",
            reason="Samråd.",
            until=self.at(hours) + timedelta(hours=24),
        )


@pytest.fixture
def town(db):
    clock.stand_still(MONDAY)
    return Town()


def november(now: datetime | None = None, units=None) -> Scope:
    return Scope.of_days(*NOVEMBER, now or clock.now(), units)


@pytest.fixture
def arrests(town):
    """One arrest for each way in which the 24 hours can end."""
    met = town.report(0)
    town.reach(met, 2)
    late = town.report(3)
    missed = town.report(4)
    recorded_late = town.report(5)
    held = town.report(6)
    town.hold(held, 7)
    held_too_late = town.report(8)
    town.reach(late, 28)
    town.reach(recorded_late, 6, recorded=30)
    town.hold(held_too_late, 33)
    born = town.report(20, late=30)
    again = town.report(60)
    end_hold(person("sara.lindh"), town.hold(again, 61).pk, reason="Samrådet är klart.")
    town.reach(again, 62)
    running = town.report(70)
    town.at(71)
    return {
        "met": met,
        "late": late,
        "missed": missed,
        "recorded_late": recorded_late,
        "held": held,
        "held_too_late": held_too_late,
        "born": born,
        "again": again,
        "running": running,
    }


def codes_of(case: Case, prefix: str, scope: Scope) -> set[str]:
    """The figures under which this case is counted."""
    found = counts(scope)
    return {code for code in found if code.startswith(prefix) and rows(code, scope).filter(case=case).exists()}


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("met", {"arrest-met"}),
        ("late", {"arrest-late"}),
        ("missed", {"arrest-missed"}),
        ("recorded_late", {"arrest-late", "arrest-recorded-late"}),
        ("held", {"arrest-exempt"}),
        ("held_too_late", {"arrest-missed"}),
        ("born", {"arrest-missed", "arrest-born"}),
        ("again", {"arrest-exempt"}),
        ("running", {"arrest-running"}),
    ],
)
def test_each_ending_is_counted_where_it_belongs(arrests, name, figures):
    assert codes_of(arrests[name], "arrest", november()) == figures


def test_the_share_counts_arrests_that_were_met_or_passed_and_nothing_else(arrests):
    assert counts(november()).in_time("arrest") == Ratio(part=1, whole=6)
    assert counts(november()).in_time("after-hold") == Ratio(part=1, whole=1)


def test_exemptions_are_listed_by_their_code(arrests):
    found = counts(november())

    assert found["exempt-HOLD_HONOUR"] == 2
    assert sum(found[f"exempt-{code}"] for code in statistics.EXEMPT_CODES) == found["arrest-exempt"]


def test_lob_and_concerns_have_lines_of_their_own(town):
    town.reach(town.report(0, "lob_custody"), 1)
    town.reach(town.report(1, "concern"), 2)
    town.report(2)

    found = counts(november())

    assert [found[f"{line}-met"] for line in ("arrest", "lob", "concern")] == [0, 1, 1]
    assert found.in_time("arrest") == Ratio(0, 0)


def test_a_limit_that_has_just_passed_counts_before_any_sweep(town):
    town.report(0)

    just_before = counts(november(MONDAY + timedelta(hours=24)))
    just_after = counts(november(MONDAY + timedelta(hours=24, microseconds=1)))

    assert (just_before["arrest-running"], just_before["arrest-missed"]) == (1, 0)
    assert (just_after["arrest-running"], just_after["arrest-missed"]) == (0, 1)


def test_a_late_registration_that_a_supervisor_confirms_has_its_own_figure(town):
    case = town.report(0)
    town.reach(case, 1, recorded=25)
    breach = Breach.objects.get(case=case, kind="guardian_contact")

    before = counts(november())["arrest-confirmed"]
    review_breach(person("sara.lindh"), breach.pk, cause="late_registration", action="Samtalet finns i växelns logg.")

    assert (before, counts(november())["arrest-confirmed"]) == (0, 1)
    assert counts(november()).in_time("arrest") == Ratio(0, 1)


def _correct(case: Case, hours: float) -> None:
    """The arrest was this much later than registered."""
    case.report.refresh_from_db()
    right = case.report.occurred_at + timedelta(hours=hours)
    correct_times(person("karin.ek"), case.report.number, reason="Protokollet.", occurred_at=right)


def test_a_clock_replaced_by_a_corrected_time_is_counted_once(town):
    case = town.report(0, late=3)

    _correct(case, 2)

    assert codes_of(case, "arrest", november()) == {"arrest-running", "arrest-corrected"}
    assert rows("arrest-running", november()).get().starts_at == MONDAY + timedelta(hours=2)


def test_a_corrected_time_takes_a_case_out_of_the_share(town):
    case = town.report(12, late=1)
    town.reach(case, 32)
    before = counts(november()).in_time("arrest")

    _correct(case, -12)

    assert (before, counts(november()).in_time("arrest")) == (Ratio(1, 1), Ratio(0, 1))
    assert codes_of(case, "arrest", november()) == {"arrest-late", "arrest-corrected"}
    assert delays(november()).arrest_to_contact == (32 * 60,)
    assert (delays(november()).arrest_to_notice, delays(november()).slow_notices) == ((13 * 60,), 1)


def test_a_corrected_time_never_brings_a_breach_into_the_share(town):
    reached, still_sought, held = (town.report(0, late=3) for _arrest in range(3))
    town.reach(reached, 24.5, recorded=25)
    town.hold(held, 25.5)

    for late in (reached, still_sought, held):
        _correct(late, 2)

    assert counts(november()).in_time("arrest") == Ratio(0, 3)
    assert codes_of(reached, "arrest", november()) == {"arrest-late", "arrest-corrected", "arrest-corrected-in-time"}
    for late in (still_sought, held):
        assert codes_of(late, "arrest", november()) == {"arrest-missed", "arrest-corrected"}
    assert codes_of(held, "exempt", november()) == set()


def test_every_count_is_the_number_of_its_rows(arrests, town):
    assess(person("karin.ek"), arrests["met"].pk, outcome="no_immediate_need", at=clock.now())
    dispose(person("karin.ek"), arrests["met"].pk, disposition="opened")

    found = counts(november())

    assert {code: rows(code, november()).count() for code in found} == dict(found)


def test_the_lines_alone_are_the_same_figures(arrests):
    found, lines = counts(november()), counts(november(), statistics.LINES)

    assert lines.in_time("arrest") == found.in_time("arrest")
    assert {code: found[code] for code in lines} == dict(lines)
    assert {code.removeprefix(f"{line}-") for line in statistics.LINES for code in lines} >= {"met", "running", "born"}


def test_no_such_figure_is_an_error(db):
    with pytest.raises(KeyError):
        rows("arrest-maybe", november())


def test_the_period_is_whole_local_days_of_the_arrest(town):
    town.report(-58)  # Friday 30 October 23.00
    town.report(-57)  # 31 October 00.00
    before_midnight = timedelta(hours=-9, seconds=-1)
    town.report(before_midnight.total_seconds() / 3600)  # 1 November 23.59.59
    town.at(0)

    def arrests_between(first: date, last: date) -> int:
        found = counts(Scope.of_days(first, last, clock.now()))
        return found.in_time("arrest").whole + found["arrest-running"]

    assert arrests_between(date(2026, 10, 30), date(2026, 10, 30)) == 1
    assert arrests_between(date(2026, 10, 31), date(2026, 10, 31)) == 1
    assert arrests_between(date(2026, 11, 1), date(2026, 11, 1)) == 1
    assert arrests_between(date(2026, 10, 30), date(2026, 11, 1)) == 3


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends before"):
        Scope.of_days(date(2026, 11, 2), date(2026, 11, 1), MONDAY)


def test_a_case_counts_for_the_unit_that_has_it(town):
    stays, goes = town.report(0), town.report(1)
    town.reach(stays, 2)
    town.reach(goes, 3)
    hand_over(person("karin.ek"), goes.pk, unit="utredning-norr", note="Till er.")

    found = {Unit.objects.get(pk=unit).slug: each["arrest-met"] for unit, each in by_unit(november()).items()}

    assert found == {"mottagning-barn-och-unga": 1, "utredning-norr": 1}
    north = Unit.objects.get(slug="utredning-norr").pk
    assert counts(november(units=[north]))["arrest-met"] == 1
    assert rows("arrest-met", november(units=[north])).get().case_id == goes.pk


def test_weeks_add_up_to_the_figures_and_empty_weeks_are_there(arrests, town):
    town.at(24 * 15)
    scope = november()

    weeks = weekly(scope)

    assert [week.monday for week in weeks] == [date(2026, 10, 26), *(date(2026, 11, day) for day in (2, 9, 16))]
    found = counts(scope)
    for part in ("met", "late", "missed", "exempt"):
        assert sum(getattr(week, part) for week in weeks) == found[f"arrest-{part}"]
    assert (weeks[1].met, weeks[3].met) == (1, 0)


def test_assessments_decisions_and_feedback(town):
    asked = {"reporter": {"type": "school", "wants_feedback": True}}
    first, second, third = (town.report(hour, "concern", **asked) for hour in (0, 1, 2))
    karin = person("karin.ek")
    assess(karin, first.pk, outcome="no_immediate_need", at=town.at(3))
    assess(karin, second.pk, outcome="no_immediate_need", at=town.at(20))
    dispose(karin, first.pk, disposition="opened")
    give_feedback(karin, first.report.number, fact="opened")
    dispose(person("sara.lindh"), second.pk, disposition="deviation", reason="Skäl.")
    town.at(24 * 20)

    found = counts(november())

    assert [found[f"assessment-{part}"] for part in ("met", "same-day", "missed")] == [2, 1, 1]
    assert [found[f"decision-{part}"] for part in ("opened", "deviation", "missed", "running")] == [1, 1, 1, 0]
    assert found.always_opened() == Ratio(1, 3)
    assert [found[f"feedback-{part}"] for part in ("met", "missed")] == [1, 1]
    assert found["investigation-running"] == 1
    assert rows("decision-missed", november()).get().case_id == third.pk


def test_delays_are_counted_from_the_arrest_and_from_the_notice(town):
    case = town.report(0, late=2)
    town.reach(case, 5)
    slow = town.report(6, late=7)
    dispose(person("karin.ek"), case.pk, disposition="opened")

    found = delays(november())

    assert (found.arrest_to_contact, found.notice_to_contact) == ((300.0,), (180.0,))
    assert sorted(found.arrest_to_notice) == [120.0, 420.0]
    assert found.slow_notices == 1
    assert (found.notice_to_opening, found.opened_next_working_day) == ((0,), 1)
    assert slow.report.kind == "arrest"


def test_volumes_count_reports_and_children_each_once(town):
    two = [
        child(identity_number=identity_number(date(2012, 5, 5), 238)),
        child(identity_number=identity_number(date(2021, 5, 5), 238)),
    ]
    town.report(0, "concern", children=two, reporter={"type": "school"})
    town.report(1, "concern", children=two[:1], reporter={"type": "private"})
    town.report(2, children=[{"approximate_age": 14, "description": "Grön jacka"}])

    found = volumes(november())

    assert (found.reports, found.children) == (3, 3)
    assert found.children_by_reports == {"1": 2, "2": 1, "3-4": 0, "5+": 0}
    assert found.reports_by_month_and_kind == {("2026-11", "concern"): 2, ("2026-11", "arrest"): 1}
    assert found.reports_by_reporter == {"school": 1, "private": 1, "police": 1}
    assert found.children_by_age == {"0-5": 1, "6-11": 0, "12-14": 1, "15-17": 0, "unknown": 1}


def test_without_guardians_the_clock_is_exempt_and_listed(town):
    case = town.report(0, children=[child(guardians=[])])
    write_off(person("sara.lindh"), case.pk, guardian=None, reason="Ensamkommande utan god man.")

    assert codes_of(case, "exempt", november()) == {"exempt-EXEMPT_NO_GUARDIAN"}


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(0, 0, None), (0, 5, 0), (5, 5, 100), (1, 1000, 1), (999, 1000, 99), (2, 3, 67)]
)
def test_none_and_all_are_never_rounded_to(part, whole, percent):
    assert Ratio(part, whole).percent == percent


def test_a_case_registered_in_error_counts_for_nothing_and_its_breach_on_a_line_of_its_own(town):
    wrong, breached = town.report(0), town.report(1)
    town.reach(wrong, 2)
    town.at(26)
    for case in (wrong, breached):
        end(case)

    found = counts(november())
    parts = ("met", "late", "missed", "running", "exempt")
    assert {part: found[f"arrest-{part}"] for part in parts} == dict.fromkeys(parts, 0)
    assert (found["arrest-void"], found["assessment-void"]) == (1, 2)
    assert rows("arrest-void", november()).get().case == breached
    assert found["decision-void"] == 2
    assert (found["arrest-born"], found["arrest-corrected"]) == (0, 0)


def test_a_case_registered_in_error_is_no_report_about_the_child(town):
    real = town.report(0)
    before = volumes(november())
    end(town.report(1, children=[child(identity_number=real.child.identity_number)]))
    after = volumes(november())
    assert (after.children, after.children_by_reports) == (before.children, before.children_by_reports)
    assert after.children_by_age == before.children_by_age
    # What came in is counted as it came in.
    assert (before.reports, after.reports) == (1, 2)
