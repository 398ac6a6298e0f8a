"""Which shifts does an iCalendar file speak of (RFC 5545), and what in it is not understood?

Read without asking the database: times with TZID or in UTC are turned to Swedish clocks, floating ones are Swedish already;
rules of repetition are followed for a year. Only what a roster needs is understood; all else is named, never guessed.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import islice
from typing import Any
from uuid import UUID

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _
from icalendar import Calendar

from notifications.roster.spans import end_day, span
from riskzon.localtime import FIRST_YEAR, LAST_YEAR, STOCKHOLM

MOST_EVENTS, MOST_SHIFTS = 500, 2000
_AHEAD = timedelta(days=365)
_DAY = timedelta(days=1)
#: One entry of a file, with whatever its properties turn out to hold.
Event = Any
_NAME_LENGTH = 80
#: What a rule may consist of; nothing in it can ask for a shift each second, or search for a day that never comes.
_PARTS = {
    "DAILY": frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}),
    "WEEKLY": frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"}),
    "MONTHLY": frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "WKST"}),
}
_WEEKDAY = re.compile(r"(?:[+-]?[1-5])?(?:MO|TU|WE|TH|FR|SA|SU)")
_LEADS = frozenset({"lead", "jourledare", "ledare"})
# A zone that a file describes itself may take for ever to work out; the names of zones are known here.
_ZONES = re.compile(rb"^BEGIN:VTIMEZONE.*?^END:VTIMEZONE[^\n]*\n?", re.IGNORECASE | re.MULTILINE | re.DOTALL)


class NotACalendar(ValueError):
    """The file as a whole cannot be read; `str()` is for the person who chose it."""


@dataclass(frozen=True)
class Entry:
    """One shift of one person, as an extra shift has it. `source` names the entry of the calendar, as a digest."""

    person: UUID
    day: date
    starts: int
    ends: int
    is_lead: bool
    source: str


@dataclass(frozen=True)
class Doubt:
    """One entry of the file that is not understood, as it calls itself, and why."""

    what: str
    why: str


@dataclass
class Found:
    """What one file says. `sources`: every entry that it speaks of, also those that are cancelled."""

    entries: list[Entry] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)
    #: How many shifts are over already.
    past: int = 0


class _Unclear(Exception):
    """Why one entry is not understood."""


def understand(content: bytes, people: Mapping[str, UUID], now: datetime) -> Found:
    """The shifts of a file from `now` to a year ahead. `people` by e-mail and by user name, in lower case.

    NotACalendar: no calendar, or a larger one than anybody's roster.
    """
    events = _events(content)
    moved = {(_uid(event), at) for event in events if (at := _replaced(event))}
    found = Found()
    for event in events:
        try:
            for entry in _entries(event, people, now, moved, found):
                found.entries.append(entry)
                if len(found.entries) > MOST_SHIFTS:
                    raise NotACalendar(_("Filen har fler än %(most)s pass.") % {"most": MOST_SHIFTS})
        except _Unclear as unclear:
            found.doubts.append(Doubt(_name(event), str(unclear)))
    return found


def _events(content: bytes) -> list[Event]:
    try:
        calendars = Calendar.from_ical(_ZONES.sub(b"", content), multiple=True)
        events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    except Exception as wrong:
        # A file from anywhere: however it fails, it is no calendar.
        raise NotACalendar(_("Filen gick inte att läsa som en kalender. Exportera den igen som .ics.")) from wrong
    if not events:
        raise NotACalendar(_("Det finns inga händelser i filen."))
    if len(events) > MOST_EVENTS:
        raise NotACalendar(_("Filen har fler än %(most)s händelser.") % {"most": MOST_EVENTS})
    return events


def _entries(
    event: Event, people: Mapping[str, UUID], now: datetime, moved: set[tuple[str, datetime]], found: Found
) -> Iterator[Entry]:
    uid, replaced = _uid(event), _moment(event, "RECURRENCE-ID")
    if not uid:
        raise _Unclear(_("Händelsen saknar UID."))
    replaced = _instant(replaced) if replaced else None
    start, length = _times(event)
    is_cancelled = str(event.get("STATUS", "")).upper() == "CANCELLED"
    persons = [] if is_cancelled else _persons(event, people)
    is_lead = any(str(one).strip().lower() in _LEADS for one in _categories(event))
    horizon = now + _AHEAD
    for begins in _occurrences(event, start, horizon):
        at = _instant(begins)
        if replaced is None and (uid, at) in moved:
            continue
        occurrence = replaced or (at if "RRULE" in event or "RDATE" in event else None)
        source = hashlib.sha256(f"{uid}\n{occurrence.isoformat() if occurrence else ''}".encode()).hexdigest()
        first, last = _wall(begins), _wall(begins + length)
        starts, ends = (wall.hour * 60 + wall.minute for wall in (first, last))
        if end_day(first.date(), starts, ends) != last.date():
            raise _Unclear(_("Passet är längre än 24 timmar."))
        if span(first.date(), starts, ends)[1] <= now:
            found.past += 1
            continue
        found.sources.add(source)
        for person in persons:
            yield Entry(person, first.date(), starts, ends, is_lead, source)


def _times(event: Event) -> tuple[datetime, timedelta]:
    """When an event begins, in its own zone, and how long its clock runs until it ends."""
    start = _moment(event, "DTSTART")
    if start is None:
        raise _Unclear(_("Händelsen saknar starttid."))
    end = _moment(event, "DTEND")
    if end is None:
        length = _value(event, "DURATION")
        if not isinstance(length, timedelta):
            raise _Unclear(_("Händelsen saknar sluttid."))
    else:
        # By the clock, as a person reads it, also across a change of the clock.
        length = _wall(end) - _wall(start)
    if length <= timedelta(0):
        raise _Unclear(_("Passet slutar innan det börjar."))
    if length > _DAY:
        raise _Unclear(_("Passet är längre än 24 timmar."))
    return start, length


def _occurrences(event: Event, start: datetime, horizon: datetime) -> Iterator[datetime]:
    """When an event begins, each time, in its own zone, up to the horizon."""
    zone, wall = start.tzinfo, start.replace(tzinfo=None)
    without = {_instant(at) for at in _dates(event, "EXDATE", zone)}
    walls = [wall]
    if "RRULE" in event:
        walls = list(_repeated(event, wall, zone, horizon))
    walls += [at.astimezone(zone).replace(tzinfo=None) if at.tzinfo else at for at in _dates(event, "RDATE", zone)]
    for at in sorted(set(walls)):
        begins = at.replace(tzinfo=zone)
        if _instant(begins) not in without and _instant(begins) < horizon:
            yield begins


def _repeated(event: Event, wall: datetime, zone: tzinfo | None, horizon: datetime) -> Iterator[datetime]:
    rule = event["RRULE"]
    if not isinstance(rule, dict) or not _is_understood(rule):
        raise _Unclear(_("Upprepningen går inte att tolka."))
    until = [end for at in rule.get("UNTIL", []) if (end := _last_wall(at, zone))]
    text = ";".join(part for part in event["RRULE"].to_ical().decode().split(";") if not part.startswith("UNTIL="))
    last = min([_as_wall(horizon, zone), *until])
    try:
        for at in rrulestr(text, dtstart=wall):
            if at > last:
                return
            yield at
    except (ValueError, TypeError, OverflowError) as wrong:
        raise _Unclear(_("Upprepningen går inte att tolka.")) from wrong


def _is_understood(rule: dict[str, list[Any]]) -> bool:
    parts = {str(key).upper(): values for key, values in rule.items()}
    often = str(parts.get("FREQ", [""])[0])
    if parts.keys() - _PARTS.get(often, frozenset()) or not _PARTS.get(often):
        return False
    if any(number < 1 for number in (*parts.get("INTERVAL", [1]), *parts.get("COUNT", [1]))):
        return False
    if not all(_WEEKDAY.fullmatch(str(one)) for one in parts.get("BYDAY", [])):
        return False
    every = parts.get("INTERVAL", [1])[0]
    return not ("BYDAY" in parts and ("BYMONTHDAY" in parts or (often == "DAILY" and every != 1)))


def _persons(event: Event, people: Mapping[str, UUID]) -> list[UUID]:
    """Whom an event is for: those it invites, else who made it, else whose user name its title holds."""
    for key in ("ATTENDEE", "ORGANIZER"):
        named = event.get(key, [])
        named = named if isinstance(named, list) else [named]
        found = [person for one in named if (person := _person(one, people))]
        if found:
            return list(dict.fromkeys(found))
    words = re.split(r"[\s,;:()]+", str(event.get("SUMMARY", "")).lower())
    found = [people[word] for word in words if word in people]
    if not found:
        raise _Unclear(_("Personen finns inte som jour på Socialjouren."))
    return list(dict.fromkeys(found))


def _person(named: Any, people: Mapping[str, UUID]) -> UUID | None:
    address = re.sub(r"^mailto:", "", str(named).strip(), flags=re.IGNORECASE).lower()
    called = str(getattr(named, "params", {}).get("CN", "")).strip().lower()
    return people.get(address) or people.get(called)


def _categories(event: Event) -> list[Any]:
    found = event.get("CATEGORIES", [])
    groups = found if isinstance(found, list) else [found]
    return [one for group in groups for one in getattr(group, "cats", [group])]


def _moment(event: Event, key: str) -> datetime | None:
    """One moment of an event, aware, or floating as it stands."""
    value = _value(event, key)
    if value is None:
        return None
    if not isinstance(value, datetime):
        if isinstance(value, date):
            raise _Unclear(_("Händelsen gäller hela dagar och saknar klockslag."))
        raise _Unclear(_("Tiden går inte att tolka."))
    if value.tzinfo is None and "TZID" in getattr(event[key], "params", {}):
        raise _Unclear(_("Tidszonen är okänd."))
    if not _is_ours(value):
        raise _Unclear(_wrong_year(key))
    return value.replace(second=0, microsecond=0)


def _value(event: Event, key: str) -> Any:
    """What a property holds. None: it is not there. _Unclear: it is there twice, or broken."""
    if key not in event:
        return None
    if any(name == key for name, _problem in event.errors) or isinstance(event[key], list):
        raise _Unclear(_("Tiden går inte att tolka."))
    return event[key].dt


def _dates(event: Event, key: str, zone: tzinfo | None) -> list[datetime]:
    """The moments of a list such as EXDATE; floating ones are in the zone of the event."""
    given = event.get(key, [])
    if any(name == key for name, _problem in event.errors):
        raise _Unclear(_("Upprepningen går inte att tolka."))
    lists = given if isinstance(given, list) else [given]
    found = [one.dt for group in lists for one in islice(getattr(group, "dts", ()), MOST_SHIFTS)]
    if any(not isinstance(at, datetime) for at in found):
        raise _Unclear(_("Upprepningen går inte att tolka."))
    if not all(_is_ours(at) for at in found):
        raise _Unclear(_wrong_year(key))
    return [at if at.tzinfo else at.replace(tzinfo=zone) for at in found]


def _replaced(event: Event) -> datetime | None:
    """Which occurrence of a series an event stands for, in UTC; None: it stands for itself."""
    try:
        at = _moment(event, "RECURRENCE-ID")
    except _Unclear:
        return None
    return _instant(at) if at else None


def _last_wall(at: Any, zone: tzinfo | None) -> datetime | None:
    """The end of a rule, on the clock by which the event repeats; a day alone counts as a whole.

    None: so late that it means no end, as some programs write it.
    """
    if not isinstance(at, date):
        raise _Unclear(_("Upprepningen går inte att tolka."))
    if at.year >= LAST_YEAR:
        return None
    if not _is_ours(at):
        raise _Unclear(_wrong_year("UNTIL"))
    if not isinstance(at, datetime):
        return datetime(at.year, at.month, at.day, 23, 59, 59)  # noqa: DTZ001 - on the wall
    return _as_wall(at, zone)


def _as_wall(at: datetime, zone: tzinfo | None) -> datetime:
    return at.astimezone(zone or STOCKHOLM).replace(tzinfo=None) if at.tzinfo else at


def _is_ours(at: date) -> bool:
    """Whether the year is one that a roster speaks of; at the ends of time itself no zone can be reckoned with."""
    return FIRST_YEAR <= at.year < LAST_YEAR


def _wrong_year(key: str) -> str:
    return _("Kontrollera årtalet i %(field)s.") % {"field": key}


def _instant(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=STOCKHOLM)).astimezone(UTC)


def _wall(at: datetime) -> datetime:
    """What a Swedish clock shows."""
    return at.astimezone(STOCKHOLM).replace(tzinfo=None) if at.tzinfo else at


def _uid(event: Event) -> str:
    return str(event.get("UID", ""))


def _name(event: Event) -> str:
    """What an entry calls itself, short."""
    return (str(event.get("SUMMARY", "")).strip() or _("Händelse utan namn"))[:_NAME_LENGTH]
