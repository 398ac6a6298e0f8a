"""What is left of a case's content for a reader to whom the child's protected identity has not been shown?

Clocks, steps, who did what when, and of each adult the relation: what is needed to see that nothing is late. Every text that
somebody wrote may name a school, a street or a sibling, so none is shown: neither on a page of the case, nor as a row of a
list, nor in the answer to something that was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from riskzon import veil
from riskzon.access import Ground
from riskzon.doors import Look
from riskzon.models import (
    Assessment,
    CaseBlock,
    Contact,
    Disclosure,
    EndProposal,
    Hold,
    Investigation,
    InvestigationEntry,
    TimeCorrection,
    WrittenOff,
)
from riskzon.ui import Entry
from workflows.models import Breach, BreachNote, Todo

if TYPE_CHECKING:
    from workflows.casefile import CaseFile, GuardianLine

#: The written words of each kind of row.
_WORDS: dict[type, tuple[str, ...]] = {
    Contact: ("note",),
    Assessment: ("note",),
    Hold: ("reason", "end_reason"),
    WrittenOff: ("reason",),
    Breach: ("action",),
    BreachNote: ("reason",),
    EndProposal: ("reason", "refusal", "municipality", "recipient", "acknowledged_by"),
    TimeCorrection: ("reason",),
    Todo: ("answer",),
    Investigation: ("outcome_reason",),
    InvestigationEntry: ("text",),
    CaseBlock: ("reason",),
    Disclosure: ("content", "balancing", "correction_reason"),
}
#: The parts of a case file that are such rows.
_PARTS = (
    "contacts",
    "assessments",
    "holds",
    "all_holds",
    "written_off",
    "breaches",
    "ends",
    "corrections",
    "all_todos",
)


def cover(file: CaseFile) -> CaseFile:
    """The same case without who it is about; its rows are for reading and must not be saved."""
    for part in _PARTS:
        empty(getattr(file, part))
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


def hidden_in(door: Look, case_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these cases whose words are not for the door's user: who follows them only, or to whom the child is not shown."""
    asked = set(case_ids)
    if not asked:
        return asked
    found = door.cases.exclude(ground=Ground.FOLLOW).filter(pk__in=asked).select_related("report", "child")
    read = list(found)
    return asked - ({case.pk for case in read} - veil.hidden(door.user, read, door.now))


def empty(rows: Iterable[Any]) -> None:
    """Take the written words out of rows that are for reading and must not be saved."""
    for row in rows:
        for name in _WORDS[type(row)]:
            setattr(row, name, type(getattr(row, name))())
