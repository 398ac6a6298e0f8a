"""Nothing that leaves the house tells of fewer than five children, alone or by subtraction."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskzon import clock
from riskzon.suppress import HIDDEN, SMALL, Bound, Cell, Share
from tests.factories import at, make_report, people
from workflows import published
from workflows.published import Period, publish, share_of_shown
from workflows.statistics import EXEMPT_CODES, LINES, Counts

few = st.sampled_from([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 12, 30, 80])


def some_counts(draw: st.DrawFn) -> Counts:
    """Counts that could be: exemptions add up by code, and what stands beside is a part of what was not in time."""
    found = {f"{line}-{part}": draw(few) for line in LINES for part in ("met", "late", "missed", "running")}
    codes = {f"exempt-{code}": draw(few) for code in EXEMPT_CODES}
    found |= codes | {f"{line}-exempt": 0 for line in LINES} | {"arrest-exempt": sum(codes.values())}
    for line in LINES:
        late = found[f"{line}-late"]
        beside = {"recorded-late": late, "confirmed": late, "born": late, "corrected-in-time": late}
        found |= {f"{line}-{code}": draw(st.integers(0, most)) for code, most in beside.items()}
        found[f"{line}-void"] = draw(few)
    return Counts(found)


counts = st.composite(some_counts)()


@given(counts)
def test_no_small_number_is_ever_shown(found):
    guarantee, exemptions = published._guarantee(found)

    assert not [number for number in _numbers([guarantee, exemptions]) if 0 < number < 5]


@given(counts)
def test_the_codes_of_exemptions_do_not_give_the_table_away(found):
    """With every other exemption shown, the reader could subtract: then the codes are hidden altogether."""
    guarantee, exemptions = published._guarantee(found)
    column = [line["exempt"] for line in guarantee["lines"]]
    codes = list(exemptions["codes"].values())

    sum_is_known = all(isinstance(code, int) for code in codes)
    one_is_small = [cell for cell in column if not isinstance(cell, int)]
    assert not (sum_is_known and len(one_is_small) == 1 and one_is_small[0] == "<5")


@pytest.mark.parametrize(
    ("part", "rest", "share"),
    [
        (Cell(40), [Cell(10), Cell(0)], Share(80, Bound.EXACT)),
        (Cell(50), [Cell(0), Cell(0)], Share(100, Bound.EXACT)),
        (Cell(0), [Cell(50)], Share(0, Bound.EXACT)),
        (Cell(999), [Cell(5)], Share(99, Bound.EXACT)),
        (Cell(40), [SMALL, Cell(0)], Share(90, Bound.AT_LEAST)),
        (Cell(40), [SMALL, SMALL], Share(83, Bound.AT_LEAST)),
        (SMALL, [Cell(40), Cell(10)], Share(8, Bound.AT_MOST)),
        (SMALL, [SMALL, Cell(40)], Share(None, Bound.HIDDEN)),
        (HIDDEN, [Cell(40)], Share(None, Bound.HIDDEN)),
        (Cell(40), [HIDDEN, Cell(0)], Share(None, Bound.HIDDEN)),
        (Cell(10), [Cell(9)], Share(None, Bound.HIDDEN)),
        (Cell(0), [Cell(0)], Share(None, Bound.HIDDEN)),
    ],
)
def test_a_share_says_no_more_than_the_cells_beside_it(part, rest, share):
    assert share_of_shown(part, rest) == share


@pytest.mark.parametrize(
    ("asked", "given_back"),
    [
        ((date(2026, 11, 13), date(2026, 11, 14)), (date(2026, 11, 1), date(2026, 11, 30))),
        ((date(2026, 12, 31), date(2026, 12, 31)), (date(2026, 12, 1), date(2026, 12, 31))),
        ((date(2026, 1, 31), date(2026, 2, 1)), (date(2026, 1, 1), date(2026, 2, 28))),
        ((date(2024, 2, 2), date(2024, 2, 2)), (date(2024, 2, 1), date(2024, 2, 29))),
    ],
)
def test_two_periods_never_differ_by_some_days(asked, given_back):
    assert Period.around(*asked) == Period(*given_back)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends before"):
        Period.around(date(2026, 11, 2), date(2026, 11, 1))


@pytest.mark.django_db
def test_the_answer_has_every_measure_and_says_which_months_it_is_about():
    people()
    now = at("2026-11-13T14:00:00+01:00")
    make_report("per.holm")

    answer = publish(date(2026, 11, 10), date(2026, 11, 13), now)

    assert (answer["from"], answer["to"]) == ("2026-11-01", "2026-11-30")
    assert [each["id"] for each in answer["measures"]] == (
        ["K1", "K12", "K2", "K3", "K4", "K5", "K6", "K7", "K8", "K9", "K9", "K9", "K10"]
    )
    assert answer["measures"][0]["lines"][0]["running"] == "<5"
    assert not [number for number in _numbers(answer["measures"]) if 0 < number < 5]


@pytest.mark.django_db
def test_a_time_with_nothing_in_it_has_an_answer():
    answer = publish(date(2020, 1, 1), date(2020, 1, 31), clock.now())

    assert answer["measures"][0]["lines"][0]["share"] == {"percent": None, "bound": "hidden"}


def _numbers(of: object) -> Iterator[float]:
    """Every number in an answer that could be a count: shares and medians have rules of their own."""
    if isinstance(of, dict):
        for key, value in of.items():
            if key not in ("percent", "median", "p90"):
                yield from _numbers(value)
    elif isinstance(of, list):
        for value in of:
            yield from _numbers(value)
    elif isinstance(of, int | float) and not isinstance(of, bool):
        yield of
