"""Who has changed the roster, when, and what?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from notifications.roster.models import DutyAbsence, DutyExtra, DutyOffer, DutyPattern, Kept
from riskzon.models import User
from riskzon.timewords import WEEKDAYS, day


@dataclass(frozen=True)
class Changed:
    """One change, told from the row that it left. `by` None: the demo's own."""

    at: datetime
    by: User | None
    what: str


def changes(most: int) -> list[Changed]:
    """The latest changes, the last one first."""
    found: list[Changed] = []
    for kind, related, told in (
        (DutyPattern, ("person",), _of_pattern),
        (DutyAbsence, ("pattern__person",), _of_absence),
        (DutyExtra, ("person",), _of_extra),
        (DutyOffer, ("from_person", "to_person", "taken_by", "moved_by"), _of_offer),
    ):
        rows: Any = kind.objects.select_related("added_by", "ended_by", *related)
        # A row is told of when it was written and when it came to its end: either may be among the latest.
        closing = "taken_at" if kind is DutyOffer else "ended_at"
        latest = {row.pk: row for row in rows.order_by("-added_at")[:most]}
        latest |= {row.pk: row for row in rows.filter(**{f"{closing}__isnull": False}).order_by(f"-{closing}")[:most]}
        if kind is DutyOffer:
            latest |= {row.pk: row for row in rows.filter(ended_at__isnull=False).order_by("-ended_at")[:most]}
        found += [change for row in latest.values() for change in told(row)]
    return sorted(found, key=lambda change: change.at, reverse=True)[:most]


def _both(row: Kept, written: str, ended: str) -> Iterator[Changed]:
    yield Changed(row.added_at, row.added_by, written)
    if row.ended_at is not None:
        yield Changed(row.ended_at, row.ended_by, ended)


def _of_pattern(row: DutyPattern) -> Iterator[Changed]:
    words = {"who": row.person, "day": _(WEEKDAYS[row.weekday]), "last": day(row.last_day) if row.last_day else ""}
    return _both(
        row,
        _("Veckopass för %(who)s, %(day)s") % words,
        _("Veckopass för %(who)s, %(day)s: sista dag %(last)s") % words,
    )


def _of_absence(row: DutyAbsence) -> Iterator[Changed]:
    words = {"who": row.pattern.person, "day": day(row.day)}
    return _both(row, _("Inställt: %(who)s %(day)s") % words, _("Gäller igen: %(who)s %(day)s") % words)


def _of_extra(row: DutyExtra) -> Iterator[Changed]:
    words = {"who": row.person, "day": day(row.day)}
    return _both(row, _("Extrapass för %(who)s %(day)s") % words, _("Inställt extrapass: %(who)s %(day)s") % words)


def _of_offer(row: DutyOffer) -> Iterator[Changed]:
    words = {"who": row.from_person, "to": row.taken_by or row.to_person or _("alla"), "day": day(row.day)}
    if row.taken_at is not None and row.moved_by_id != row.taken_by_id:
        yield Changed(row.taken_at, row.moved_by, _("Flyttat från %(who)s till %(to)s: %(day)s") % words)
        return
    asked = {**words, "to": row.to_person or _("alla")}
    yield Changed(row.added_at, row.added_by, _("Erbjudet av %(who)s till %(to)s: %(day)s") % asked)
    if row.taken_at is not None:
        yield Changed(row.taken_at, row.moved_by, _("Övertaget från %(who)s av %(to)s: %(day)s") % words)
    elif row.ended_at is not None:
        yield Changed(row.ended_at, row.ended_by, _("Erbjuds inte längre: %(who)s %(day)s") % words)
