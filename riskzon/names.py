"""Under which key a name is sorted and found, and which characters a text may hold at all.

The database sorts by bytes (C collation), which puts å, ä and ö in the wrong order and tells e from é; so a name is
stored beside a key in which bytes and the Swedish alphabet agree.
"""

import re
import unicodedata

from django.utils.translation import gettext_lazy as _

_RING, _DIAERESIS, _DOUBLE_ACUTE = "\u030a", "\u0308", "\u030b"
# Å, ä and ö become the three characters that follow z in ASCII; punctuation never reaches a key, so they are free.
_WITH_MARK = {
    ("a", _RING): "{",
    ("a", _DIAERESIS): "|",
    ("o", _DIAERESIS): "}",
    ("o", _DOUBLE_ACUTE): "}",
    ("u", _DIAERESIS): "y",
    ("u", _DOUBLE_ACUTE): "y",
}
# Letters that Unicode does not take apart, where Swedish alphabetical order puts them.
_LETTERS = str.maketrans({"æ": "|", "œ": "}", "ø": "}", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ħ": "h"})
_APOSTROPHES = frozenset("'`´\u2018\u2019\u02bc\u02b9\u2032")

_BIDI_MARKS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_REFUSED = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{_BIDI_MARKS}]")


class BadText(ValueError):
    """A text with characters that cannot be stored, or that make it read otherwise than it is written."""

    code = "bad_text"
    message = _("Texten innehåller osynliga styrtecken. Skriv om den eller klistra in den som oformaterad text.")

    def __str__(self) -> str:
        return str(self.message)


def name_key(text: str) -> str:
    """The key of a name: byte order is Swedish order (a-z, å, ä, ö), and the key of a beginning begins the key.

    Case and accents are gone (é is e, ü is y, æ is ä, ø is ö), apostrophes are dropped, everything else between words
    counts as one space. The key holds no character that means something in a LIKE pattern.
    """
    letters: list[str] = []
    for char in unicodedata.normalize("NFKD", text.casefold()):
        category = unicodedata.category(char)
        if category == "Mn":
            if letters:
                letters[-1] = _WITH_MARK.get((letters[-1], char), letters[-1])
        elif category[0] in "LN" or category == "Mc":
            letters.append(char.translate(_LETTERS))
        elif char not in _APOSTROPHES:
            letters.append(" ")
    return " ".join("".join(letters).split())


def clean_text(text: str) -> str:
    """The text in Unicode NFC with plain line feeds, otherwise as it was written.

    Raises BadText for NUL and other control characters except newline and tab, for marks that turn the direction of
    writing, and for lone surrogates.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _REFUSED.search(text):
        raise BadText
    return unicodedata.normalize("NFC", text)
