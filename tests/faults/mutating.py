"""How is one run of pytest made into many, each with another mutant of the policy? A plugin: `-p tests.faults.mutating`.

The tests are collected and the database is made once. Then each mutant gets a copy of the process (fork), in which the
functions of the module get the changed code, and the tests run until one fails.
"""

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
_SAME = ("nothing", "themselves")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Whether the guards hold as they are; then every mutant that is asked for."""
    from django.db import connections  # noqa: PLC0415 - the settings are read by now

    noticed: dict[str, bool] = {}
    # One test in this process: what belongs to the whole session is made by it.
    first, second, *_rest = session.items
    session.config.hook.pytest_runtest_protocol(item=first, nextitem=second)
    connections.close_all()
    mutants, patience = json.loads(Path(os.environ["RISKZON_MUTANTS"]).read_text()), 0
    # First nothing at all. Last each module put in its own place as it is: what notices a mutant must be the mutant, neither
    # how it is put nor what another has left behind.
    themselves = {module: Path(module).read_text() for module, _said, _source in mutants}
    for said, sources in [
        ("nothing", {}),
        *((f"{module} {said}", {module: source}) for module, said, source in mutants),
        ("themselves", themselves),
    ]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        begun = time.monotonic()
        if not child:
            signal.alarm(patience)
            os._exit(_try(session, sources))
        _pid, status = os.waitpid(child, 0)
        noticed[said] = status != 0
        if said in _SAME and status:
            pytest.exit(f"the guards do not hold the policy as it is: {said}", 1)
        patience = patience or 1 + round(PATIENCE * (time.monotonic() - begun))
    for said in _SAME:
        noticed.pop(said)
    Path(os.environ["RISKZON_MUTANTS_DONE"]).write_text(json.dumps(noticed))
    return True


def _try(session: pytest.Session, sources: Mapping[str, str]) -> int:
    """0 where every test passes with this mutant."""
    try:
        for module, source in sources.items():
            put(sys.modules[module.removesuffix(".py").replace("/", ".")], source)
        # After the last test comes the first again, as far as pytest knows: where nothing follows it takes the database down,
        # which the mutants that come share.
        for item, following in zip(session.items[1:], [*session.items[2:], session.items[0]], strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return 1
    except BaseException:  # noqa: BLE001 - whatever a mutant does, it has been noticed
        return 1
    return 0


def put(module: ModuleType, source: str) -> None:
    """Let a module that others have imported from be as in this source: its functions and its sets."""
    changed: dict[str, Any] = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(source, module.__file__ or "", "exec"), changed)  # noqa: S102 - our own source, changed in one place
    for name, old in list(vars(module).items()):
        new = changed.get(name)
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
