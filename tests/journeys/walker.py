"""How many presses, letters and seconds does a piece of work cost the person who does it?"""

import re
import time
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from tests.front.browser import Watched, assert_in_order
from workflows.demo.people import PASSWORD

# The keystroke-level model (Card, Moran and Newell 1980): pointing and pressing, one letter on a phone, a decision.
_PRESS, _LETTER, _DECISION = 1.3, 0.5, 1.35


@dataclass
class Cost:
    """What was counted since the work began; `waited` is the time that product and browser took of it."""

    work: str
    presses: int = 0
    letters: int = 0
    waited: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def by_hand(self) -> float:
        """Seconds for a person, by the keystroke-level model: every press a decision, and what was waited."""
        return self.presses * (_PRESS + _DECISION) + self.letters * _LETTER + self.waited

    def __str__(self) -> str:
        return (
            f"{self.work}: {self.presses} presses, {self.letters} letters, {self.waited:.1f} s in product and browser; "
            f"by hand about {self.by_hand:.0f} s (keystroke-level model)"
        )


class Walker:
    """One person in one browser, who reads words and presses what carries them."""

    def __init__(self, watched: Watched, address: str, *, runs_scripts: bool = True) -> None:
        self.watched, self.page, self.address = watched, watched.page, address
        self.runs_scripts = runs_scripts
        self.cost = Cost("")

    def log_in(self, username: str) -> "Walker":
        self.page.goto(f"{self.address}/login/")
        self.page.get_by_label("Användarnamn").fill(username)
        self.page.get_by_label("Lösenord", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Logga in", exact=True).click()
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("Logga in")
        return self

    def begin(self, work: str) -> None:
        """Count from here."""
        self.cost = Cost(work)

    def done(self) -> Cost:
        """Stop counting."""
        cost, self.cost = self.cost, Cost("")
        cost.waited = time.monotonic() - cost.began
        return cost

    def press(self, name: str, role: str = "link", *, within: Locator | Page | None = None) -> "Walker":
        """Press the one link, button or choice that is called exactly so."""
        self.cost.presses += 1
        (within or self.page).get_by_role(role, name=name, exact=True).click()
        return self

    def choose(self, label: str, option: str) -> "Walker":
        """Choose in a list."""
        self.cost.presses += 2
        self.page.get_by_role("combobox", name=_called(label)).select_option(label=option)
        return self

    def write(self, label: str, text: str, *, within: Locator | Page | None = None) -> "Walker":
        """Fill one field."""
        self.cost.presses += 1
        self.cost.letters += len(text)
        (within or self.page).get_by_role("textbox", name=_called(label)).fill(text)
        return self

    def sees(self, *texts: str) -> "Walker":
        """Every text can be seen on the page, whole or as part of a longer one."""
        for text in texts:
            expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()
        return self

    def sees_nowhere(self, *texts: str) -> "Walker":
        """None of the texts is in the page, shown or hidden."""
        content = self.page.content()
        assert [text for text in texts if text in content] == []
        return self

    def in_order(self) -> "Walker":
        """The page keeps what every page must: WCAG, content policy, nothing off the side."""
        if self.runs_scripts:
            assert_in_order(self.watched)
        # axe is a script itself, and would wait for ever where none may run.
        assert self.watched.complaints == []
        return self


def _called(label: str) -> re.Pattern[str]:
    """A field's whole name, whether or not the page says that it may be left empty."""
    return re.compile(rf"^{re.escape(label)}( \(frivillig\))?$")
