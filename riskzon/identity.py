"""Whether a typed identity number can be right, who it says was born when, and when that person has a birthday.

Three kinds are known:

* personnummer, ÅÅÅÅMMDD-NNNN (18 § folkbokföringslagen);
* samordningsnummer, the day raised by 60; an unknown month is 00, an unknown day 60 (18 a § folkbokföringslagen);
* reserve number, which no law fixes: a real birth date, then four characters A-Z and 0-9 with at least one digit and
  one letter that is not O or I, such as 20111009-TF45 (municipal), 20111009-T123 (IVO) or 20111009-M071 (regional).
  Its check digit, where a region has one, is not read.

Typed with or without century, with hyphen, plus, spaces or nothing; stored as twelve characters. Sex is never derived.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _
from personnummer import personnummer

from riskzon.localtime import start_of_local_day

COORDINATION_SHIFT = 60
OLDEST_YEARS = 125
MAJORITY = 18

_TYPED = re.compile(r"([0-9]{2})?([0-9]{2})([0-9]{2})([0-9]{2})([-+]?)([0-9A-Z]{4})")
_SPACES = re.compile(r"\s+")
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))


class IdentityKind(StrEnum):
    PERSONAL = "personal_number"
    COORDINATION = "coordination_number"
    RESERVE = "reserve_number"


class BadIdentity(ValueError):
    """A number that cannot be right; neither `code`, nor the message, nor a subclass ever holds the number itself."""

    code = "bad_identity"
    message = _("Ange personnummer, samordningsnummer eller reservnummer som ÅÅÅÅMMDD-NNNN.")

    def __str__(self) -> str:
        return str(self.message)


class BadIdentityDate(BadIdentity):
    code = "bad_identity_date"
    message = _("Numret börjar med ett datum som inte finns. Kontrollera år, månad och dag.")


class BadCheckDigit(BadIdentity):
    code = "bad_check_digit"
    message = _("Kontrollsiffran stämmer inte. Kontrollera numret siffra för siffra.")


class NotYetBorn(BadIdentity):
    code = "not_yet_born"
    message = _("Numret anger en födelsedag som inte har varit än. Kontrollera året.")


class TooOld(BadIdentity):
    code = "too_old"
    message = _("Numret anger ett födelseår alltför långt tillbaka. Kontrollera året.")


class LetterForDigit(BadIdentity):
    code = "letter_for_digit"
    message = _("Numret har en bokstav där det verkar höra hemma en siffra, till exempel O i stället för 0.")


# No repr of its own: a traceback or a log line must not show the number.
@dataclass(frozen=True, repr=False)
class Identity:
    """One checked number: twelve characters without hyphen, and the birth date where the number holds all of it."""

    kind: IdentityKind
    normalised: str
    birth_date: date | None


def parse_identity(text: str, today: date) -> Identity:
    """The identity number in `text`, checked as far as its kind can be.

    `today` is the local date: nobody is born after it, and a number without century means somebody younger than 100
    (older with a plus). Raises BadIdentity, or the subclass that says what to look at.
    """
    match = _TYPED.fullmatch(_SPACES.sub("", text.upper()).translate(_HYPHENS))
    if match is None:
        raise BadIdentity
    century, year_text, month_text, day_text, mark, serial = match.groups()
    month, day = int(month_text), int(day_text)
    is_reserve = not serial.isdigit()
    is_coordination = not is_reserve and day >= COORDINATION_SHIFT
    if is_coordination:
        day -= COORDINATION_SHIFT

    if century:
        year = int(century + year_text)
    else:
        year = _inferred_year(int(year_text), month, day, today) - (100 if mark == "+" else 0)
    normalised = f"{year:04}{month_text}{day_text}{serial}"

    if is_reserve:
        _check_serial(serial)
    is_dated = not is_coordination or (month > 0 and day > 0)
    birth_date = _date(year, month, day) if is_dated else None
    if not is_dated and (month > 12 or day > 31):
        raise BadIdentityDate
    if (year, month, day) > (today.year, today.month, today.day):
        raise NotYetBorn
    if year < today.year - OLDEST_YEARS:
        raise TooOld
    if not is_reserve and not _has_right_check_digit(normalised, is_dated=is_dated):
        raise BadCheckDigit

    if is_reserve:
        return Identity(IdentityKind.RESERVE, normalised, birth_date)
    kind = IdentityKind.COORDINATION if is_coordination else IdentityKind.PERSONAL
    return Identity(kind, normalised, birth_date)


def format_identity(normalised: str) -> str:
    """The twelve stored characters as people read them: ÅÅÅÅMMDD-NNNN."""
    return f"{normalised[:8]}-{normalised[8:]}"


def birthday_on(birth_date: date, years: int) -> date:
    """The birthday `years` years after birth.

    Decided: someone born on 29 February has it on 28 February in common years, as lag 1930:173, 1 § counts years.
    """
    year = birth_date.year + years
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def age_on(birth_date: date, day: date) -> int:
    """Whole years of age on the local date `day`, the birthday included; negative before birth."""
    years = day.year - birth_date.year
    return years if birthday_on(birth_date, years) <= day else years - 1


def turns_at(birth_date: date, years: int) -> datetime:
    """The UTC instant at which the person reaches an age: 00:00 local time on the birthday."""
    return start_of_local_day(birthday_on(birth_date, years))


def turns_18_at(birth_date: date) -> datetime:
    """The UTC instant at which custody ends (FB 6:2): 00:00 local time on the 18th birthday."""
    return turns_at(birth_date, MAJORITY)


def _inferred_year(two_digits: int, month: int, day: int, today: date) -> int:
    year = today.year - today.year % 100 + two_digits
    return year - 100 if (year, month, day) > (today.year, today.month, today.day) else year


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise BadIdentityDate from None


def _check_serial(serial: str) -> None:
    """A reserve number has a digit among its last four characters, and a letter that cannot be a mistyped 0 or 1."""
    if serial.isalpha():
        raise BadIdentity
    if not re.search("[A-HJ-NP-Z]", serial):
        raise LetterForDigit


def _has_right_check_digit(normalised: str, *, is_dated: bool) -> bool:
    if is_dated:
        return bool(personnummer.valid(normalised))
    # The package knows whole dates only, so a number without one is summed here (weights 2, 1, 2, ...).
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(normalised[2:]))
    total = sum(product - 9 if product > 9 else product for product in doubled)
    return total % 10 == 0 and normalised[8:11] != "000"
