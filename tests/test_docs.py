"""The documents say what is so: every test they name exists, every line of the standard is answered once, no link is dead."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
THREATS, ASVS = ROOT / "docs/threats.md", ROOT / "docs/asvs.md"
#: The requirements of level 1 and 2 of ASVS 5.0.0, by section; 70 of level 1 and 183 of level 2.
NUMBERS = """
1.1 1 2; 1.2 1 2 3 4 5 6 7 8 9; 1.3 1 2 3 4 5 6 7 8 9 10 11; 1.4 1 2 3; 1.5 1 2;
2.1 1 2 3; 2.2 1 2 3; 2.3 1 2 3 4; 2.4 1;
3.2 1 2; 3.3 1 2 3 4; 3.4 1 2 3 4 5 6; 3.5 1 2 3 4 5; 3.7 1 2;
4.1 1 2 3; 4.2 1; 4.3 1 2; 4.4 1 2 3 4;
5.1 1; 5.2 1 2 3; 5.3 1 2; 5.4 1 2 3;
6.1 1 2 3; 6.2 1 2 3 4 5 6 7 8 9 10 11 12; 6.3 1 2 3 4; 6.4 1 2 3 4; 6.5 1 2 3 4 5; 6.6 1 2 3; 6.8 1 2 3 4;
7.1 1 2 3; 7.2 1 2 3 4; 7.3 1 2; 7.4 1 2 3 4 5; 7.5 1 2; 7.6 1 2;
8.1 1 2; 8.2 1 2 3; 8.3 1; 8.4 1;
9.1 1 2 3; 9.2 1 2 3 4;
10.1 1 2; 10.2 1 2; 10.3 1 2 3 4; 10.4 1 2 3 4 5 6 7 8 9 10 11; 10.5 1 2 3 4 5; 10.6 1 2; 10.7 1 2 3;
11.1 1 2; 11.2 1 2 3; 11.3 1 2 3; 11.4 1 2 3 4; 11.5 1; 11.6 1;
12.1 1 2 3; 12.2 1 2; 12.3 1 2 3 4;
13.1 1; 13.2 1 2 3 4 5; 13.3 1 2; 13.4 1 2 3 4 5;
14.1 1 2; 14.2 1 2 3 4; 14.3 1 2 3;
15.1 1 2 3; 15.2 1 2 3; 15.3 1 2 3 4 5 6 7;
16.1 1; 16.2 1 2 3 4 5; 16.3 1 2 3 4; 16.4 1 2 3; 16.5 1 2 3;
17.1 1; 17.2 1 2 3 4; 17.3 1 2
"""
STATES = ("holds", "does not apply", "the municipality's", "open")
_NODE = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_FILE = re.compile(r"`((?:riskzon|notifications|workflows|settings|tests|requirements|docs)/[\w/.*-]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
DOCUMENTS = [
    pytest.param(ROOT / name, id=name) for name in ("docs/threats.md", "docs/asvs.md", "README.md", "CONTRIBUTING.md")
]


def test_every_requirement_of_levels_one_and_two_is_answered_once() -> None:
    asked = [
        f"V{section}.{number}"
        for part in NUMBERS.replace("\n", " ").split(";")
        for section, *numbers in [part.split()]
        for number in numbers
    ]
    assert len(asked) == 70 + 183
    assert Counter(number for number, *_ in rows()) == Counter(asked)


def test_every_answer_is_one_of_four_and_has_a_reason() -> None:
    assert [row for row in rows() if row[2] not in STATES or not all(row)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_is_named_exists(document: Path) -> None:
    named = _NODE.findall(document.read_text())
    assert named or document not in (THREATS, ASVS)
    assert [f"{file}::{name}" for file, name in named if name not in names_of_tests(file)] == []


@pytest.mark.parametrize("document", DOCUMENTS[:2])
def test_every_file_that_is_named_exists(document: Path) -> None:
    assert [name for name in _FILE.findall(document.read_text()) if not any(ROOT.glob(name))] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_link_is_dead(document: Path) -> None:
    """Within the repository, to the heading; addresses outside are not asked."""
    dead = []
    for link in _LINK.findall(document.read_text()):
        path, _, heading = link.partition("#")
        if path.startswith(("https://", "http://")):
            continue
        file = (document.parent / path).resolve() if path else document
        if not file.exists() or (heading and heading not in headings(file)):
            dead.append(link)
    assert dead == []


def rows() -> list[tuple[str, ...]]:
    """Number, question, state and reason of each line."""
    lines = (line for line in ASVS.read_text().splitlines() if line.startswith("| V"))
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


@cache
def names_of_tests(file: str) -> frozenset[str]:
    """The tests of a file; "" stands for the file alone."""
    path = ROOT / file
    if not path.exists():
        return frozenset()
    found = (node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef))
    return frozenset(["", *(name for name in found if name.startswith("test_"))])


@cache
def headings(file: Path) -> frozenset[str]:
    """What a link may name, as GitHub makes it of the headings."""
    titles = re.findall(r"^#+ +(.+)$", file.read_text(), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)
