"""A real Chromium for tests, and what every page must hold in it.

Reuse elsewhere by importing the fixtures into a conftest: `from tests.front.browser import chromium, open_page`.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

# Playwright's own loop runs in the thread of the tests; Django would take every query for one inside a coroutine.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: Width to height: a desk, a phone, and a desk at 400 %.
SCREENS = {1440: 900, 390: 844, 320: 640}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What passes need not be told, element by element.
AXE = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
#: The browser's own note of an answer with an error status; the page itself may be in order.
STATUS_NOTE = "Failed to load resource: the server responded with a status of"


@dataclass
class Watched:
    """A page, and everything that the browser complained of while it was shown."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(STATUS_NOTE):
            self.complaints.append(f"{message.type}: {message.text}")


def chromium_path() -> str | None:
    """Where Chromium is, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session. Without Chromium: skipped, or failed when RISKZON_REQUIRE_BROWSER=1."""
    path = chromium_path()
    if path is None:
        if os.environ.get("RISKZON_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium on this machine, and RISKZON_REQUIRE_BROWSER=1")
        pytest.skip("no Chromium on this machine; RISKZON_REQUIRE_BROWSER=1 makes this a failure")
    with _shared(path) as browser:
        yield browser


_open: list[tuple[Playwright, Browser]] = []
_users = 0


@contextmanager
def _shared(path: str) -> Iterator[Browser]:
    """The process's one browser: each conftest that imports the fixture has a session of its own, Playwright only one."""
    global _users
    if not _open:
        playwright = sync_playwright().start()
        _open.append((playwright, playwright.chromium.launch(executable_path=path, args=list(FLAGS))))
    _users += 1
    try:
        yield _open[0][1]
    finally:
        _users -= 1
        if not _users:
            playwright, browser = _open.pop()
            browser.close()
            playwright.stop()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """`open_page(width=390, java_script_enabled=False, …)`: a fresh visitor in Sweden; options as Playwright's."""
    contexts = []

    def visit(width: int = 1440, **options: Any) -> Watched:
        options.setdefault("viewport", {"width": width, "height": SCREENS.get(width, 900)})
        context = chromium.new_context(locale="sv-SE", timezone_id="Europe/Stockholm", **options)
        contexts.append(context)
        watched = Watched(context.new_page())
        watched.page.on("console", watched.note)
        watched.page.on("pageerror", lambda error: watched.complaints.append(f"script: {error}"))
        return watched

    yield visit
    for context in contexts:
        context.close()


def assert_in_order(watched: Watched) -> None:
    """No breach of WCAG that axe can find, no complaint (of the content policy or a script), nothing off the side."""
    found = Axe().run(watched.page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    assert watched.complaints == [], watched.complaints
    wide, screen = watched.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= screen, f"{wide - screen} px stick out at the side of {watched.page.url}"
