"""For whom does the overview exist?"""

from collections.abc import Callable

import pytest
from django.test import Client

Visit = Callable[[str], Client]

EVERYBODY = {
    "karin.ek", "sara.lindh", "jour.vakt", "per.holm", "butik.city", "maria.oberg", "stina.berg", "lars.wik", "it.admin"
}  # fmt: skip
OVERSEERS = {"sara.lindh", "maria.oberg"}
MAY_OPEN = {
    "/board/": OVERSEERS,
    "/board/overdue/": OVERSEERS,
    "/board/soon/": OVERSEERS,
    "/board/unassigned/": OVERSEERS,
    "/board/holds/": OVERSEERS,
    "/board/in-time/arrest/decided/": OVERSEERS,
    "/breaches/": OVERSEERS,
    "/accounting/": OVERSEERS,
    "/waiting/": OVERSEERS | {"jour.vakt"},
    "/statistics/": {"maria.oberg", "stina.berg"},
}


@pytest.mark.parametrize("address", MAY_OPEN)
def test_a_page_exists_for_its_roles_and_for_nobody_else(visit: Visit, address: str) -> None:
    answers = {who: visit(who).get(address).status_code for who in EVERYBODY}
    assert {who for who, status in answers.items() if status == 200} == MAY_OPEN[address]
    assert set(answers.values()) == {200, 404}


@pytest.mark.parametrize("address", MAY_OPEN)
def test_whoever_has_not_logged_in_is_asked_to(address: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/")
