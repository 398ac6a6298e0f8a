"""At night a protected identity is shown to whoever is on duty by the roster, and to no other of Socialjouren."""

import pytest

from riskzon.models import Case
from tests.acts import HOUR, move
from tests.api.caller import Caller
from tests.duty import extra, off
from tests.factories import ELSA, at, child, make_report

#: The roster has jour.vakt from 17.00, and jour.reserv may read the case as well.
NIGHT = "2026-11-13T22:00:00+01:00"


@pytest.fixture
def case() -> Case:
    made = make_report(
        children=[child(identity_number=ELSA, given_name="Kanariella", protected_identity="marked")],
    ).cases[0]
    at(NIGHT)
    return made


def asks(who: str, case: Case) -> tuple[int, bool]:
    answer = Caller(who).post(f"/cases/{case.pk}/reveal", {"why": "contact"})
    return answer.status_code, "Kanariella" in answer.content.decode()


def sees(who: str, case: Case) -> tuple[int, bool]:
    answer = Caller(who).get(f"/cases/{case.pk}")
    return answer.status_code, "Kanariella" in answer.content.decode()


def test_whoever_is_on_duty_has_it_shown_and_a_colleague_at_home_reads_a_number(case):
    assert asks("jour.vakt", case) == (200, True)
    assert asks("jour.reserv", case) == (403, False)
    assert sees("jour.reserv", case) == (200, False)


def test_a_colleague_at_home_reads_on_the_page_who_may(case, visit):
    page = visit("jour.reserv").get(f"/cases/{case.pk}/reveal/").content.decode()
    assert "Uppgifterna visas bara för den som är i tjänst enligt schemat." in page


def test_where_the_roster_names_nobody_everybody_who_stands_in_may(case):
    off("2026-11-13")
    assert asks("jour.reserv", case) == (200, True)


def test_whose_shift_ends_sees_it_no_more(case):
    off("2026-11-13")
    extra("jour.vakt", "2026-11-13", "17.00", "22.10")
    extra("jour.reserv", "2026-11-13", "22.10", "08.00")
    assert asks("jour.vakt", case) == (200, True)
    move(HOUR / 6)
    assert sees("jour.vakt", case) == (200, False)
    assert asks("jour.reserv", case) == (200, True)
