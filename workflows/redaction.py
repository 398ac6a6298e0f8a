"""Which words of a text are about somebody else than the one who is to read it, and how does it read without them?

It finds what the case knows, numbers above all; it does not understand a text. So a person reads it before it leaves.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

#: A Swedish telephone number, written in any of the usual ways.
_PHONE = re.compile(r"(?<![\d-])(?:\+46|0046|0)[\s(-]*\d(?:[\s()-]{0,2}\d){6,10}(?![\d-])")
#: A number of identity, with the century or without.
_IDENTITY = re.compile(r"(?<!\d)(?:19|20)?\d{6}[\s-]?\d{4}(?!\d)")
_SHORTEST = 3


@dataclass(frozen=True)
class Redaction:
    """`names`: of others; a word that stands in `kept` too (the family name in common) stays. `numbers`: the reader's own
    and the child's, which may stay; every other telephone or identity number goes."""

    names: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    numbers: frozenset[str] = field(default_factory=frozenset)

    def apply(self, text: str) -> str:
        """The text without them, each replaced by the same mark."""
        mark = _("[utelämnat]")
        for found in (_PHONE, _IDENTITY):
            text = found.sub(lambda one: one[0] if _tail(one[0]) in self.numbers else mark, text)
        words = _words(self.names) - _words(self.kept)
        if words:
            # The longest first: of a name in two parts the whole goes. An s at its end is the genitive.
            either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
            text = re.sub(rf"(?<!\w)(?:{either})s?(?!\w)", mark, text, flags=re.IGNORECASE)
        return text


def numbers(*texts: str) -> frozenset[str]:
    """Numbers in the form in which `Redaction` compares them."""
    return frozenset(tail for text in texts if (tail := _tail(text)))


def _tail(text: str) -> str:
    """The last nine digits: the same with and without the country or the century."""
    return re.sub(r"\D", "", text)[-9:]


def _words(names: Iterable[str]) -> set[str]:
    return {word.casefold() for name in names for word in re.split(r"[\s,]+", name) if len(word) >= _SHORTEST}
