"""The suite's servers, and what its marks mean."""

import gc
import os
import shutil
from collections.abc import Callable, Generator, Iterator

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from django.utils import translation
from pytest_django.plugin import blocking_manager_key

from riskzon import access, narrow
from riskzon.models import AuditEntry, AuditHead, AuditSeal
from riskzon.translations import compile_stale
from tests.factories import person
from tests.servers import TestServers, are_given

# A busy machine is no fault of an example.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

TEMPLATE = "test_template"
_servers = pytest.StashKey[TestServers]()
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> None:
    """What the test before has left in memory says nothing about the database of this one.

    The cache holds what the auditor found for some seconds. A test that commits empties every table after it; what
    migrations wrote comes back under new keys.
    """
    cache.clear()
    access._permission_ids.clear()


@pytest.fixture(autouse=True)
def done_with_all_rights(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """Whatever a test lets happen, the roles of its parts suffice for. What was said otherwise, for the tests of that."""
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(narrow, "_say", lambda part, why: said.append((part.value, why)))
    narrow._resting.clear()
    yield said
    narrow._resting.clear()
    assert said == []


@pytest.fixture(autouse=True)
def _swedish_again() -> Iterator[None]:
    """What somebody has read in English leaves its language on the thread."""
    yield
    translation.activate("sv")


@pytest.fixture(autouse=True, scope="session")
def _the_log_may_be_emptied_between_tests(django_db_setup: None) -> None:
    """A test that commits empties every table after it, as the owner of the tables can and the product never does."""
    # Of the class: some tests take another connection.
    empty = DatabaseOperations.execute_sql_flush

    def turn(word: str) -> None:
        with connection.cursor() as cursor:
            for model in (AuditEntry, AuditSeal, AuditHead):
                cursor.execute(f'ALTER TABLE "{model._meta.db_table}" {word} TRIGGER USER')

    def with_guards_off(operations: DatabaseOperations, statements: list[str]) -> None:
        with transaction.atomic():
            turn("DISABLE")
            empty(operations, statements)
            turn("ENABLE")

    DatabaseOperations.execute_sql_flush = with_guards_off


@pytest.fixture
def visit() -> Callable[[str], Client]:
    """`visit("karin.ek")`: a browser in which this person is logged in."""

    def logged_in(username: str) -> Client:
        client = Client()
        client.force_login(person(username))
        return client

    return logged_in


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if not is_worker:
        compile_stale()
        # Workers must list the same tests in the same order, also where a set names the parameters.
        os.environ.setdefault("PYTHONHASHSEED", "0")
    if not is_worker and not are_given() and not config.option.collectonly:
        config.stash[_servers] = TestServers()
        config.stash[_servers].start()
    if is_worker and not are_given():
        connection.settings_dict["TEST"].update(TEMPLATE=TEMPLATE, MIGRATE=False)


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None]:
    """Migrate once, while the workers start; each takes a copy."""
    yield
    if _servers in session.config.stash and session.config.getoption("numprocesses", None):
        test = connection.settings_dict["TEST"]
        own_name, test["NAME"] = test["NAME"], TEMPLATE
        gc.disable()
        with session.config.stash[blocking_manager_key].unblock():
            connection.creation.create_test_db(verbosity=0, serialize=False)
            connection.close()
        gc.enable()
        test["NAME"] = own_name


def pytest_collection_finish() -> None:
    """What is imported by now stays: looking it through for garbage again and again takes a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    if servers := config.stash.get(_servers, None):
        servers.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        # The long ones first: a worker that took one last would leave the others with nothing to do.
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    has_browser = any(shutil.which(name) for name in BROWSERS)
    browser_required = os.environ.get("RISKZON_REQUIRE_BROWSER") == "1"
    for item in items:
        if item.get_closest_marker("browser") and not has_browser and not browser_required:
            item.add_marker(pytest.mark.skip(reason="no Chromium on this machine; RISKZON_REQUIRE_BROWSER=1 insists"))
        if item.get_closest_marker("embedded") and are_given():
            item.add_marker(pytest.mark.skip(reason="flushes or kills servers: runs on the embedded ones only"))
