"""The walk of each person is walked once, and read by the tests of several files."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.access import world as worlds
from tests.access.matrix import expected
from tests.access.walker import Cell, walk
from tests.access.world import World
from tests.factories import people

_walked: dict[str, list[Cell]] = {}


@pytest.fixture
def world(db: None) -> World:
    """The world with everybody in it."""
    people()
    worlds.outsider()
    return worlds.build()


@pytest.fixture
def walked(request: pytest.FixtureRequest, db: None) -> Callable[[str], list[Cell]]:
    """What came of every request of one person. The first one asked about takes the others along: one world for all."""

    def cells(name: str) -> list[Cell]:
        if name not in _walked:
            world = request.getfixturevalue("world")
            for one in {name, *_names_beside(request.node)}:
                _walked[one] = walk(one, world)
                _tell(one, _walked[one])
        return _walked[name]

    return cells


def _tell(name: str, cells: list[Cell]) -> None:
    """RISKZON_WALK_FIGURES: a file that is told how many cells each person has tried, and how many were surprises."""
    if told := os.environ.get("RISKZON_WALK_FIGURES"):
        file = Path(told)
        known = json.loads(file.read_text()) if file.exists() else {}
        surprises = [
            cell for cell in cells if not cell.says & expected(cell.pattern, name, cell.situation, cell.method)
        ]
        known[name] = {"cells": len(cells), "surprises": len(surprises)}
        file.write_text(json.dumps(known))


def _names_beside(test: pytest.Item) -> set[str]:
    """Who is walked by the tests that run in the same process as this one."""
    return {
        item.callspec.params["name"]
        for item in test.session.items
        if isinstance(item, pytest.Function)
        and "walked" in item.fixturenames
        and hasattr(item, "callspec")
        and "name" in item.callspec.params
        and item.get_closest_marker("xdist_group") == test.get_closest_marker("xdist_group")
    }
