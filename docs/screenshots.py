"""Takes the pictures of the README from a running demo: `.venv/bin/python -m docs.screenshots` (or `make screenshots`).

The demo is started in a temporary folder on a Wednesday morning, seeded, photographed and thrown away.
"""

import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.front.browser import FLAGS, chromium_path
from tests.product import Product

FOLDER = Path(__file__).parent / "screenshots"
MORNING = "2026-11-18T09:40:00+01:00"
LARGEST = 250_000  # bytes; a README is read on a phone too
SEEDING = 900  # seconds that a year of reports may take on a slow machine


@dataclass(frozen=True)
class Picture:
    """Who looks at what, on which screen; `go` walks from the first page to the one that is shown."""

    name: str
    username: str
    go: Callable[[Page, str], object]
    width: int = 1440
    height: int = 900


def worklist(page: Page, address: str) -> None:
    page.goto(f"{address}/?view=all")


def case(page: Page, address: str) -> None:
    """An arrest whose guardians are being called."""
    page.goto(f"{address}/?view=all&kind=arrest")
    page.get_by_role("row").filter(has_text="Nå en vårdnadshavare").filter(has_text="kvar").get_by_role(
        "link"
    ).first.click()


def arrest(page: Page, address: str) -> None:
    page.goto(f"{address}/reports/new/arrest/")
    page.get_by_role("button", name="Nu").first.click()


def board(page: Page, address: str) -> None:
    page.goto(f"{address}/board/")


def waiting(page: Page, address: str) -> None:
    page.goto(f"{address}/waiting/")


def roster(page: Page, address: str) -> None:
    page.goto(f"{address}/roster/")


PICTURES = [
    Picture("worklist", "karin.ek", worklist),
    Picture("case", "karin.ek", case),
    Picture("arrest", "per.holm", arrest, 390, 844),
    Picture("board", "sara.lindh", board),
    Picture("waiting", "sara.lindh", waiting, 390, 844),
    Picture("roster", "jour.vakt", roster, 390, 844),
]


def take(browser: Browser, picture: Picture, address: str) -> Path:
    """One picture, of what is seen without scrolling."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=1 if picture.width > 1000 else 2,
        locale="sv-SE",
        timezone_id="Europe/Stockholm",
        color_scheme="light",
    )
    page = context.new_page()
    page.goto(f"{address}/login/")
    page.locator(f"button[name=username][value='{picture.username}']").click()
    picture.go(page, address)
    page.evaluate("document.fonts.ready")
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="riskzon-screenshots-") as folder:
        product = Product(Path(folder) / "home", RISKZON_DEMO="1", RISKZON_SEED="1", RISKZON_CLOCK=MORNING).start()
        try:
            product.wait_ready(SEEDING)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
                taken = [take(browser, picture, f"http://127.0.0.1:{product.port}") for picture in PICTURES]
        finally:
            product.stop(signal.SIGTERM)
    too_large = [path for path in taken if path.stat().st_size > LARGEST]
    for path in taken:
        print(f"{path.relative_to(FOLDER.parent.parent)}: {path.stat().st_size / 1000:.0f} kB")
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
