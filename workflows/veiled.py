"""What is left of a case's content for a reader to whom the child's protected identity has not been shown?

Clocks, steps, who did what when, and of each adult the relation: what is needed to see that nothing is late. Every text that
somebody wrote may name a school, a street or a sibling, so none is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from riskzon.ui import Entry

if TYPE_CHECKING:
    from workflows.casefile import CaseFile, GuardianLine

#: The written words of each kind of row, by the name of the part of the file.
_WORDS = {
    "contacts": ("note",),
    "assessments": ("note",),
    **dict.fromkeys(("holds", "all_holds"), ("reason", "end_reason")),
    "written_off": ("reason",),
    "breaches": ("action",),
    "ends": ("reason", "refusal", "municipality", "recipient", "acknowledged_by"),
    "corrections": ("reason",),
    "all_todos": ("answer",),
}


def cover(file: CaseFile) -> CaseFile:
    """The same case without who it is about; its rows are for reading and must not be saved."""
    for part, names in _WORDS.items():
        _empty(getattr(file, part), names)
    return replace(
        file,
        guardians=tuple(_adult(line) for line in file.guardians),
        notes=(),
        supplements=(),
        report_summary="",
        sees_whole_report=False,
        history=replace(file.history, siblings=()),
    )


def entries(found: Iterable[Entry]) -> list[Entry]:
    """The timeline: what and when and by whom, without what was written."""
    return [replace(entry, text="", facts=(), copyable=False) for entry in found]


def _adult(line: GuardianLine) -> GuardianLine:
    return replace(line, name=line.relation_label, phone="", language="", is_veiled=True)


def _empty(rows: Iterable[Any], names: Iterable[str]) -> None:
    for row in rows:
        for name in names:
            setattr(row, name, "")
