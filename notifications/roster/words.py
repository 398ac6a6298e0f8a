"""How are the stretches of the roster said in words?"""

from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from notifications.roster.core import Gap
from riskzon.localtime import is_ambiguous
from riskzon.timewords import MONTHS, WEEKDAYS, clocktime, local


def clock_words(at: datetime) -> str:
    """`18.20`; in the hour that comes twice with which one is meant."""
    there = local(at)
    if not is_ambiguous(there.replace(tzinfo=None, fold=0)):
        return clocktime(at)
    season = _("vintertid") if there.fold else _("sommartid")
    return _("%(clock)s (%(season)s)") % {"clock": clocktime(at), "season": season}


def day_words(at: datetime) -> str:
    """`lör 28 nov`."""
    there = local(at)
    return _("%(weekday)s %(day)s %(month)s") % {
        "weekday": _(WEEKDAYS[there.weekday()]),
        "day": there.day,
        "month": _(MONTHS[there.month - 1]),
    }


def stretch_words(start: datetime, end: datetime) -> str:
    """`lör 28 nov 17.00–sön 29 nov 08.00`, or `lör 28 nov 17.00–24.00` within one day."""
    if _is_one_day(start, end):
        return _("%(day)s %(start)s–%(end)s") % {
            "day": day_words(start),
            "start": clock_words(start),
            "end": _closing(end),
        }
    return _("%(day)s %(start)s–%(last)s %(end)s") % {
        "day": day_words(start),
        "start": clock_words(start),
        # The midnight that ends a day belongs to it.
        "last": day_words(end - timedelta(microseconds=1)),
        "end": _closing(end),
    }


def gap_words(gap: Gap) -> str:
    """`Ingen i jour: lör 28 nov 17.00–sön 29 nov 08.00`."""
    return _("Ingen i jour: %(when)s") % {"when": stretch_words(gap.starts_at, gap.ends_at)}


def within_day(start: datetime, end: datetime) -> str:
    """The clock times of a stretch under the heading of the day on which it begins."""
    if _is_one_day(start, end):
        if local(start).time() == time.min and local(end).time() == time.min:
            return _("Hela dygnet")
        return _("%(start)s–%(end)s") % {"start": clock_words(start), "end": _closing(end)}
    return _("%(start)s–%(end)s %(day)s") % {
        "start": clock_words(start),
        "end": clock_words(end),
        "day": day_words(end),
    }


def _is_one_day(start: datetime, end: datetime) -> bool:
    """The midnight that ends a day belongs to it."""
    return local(end - timedelta(microseconds=1)).date() == local(start).date()


def _closing(end: datetime) -> str:
    return pgettext("dygnets slut", "24.00") if local(end).time() == time.min else clock_words(end)
