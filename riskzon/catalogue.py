"""Which texts does the product have, and which of them lack an English translation?

The Swedish text is the message id. Read straight from the sources, with no gettext on the machine.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from riskzon.translations import PACKAGES, ROOT

ENGLISH = ROOT / "riskzon" / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, tuple | None] = {
    "_": None,
    "_lazy": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
_LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"\b(_|gettext|ngettext|pgettext)\(\s*{_LITERAL}(?:\s*,\s*{_LITERAL})?")
_PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w+)\}")

Key = tuple[str | None, str]


def texts(root: Path = ROOT) -> Catalog:
    """Every text of our packages: those in Python and those in templates."""
    found = Catalog()
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            for _line, message, _comments, context in extract_from_file("python", path, keywords=KEYWORDS):
                found.add(message, context=context)
        for suffix in ("html", "txt"):
            for path in sorted((root / package).rglob(f"templates/**/*.{suffix}")):
                for message, context in _in_template(path.read_text()):
                    found.add(message, context=context)
    return found


def _in_template(source: str) -> Iterator[tuple[str | tuple[str, str], str | None]]:
    for name, first, second in _CALL.findall(templatize(source)):
        one = ast.literal_eval(first)
        other = ast.literal_eval(second) if second else ""
        if name == "pgettext":
            yield other, one
        elif name == "ngettext":
            yield (one, other), None
        else:
            yield one, None


def _read(path: Path) -> Catalog:
    with open(path, "rb") as source:
        return read_po(source, locale="en", abort_invalid=True)


def merge(*others: Path, path: Path = ENGLISH, root: Path = ROOT) -> list[str]:
    """Bring the English file in line with the sources, with translations from `others` where it has none.

    Texts that are gone leave the file. Returns what still lacks a translation.
    """
    known: dict[Key, Message] = {}
    for source in (path, *others):
        for message in _read(source) if source.exists() else ():
            if message.id and _is_translated(message, message):
                known.setdefault(_key(message), message)
    fresh = Catalog(locale="en", domain="django", project="Riskzon", charset="utf-8", fuzzy=False)
    wanted = [message for message in texts(root) if message.id]
    for message in sorted(wanted, key=lambda text: (_key(text)[1], _key(text)[0] or "")):
        have = known.get(_key(message))
        fresh.add(message.id, have.string if have else "", context=message.context)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as target:
        write_po(target, fresh, width=110, no_location=True, omit_header=False, sort_output=False)
    return lacking(path, root)


def lacking(path: Path = ENGLISH, root: Path = ROOT) -> list[str]:
    """Texts without an English translation, or whose translation names other placeholders."""
    english = {_key(message): message for message in _read(path) if message.id}
    return [
        text
        for message in texts(root)
        if (text := _key(message)[1]) and not _is_translated(message, english.get(_key(message)))
    ]


def _key(message: Message) -> Key:
    text = message.id[0] if isinstance(message.id, tuple | list) else message.id
    return message.context, text


def _is_translated(message: Message, english: Message | None) -> bool:
    if english is None or not english.string:
        return False
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    strings = english.string if isinstance(english.string, tuple | list) else (english.string,)
    return not english.fuzzy and all(strings) and _placeholders(ids[-1]) == _placeholders(strings[-1])


def _placeholders(text: str) -> set[str]:
    return {first or second for first, second in _PLACEHOLDER.findall(text)}
