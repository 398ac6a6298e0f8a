"""Identity numbers: the published test numbers of the scenarios, every way of typing them, and every refusal.

All numbers that are taken as right come from Skatteverket's published test set, or carry letters.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from personnummer import personnummer

from riskzon.identity import (
    BadCheckDigit,
    BadIdentity,
    BadIdentityDate,
    IdentityKind,
    LetterForDigit,
    NotYetBorn,
    TooOld,
    age_on,
    birthday_on,
    format_identity,
    parse_identity,
    turns_18_at,
    turns_at,
)

TODAY = date(2026, 11, 13)  # Friday

SCENARIO_NUMBERS = [
    ("20100702-2393", date(2010, 7, 2)),  # S1
    ("19800608-9240", date(1980, 6, 8)),
    ("19800207-9294", date(1980, 2, 7)),
    ("20090608-2383", date(2009, 6, 8)),  # S2
    ("20130505-2399", date(2013, 5, 5)),  # S3
    ("19820425-9264", date(1982, 4, 25)),
    ("20120304-2385", date(2012, 3, 4)),  # S5
    ("20110418-2397", date(2011, 4, 18)),  # S7
    ("20090109-2395", date(2009, 1, 9)),  # S9
    ("20080229-2383", date(2008, 2, 29)),  # leap day
]


def with_check_digit(first_eleven: str) -> str:
    """Tries all ten, so that no arithmetic is shared with the code under test."""
    sums = []
    for last in "0123456789":
        digits = [int(digit) for digit in first_eleven[2:] + last]
        total = sum(sum(divmod(digit * (2 if place % 2 == 0 else 1), 10)) for place, digit in enumerate(digits))
        if total % 10 == 0:
            sums.append(first_eleven + last)
    (number,) = sums
    return number


@pytest.mark.parametrize(("number", "born"), SCENARIO_NUMBERS)
def test_every_way_of_typing_a_personnummer_gives_the_same_twelve_characters(number: str, born: date) -> None:
    digits = number.replace("-", "")
    typed = [
        *(number, digits, f" {number} ", f"{number[:8]} {number[9:]}", f"{number[:8]} - {number[9:]}"),
        *(
            number[2:],
            digits[2:],
            f"{number[2:8]} {number[9:]}",
            number.replace("-", "\u2013"),
            f"{number[:8]}+{number[9:]}",
        ),
        *(f"{number[:4]} {number[4:6]} {number[6:8]} {number[9:]}", number.replace("-", "\u00a0")),
    ]
    for text in typed:
        identity = parse_identity(text, TODAY)
        assert identity.kind is IdentityKind.PERSONAL
        assert identity.normalised == digits
        assert identity.birth_date == born
    assert format_identity(digits) == number


@pytest.mark.parametrize(
    ("first_eleven", "born"),
    [
        ("20110978123", date(2011, 9, 18)),
        ("20080289238", date(2008, 2, 29)),  # leap day
        ("20110060238", None),  # neither month nor day known
        ("20110960238", None),  # day unknown
        ("20110078238", None),  # month unknown
        ("20260060238", None),  # this year, unknown
    ],
)
def test_samordningsnummer_has_the_day_raised_by_sixty_and_parts_may_be_unknown(
    first_eleven: str, born: date | None
) -> None:
    number = with_check_digit(first_eleven)
    identity = parse_identity(number, TODAY)
    assert identity.kind is IdentityKind.COORDINATION
    assert identity.normalised == number
    assert identity.birth_date == born
    assert parse_identity(number[2:], TODAY) == identity


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("20111009-TF45", "20111009TF45"),  # municipal
        ("20111009-T123", "20111009T123"),  # IVO
        ("20111009-M071", "20111009M071"),  # regional
        ("20111009-SU3A", "20111009SU3A"),
        ("20111009-1A23", "20111009" + "1A23"),  # a letter in the serial
        ("20111009tf45", "20111009TF45"),
        ("111009-TF45", "20111009TF45"),
        ("20111009 TF 45", "20111009TF45"),
        ("19800608-TF45", "19800608TF45"),
    ],
)
def test_reserve_number_is_a_birth_date_and_four_characters_with_a_letter(text: str, normalised: str) -> None:
    identity = parse_identity(text, TODAY)
    assert identity.kind is IdentityKind.RESERVE
    assert identity.normalised == normalised
    assert identity.birth_date == date(int(normalised[:4]), int(normalised[4:6]), int(normalised[6:8]))
    assert format_identity(identity.normalised) == f"{normalised[:8]}-{normalised[8:]}"


@pytest.mark.parametrize(
    ("text", "today", "year"),
    [
        ("100702-2393", date(2026, 11, 13), 2010),
        ("100702-2393", date(2010, 7, 2), 2010),  # on the very day of birth
        ("100702-2393", date(2010, 7, 1), 1910),  # the day before it: a hundred years older
        ("800608-9240", date(2026, 11, 13), 1980),
        ("800608+9240", date(2026, 11, 13), None),  # a plus is past 100: 1880 is too long ago
        ("100702+2393", date(2026, 11, 13), 1910),
        ("261113-TF45", date(2026, 11, 13), 2026),
        ("261114-TF45", date(2026, 11, 13), 1926),
    ],
)
def test_century_is_inferred_for_people_under_a_hundred(text: str, today: date, year: int | None) -> None:
    if year is None:
        with pytest.raises(TooOld):
            parse_identity(text, today)
        return
    assert parse_identity(text, today).normalised[:4] == str(year)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", BadIdentity),
        ("Albin", BadIdentity),
        ("2010-07-02", BadIdentity),
        ("20100702", BadIdentity),
        ("20100702-239", BadIdentity),
        ("20100702-23933", BadIdentity),
        ("20100702/2393", BadIdentity),
        ("20100702--2393", BadIdentity),
        ("20100702-2393\x00", BadIdentity),
        ("٢٠١٠٠٧٠٢-٢٣٩٣", BadIdentity),
        ("20100702-TEST", BadIdentity),  # a word is no number
        ("20100702-ÅF45", BadIdentity),
        ("20111009-TF4", BadIdentity),
        ("20100702-2394", BadCheckDigit),
        ("20100720-2393", BadCheckDigit),  # two digits swapped
        ("20110060-2381", BadCheckDigit),
        (with_check_digit("20110060000"), BadCheckDigit),
        (with_check_digit("20100702000"), BadCheckDigit),  # the serial 000 is never given
        ("20100230-2393", BadIdentityDate),
        ("20101302-2393", BadIdentityDate),
        ("20100002-2393", BadIdentityDate),  # only a samordningsnummer may lack its month
        ("20100700-2393", BadIdentityDate),
        ("20100745-2393", BadIdentityDate),
        ("20101360-2393", BadIdentityDate),
        ("20100092-2393", BadIdentityDate),
        ("20090229-2393", BadIdentityDate),
        (with_check_digit("20110991238"), BadIdentityDate),  # 31 September, raised by 60
        ("20110931-TF45", BadIdentityDate),
        ("20110069-TF45", BadIdentityDate),
        ("00000101-2393", BadIdentityDate),
        ("20270101-2383", NotYetBorn),
        ("20261114-TF45", NotYetBorn),  # tomorrow
        ("20270060-2380", NotYetBorn),
        ("99991231-2393", NotYetBorn),
        ("18000101-2393", TooOld),
        ("19001113-TF45", TooOld),
        ("2010O702-2393", BadIdentity),
    ],
)
def test_number_that_cannot_be_right_is_refused(text: str, refusal: type[BadIdentity]) -> None:
    with pytest.raises(BadIdentity) as raised:
        parse_identity(text, TODAY)
    assert type(raised.value) is refusal


@pytest.mark.parametrize(
    "text", ["19800608-924O", "1980 06 08 924o", "20100702-239O", "20100702-OI93", "20110078-I234"]
)
def test_letter_typed_for_a_digit_makes_no_reserve_number(text: str) -> None:
    with pytest.raises(LetterForDigit):
        parse_identity(text, TODAY)


@pytest.mark.parametrize(
    "text", ["20100702-2394", "20100230-2393", "20270101-2383", "18000101-2393", "19800608-924O", "Albin 20100702-2393"]
)
def test_refusal_never_repeats_the_number(text: str) -> None:
    with pytest.raises(BadIdentity) as raised:
        parse_identity(text, TODAY)
    told = f"{raised.value} {raised.value!r} {raised.value.args} {raised.value.__cause__}"
    for leak in (text, text[:8], text[-4:], "Albin"):
        assert leak not in told


def test_identity_keeps_its_number_out_of_logs() -> None:
    identity = parse_identity("20100702-2393", TODAY)
    assert "2010" not in repr(identity)
    assert "2393" not in f"{identity}"


@settings(deadline=None)
@given(st.text(alphabet="0123456789-+ TFOoxå\x00") | st.text())
def test_any_text_is_either_an_identity_or_a_plain_refusal(text: str) -> None:
    try:
        identity = parse_identity(text, TODAY)
    except BadIdentity:
        return
    assert len(identity.normalised) == 12
    assert parse_identity(identity.normalised, TODAY) == identity
    assert parse_identity(format_identity(identity.normalised), TODAY) == identity


@settings(deadline=None)
@given(
    st.dates(date(1902, 1, 1), TODAY), st.integers(1, 999), st.sampled_from([0, 60]), st.integers(0, 9), st.booleans()
)
def test_personnummer_and_samordningsnummer_agree_with_the_package(
    born: date, serial: int, shift: int, last: int, right: bool
) -> None:
    first_eleven = f"{born:%Y%m}{born.day + shift:02}{serial:03}"
    number = with_check_digit(first_eleven) if right else f"{first_eleven}{last}"

    if not personnummer.valid(number):
        with pytest.raises(BadCheckDigit):
            parse_identity(number, TODAY)
        return
    identity = parse_identity(number, TODAY)
    assert identity.birth_date == born
    assert identity.kind is (IdentityKind.COORDINATION if shift else IdentityKind.PERSONAL)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 7, 2), date(2026, 7, 1), 15),
        (date(2010, 7, 2), date(2026, 7, 2), 16),
        (date(2010, 7, 2), date(2010, 7, 2), 0),
        (date(2010, 7, 2), date(2010, 7, 1), -1),  # before birth
        (date(2012, 3, 4), date(2027, 3, 3), 14),  # S5
        (date(2012, 3, 4), date(2027, 3, 4), 15),
        (date(2008, 2, 29), date(2026, 2, 27), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 18),  # born on the leap day, a common year
        (date(2008, 2, 29), date(2028, 2, 28), 19),
        (date(2008, 2, 29), date(2028, 2, 29), 20),  # a leap year
    ],
)
def test_age_counts_the_birthday_itself(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


@pytest.mark.parametrize(
    ("born", "years", "expected"),
    [
        (date(2010, 7, 2), 18, date(2028, 7, 2)),
        (date(2008, 2, 29), 18, date(2026, 2, 28)),
        (date(2008, 2, 29), 20, date(2028, 2, 29)),
        (date(2008, 2, 29), 0, date(2008, 2, 29)),
    ],
)
def test_birthday_of_the_leap_day_is_the_last_of_february(born: date, years: int, expected: date) -> None:
    assert birthday_on(born, years) == expected


@settings(deadline=None)
@given(st.dates(date(1902, 1, 1), TODAY), st.integers(0, 100))
def test_age_changes_on_the_birthday_and_on_no_other_day(born: date, years: int) -> None:
    birthday = birthday_on(born, years)
    assert age_on(born, birthday) == years
    assert age_on(born, birthday - timedelta(days=1)) == years - 1


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2009, 1, 9), datetime(2027, 1, 8, 23, tzinfo=UTC)),  # S9, winter
        (date(2009, 6, 8), datetime(2027, 6, 7, 22, tzinfo=UTC)),  # S2, summer
        (date(2008, 2, 29), datetime(2026, 2, 27, 23, tzinfo=UTC)),
        (date(2008, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC)),  # the night of 25 hours
    ],
)
def test_majority_begins_at_local_midnight(born: date, expected: datetime) -> None:
    assert turns_18_at(born) == expected


def test_fifteenth_birthday_makes_the_child_a_party_at_local_midnight() -> None:
    assert turns_at(date(2012, 3, 4), 15) == datetime(2027, 3, 3, 23, tzinfo=UTC)  # S5
