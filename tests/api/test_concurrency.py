"""Several threads with one key, or with one case: one report, one winner, and no number lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from riskzon.models import Case, IdempotencyKey, Report
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 5


def _together(call: Any) -> list[Any]:
    """What `call(number)` returns in each of five threads that begin at the same moment."""
    gate = Barrier(THREADS)

    def run(number: int) -> Any:
        try:
            gate.wait()
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_five_threads_with_one_key_register_one_report(call_as):
    callers = [call_as("karin.ek") for _number in range(THREADS)]

    answers = _together(lambda number: callers[number].report(key="the same"))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.content for answer in answers}) == 1
    assert Report.objects.count() == Case.objects.count() == IdempotencyKey.objects.count() == 1


def test_five_threads_with_keys_of_their_own_get_numbers_without_a_gap(call_as):
    callers = [call_as("karin.ek") for _number in range(THREADS)]

    answers = _together(lambda number: callers[number].report(key=str(number)))

    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["number"] for answer in answers) == [
        f"2026-{number:06}" for number in range(1, THREADS + 1)
    ]


def test_of_five_who_decide_at_once_one_wins_and_the_others_are_told(call_as):
    case = call_as("karin.ek").report().json()["cases"][0]["id"]
    callers: list[Caller] = [call_as("karin.ek") for _number in range(THREADS)]

    answers = _together(lambda number: callers[number].post(f"/cases/{case}/disposition", {"disposition": "opened"}))

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]
    assert all(answer.json()["detail"] for answer in answers if answer.status_code == 409)
