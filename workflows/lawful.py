"""Which rules and ladders may be proposed at all? What is refused here is refused whoever asks.

Decided: the municipality may be stricter than the law and never laxer, so a rule may be as long as the one that the
product comes with and no longer, on any day on which a clock may start. A ladder may be changed freely, with three
limits: it tells somebody who leads at the limit itself, it tells somebody before that, and it has no rung without
recipients.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from riskzon.localtime import end_of_local_day, start_of_local_day
from riskzon.models import ReportKind
from riskzon.timewords import day as day_words
from riskzon.timewords import moment
from workflows.due import Length, due_at
from workflows.ladder import BREACH, MOST_RUNGS
from workflows.models import DeadlineRule, Kind, Rung
from workflows.rules import RULES

#: The lengths that are counted; the others are named for each clock.
COUNTED = frozenset(length.value for length in Length)
ROLES = ("holder", "lead", "unit_supervisor", "head")
#: Who leads: whoever answers for it that the one who has the case gets help.
LEADING = frozenset({"lead", "unit_supervisor", "head"})
#: The clocks that can be switched off: what is the municipality's own routine and no promise about arrests.
SWITCHED = frozenset({(Kind.GUARDIAN_CONTACT, ReportKind.LOB_CUSTODY), (Kind.GUARDIAN_CONTACT, ReportKind.CONCERN)})
#: The review of a breach stands in no law; the product comes with three working days.
_REVIEW = (Length.WORKING_DAYS, 10)
#: A leap year among them: a rule is tried on every day of these years.
_YEARS_TRIED = 5
LONGEST = 3_000
FARTHEST = timedelta(days=60)
#: Beyond this a rung is counted in whole hours, so that its key keeps four digits (`notifications.messages`).
FINE = timedelta(days=3)
_DAY = 86_400
_SHORTEST = {Length.HOURS: 3_600, Length.DAYS: _DAY, Length.WORKING_DAYS: _DAY, Length.MONTHS: 28 * _DAY}

Faults = list[tuple[str, str]]


class Track(NamedTuple):
    """What has versions of its own: one kind of clock, for one kind of report or "" for every kind."""

    kind: Kind
    report_kind: str

    @property
    def label(self) -> str:
        """`Kontakt med vårdnadshavare …, Gripen`."""
        kind = str(self.kind.label)
        return f"{kind}, {ReportKind(self.report_kind).label}" if self.report_kind else kind

    @property
    def is_named(self) -> bool:
        """Whether the moment is stated for each clock, so that the rule has no length to change."""
        return _first(self)[0] == "named"

    @property
    def may_be_off(self) -> bool:
        return (self.kind, self.report_kind) in SWITCHED


TRACKS = tuple(Track(Kind(kind), str(report_kind)) for kind, report_kind, *_rest in RULES)


class RungSpec(NamedTuple):
    """One rung as it is proposed: seconds from its anchor, negative before it."""

    anchor: str
    seconds: int
    recipients: tuple[str, ...]
    condition: str = ""

    @property
    def key(self) -> str:
        """The code that events and messages know it by; the breach is the rung at the limit itself."""
        if self.anchor == Rung.Anchor.DAILY:
            return "daily"
        if self.seconds == 0:
            return "registered" if self.anchor == Rung.Anchor.START else BREACH
        key = f"{'-' if self.seconds < 0 else '+'}{_short(abs(self.seconds))}"
        if self.anchor == Rung.Anchor.START:
            return key + ("-untaken" if self.condition else "-waiting")
        return key

    def as_json(self) -> dict[str, Any]:
        return {**self._asdict(), "recipients": list(self.recipients), "key": self.key}

    @classmethod
    def of(cls, said: dict[str, Any] | Rung) -> "RungSpec":
        """As a stored change says it, or as a rung of the rulebook is."""
        if isinstance(said, Rung):
            return cls(said.anchor, said.offset_seconds, tuple(said.recipients), said.condition)
        return cls(said["anchor"], said["seconds"], tuple(said["recipients"]), said["condition"])


def length_words(length: str, amount: int) -> str:
    """`24 timmar`, `14 dagar`, `till angiven tid`."""
    if length == "named":
        return _("till angiven tid")
    words = {
        "hours": ngettext("%(n)s timme", "%(n)s timmar", amount),
        "days": ngettext("%(n)s dag", "%(n)s dagar", amount),
        "working_days": ngettext("%(n)s arbetsdag", "%(n)s arbetsdagar", amount),
        "months": ngettext("%(n)s månad", "%(n)s månader", amount),
    }
    return words[length] % {"n": amount}


def rule_faults(track: Track, *, length: str, amount: int, enabled: bool, first: date) -> Faults:
    """Why this length may not hold from the year of `first` on, by field; nothing where it may."""
    if not enabled:
        return [] if track.may_be_off else [("enabled", _("Den här fristen går inte att stänga av."))]
    if track.is_named or length not in COUNTED:
        return [("length", _("Den här fristen har ingen längd som kan ändras."))]
    if not 1 <= amount <= LONGEST:
        return [("amount", _("Ange ett antal mellan 1 och %(most)s.") % {"most": LONGEST})]
    most, ground = _most(track)
    late = _first_late_day(Length(length), amount, *most, first.year)
    if late is None:
        return []
    refusal = _("Längre än %(most)s får fristen inte vara (%(ground)s).") % {
        "most": length_words(most[0].value, most[1]),
        "ground": _(ground),
    }
    if length != most[0]:
        start, limit, due = late
        refusal += " " + _("En frist som börjar %(start)s skulle gå ut %(due)s i stället för %(limit)s.") % {
            "start": day_words(start),
            "due": moment(due),
            "limit": moment(limit),
        }
    return [("amount", refusal)]


def ladder_faults(kind: Kind, rungs: Sequence[RungSpec], rules: Iterable[DeadlineRule]) -> Faults:
    """Why this ladder may not hold, by `rungs.<place>` or "breach"; `rules` are those of the kind that hold."""
    faults: Faults = []
    breach = [rung for rung in rungs if rung.key == BREACH]
    if len(breach) != 1:
        faults.append(("breach", _("Steget när fristen går ut går inte att ta bort.")))
    elif LEADING.isdisjoint(breach[0].recipients):
        faults.append(("breach", _("När fristen går ut ska någon som leder få veta det.")))
    if not any(_comes_before(rung) for rung in rungs):
        faults.append(
            ("", _("Någon ska få veta om fristen innan den går ut: vid registreringen eller med en påminnelse."))
        )
    if len(rungs) > MOST_RUNGS:
        faults.append(("", _("En trappa har högst %(most)s steg.") % {"most": MOST_RUNGS}))
    taken: set[str] = set()
    shortest = min((_SHORTEST[Length(one.length)] * one.amount for one in rules if one.length in COUNTED), default=None)
    for place, rung in enumerate(rungs):
        field = "breach" if rung.key == BREACH else f"rungs.{place}"
        if not rung.recipients or not set(rung.recipients) <= set(ROLES):
            faults.append((field, _("Välj vem som ska få meddelandet.")))
        if abs(rung.seconds) > FARTHEST.total_seconds():
            faults.append((field, _("Ett steg ligger högst %(days)s dagar från fristen.") % {"days": FARTHEST.days}))
        elif rung.seconds % (60 if abs(rung.seconds) < FINE.total_seconds() else 3_600):
            faults.append((field, _("Ange hela timmar när steget ligger långt från fristen.")))
        if rung.anchor == Rung.Anchor.DUE and shortest is not None and -rung.seconds >= shortest:
            faults.append((field, _("Så lång är inte fristen. Steget skulle ligga före registreringen.")))
        moment_of = rung.key.removesuffix("-untaken").removesuffix("-waiting") + rung.anchor
        if moment_of in taken:
            faults.append((field, _("Två steg ligger vid samma tid. Slå ihop deras mottagare.")))
        taken.add(moment_of)
    return faults


def _comes_before(rung: RungSpec) -> bool:
    if rung.anchor == Rung.Anchor.START:
        return rung.condition == Rung.Condition.ALWAYS
    return rung.anchor == Rung.Anchor.DUE and rung.seconds < 0 and rung.condition == Rung.Condition.ALWAYS


def _first(track: Track) -> tuple[str, int, str]:
    """Length, amount and ground of the rule that the product comes with."""
    return next(
        (length, amount, ground)
        for kind, report_kind, length, amount, ground in RULES
        if (kind, report_kind) == (track.kind, track.report_kind)
    )


def _most(track: Track) -> tuple[tuple[Length, int], str]:
    length, amount, ground = _first(track)
    return (_REVIEW if track.kind == Kind.BREACH_REVIEW else (Length(length), amount)), ground


@lru_cache(maxsize=256)
def _first_late_day(
    length: Length, amount: int, law: Length, most: int, first_year: int
) -> tuple[date, datetime, datetime] | None:
    """The first local day on which a clock may start that would go on for longer; its lawful limit, and the other."""
    day, end = date(first_year, 1, 1), date(first_year + _YEARS_TRIED, 1, 1)
    while day < end:
        for start in (start_of_local_day(day), end_of_local_day(day)):
            limit, due = due_at(start, law, most), due_at(start, length, amount)
            if due > limit:
                return day, limit, due
        day += timedelta(days=1)
    return None


def _short(seconds: int) -> str:
    for size, letter in ((_DAY, "d"), (3_600, "h")):
        if seconds % size == 0:
            return f"{seconds // size}{letter}"
    return f"{seconds // 60}m"
