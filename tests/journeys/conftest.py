"""The product, really started, with people in it; and whoever walks through it."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.front.browser import chromium, open_page
from tests.journeys.walker import Walker
from tests.product import Product

__all__ = ["chromium", "open_page"]

#: A Wednesday, when every unit has opened.
MORNING = "2026-11-18T09:00:00+01:00"


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Every process of `make run`, with the demo's people and controls and an empty register."""
    running = Product(tmp_path_factory.mktemp("town") / "home", RISKZON_DEMO="1", RISKZON_CLOCK=MORNING).start()
    try:
        yield running.wait_ready()
    finally:
        running.stop(signal.SIGTERM)


@pytest.fixture
def walk(product: Product, open_page: Callable[..., Any]) -> Callable[..., Walker]:
    """`walk("per.holm", width=390)`: this person, logged in; options as Playwright's."""

    def enter(username: str, **options: Any) -> Walker:
        runs_scripts = options.get("java_script_enabled", True)
        address = f"http://127.0.0.1:{product.port}"
        return Walker(open_page(**options), address, runs_scripts=runs_scripts).log_in(username)

    return enter
