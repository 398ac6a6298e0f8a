"""Whoever must act when nobody looks after the clocks reads it on every page; nobody else does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from riskzon import clock
from tests.factories import people, person
from tests.workflows.test_alarm import with_banner
from workflows.models import Heartbeat
from workflows.watched import faults

pytestmark = pytest.mark.django_db

LEADERS = ("sara.lindh", "maria.oberg", "it.admin")
WORKERS = ("karin.ek", "jour.vakt")
OTHERS = ("per.holm", "butik.city", "stina.berg", "lars.wik")
NOBODY_LOOKS = "Ingen kontrollerar att fristerna bevakas just nu."
NOBODY_FIRES = "Fristerna bevakas inte just nu."


def beat(name: str, age: float, *found: str) -> None:
    at = clock.real_now() - timedelta(seconds=age)
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "detail": {"faults": list(found)}})
    cache.clear()


@pytest.fixture(autouse=True)
def _all_is_well(settings: Any) -> None:
    settings.TEMPLATES = with_banner(settings.TEMPLATES)
    people()
    beat("loop", 2)
    beat("audit", 20)


@pytest.fixture
def alarm() -> Callable[[str], str]:
    """What the red line above a page says to this person; "" where there is none."""

    def shown(username: str, page: str = "inbox") -> str:
        client = Client()
        client.force_login(person(username))
        text = client.get(reverse(page)).content.decode()
        return text.split('<div class="alarm" role="alert">')[1].split("</p>")[0] if 'class="alarm"' in text else ""

    return shown


@pytest.mark.parametrize("username", [*LEADERS, *WORKERS, *OTHERS])
def test_nobody_is_alarmed_while_all_is_well(alarm: Callable[[str], str], username: str) -> None:
    assert alarm(username) == ""


@pytest.mark.parametrize("username", LEADERS)
def test_leaders_read_what_the_audit_found_and_whom_to_call(
    alarm: Callable[[str], str], settings: Any, username: str
) -> None:
    beat("audit", 20, "outbox_slow", "roster_gap")
    assert "Mejl och SMS går inte ut i tid. Ring den som måste veta." in alarm(username)
    assert "saknas någon i tjänst på Socialjouren" in alarm(username)
    assert "Ring den som sköter driften." in alarm(username)

    settings.SUPPORT_PHONE = "033-35 70 00"
    assert "Ring 033-35 70 00." in alarm(username)


@pytest.mark.parametrize("username", LEADERS)
def test_leaders_read_that_the_audit_is_old_or_was_never_there(alarm: Callable[[str], str], username: str) -> None:
    beat("audit", 91)
    assert NOBODY_LOOKS in alarm(username)

    Heartbeat.objects.filter(name="audit").delete()
    cache.clear()
    assert NOBODY_LOOKS in alarm(username)


def test_an_old_audit_says_nothing_of_now(alarm: Callable[[str], str]) -> None:
    beat("audit", 91, "outbox_slow")

    assert "Mejl" not in alarm("sara.lindh")


@pytest.mark.parametrize("username", [*LEADERS, *WORKERS])
def test_everybody_who_handles_cases_reads_that_nobody_fires(alarm: Callable[[str], str], username: str) -> None:
    beat("loop", 91)

    assert NOBODY_FIRES in alarm(username)


@pytest.mark.parametrize("username", WORKERS)
def test_those_who_handle_cases_read_nothing_else(alarm: Callable[[str], str], username: str) -> None:
    beat("audit", 91, "outbox_slow", "roster_gap", "no_sweep")

    assert alarm(username) == ""


@pytest.mark.parametrize("username", OTHERS)
def test_the_others_are_told_nothing(alarm: Callable[[str], str], username: str) -> None:
    beat("loop", 91)
    beat("audit", 91)

    assert alarm(username) == ""


def test_either_dispatcher_is_enough(alarm: Callable[[str], str]) -> None:
    beat("loop", 91)
    beat("sweep", 3)

    assert alarm("karin.ek") == ""


def test_the_product_s_clock_has_no_part_in_it(alarm: Callable[[str], str]) -> None:
    clock.advance(timedelta(days=3))

    assert alarm("sara.lindh") == ""


def test_the_board_says_once_that_nobody_fires(alarm: Callable[[str], str]) -> None:
    beat("loop", 91)
    client = Client()
    client.force_login(person("sara.lindh"))

    assert client.get(reverse("board")).content.decode().count(NOBODY_FIRES.removesuffix(".")) == 1


def test_a_page_asks_once_and_the_next_ones_not_at_all() -> None:
    with CaptureQueriesContext(connection) as asked:
        faults()
        faults()

    assert len(asked) == 1


def test_the_line_is_in_english_for_whoever_reads_english(alarm: Callable[[str], str]) -> None:
    beat("audit", 91)
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person("sara.lindh"))

    text = client.get(reverse("inbox")).content.decode()

    assert "Nobody checks that the deadlines are watched right now." in text
