"""How is the roster changed: patterns, extra shifts, and days on which a shift is not worked?"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from notifications.roster.core import Person, Roster
from notifications.roster.door import Act, changing
from notifications.roster.models import DutyAbsence, DutyExtra, DutyOffer, DutyPattern
from notifications.roster.spans import span
from riskzon.errors import Conflict, Invalid, Unseen
from riskzon.localtime import LAST_YEAR, at_local_minute, local_date
from riskzon.models import User
from riskzon.timewords import clocktime
from riskzon.timewords import day as day_words

#: Overlaps are looked for this far ahead of the first day of what is added.
_LOOKED_AHEAD = timedelta(days=371)
#: A shift may have begun before the day on which it is looked at.
_LOOKED_BACK = timedelta(days=2)


def add_patterns(
    by: User,
    *,
    person: UUID,
    weekdays: Collection[int],
    starts: int,
    ends: int,
    is_lead: bool,
    valid_from: date,
    valid_to: date | None = None,
) -> list[DutyPattern]:
    """A weekly shift on each of these weekdays (0 is Monday), in minutes past local midnight.

    Invalid: a person who is not on duty at Socialjouren, a first day in the past, a last day before it, an overlap with
    another shift of the same person.
    """
    with changing(by, "pattern") as act:
        at_socialjouren(act.roster, person)
        _not_past(valid_from, act.now, "valid_from")
        if valid_to is not None and valid_to < valid_from:
            raise Invalid.field("valid_to", _("Sista dagen ligger före den första."))
        rows = [
            DutyPattern(
                person_id=person,
                weekday=weekday,
                starts=starts,
                ends=ends,
                is_lead=is_lead,
                valid_from=valid_from,
                valid_to=valid_to,
                added_at=act.now,
                added_by=by,
            )
            for weekday in sorted(set(weekdays))
        ]
        no_clash(replace(act.roster, patterns=[*act.roster.patterns, *rows]), person, valid_from, "starts")
        return DutyPattern.objects.bulk_create(rows)


def end_pattern(by: User, pattern_id: UUID, *, last_day: date) -> DutyPattern:
    """Let a weekly shift be worked for the last time on a day, today or later."""
    with changing(by, "pattern_end") as act:
        row = DutyPattern.objects.filter(pk=pattern_id).first()
        if row is None:
            raise Unseen
        if row.ended_at is not None:
            raise Conflict(_("Veckopasset är redan avslutat."))
        _not_past(last_day, act.now, "last_day")
        row.ended_at, row.ended_by, row.last_day = act.now, by, last_day
        row.save(update_fields=["ended_at", "ended_by", "last_day"])
        end_offers(act, DutyOffer.objects.filter(pattern=row, day__gt=last_day))
        return row


def add_extra(
    by: User, *, person: UUID, day: date, starts: int, ends: int, is_lead: bool, source: str = ""
) -> DutyExtra:
    """One shift on one local day, which has not ended yet. Invalid as for a pattern."""
    with changing(by, "extra") as act:
        return write_extra(act, person=person, day=day, starts=starts, ends=ends, is_lead=is_lead, source=source)


def write_extra(
    act: Act, *, person: UUID, day: date, starts: int, ends: int, is_lead: bool, source: str = ""
) -> DutyExtra:
    """The same within a change that has begun."""
    at_socialjouren(act.roster, person)
    _not_past(day, act.now, "day")
    if span(day, starts, ends)[1] <= act.now:
        raise Invalid.field("ends", _("Passet är redan slut."))
    row = DutyExtra(
        person_id=person,
        day=day,
        starts=starts,
        ends=ends,
        is_lead=is_lead,
        source=source,
        added_at=act.now,
        added_by=act.by,
    )
    no_clash(replace(act.roster, extras=[*act.roster.extras, row]), person, day, "starts")
    row.save(force_insert=True)
    return row


def call_off(by: User, row_id: UUID, day: date) -> None:
    """One shift is not worked; if it runs already, from now on. Nobody takes its place by that."""
    with changing(by, "call_off") as act:
        row = act.row(row_id, day)
        if isinstance(row, DutyPattern):
            DutyAbsence.objects.create(pattern=row, day=day, added_at=act.now, added_by=by)
            end_offers(act, DutyOffer.objects.filter(pattern=row, day=day))
        else:
            end_extra(act, row)


def end_extra(act: Act, row: DutyExtra) -> None:
    """An extra shift is not worked, or from now on not any longer."""
    row.ended_at, row.ended_by = act.now, act.by
    row.save(update_fields=["ended_at", "ended_by"])
    end_offers(act, DutyOffer.objects.filter(extra=row))


def restore(by: User, absence_id: UUID) -> None:
    """A shift that was called off is worked after all."""
    with changing(by, "restore") as act:
        absence = DutyAbsence.objects.select_related("pattern").filter(pk=absence_id).first()
        if absence is None:
            raise Unseen
        if absence.ended_at is not None:
            raise Conflict(_("Passet är redan återtaget."))
        absence.ended_at, absence.ended_by = act.now, by
        others = [one for one in act.roster.absences if one.pk != absence.pk]
        after = replace(act.roster, absences=[*others, absence])
        holder = after.holder(absence.pattern, absence.day)
        if holder in after.people:
            no_clash(after, holder, absence.day, "")
        absence.save(update_fields=["ended_at", "ended_by"])


def at_socialjouren(roster: Roster, person: UUID) -> Person:
    """The person, who can be on duty. Invalid otherwise."""
    if person not in roster.people:
        raise Invalid.field("person", _("Personen är inte jour på Socialjouren."))
    return roster.people[person]


def _not_past(day: date, now: datetime, field: str) -> None:
    if day < local_date(now):
        raise Invalid.field(field, _("Dagen har redan varit."))
    if day.year >= LAST_YEAR:
        raise Invalid.field(field, _("Kontrollera årtalet."))


def no_clash(roster: Roster, person: UUID, day: date, field: str) -> None:
    """Invalid if two shifts of one person run at once, from just before a local day on."""
    since = at_local_minute(day, 0)
    shift = roster.clash(person, since - _LOOKED_BACK, since + _LOOKED_AHEAD)
    if shift is not None:
        message = _("%(who)s har redan ett pass då: %(day)s från %(clock)s.") % {
            "who": shift.person.name,
            "day": day_words(shift.starts_at),
            "clock": clocktime(shift.starts_at),
        }
        raise Invalid.field(field, message)


def end_offers(act: Act, offers: QuerySet[DutyOffer]) -> None:
    """Nobody is asked for these shifts any longer."""
    offers.filter(ended_at__isnull=True, taken_at__isnull=True).update(ended_at=act.now, ended_by=act.by)
