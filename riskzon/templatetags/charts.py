"""Charts in templates."""

from typing import Any

from django import template

from riskzon.charts import BOTTOM, HEIGHT, LEFT, RIGHT, WIDTH, StackedBars

register = template.Library()


@register.inclusion_tag("riskzon/kit/stacked_bars.html")
def stacked_bars(chart: StackedBars, *, level: int = 2) -> dict[str, Any]:
    """The picture, its finding and its figures; `level` is that of the heading."""
    return {
        "chart": chart,
        "level": level,
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "axis": LEFT - 8,
        "right": WIDTH - RIGHT,
        "floor": HEIGHT - BOTTOM,
        "label_y": HEIGHT - 8,
    }
