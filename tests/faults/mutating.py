"""How is one run of pytest made into many, each with another mutant of the policy? A plugin: `-p tests.faults.mutating`.

The tests are collected and the database is made once. Then each mutant gets a copy of the process (fork), in which the
functions of the module get the changed code, and the tests run until one fails: first those that come through the changed
function, the quickest first, then all others.
"""

import ast
import json
import os
import signal
import sys
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

#: A mutant that hangs has been noticed: one that takes so many times as long as the policy as it is.
PATIENCE = 5


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Whether the guards hold as they are; then by what every mutant that is asked for is noticed, "" where by nothing."""
    from django.db import connections  # noqa: PLC0415 - the settings are read by now

    todo = Path(os.environ["RISKZON_MUTANTS"])
    mutants, walked = json.loads(todo.read_text()), todo.with_name("walked.json")
    # One test in this process: what belongs to the whole session is made by it.
    first, *items = session.items
    session.config.hook.pytest_runtest_protocol(item=first, nextitem=items[0])
    connections.close_all()
    begun = time.monotonic()
    # First each module put in its own place as it is, last nothing at all: what notices a mutant must be the mutant, neither
    # how it is put nor what another has left behind.
    themselves = {module: walking(Path(module).read_text()) for module, *_rest in mutants}
    _must_hold("themselves", _forked(session, items, themselves, 0, walked))
    patience = 1 + round(PATIENCE * (time.monotonic() - begun))
    walks = json.loads(walked.read_text())
    noticed = {}
    for module, said, source in mutants:
        function = f"{module}:{_function(Path(module).read_text(), said)}"
        through = sorted((walk["seconds"], at) for at, walk in enumerate(walks) if function in walk["met"])
        chosen = [items[at] for _seconds, at in through]
        others = [item for item in items if item not in set(chosen)]
        noticed[f"{module} {said}"] = _forked(session, chosen + others, {module: source}, patience)
    _must_hold("nothing", _forked(session, items, {}, patience))
    Path(os.environ["RISKZON_MUTANTS_DONE"]).write_text(json.dumps(noticed))
    return True


def _must_hold(said: str, noticed_by: str) -> None:
    if noticed_by:
        pytest.exit(f"the guards do not hold the policy as it is: {said}, {noticed_by}", 1)


def _forked(
    session: pytest.Session,
    items: list[pytest.Item],
    sources: Mapping[str, str],
    patience: int,
    walked: Path | None = None,
) -> str:
    """The test, or what else, that fails in a copy of this process with these sources; "" where every test passes.

    `patience` in seconds, 0 for ever.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        signal.alarm(patience)
        # In quotes: what is never empty can be read without waiting for whomever a test has left behind.
        os.write(writing, json.dumps(_try(session, items, sources, walked)).encode())
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    os.close(writing)
    said = os.read(reading, 65_536) if status == 0 else json.dumps(f"ended by {status}")
    os.close(reading)
    noticed_by: str = json.loads(said)
    return noticed_by


def _try(session: pytest.Session, items: list[pytest.Item], sources: Mapping[str, str], walked: Path | None) -> str:
    met: set[str] = set()
    walks = []
    try:
        for module, source in sources.items():
            put(sys.modules[module.removesuffix(".py").replace("/", ".")], source, met)
        # After the last test comes the first again, as far as pytest knows: where nothing follows it takes the database down,
        # which the mutants that come share.
        for item, following in zip(items, [*items[1:], session.items[0]], strict=True):
            met.clear()
            begun = time.monotonic()
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return item.nodeid
            walks.append({"seconds": time.monotonic() - begun, "met": sorted(met)})
        if walked:
            walked.write_text(json.dumps(walks))
    except BaseException as problem:  # noqa: BLE001 - whatever a mutant does, it has been noticed
        return f"{type(problem).__name__}: {problem}"[:300]
    return ""


def walking(source: str) -> str:
    """A module as it is, whose functions say that somebody comes through them: `met` gets "file:line" of the function."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            said = f"_met.add(f'{{_file}}:{node.lineno}')"
            node.body[1 if ast.get_docstring(node) else 0 : 0] = ast.parse(said).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _function(source: str, said: str) -> int:
    """In which function of the module ("line 12: …") a mutant is: its first line, 0 outside of all."""
    line = int(said.removeprefix("line ").partition(":")[0])
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.lineno <= line <= (node.end_lineno or node.lineno):
            return node.lineno
    return 0


def put(module: ModuleType, source: str, met: set[str]) -> None:
    """Let a module that others have imported from be as in this source: its functions and its sets."""
    tree = ast.parse(source)
    # Its classes stay: a role of a new class would be another one.
    tree.body = [node for node in tree.body if not isinstance(node, ast.ClassDef)]
    changed: dict[str, Any] = dict(vars(module))
    exec(compile(tree, module.__file__ or "", "exec"), changed)  # noqa: S102 - our own source, changed in one place
    vars(module).update(_met=met, _file=f"{module.__name__.replace('.', '/')}.py")
    for name, old in list(vars(module).items()):
        new = changed.get(name)
        if new is old:
            continue  # imported from elsewhere
        if isinstance(old, FunctionType) and old.__module__ == module.__name__ and isinstance(new, FunctionType):
            old.__code__ = new.__code__
        elif isinstance(old, dict) and isinstance(new, dict) and name.isupper():
            old.clear()
            old.update(new)
        elif isinstance(old, frozenset) and isinstance(new, frozenset):
            for other in list(sys.modules.values()):
                for its, value in list(getattr(other, "__dict__", {}).items()):
                    if value is old:
                        setattr(other, its, new)
