"""Keys that sort and find Swedish names, and texts that may be stored."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskzon.names import BadText, clean_text, name_key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Albin Fiktivsson", "albin fiktivsson"),
        ("  Albin \t FIKTIVSSON\n", "albin fiktivsson"),
        ("Renée Linné", "renee linne"),
        ("Rene\u0301e", "renee"),  # the same letter in two characters
        ("Müller", "myller"),
        ("Anna-Lena", "anna lena"),
        ("Anna\u2013Lena", "anna lena"),
        ("O'Brien", "obrien"),
        ("O\u2019Brien", "obrien"),
        ("af Ström, Eva", "af str}m eva"),
        ("Åsa", "{sa"),
        ("A\u030asa", "{sa"),
        ("Ärlig", "|rlig"),
        ("Öberg", "}berg"),
        ("Sørensen", "s}rensen"),
        ("Ægir", "|gir"),
        ("Strauß", "strauss"),
        ("Łukasz Đorđe", "lukasz dorde"),
        ("Şebnem Yılmaz", "sebnem yilmaz"),
        ("İrem", "irem"),
        ("Þór", "thor"),
        ("Мария", "мария"),
        ("مريم", "مريم"),
        ("100 %_\\ {x}", "100 x"),
        ("", ""),
        (" - ", ""),
    ],
)
def test_name_key(name: str, key: str) -> None:
    assert name_key(name) == key


def test_bytes_of_the_key_are_in_swedish_order() -> None:
    names = ["Adam", "Anna", "Anna Berg", "Annabell", "Wilma", "Yrsa", "Zara", "Åke", "Åsa", "Ängla", "Östen", "Özge"]
    by_bytes = sorted(set(names), key=lambda name: name_key(name).encode())
    assert by_bytes == names


@pytest.mark.parametrize("typed", ["ås", "ÅS", "Åsa", "åsa p", "a\u030as"])
def test_what_is_typed_so_far_begins_the_key(typed: str) -> None:
    assert name_key("Åsa Påhittsson").startswith(name_key(typed))


def test_a_search_without_dots_and_rings_does_not_find_another_letter() -> None:
    assert not name_key("Åsa").startswith(name_key("Asa"))
    assert not name_key("Öberg").startswith(name_key("Oberg"))


NAMES = st.text(alphabet="aAbBzZåÅäÄöÖéÉüßøæ -'’.,%_{}|1")


@settings(deadline=None)
@given(NAMES, st.integers(0, 30))
def test_key_of_a_beginning_begins_the_key(name: str, length: int) -> None:
    assert name_key(name).startswith(name_key(name[:length]))


@settings(deadline=None)
@given(st.text())
def test_key_holds_nothing_that_means_something_in_a_pattern(name: str) -> None:
    key = name_key(name)
    assert not set(key) & set("%_\\\x00\n\t")
    assert key == " ".join(key.split(" "))
    key.encode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hej.\n\tNy rad", "Hej.\n\tNy rad"),
        ("rad\r\nrad\rrad", "rad\nrad\nrad"),  # as browsers send it
        ("Rene\u0301e A\u030asa", "Renée Åsa"),
        ("😀 \u200d \u00a0 \u00ad", "😀 \u200d \u00a0 \u00ad"),
        ("مريم", "مريم"),
        ("", ""),
        ("  kvar  ", "  kvar  "),
    ],
)
def test_text_is_kept_as_written_in_one_normal_form(text: str, expected: str) -> None:
    assert clean_text(text) == expected


@pytest.mark.parametrize(
    "char",
    [
        *("\x00", "\x01", "\x08", "\x0b", "\x0c", "\x1b", "\x1f", "\x7f", "\x85", "\x9f"),
        *("\ud800", "\udc00", "\udfff"),
        *("\u200e", "\u200f", "\u061c", "\u202a", "\u202d", "\u202e", "\u2066", "\u2069"),
    ],
)
def test_text_with_a_hidden_character_is_refused_wherever_it_stands(char: str) -> None:
    for text in (char, f"{char}text", f"te{char}xt", f"text{char}"):
        with pytest.raises(BadText):
            clean_text(text)


def test_refusal_does_not_repeat_the_text() -> None:
    with pytest.raises(BadText) as refusal:
        clean_text("Albin\x00")
    assert "Albin" not in f"{refusal.value} {refusal.value!r}"


@settings(deadline=None)
@given(st.text())
def test_clean_text_is_clean_already(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except BadText:
        return
    assert clean_text(cleaned) == cleaned
    cleaned.encode()
