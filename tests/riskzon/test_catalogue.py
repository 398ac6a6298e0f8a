from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from riskzon import catalogue


def test_every_text_of_the_product_is_there_in_english() -> None:
    assert catalogue.lacking() == []


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for package in catalogue.PACKAGES:
        (tmp_path / package / "templates").mkdir(parents=True)
    (tmp_path / "riskzon" / "a.py").write_text('x = _("Två "\n  "delar"), ngettext("%(n)s dag", "%(n)s dagar", n)\n')
    (tmp_path / "workflows" / "templates" / "b.html").write_text(
        '{% load i18n %}{% translate "Hej" %}{% blocktranslate count n=n %}en{% plural %}{{ n }} st{% endblocktranslate %}'
    )
    return tmp_path


def test_texts_are_found_in_python_and_templates(sources: Path) -> None:
    found = {message.id for message in catalogue.texts(sources) if message.id}
    assert found == {"Två delar", ("%(n)s dag", "%(n)s dagar"), "Hej", ("en", "%(n)s st")}


def test_merge_keeps_what_is_translated_takes_over_and_drops_what_is_gone(sources: Path, tmp_path: Path) -> None:
    path, other = tmp_path / "en.po", tmp_path / "other.po"
    path.write_text('msgid "Hej"\nmsgstr "Hello"\n\nmsgid "Borta"\nmsgstr "Gone"\n')
    other.write_text('msgid "Två delar"\nmsgstr "Two parts"\n\nmsgid "Hej"\nmsgstr "Hi"\n')
    assert catalogue.merge(other, path=path, root=sources) == ["%(n)s dag", "en"]
    with open(path, "rb") as source:
        english = read_po(source)
    assert english["Hej"].string == "Hello"
    assert english["Två delar"].string == "Two parts"
    assert "Borta" not in english


def test_translation_with_other_placeholders_counts_as_missing(tmp_path: Path) -> None:
    path = tmp_path / "en.po"
    path.write_text('msgid "Visar %(n)s"\nmsgstr "Shows %(m)s"\n')
    with open(path, "rb") as source:
        message = read_po(source)["Visar %(n)s"]
    assert not catalogue._is_translated(message, message)
