"""What the case knows of others is cut from a text however it is written, and what is no name and no number stays."""

import pytest

from workflows.redaction import Redaction, numbers

CUT = "[utelämnat]"
OWN = "070-174 06 42"


def said(text: str, *names: str, kept: tuple[str, ...] = ()) -> str:
    return Redaction(names, kept, numbers(OWN, "20100702-2393")).apply(text)


@pytest.mark.parametrize("text", ["Bo Ek", "bo ek", "BO EK", "Bo  Ek", "Ek, Bo", "Bo", "Eks", "Bo Eks"])
def test_a_short_name_goes_whole_and_in_parts(text):
    assert "".join(said(text, "Bo Ek").split(CUT)).strip(" ,") == ""


def test_what_only_looks_like_a_short_name_stays():
    text = "Han bor hos en moster, och får bo kvar i ett ekhus."
    assert said(text, "Bo Ek", "En") == text


@pytest.mark.parametrize("text", ["Anna", "Annas", "anna", "Karin", "Anna-Karin", "Berg", "Anna-Karin Berg"])
def test_each_half_of_a_double_name_goes(text):
    assert said(text, "Anna-Karin Berg") == CUT


def test_the_family_name_in_common_stays_and_the_other_goes_with_it_or_alone():
    kept = ("Albin Fiktivsson", "Olle Fiktivsson")
    assert said("Maja, Albin Fiktivsson", "Maja Fiktivsson", kept=kept) == f"{CUT}, Albin Fiktivsson"
    assert said("Maja Fiktivsson ringde", "Maja Fiktivsson", kept=kept) == f"{CUT} ringde"
    assert said("Olle Fiktivsson ringde", "Olle Fiktivsson", kept=kept) == "Olle Fiktivsson ringde"


@pytest.mark.parametrize(
    "number",
    [
        *("+45 20 12 34 56", "+4520123456", "0045 20 12 34 56", "+1 (202) 555-0142"),
        *("070/123 45 67", "070.123.45.67", "070-123 45 67", "0701234567", "+46 (0)70-123 45 67", "0046701234567"),
        *("08/12 34 56", "08-123 45 67", "033 - 12 34 56", "46701234567", "123 45 67", "12 34 56"),
        *("20130505-2399", "130505-2399", "2013-05-05-2399", "130505+2399"),
        *("bo.ek@example.se", "BO+x@mail.example.co.uk"),
    ],
)
def test_whatever_reaches_a_person_goes_in_any_writing(number):
    assert said(f"Nås på {number}.") == f"Nås på {CUT}."
    assert said(f"tel.{number}, sedan") == f"tel.{CUT}, sedan" or "@" in number


def test_two_numbers_side_by_side_leave_nothing():
    assert said("070-123 45 67/070-765 43 21 eller") == f"{CUT} eller"
    assert said("08.15-09.00 070-123 45 67") == f"08.15-09.00 {CUT}"


@pytest.mark.parametrize("number", [OWN, "+46 70 174 06 42", "+46 (0)70/174 06 42", "20100702-2393", "2010-07-02-2393"])
def test_the_reader_s_own_number_and_the_child_s_stay(number):
    assert said(f"Nås på {number}.") == f"Nås på {number}."


@pytest.mark.parametrize(
    "text",
    [
        "Kl. 08.15-09.00 och 08.15–09.00, 10.30 eller 14:05.",
        "2026-12-07, 07.12.2026, 07/12 2026, 7/12 och 2026-12-01 - 2026-12-14",
        "Ärende 2026-000123-1 i anmälan 2026-000123",
        "15 000 kr, 24 timmar, 14 dagar, 1 500 000 kr",
    ],
)
def test_hours_days_sums_and_numbers_of_cases_stay(text):
    assert said(text, "Bo Ek") == text
