"""Small figures stay hidden, also from a reader who adds, subtracts and combines everything that is shown."""

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from riskzon.suppress import (
    HIDDEN,
    SMALL,
    Bound,
    Cell,
    Share,
    Table,
    show_count,
    show_median,
    show_quantile,
    show_share,
    suppress_counts,
    suppress_table,
)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0"), (1, "<5"), (2, "<5"), (3, "<5"), (4, "<5"), (5, "5"), (17, "17"), (514_000, "514000")],
)
def test_one_to_four_are_shown_as_fewer_than_five(count: int, shown: str) -> None:
    assert str(show_count(count)) == shown
    assert show_count(count).value == (None if shown == "<5" else count)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (0, 0, Share(None, Bound.HIDDEN)),
        (10, 19, Share(None, Bound.HIDDEN)),
        (0, 19, Share(None, Bound.HIDDEN)),
        (0, 20, Share(0, Bound.EXACT)),
        (20, 20, Share(100, Bound.EXACT)),
        (1, 20, Share(20, Bound.AT_MOST)),
        (4, 20, Share(20, Bound.AT_MOST)),
        (5, 20, Share(25, Bound.EXACT)),
        (15, 20, Share(75, Bound.EXACT)),
        (16, 20, Share(80, Bound.AT_LEAST)),
        (19, 20, Share(80, Bound.AT_LEAST)),
        (1, 30, Share(14, Bound.AT_MOST)),  # 4 of 30 is 13.3
        (29, 30, Share(86, Bound.AT_LEAST)),  # 26 of 30 is 86.7
        (38, 40, Share(90, Bound.AT_LEAST)),
        (5, 2000, Share(1, Bound.EXACT)),  # not none
        (1995, 2000, Share(99, Bound.EXACT)),  # not all
        (27, 40, Share(68, Bound.EXACT)),
    ],
)
def test_share_is_exact_a_bound_or_hidden(part: int, whole: int, expected: Share) -> None:
    assert show_share(part, whole) == expected


@settings(deadline=None)
@given(st.integers(20, 400), st.data())
def test_share_of_a_small_part_is_the_same_whatever_the_part(whole: int, data: st.DataObject) -> None:
    first, second = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    assert show_share(first, whole) == show_share(second, whole)
    assert show_share(whole - first, whole) == show_share(whole - second, whole)


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(0, 500))
def test_share_never_says_anything_untrue(part: int, rest: int) -> None:
    whole = part + rest
    share = show_share(part, whole)
    if share.percent is None:
        assert whole < 20
        return
    true = 100 * part / whole
    match share.bound:
        case Bound.EXACT:
            assert abs(share.percent - true) < 1
            assert (share.percent == 0) is (part == 0)
            assert (share.percent == 100) is (rest == 0)
        case Bound.AT_MOST:
            assert true <= share.percent
        case _:
            assert share.bound is Bound.AT_LEAST
            assert true >= share.percent


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], None), (range(9), None), (range(10), 4.5), (range(11), 5), ([7] * 10, 7), ([9, 1] * 5, 5)],
)
def test_median_needs_ten_values(values: Sequence[float], expected: float | None) -> None:
    assert show_median(values) == expected


@pytest.mark.parametrize(
    ("size", "level", "shown"),
    [(49, 0.9, False), (50, 0.9, True), (49, 0.1, False), (50, 0.1, True), (19, 0.25, False), (20, 0.25, True)],
)
def test_quantile_needs_five_values_on_either_side(size: int, level: float, shown: bool) -> None:
    assert (show_quantile(range(size), level) is not None) is shown


def test_quantile_lies_between_its_neighbours() -> None:
    assert show_quantile(range(101), 0.9) == pytest.approx(90)
    assert show_quantile([*range(50)][::-1], 0.9) == pytest.approx(44.1)
    for level in (0, 1, -0.5, 1.5):
        with pytest.raises(ValueError, match="between 0 and 1"):
            show_quantile(range(100), level)


@pytest.mark.parametrize(
    ("counts", "shown", "total"),
    [
        ([17, 23, 0], ["17", "23", "0"], "40"),  # nothing small
        ([17, 23, 3], ["..", "23", "<5"], "43"),  # the smallest large one keeps the small one company
        ([17, 3, 2], ["17", "<5", "<5"], "22"),  # 5 together: 1-4 each
        ([17, 4, 4], ["..", "<5", "<5"], "25"),  # 8 together could only be 4 and 4
        ([3], ["<5"], "<5"),
        ([3, 0], ["<5", "0"], "<5"),
        ([3, 1], ["<5", "<5"], "<5"),
        ([3, 5], ["<5", ".."], "8"),  # the other is at least 5, so 1-3 are left
        ([2, 5], ["<5", "5"], ".."),  # in a total of 7 only 1 and 2 would be left
        ([1, 1, 1], ["..", "..", ".."], "<5"),  # three at least one each: only the total is left
        ([0, 0], ["0", "0"], "0"),
        ([], [], "0"),
    ],
)
def test_parts_of_a_whole(counts: list[int], shown: list[str], total: str) -> None:
    cells, whole = suppress_counts(dict(enumerate(counts)))
    assert [str(cell) for cell in cells.values()] == shown
    assert str(whole) == total
    assert list(cells) == list(range(len(counts)))


