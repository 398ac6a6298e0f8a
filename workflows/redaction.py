"""Which words of a text are about somebody else than the one who is to read it, and how does it read without them?

It finds what the case knows, and whatever is written like a number or an address that reaches a person; it does not
understand a text. So a person reads it before it leaves. Where it can be either, it goes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
#: In one pass from left to right: what a case's number, a date or hours take is no part of a number after them.
_NUMBER = re.compile(
    r"""
    (?P<plain>(?<!\d)(?:
        20\d\d-\d{6}(?:-\d{1,2})?(?![\d-])                              # the number of a case
      | [0-2]?\d\.[0-5]\d\s?[-–]\s?[0-2]?\d\.[0-5]\d(?![./–-]?\d)       # from one hour to another
      ))
  | (?P<identity>(?<!\d)(?:19|20)?\d\d-?\d\d-?\d\d[\s+-]?\d{4}(?![\d-]))  # with the century or without
  | (?P<day>(?<!\d)(?:
        (?:19|20)\d\d-[01]\d-[0-3]\d
      | [0-3]?\d[./]\s?[01]?\d[./\s]\s?(?:19|20)\d\d(?![\s./–-]?\d)
      )(?!\d))
  | (?<!\d)(?:\+|0)(?:[\s()./–-]{0,3}\d){6,}                           # a telephone number, of whatever country
  | (?<!\d)[1-9]\d{1,2}(?:\ \d\d){2,3}(?!\d)                            # without its area
  | (?<!\d)\d{7,}
    """,
    re.VERBOSE,
)
#: A part of a name is cut from so many letters on; the shorter ones only with a capital, for "bo" and "en" are words too.
_SHORTEST, _ANY_CASE = 2, 3


@dataclass(frozen=True)
class Redaction:
    """`names`: of others; a word that stands in `kept` too (the family name in common) stays. `numbers`: the reader's own
    and the child's, which may stay; every other telephone or identity number goes, and every mail address."""

    names: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    numbers: frozenset[str] = field(default_factory=frozenset)

    def apply(self, text: str) -> str:
        """The text without them, each replaced by the same mark."""
        mark = _("[utelämnat]")
        text = _NUMBER.sub(lambda one: one[0] if self._stays(one) else mark, _MAIL.sub(mark, text))
        either = "|".join(_either(self.names, self.kept))
        if either:
            # An s at its end is the genitive.
            text = re.sub(rf"(?<!\w)(?:{either})s?(?!\w)", mark, text, flags=re.IGNORECASE)
        return text

    def _stays(self, one: re.Match[str]) -> bool:
        return bool(one["plain"] or one["day"]) or _tail(one[0]) in self.numbers


def numbers(*texts: str) -> frozenset[str]:
    """Numbers in the form in which `Redaction` compares them."""
    return frozenset(tail for text in texts if (tail := _tail(text)))


def _tail(text: str) -> str:
    """The last nine digits: the same with and without the country or the century."""
    return re.sub(r"\D", "", text)[-9:]


def _either(names: Iterable[str], kept: Iterable[str]) -> list[str]:
    """A pattern for each name as a whole and each of its parts, the longest first: of a name in two parts the whole goes."""
    found = _words(names) - _words(kept)
    return [_pattern(words) for words in sorted(found, key=lambda words: -sum(map(len, words)))]


def _words(names: Iterable[str]) -> set[tuple[str, ...]]:
    """Each name as its words, and each word alone; one with a hyphen as it is written and in its parts."""
    found: set[tuple[str, ...]] = set()
    for name in names:
        words = re.split(r"[\s,]+", name.casefold().strip(" ,\t\n"))
        parts = [part for word in words for part in (word, *word.split("-"))]
        found |= {tuple(words), *((part,) for part in parts)}
    return {words for words in found if sum(map(len, words)) >= _SHORTEST}


def _pattern(words: tuple[str, ...]) -> str:
    whole = r"[\s,]+".join(map(re.escape, words))
    if len(words) > 1 or len(words[0]) >= _ANY_CASE:
        return whole
    return f"(?-i:{re.escape(words[0].capitalize())}|{re.escape(words[0].upper())})"
