"""The ends on the board: what waits for its second party, and the breaches of cases that were registered in error."""

from collections.abc import Callable

import pytest
from django.test import Client

from riskzon.models import Case
from tests.acts import confirm, end, propose
from tests.factories import BEA, CASTOR, child, make_report
from tests.workflows.board.conftest import later, words
from tests.workflows.board.test_board import board, rows_at, tiles

Visit = Callable[[str], Client]


def arrest(number: str) -> Case:
    return make_report("per.holm", children=[child(identity_number=number)]).cases[0]


@pytest.mark.parametrize("who", ["sara.lindh", "maria.oberg"])
def test_what_waits_is_a_figure_with_its_rows(visit: Visit, who: str) -> None:
    first, second = arrest(BEA), arrest(CASTOR)
    client = visit(who)
    assert tiles(client)["Avslut att bekräfta"][0] == "0"
    propose(first)
    later(hours=1)
    propose(second, "transferred")

    figure, address = tiles(client)["Avslut att bekräfta"]

    assert (figure, rows_at(client, address)) == ("2", [first.number, second.number])
    said = words(client.get(address).content.decode())
    for text in ("Gick inte att identifiera", "Överflyttad till annan kommun", "Karin Ek"):
        assert text in said
    assert "Skälet till avslutet" not in said
    confirm(first)
    assert tiles(client)["Avslut att bekräfta"][0] == "1"


def test_the_supervisor_reaches_the_case_from_the_row_and_the_head_does_not(visit: Visit) -> None:
    case = arrest(BEA)
    propose(case)
    link = f"/cases/{case.pk}/end/"
    assert link in visit("sara.lindh").get("/board/ends/").content.decode()
    assert "/cases/" not in visit("maria.oberg").get("/board/ends/").content.decode().split("<main")[1]
    assert rows_at(visit("jonas.falk"), "/board/ends/") == []


def test_a_breach_of_a_case_registered_in_error_stands_on_its_own_line(visit: Visit) -> None:
    wrong, real = arrest(BEA), arrest(CASTOR)
    later(hours=25)
    client = visit("sara.lindh")
    assert set(rows_at(client, "/board/in-time/arrest/missed/")) == {wrong.number, real.number}

    end(wrong)

    assert rows_at(client, "/board/in-time/arrest/missed/") == [real.number]
    assert rows_at(client, "/board/in-time/arrest/void/") == [wrong.number]
    assert rows_at(client, "/board/in-time/arrest/decided/") == [real.number]
    page = words(board(client))
    assert "Överskridna, felregistrerade / dubbletter" in page
    # It is still to be explained, and nothing of it is overdue any more.
    assert wrong.number in page
    assert wrong.number not in rows_at(client, "/board/overdue/")


def test_transferred_in_time_is_exempt_and_after_the_limit_a_breach(visit: Visit) -> None:
    soon, late = arrest(BEA), arrest(CASTOR)
    end(soon, "transferred")
    propose(late, "transferred")
    later(hours=25)
    confirm(late)
    client = visit("sara.lindh")
    assert rows_at(client, "/board/in-time/arrest/exempt/") == [soon.number]
    assert rows_at(client, "/board/in-time/arrest/missed/") == [late.number]