def as_text(table: Table) -> list[list[str]]:
    rows = [[*row, total] for row, total in zip(table.cells, table.row_totals, strict=True)]
    return [[str(cell) for cell in row] for row in [*rows, [*table.column_totals, table.total]]]


def test_one_small_cell_takes_a_rectangle_with_it() -> None:
    shown = suppress_table([[20, 3, 40], [30, 50, 60], [70, 80, 90]])
    assert as_text(shown) == [
        ["..", "<5", "40", "63"],
        ["..", "..", "60", "140"],
        ["70", "80", "90", "240"],
        ["120", "133", "190", "443"],
    ]


def test_table_without_small_figures_is_shown_whole() -> None:
    assert as_text(suppress_table([[20, 0], [30, 5]])) == [["20", "0", "20"], ["30", "5", "35"], ["50", "5", "55"]]


def test_table_that_cannot_be_protected_keeps_its_grand_total() -> None:
    assert as_text(suppress_table([[1, 1], [1, 0]])) == [["..", "..", ".."], ["..", "..", ".."], ["..", "..", "<5"]]


def test_empty_table() -> None:
    assert suppress_table([]) == Table((), (), (), Cell(0))


@pytest.mark.parametrize("call", [lambda: show_count(-1), lambda: show_share(3, 2), lambda: suppress_counts({"a": -1})])
def test_impossible_counts_are_refused(call) -> None:
    with pytest.raises(ValueError, match="never"):
        call()


def test_rows_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equally long"):
        suppress_table([[1, 2], [3]])


def test_overlapping_periods_published_as_one_table_cannot_be_subtracted() -> None:
    """January-June and January-July together are January-June and July: three in July must not come out."""
    parts, total = suppress_counts({"January-June": 60, "July": 3})
    assert (parts["January-June"], parts["July"], total) == (HIDDEN, SMALL, Cell(63))


def test_large_tables_are_answered_at_once() -> None:
    counts = [[(7 * row + 3 * column * column) % 13 for column in range(12)] for row in range(12)]
    shown = suppress_table(counts)
    for row, shown_row in zip(counts, shown.cells, strict=True):
        for count, cell in zip(row, shown_row, strict=True):
            assert (cell is SMALL) is (0 < count < 5)


# --- the attacker: every table that fits what is shown, found by trying ----------------------------------------------


def possible(cell: Cell, most: int) -> range:
    """What a reader who knows the rules can think of one figure; a hidden one is at least 5, or it would read "<5"."""
    if cell.value is not None:
        return range(cell.value, cell.value + 1)
    return range(1, 5) if cell is SMALL else range(5, most + 1)


def fits(value: int, cell: Cell) -> bool:
    return value in possible(cell, 10**9)


def row_guesses(cells: Sequence[Cell], total: Cell, most: int) -> list[tuple[int, ...]]:
    return [guess for guess in product(*(possible(cell, most) for cell in cells)) if fits(sum(guess), total)]


def table_guesses(table: Table, most: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    rows = [row_guesses(row, total, most) for row, total in zip(table.cells, table.row_totals, strict=True)]
    for guess in product(*rows):
        sums = [sum(column) for column in zip(*guess, strict=True)]
        if all(map(fits, sums, table.column_totals)) and fits(sum(sums), table.total):
            yield guess


def keeps_only_its_total(cells: Sequence[Cell]) -> bool:
    return all(cell is HIDDEN for cell in cells)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
@example([3, 5])
@example([4, 4, 9])
def test_no_part_can_be_worked_out_from_the_others(counts: list[int]) -> None:
    cells, total = suppress_counts(dict(enumerate(counts)))
    shown = list(cells.values())
    assert all(cell.value in (None, count) for cell, count in zip(shown, counts, strict=True))
    if keeps_only_its_total(shown):
        return
    assert [cell is SMALL for cell in shown] == [0 < count < 5 for count in counts]

    guesses = row_guesses(shown, total, most=15)
    assert tuple(counts) in guesses
    for place, cell in enumerate(shown):
        if cell is SMALL:
            assert len({guess[place] for guess in guesses}) >= 3
    if total is SMALL:
        assert len({sum(guess) for guess in guesses}) >= 3


TABLES = st.integers(1, 3).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9]), min_size=width, max_size=width), min_size=1, max_size=2
    )
)


@settings(max_examples=150, deadline=None)
@given(TABLES)
@example([[9, 3, 0], [6, 9, 0]])
@example([[1, 1], [1, 6]])
@example([[0, 4], [4, 0]])
def test_no_cell_can_be_worked_out_from_rows_columns_and_totals_together(counts: list[list[int]]) -> None:
    table = suppress_table(counts)
    if keeps_only_its_total([*sum(table.cells, ()), *table.row_totals, *table.column_totals]):
        return
    guesses = list(table_guesses(table, most=12))

    assert tuple(map(tuple, counts)) in guesses
    for r, row in enumerate(table.cells):
        for c, cell in enumerate(row):
            assert (cell is SMALL) is (0 < counts[r][c] < 5)
            if cell is SMALL:
                assert len({guess[r][c] for guess in guesses}) >= 3
    for r, total in enumerate(table.row_totals):
        if total is SMALL:
            assert len({sum(guess[r]) for guess in guesses}) >= 3
    for c, total in enumerate(table.column_totals):
        if total is SMALL:
            assert len({sum(row[c] for row in guess) for guess in guesses}) >= 3
