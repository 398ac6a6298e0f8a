"""How does a calendar become extra shifts: looked at first, then written as it was shown, and never twice?"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext as _

from notifications.roster.calendar_in import Doubt, Entry, understand
from notifications.roster.core import Roster
from notifications.roster.door import Act, changing
from notifications.roster.models import DutyExtra
from notifications.roster.planning import end_extra
from notifications.roster.reading import read
from riskzon.errors import Conflict, Invalid
from riskzon.localtime import at_local_minute
from riskzon.models import User

_SALT = "riskzon.roster.import"
_SHOWN_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Checked:
    """What a file would do. `token` is the same for `write`, signed; "" where there is nothing to do."""

    added: Sequence[Entry]
    ended: Sequence[DutyExtra]
    clashing: Sequence[Entry]
    doubts: Sequence[Doubt]
    there: int
    past: int
    token: str


def check(content: bytes, now: datetime) -> Checked:
    """Hold a file against the roster; writes nothing. NotACalendar: it cannot be read."""
    roster = read()
    found = understand(content, _known(roster), now)
    stands = list(DutyExtra.objects.filter(source__in=found.sources, ended_at__isnull=True).select_related("person"))
    by_key = {(row.source, row.person_id): row for row in stands}
    there = [entry for entry in found.entries if _is_same(by_key.get((entry.source, entry.person)), entry)]
    kept = {(entry.source, entry.person) for entry in there}
    ended = [row for row in stands if (row.source, row.person_id) not in kept]
    # The same entry may stand in a file twice.
    new = list(
        {(one.source, one.person): one for one in found.entries if (one.source, one.person) not in kept}.values()
    )
    rows = {entry: _row(entry) for entry in new}
    wrong = _clashing(roster, rows.values(), ended)
    added = [entry for entry, row in rows.items() if row.pk not in wrong]
    plan = {
        "add": [{**asdict(one), "person": str(one.person), "day": one.day.isoformat()} for one in added],
        "end": [str(row.pk) for row in ended],
    }
    return Checked(
        added=added,
        ended=ended,
        clashing=[entry for entry, row in rows.items() if row.pk in wrong],
        doubts=found.doubts,
        there=len(there),
        past=found.past,
        token=signing.dumps(plan, salt=_SALT, compress=True) if added or ended else "",
    )


def write(by: User, token: str) -> int:
    """Do what `check` has shown; returns how many shifts were added. What is done already is left as it is.

    Invalid: the check is an hour old, or none of ours. Conflict: the roster has changed, and a shift no longer fits.
    """
    try:
        plan: dict[str, Any] = signing.loads(token, salt=_SALT, max_age=_SHOWN_FOR)
    except signing.BadSignature:
        raise Invalid.field("file", _("Kontrollen är för gammal. Välj filen igen.")) from None
    entries = [
        Entry(**{**one, "person": UUID(one["person"]), "day": date.fromisoformat(one["day"])}) for one in plan["add"]
    ]
    with changing(by, "import") as act:
        return _write(act, entries, [UUID(one) for one in plan["end"]])


def _write(act: Act, entries: Sequence[Entry], ends: Sequence[UUID]) -> int:
    ended = list(DutyExtra.objects.filter(pk__in=ends, ended_at__isnull=True))
    for row in ended:
        end_extra(act, row)
    stands = DutyExtra.objects.filter(source__in={one.source for one in entries}, ended_at__isnull=True)
    written = set(stands.values_list("source", "person_id"))
    rows = [_row(entry, act) for entry in entries if (entry.source, entry.person) not in written]
    if any(row.person_id not in act.roster.people for row in rows) or _clashing(act.roster, rows, ended):
        raise Conflict(_("Jouren har ändrats sedan filen kontrollerades. Inget är sparat. Välj filen igen."))
    DutyExtra.objects.bulk_create(rows)
    return len(rows)


def _known(roster: Roster) -> dict[str, UUID]:
    """Everybody who can be on duty, by e-mail and by user name."""
    found: dict[str, UUID] = {}
    for user in User.objects.filter(pk__in=roster.people):
        found |= {name.lower(): user.pk for name in (user.email, user.username) if name}
    return found


def _is_same(row: DutyExtra | None, entry: Entry) -> bool:
    return row is not None and (row.day, row.starts, row.ends, row.is_lead) == (
        entry.day,
        entry.starts,
        entry.ends,
        entry.is_lead,
    )


def _row(entry: Entry, act: Act | None = None) -> DutyExtra:
    fields = {**asdict(entry), "person_id": entry.person}
    del fields["person"]
    return DutyExtra(**fields, **({"added_at": act.now, "added_by": act.by} if act else {}))


def _clashing(roster: Roster, rows: Iterable[DutyExtra], ended: Iterable[DutyExtra]) -> set[UUID]:
    """The ids of those new rows whose person has another shift at the same time, by the roster as it would become."""
    new = list(rows)
    if not new:
        return set()
    gone = {row.pk for row in ended}
    after = replace(roster, extras=[*(row for row in roster.extras if row.pk not in gone), *new])
    days = [row.day for row in new]
    start, end = (at_local_minute(day, 0) for day in (min(days) - timedelta(days=2), max(days) + timedelta(days=3)))
    return after.clashing(start, end) & {row.pk for row in new}
