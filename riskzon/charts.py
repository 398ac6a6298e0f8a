"""How do a few series of figures become a picture that also reads, prints and needs no script?"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, log10

#: Height and width of the drawing in its own units; the page scales it.
WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 34, 6, 18, 26


@dataclass(frozen=True)
class Series:
    """One colour of the stack. `tone`: ink, mist, over, soon or done. None is a figure that may not be shown."""

    name: str
    values: Sequence[int | None]
    tone: str = "ink"
    print_values: bool = False


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    tone: str
    value: int
    printed: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Tick:
    y: float
    label: str


@dataclass(frozen=True)
class StackedBars:
    """Stacked bars. `finding` is the caption and says what the picture shows; `hidden` stands for a None."""

    key: str
    title: str
    finding: str
    labels: Sequence[str]
    series: Sequence[Series]
    label_head: str = ""
    hidden: str = "–"
    urls: Sequence[str] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if any(len(s.values) != len(self.labels) for s in self.series):
            raise ValueError("every series has one value for each label")

    @property
    def top(self) -> int:
        """The highest line of the scale: the first round number (1, 2 or 5 times a power of ten, times 1-5) above."""
        highest = max((sum(s.values[i] or 0 for s in self.series) for i in range(len(self.labels))), default=0)
        step = self._step(highest)
        return max(step, ceil(highest / step) * step)

    @staticmethod
    def _step(highest: int) -> int:
        if highest <= 4:
            return 1
        power = 10 ** int(log10(highest / 4))
        return next(int(power * n) for n in (1, 2, 5, 10) if highest / (power * n) <= 4)

    @property
    def ticks(self) -> list[Tick]:
        step = self._step(self.top)
        return [Tick(self._y(value), str(value)) for value in range(0, self.top + 1, step)]

    def _y(self, value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.top), 1)

    @property
    def slot(self) -> float:
        return (WIDTH - LEFT - RIGHT) / max(len(self.labels), 1)

    @property
    def bars(self) -> list[Bar]:
        drawn = []
        width = min(self.slot * 0.68, 72)
        for i in range(len(self.labels)):
            x = round(LEFT + self.slot * i + (self.slot - width) / 2, 1)
            below = 0
            for series in self.series:
                value = series.values[i]
                if not value:
                    continue
                y, bottom = self._y(below + value), self._y(below)
                drawn.append(Bar(x, y, round(width, 1), round(bottom - y, 1), series.tone, value, series.print_values))
                below += value
        return drawn

    @property
    def marks(self) -> list[tuple[float, str, bool]]:
        """Where each label stands under its bar, and whether it gives way on a narrow screen."""
        many = len(self.labels) > 6
        return [
            (round(LEFT + self.slot * (i + 0.5), 1), label, many and i % 2 == 1) for i, label in enumerate(self.labels)
        ]

    @property
    def rows(self) -> list[tuple[str, str, list[str]]]:
        """label, address if any, and the figures in words, for the table under the picture."""
        return [
            (
                label,
                self.urls[i] if i < len(self.urls) else "",
                [self.hidden if s.values[i] is None else str(s.values[i]) for s in self.series],
            )
            for i, label in enumerate(self.labels)
        ]
