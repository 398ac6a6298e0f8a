"""Which conditions of the policy can be taken away or turned round without any test noticing?

A mutant is the module with one condition changed: a comparison turned round, one side of an `and`, an `or`, a `&` or a `|`
gone, a `not` gone, an `if` that always or never holds, one clause of a filter gone, one right of a ground gone.
"""

import ast
import copy
import json
import os
import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.faults.crawl import run_pytest
from tests.product import ROOT

MODULES = ("riskzon/access.py", "riskzon/granting.py", "riskzon/matrix.py", "riskzon/role_requests.py")
#: Who guards the policy, the quickest first.
GUARDS = (
    "tests/riskzon/test_access.py",
    "tests/riskzon/test_access_agrees.py",
    "tests/workflows/test_leads.py",
    "tests/workflows/test_conflicts.py",
    "tests/workflows/test_from_duty.py",
    "tests/workflows/test_colleagues_reports.py",
    "tests/workflows/test_absence.py",
    "tests/workflows/test_own_reports.py",
    "tests/workflows/test_investigations.py",
    "tests/riskzon/test_visibility.py",
    "tests/access/test_declared.py",
    "tests/workflows/test_roles.py",
    "tests/workflows/test_last_head.py",
)
_TURNED = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.Lt: ast.GtE, ast.GtE: ast.Lt,
}  # fmt: skip
_CHANGED = (ast.Compare, ast.BoolOp, ast.BinOp, ast.UnaryOp, ast.If, ast.IfExp, ast.Call, ast.Set)
#: Asking anew what was remembered gives the same answer, so that no test could tell.
SAME = frozenset(
    {"`if found is None` is True", "`if moment != now` is True", "`if key not in _permission_ids` is True"}
)
#: Whose named arguments are conditions.
_ASKS = frozenset({"filter", "exclude", "Q"})


def mutated(source: str) -> Iterator[tuple[str, str]]:
    """Each mutant of a module: what was done at which line, and its source."""
    tree = ast.parse(source)
    types = {id(part) for node in ast.walk(tree) for kind in _annotations(node) for part in ast.walk(kind)}
    for place, original in enumerate(ast.walk(tree)):
        if id(original) in types or not isinstance(original, _CHANGED):
            continue
        turn = 0
        while True:
            changed = copy.deepcopy(tree)
            node = list(ast.walk(changed))[place]
            said = _change(changed, node, turn)
            if said is None:
                break
            turn += 1
            if said in SAME:
                continue
            yield f"line {node.lineno}: {said}", ast.unparse(ast.fix_missing_locations(changed))


def _annotations(node: ast.AST) -> list[ast.expr]:
    """What a node says of types, which is no condition."""
    return [kind for name in ("annotation", "returns") if (kind := getattr(node, name, None)) is not None]


def _change(tree: ast.AST, node: ast.AST, turn: int) -> str | None:
    """Make the change of this number to a node; None where there is none of this number."""
    match node:
        case ast.Compare(ops=[op]) if turn == 0 and type(op) in _TURNED:
            said = ast.unparse(node)
            node.ops = [_TURNED[type(op)]()]
            return f"`{said}` turned round"
        case ast.BoolOp(values=values) if turn < len(values):
            return f"without `{ast.unparse(values.pop(turn))}`"
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr(), left=left, right=right) if turn < 2:
            gone, kept = (left, right) if turn else (right, left)
            _put(tree, node, kept)
            return f"without `{ast.unparse(gone)}`"
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=kept) if turn == 0:
            said = ast.unparse(node)
            _put(tree, node, kept)
            return f"`{said}` without its not"
        case ast.If(test=test) | ast.IfExp(test=test) if turn < 2:
            said = ast.unparse(test)
            node.test = ast.Constant(bool(turn))
            return f"`if {said}` is {bool(turn)}"
        case ast.Call(func=func, args=args, keywords=keywords) if _name(func) in _ASKS:
            asked = [one for one in keywords if one.arg not in (None, "_connector")]
            if turn < len(asked):
                keywords.remove(asked[turn])
                return f"`{_name(func)}` without `{ast.unparse(asked[turn])}`"
            if turn - len(asked) < len(args) and not any(isinstance(one, ast.Starred) for one in args):
                gone = args.pop(turn - len(asked))
                return f"`{_name(func)}` without `{ast.unparse(gone)}`"
        case ast.Set(elts=elts) if turn < len(elts) and len(elts) > 1:
            return f"without `{ast.unparse(elts.pop(turn))}`"
    return None


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _put(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    """Put one node in the place of another."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                value[:] = [new if one is old else one for one in value]


def run(most: int) -> dict[str, str]:
    """Try at most so many mutants, drawn by chance but always the same: by what was each noticed, "" where by nothing?

    One run of pytest for each processor, in which each mutant has a process of its own (`tests.faults.mutating`).
    """
    found = [(module, said, source) for module in MODULES for said, source in mutated((ROOT / module).read_text())]
    chosen = random.Random(40).sample(found, min(most, len(found)))
    runs = min(os.cpu_count() or 1, len(chosen))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(runs) as pool:
        parts = pool.map(lambda number: _run(Path(folder, str(number)), chosen[number::runs]), range(runs))
        return {name: by for part in parts for name, by in part.items()}


def _run(folder: Path, chosen: list[tuple[str, str, str]]) -> dict[str, str]:
    folder.mkdir()
    todo, done = folder / "todo.json", folder / "done.json"
    todo.write_text(json.dumps(chosen))
    said = run_pytest("-p", "tests.faults.mutating", *GUARDS, RISKZON_MUTANTS=str(todo), RISKZON_MUTANTS_DONE=str(done))
    assert done.exists(), said.stdout[-1000:] + said.stderr[-1000:]
    noticed: dict[str, str] = json.loads(done.read_text())
    return noticed
