"""Which number can an SMS be sent to, as somebody types it, and how is it kept and shown?"""

import re

from django.utils.translation import gettext as _

#: How a number is kept: a Swedish mobile in the form of E.164. The database asks for the same (`user_phone_takes_sms`).
KEPT = r"^\+467[02369][0-9]{7}$"
_BETWEEN = re.compile(r"[\s\u00a0().\u2010-\u2014/-]")


class BadPhone(ValueError):
    """What was typed is no Swedish mobile number; the words say what to type."""


def parse_mobile(typed: str) -> str:
    """`070-174 06 06`, `+46 (0)70 174 06 06` or `0046701740606` as `+46701740606`; BadPhone for everything else."""
    # A zero in brackets is said inside the country and left out from abroad.
    bare = _BETWEEN.sub("", typed.replace("(0)", ""))
    bare = re.sub(r"^00", "+", bare)
    bare = re.sub(r"^0", "+46", bare)
    if not re.fullmatch(r"[+]?[0-9]+", bare):
        raise BadPhone(_("Numret får bara innehålla siffror, mellanslag, bindestreck och ett plustecken först."))
    if not re.fullmatch(KEPT, bare):
        raise BadPhone(_("Ange ett svenskt mobilnummer, till exempel 070-174 06 06."))
    return bare


def shown(phone: str) -> str:
    """A kept number as people read it, `070-174 06 06`; "" stays ""."""
    number = phone.replace("+46", "0", 1)
    return f"{number[:3]}-{number[3:6]} {number[6:8]} {number[8:]}" if number else ""
