"""Translations are compiled without gettext, and only when their source changed."""

import gettext
import os

from riskzon.translations import compile_stale

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Anmälan"
msgstr "Report"

#, fuzzy
msgid "Ärende"
msgstr "Guess"
"""


def test_a_source_is_compiled_once_and_again_when_it_changes(tmp_path):
    po = tmp_path / "riskzon" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(PO)

    assert compile_stale(tmp_path) == [po.with_suffix(".mo")]
    assert compile_stale(tmp_path) == []
    os.utime(po, (po.stat().st_atime, po.stat().st_mtime + 1))
    assert compile_stale(tmp_path) == [po.with_suffix(".mo")]

    catalogue = gettext.translation("django", tmp_path / "riskzon" / "locale", ["en"])
    assert catalogue.gettext("Anmälan") == "Report"
    assert catalogue.gettext("Ärende") == "Ärende"
