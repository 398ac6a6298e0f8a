"""The suite's servers, and what its marks mean."""

import os
import shutil
from collections.abc import Iterator

import pytest
from django.utils import translation

from riskzon import access
from riskzon.translations import compile_stale
from tests.servers import TestServers, are_given

_servers = pytest.StashKey[TestServers]()
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(autouse=True)
def _permissions_are_asked_anew() -> None:
    """A test that commits empties every table after it; what migrations wrote comes back under new keys."""
    access._permission_ids.clear()


@pytest.fixture(autouse=True)
def _swedish_again() -> Iterator[None]:
    """What somebody has read in English leaves its language on the thread."""
    yield
    translation.activate("sv")


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        compile_stale()
        # Workers must list the same tests in the same order, also where a set names the parameters.
        os.environ.setdefault("PYTHONHASHSEED", "0")
    if not is_worker and not are_given() and not config.option.collectonly:
        config.stash[_servers] = TestServers()
        config.stash[_servers].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if servers := config.stash.get(_servers, None):
        servers.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    has_browser = any(shutil.which(name) for name in BROWSERS)
    browser_required = os.environ.get("RISKZON_REQUIRE_BROWSER") == "1"
    for item in items:
        if item.get_closest_marker("browser") and not has_browser and not browser_required:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine; RISKZON_REQUIRE_BROWSER=1 insists"))
        if item.get_closest_marker("embedded") and are_given():
            item.add_marker(pytest.mark.skip(reason="flushes or kills servers: runs on the embedded ones only"))
