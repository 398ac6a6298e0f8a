"""The roster as a calendar that a phone subscribes to (RFC 5545): shifts and names of staff, no child and no case."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from notifications.roster.core import Roster
from riskzon.context import CITY

BACK, AHEAD = timedelta(days=14), timedelta(days=120)


def calendar(roster: Roster, now: datetime) -> bytes:
    """Every shift of Socialjouren around `now`, in UTC, in the language that is active."""
    shown = Calendar()
    shown.add("version", "2.0")
    shown.add("prodid", f"-//{CITY}//Jour//SV")
    shown.add("method", "PUBLISH")
    shown.add("x-wr-calname", _("Jour"))
    for shift in roster.shifts(now - BACK, now + AHEAD):
        event = Event()
        event.add("uid", f"{shift.row_id}-{shift.day:%Y%m%d}-{shift.person.id}@jour")
        event.add("dtstamp", now.replace(microsecond=0))
        event.add("dtstart", shift.starts_at)
        event.add("dtend", shift.ends_at)
        said = _("Jour, leder: %(who)s") if shift.is_lead else _("Jour: %(who)s")
        event.add("summary", said % {"who": shift.person.name})
        event.add("transp", "TRANSPARENT")
        shown.add_component(event)
    content: bytes = shown.to_ical()
    return content
