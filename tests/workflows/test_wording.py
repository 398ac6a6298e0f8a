"""What stands in the access log is read by people: every page and act has words there."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from riskzon.access import Action, Ground
from workflows.views.wording import GROUNDS, what

#: Where the name of a page or an act is written: at a door, at a refusal, in a row of the log.
_NAMED = re.compile(
    r"""(?:look\([\w.]+,\s|unseen\([\w.]+,\s|forbidden\([\w.]+,\s|what=|^\s+what\s=\s)"([a-z][\w.]+)\"""", re.MULTILINE
)
#: Kinds of rows that have nothing to do with the log.
_NO_ACT = {"extended"}


def _codes() -> set[str]:
    sources = (
        path.read_text() for top in ("riskzon", "workflows", "notifications") for path in Path(top).rglob("*.py")
    )
    return {code for source in sources for code in _NAMED.findall(source)} - _NO_ACT | {
        action.value for action in Action
    }


@pytest.mark.parametrize("language", ["sv", "en"])
def test_no_page_and_no_act_is_shown_by_its_code(language: str) -> None:
    codes = _codes()
    assert {"case", "api.case", "emergency_access", "token", "hold_refuse", "vouch"} <= codes
    with override(language):
        assert [code for code in sorted(codes) if what(code) == code] == []


def test_every_ground_has_words() -> None:
    assert [ground for ground in Ground if not GROUNDS.get(ground)] == []
