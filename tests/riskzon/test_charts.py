import pytest
from django.template import Context, Template

from riskzon.charts import Series, StackedBars


def chart(*values: int | None, **more) -> StackedBars:
    return StackedBars("c", "Titel", "Fynd.", [str(i) for i in range(len(values))], [Series("I tid", values)], **more)


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 1), (1, 1), (4, 4), (5, 6), (9, 10), (13, 15), (58, 60), (131, 150), (1000, 1000)]
)
def test_scale_ends_at_a_round_number_not_below_the_highest(highest: int, top: int) -> None:
    drawn = chart(highest)
    assert drawn.top == top
    assert 2 <= len(drawn.ticks) <= 6


def test_bars_stand_on_each_other() -> None:
    stacked = StackedBars("c", "T", "F", ["a"], [Series("x", [6]), Series("y", [4], "over")])
    low, high = stacked.bars
    assert high.y + high.height == pytest.approx(low.y)
    assert low.height / high.height == pytest.approx(1.5, rel=0.01)


def test_hidden_figure_is_neither_drawn_nor_written() -> None:
    drawn = chart(7, None, hidden="färre än 5")
    assert len(drawn.bars) == 1
    assert drawn.rows[1][2] == ["färre än 5"]


def test_picture_and_table_have_the_same_figures() -> None:
    html = Template("{% load charts %}{% stacked_bars chart %}").render(Context({"chart": chart(3, 12)}))
    assert html.count("<rect") == 2
    assert '<td class="number">12</td>' in html
    assert 'aria-label="Titel. Fynd."' in html
    assert "style=" not in html


def test_series_that_does_not_fit_its_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="one value for each label"):
        StackedBars("c", "T", "F", ["a", "b"], [Series("x", [1])])
