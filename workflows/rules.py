"""How long each step may take, on which ground, and who is told when: the reference data of the clocks.

`load()` writes version 1 of every rule and ladder where it is missing, and changes nothing that is there. It is called
after every migrate. A new length or ladder is a new version with its own `valid_from` (`workflows.verbs.rules`); a
running deadline keeps the rule and the ladder that held when it was registered.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from riskzon.models import ReportKind
from riskzon.standing import Standing, rows
from workflows.models import DeadlineRule, Kind, Rung
from workflows.models_rules import BEGINNING

#: (kind, report kind or every, length, amount, ground)
RULES = [
    (Kind.GUARDIAN_CONTACT, ReportKind.ARREST, "hours", 24, "Socialtjänstgaranti (Strategi 5)"),
    (Kind.GUARDIAN_CONTACT, ReportKind.LOB_CUSTODY, "hours", 24, "Kommunal rutin"),
    (Kind.GUARDIAN_CONTACT, ReportKind.CONCERN, "hours", 24, "Kommunal rutin"),
    (Kind.PROTECTIVE_ASSESSMENT, "", "hours", 24, "SoL 20:1"),
    (Kind.OPEN_INVESTIGATION, "", "days", 14, "SoL 20:2, Strategi 5"),
    (Kind.REPORTER_FEEDBACK, "", "days", 7, "SoL 19:6"),
    (Kind.INVESTIGATION, "", "months", 4, "SoL 20:3"),
    (Kind.HOLD_REVIEW, "", "named", 0, "Kommunal rutin"),
    (Kind.BREACH_REVIEW, "", "working_days", 3, "Kommunal rutin"),
    (Kind.LUL_STATEMENT, "", "named", 0, "LUL 12 §"),
]

_START, _DUE, _DAILY = Rung.Anchor.START, Rung.Anchor.DUE, Rung.Anchor.DAILY
_HOUR, _DAY = 3600, 86_400

#: (kind, key, anchor, seconds, recipients, condition); "breach" is the rung at the limit itself.
LADDERS = [
    (Kind.GUARDIAN_CONTACT, "registered", _START, 0, ["holder"], ""),
    (Kind.GUARDIAN_CONTACT, "-12h", _DUE, -12 * _HOUR, ["holder"], ""),
    (Kind.GUARDIAN_CONTACT, "-4h", _DUE, -4 * _HOUR, ["holder", "lead"], ""),
    (Kind.GUARDIAN_CONTACT, "-1h", _DUE, -_HOUR, ["holder", "lead"], ""),
    (Kind.GUARDIAN_CONTACT, "breach", _DUE, 0, ["holder", "lead", "unit_supervisor"], ""),
    (Kind.GUARDIAN_CONTACT, "+1h", _DUE, _HOUR, ["holder", "lead"], ""),
    (Kind.GUARDIAN_CONTACT, "+4h", _DUE, 4 * _HOUR, ["head"], ""),
    (Kind.GUARDIAN_CONTACT, "daily", _DAILY, 4 * _HOUR, ["lead", "unit_supervisor"], ""),
    (Kind.PROTECTIVE_ASSESSMENT, "registered", _START, 0, ["holder"], ""),
    (Kind.PROTECTIVE_ASSESSMENT, "+1h-waiting", _START, _HOUR, ["holder"], Rung.Condition.NOT_TAKEN),
    (Kind.PROTECTIVE_ASSESSMENT, "+4h-waiting", _START, 4 * _HOUR, ["holder", "lead"], ""),
    (Kind.PROTECTIVE_ASSESSMENT, "breach", _DUE, 0, ["holder", "lead", "unit_supervisor"], ""),
    (Kind.OPEN_INVESTIGATION, "-3d", _DUE, -3 * _DAY, ["holder"], ""),
    (Kind.OPEN_INVESTIGATION, "-1d", _DUE, -_DAY, ["holder", "lead"], ""),
    (Kind.OPEN_INVESTIGATION, "breach", _DUE, 0, ["holder", "lead", "unit_supervisor"], ""),
    (Kind.REPORTER_FEEDBACK, "-1d", _DUE, -_DAY, ["holder"], ""),
    (Kind.REPORTER_FEEDBACK, "breach", _DUE, 0, ["holder", "lead"], ""),
    (Kind.INVESTIGATION, "-30d", _DUE, -30 * _DAY, ["holder"], ""),
    (Kind.INVESTIGATION, "-7d", _DUE, -7 * _DAY, ["holder", "lead"], ""),
    (Kind.INVESTIGATION, "breach", _DUE, 0, ["holder", "lead", "unit_supervisor"], ""),
    (Kind.HOLD_REVIEW, "-4h", _DUE, -4 * _HOUR, ["holder", "lead"], ""),
    (Kind.HOLD_REVIEW, "-1h", _DUE, -_HOUR, ["lead"], ""),
    (Kind.HOLD_REVIEW, "breach", _DUE, 0, ["holder", "lead", "unit_supervisor"], ""),
    (Kind.HOLD_REVIEW, "+4h", _DUE, 4 * _HOUR, ["head"], ""),
    (Kind.BREACH_REVIEW, "-1d", _DUE, -_DAY, ["unit_supervisor"], ""),
    (Kind.BREACH_REVIEW, "breach", _DUE, 0, ["unit_supervisor", "head"], ""),
    (Kind.LUL_STATEMENT, "-3d", _DUE, -3 * _DAY, ["holder"], ""),
    (Kind.LUL_STATEMENT, "breach", _DUE, 0, ["holder", "lead", "unit_supervisor"], ""),
]


def load() -> None:
    """Write the first version of every rule and rung that is missing; idempotent."""
    DeadlineRule.objects.bulk_create(
        [
            DeadlineRule(
                kind=kind, report_kind=report_kind, length=length, amount=amount, ground=ground, valid_from=BEGINNING
            )
            for kind, report_kind, length, amount, ground in RULES
        ],
        ignore_conflicts=True,
    )
    Rung.objects.bulk_create(
        [
            Rung(kind=kind, key=key, anchor=anchor, offset_seconds=seconds, recipients=recipients, condition=condition)
            for kind, key, anchor, seconds, recipients, condition in LADDERS
        ],
        ignore_conflicts=True,
    )


@dataclass(frozen=True)
class Rulebook:
    """The rules and ladders as they stand; read once per transaction, in one statement."""

    rules: tuple[DeadlineRule, ...]
    rungs: dict[str, tuple[Rung, ...]]

    @classmethod
    def read(cls) -> "Rulebook":
        return _standing.read()

    def rule(self, kind: str, report_kind: str, now: datetime) -> DeadlineRule | None:
        """The version that holds at `now`, the report kind's own before the general one; None: switched off."""
        holding = [
            rule
            for rule in self.rules
            if rule.kind == kind and rule.report_kind in (report_kind, "") and rule.valid_from <= now
        ]
        if not holding:
            return None
        latest = max(holding, key=lambda rule: (rule.report_kind != "", rule.valid_from, rule.version))
        return latest if latest.enabled else None

    def ladder(self, kind: str, at: datetime) -> tuple[Rung, ...]:
        """The rungs of the version that held at `at`: for a deadline, the moment at which it was registered."""
        return next((rungs for since, rungs in self._ladders.get(kind, ()) if since <= at), ())

    @cached_property
    def _ladders(self) -> dict[str, list[tuple[datetime, tuple[Rung, ...]]]]:
        """The versions of each kind and from when they hold, the latest first."""
        found: dict[str, list[tuple[datetime, tuple[Rung, ...]]]] = {}
        for kind, rungs in self.rungs.items():
            versions = sorted({(rung.valid_from, rung.version) for rung in rungs}, reverse=True)
            found[kind] = [
                (since, tuple(rung for rung in rungs if rung.version == version)) for since, version in versions
            ]
        return found


def _built(said: dict[str, Any]) -> Rulebook:
    rungs: dict[str, list[Rung]] = {}
    for rung in rows(Rung, said["rungs"]):
        rungs.setdefault(rung.kind, []).append(rung)
    return Rulebook(
        rules=tuple(rows(DeadlineRule, said["rules"])),
        rungs={kind: tuple(steps) for kind, steps in rungs.items()},
    )


_standing = Standing(
    """
    SELECT json_build_object(
        'rules', (SELECT json_agg(r ORDER BY r.valid_from, r.version) FROM workflows_deadlinerule AS r),
        'rungs', (SELECT json_agg(s ORDER BY s.id) FROM workflows_rung AS s)
    )::text
    """,
    _built,
)
