import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation
from pytest_django import Settings

from riskzon import error_pages
from riskzon.errors import Busy, Conflict, Forbidden, Invalid, Refused, Unseen


@pytest.fixture(autouse=True)
def _swedish(settings: Settings):
    settings.ROOT_URLCONF = "tests.front.urls"
    with translation.override("sv"):
        yield


@pytest.fixture
def request_(rf: RequestFactory) -> HttpRequest:
    request = rf.post("/case?tab=log")
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [
        (Conflict("Ärendet har redan tagits av Karin Ek."), 409, "Ärendet har redan tagits av Karin Ek."),
        (Busy(), 409, "Någon annan arbetar i ärendet just nu."),
        (Forbidden(), 403, "Du har inte rätt att göra detta i ärendet."),
        (Unseen(), 404, "Sidan finns inte"),
        (Invalid.field("at", "x"), 400, "Uppgifterna kunde inte sparas."),
    ],
)
def test_refusal_that_no_page_answered_becomes_a_page(
    request_: HttpRequest, refusal: Refused, status: int, words: str
) -> None:
    answer = error_pages.RefusedMiddleware(lambda request: None).process_exception(request_, refusal)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_other_exceptions_are_left_alone(request_: HttpRequest) -> None:
    middleware = error_pages.RefusedMiddleware(lambda request: None)
    assert middleware.process_exception(request_, ValueError()) is None


def test_missing_and_unseen_look_alike(request_: HttpRequest) -> None:
    missing = error_pages.not_found(request_, Exception("secret reason"))
    unseen = error_pages.RefusedMiddleware(lambda request: None).process_exception(request_, Unseen())
    keys = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
    assert keys.sub(b"", missing.content) == keys.sub(b"", unseen.content)
    assert b"secret" not in missing.content


def test_conflict_keeps_what_was_written(request_: HttpRequest) -> None:
    answer = error_pages.conflict(request_, "Någon var före.", kept=[("Anteckning", "<b>Min text</b>"), ("Skäl", "")])
    html = answer.content.decode()
    assert "&lt;b&gt;Min text&lt;/b&gt;" in html
    assert "Skäl" not in html


def test_server_error_needs_no_user_and_gives_the_number_of_the_log(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.id = "d78a6bfe-4ae7-4e78-8c52-987da9a0b05f"
    answer = error_pages.server_error(request)
    assert answer.status_code == 500
    assert "d78a6bfe-4ae7-4e78-8c52-987da9a0b05f" in answer.content.decode()


def test_without_its_database_a_page_says_come_back_soon(rf: RequestFactory) -> None:
    try:
        raise OperationalError("connection to server at 127.0.0.1 failed")
    except OperationalError:
        answer = error_pages.server_error(rf.get("/"))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b"127.0.0.1" not in answer.content
