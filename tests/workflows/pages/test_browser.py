"""The pages in a real browser, at a desk, on a phone and at 400 %: in order, whole and without sideways scrolling."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.front.browser import SCREENS, Watched, assert_in_order
from tests.workflows.pages.day import Day, busy_day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CASE_PAGES = ("case", "case-timeline", "case-deadlines", "case-documents", "case-process", "case-log")
FORM_PAGES = ("contact", "assessment", "disposition", "guardian-new", "child-identify", "case-assign")


@pytest.fixture
def day(_workday: None) -> Day:
    return busy_day()


@pytest.fixture
def show(live_server, open_page, visit) -> Callable[..., Watched]:
    """`show("karin.ek", path, width=390)`: the page as this person sees it."""

    def shown(username: str, path: str, width: int = 1440) -> Watched:
        watched = open_page(width=width)
        logged_in: Client = visit(username)
        session = logged_in.cookies["sessionid"].value
        watched.page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        watched.page.goto(live_server.url + path)
        return watched

    return shown


def test_every_page_of_the_casework_is_in_order_at_three_widths(day, show):
    for width in SCREENS:
        for view in ("mine", "all", "overdue"):
            assert_in_order(show("karin.ek", f"/?view={view}", width))
        for name in CASE_PAGES:
            assert_in_order(show("karin.ek", reverse(name, args=[day.late.pk]), width))
        for name in FORM_PAGES:
            assert_in_order(show("karin.ek", reverse(name, args=[day.late.pk]), width))
        assert_in_order(show("karin.ek", reverse("case", args=[day.protected.pk]), width))
        assert_in_order(show("sara.lindh", reverse("case", args=[day.held.pk]), width))
        assert_in_order(show("sara.lindh", reverse("holds", args=[day.held.pk]), width))
        assert_in_order(show("sara.lindh", reverse("hold-new", args=[day.held.pk]), width))
        assert_in_order(show("per.holm", reverse("case", args=[day.late.pk]), width))
