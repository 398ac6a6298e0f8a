"""What somebody has written is shown as text: nothing switches off the escaping of a page, or makes code of words."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("riskzon", "notifications", "workflows")
#: Draws an icon whose name stands in the code.
ALLOWED = {ROOT / "riskzon/templatetags/kit.py"}
MARKUP = re.compile(r"\|\s*safe\b|\|\s*safeseq\b|\bautoescape\b|<script(?![^>]*\bsrc=)|\son\w+\s*=\s*[\"']|javascript:")
PYTHON = re.compile(
    r"\bmark_safe\b|\bSafeString\(|\beval\(|\bexec\(|\bpickle\b|\byaml\b|shell=True|os\.system|Template\("
)
SCRIPT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|setAttribute\(.on"
)


def found(pattern: re.Pattern[str], ending: str) -> list[str]:
    """Every place in a file of ours where this stands."""
    files = [file for part in PARTS for file in (ROOT / part).rglob(f"*{ending}") if file not in ALLOWED]
    assert files
    return [f"{file.relative_to(ROOT)}: {match[0]}" for file in files for match in pattern.finditer(file.read_text())]


def test_no_template_switches_escaping_off_or_carries_a_script_of_its_own() -> None:
    assert found(MARKUP, ".html") == []


def test_nothing_is_made_markup_or_code_of_by_the_server() -> None:
    assert found(PYTHON, ".py") == []


def test_no_script_makes_markup_or_code_of_words() -> None:
    assert found(SCRIPT, ".js") == []
