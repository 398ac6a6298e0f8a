"""How is a moment, or the time left to it, said in words that fit a list, a mail and a printed page?"""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from riskzon.localtime import STOCKHOLM

#: Hours and minutes are said below this, whole days from it on.
DAYS_FROM = timedelta(hours=48)
#: A running deadline is amber when this much or less is left.
SOON = timedelta(hours=4)

WEEKDAYS = (
    gettext_noop("mån"),
    gettext_noop("tis"),
    gettext_noop("ons"),
    gettext_noop("tor"),
    gettext_noop("fre"),
    gettext_noop("lör"),
    gettext_noop("sön"),
)
MONTHS = (
    gettext_noop("jan"),
    gettext_noop("feb"),
    gettext_noop("mar"),
    gettext_noop("apr"),
    gettext_noop("maj"),
    gettext_noop("jun"),
    gettext_noop("jul"),
    gettext_noop("aug"),
    gettext_noop("sep"),
    gettext_noop("okt"),
    gettext_noop("nov"),
    gettext_noop("dec"),
)
#: Days from today.
NEAR = {0: gettext_noop("i dag %(clock)s"), 1: gettext_noop("i morgon %(clock)s"), -1: gettext_noop("i går %(clock)s")}


def local(at: datetime) -> datetime:
    """The same moment on Swedish clocks. A naive moment is a programming error."""
    if at.tzinfo is None:
        raise ValueError("a moment without an offset cannot be shown")
    return at.astimezone(STOCKHOLM)


def clocktime(at: datetime) -> str:
    """`18.20`, local."""
    return local(at).strftime(pgettext("klockslag", "%H.%M"))


def day(value: date | datetime) -> str:
    """`lör 14 nov 2026`; a datetime is turned to its local day first."""
    on = local(value) if isinstance(value, datetime) else value
    return _("%(weekday)s %(day)s %(month)s %(year)s") % {
        "weekday": _(WEEKDAYS[on.weekday()]),
        "day": on.day,
        "month": _(MONTHS[on.month - 1]),
        "year": on.year,
    }


def moment(at: datetime) -> str:
    """`lör 14 nov 2026 kl. 18.20`, local."""
    return _("%(day)s kl. %(clock)s") % {"day": day(at), "clock": clocktime(at)}


def short_moment(at: datetime, now: datetime) -> str:
    """`i dag 17.44`, `i morgon 00.12`, `i går 09.05`, `lör 28 nov`; another year is written out."""
    there, here = local(at), local(now)
    days = (there.date() - here.date()).days
    if days in NEAR:
        return _(NEAR[days]) % {"clock": clocktime(at)}
    parts = {
        "weekday": _(WEEKDAYS[there.weekday()]),
        "day": there.day,
        "month": _(MONTHS[there.month - 1]),
        "year": there.year,
    }
    if there.year == here.year:
        return _("%(weekday)s %(day)s %(month)s") % parts
    return _("%(day)s %(month)s %(year)s") % parts


def length(span: timedelta) -> str:
    """`45 min`, `1 tim 12 min`, `21 tim 05 min`, `6 dagar`; rounded down, nothing below a minute."""
    if span >= DAYS_FROM:
        return ngettext("%(days)s dag", "%(days)s dagar", span.days) % {"days": span.days}
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    if hours:
        return _("%(hours)s tim %(minutes)s min") % {"hours": hours, "minutes": f"{minutes:02d}"}
    if minutes:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("mindre än 1 min")


def time_left(due: datetime, now: datetime) -> str:
    """`1 tim 12 min kvar`, or `Överskriden 1 tim 48 min` once `due < now`: the moment itself is still in time."""
    if due < now:
        return _("Överskriden %(time)s") % {"time": length(now - due)}
    return _("%(time)s kvar") % {"time": length(due - now)}


def waited(since: datetime, now: datetime) -> str:
    """`Genast. Har väntat 2 tim 10 min`: what must be done at once is never counted down (SoL 20:1)."""
    return _("Genast. Har väntat %(time)s") % {"time": length(max(now - since, timedelta(0)))}


def ago(at: datetime, now: datetime) -> str:
    """`nyss`, `12 min sedan`, `2 dagar sedan`; a moment ahead of `now` is also `nyss`."""
    if now - at < timedelta(minutes=1):
        return _("nyss")
    return _("%(time)s sedan") % {"time": length(now - at)}


def age_on(born: date | None, now: datetime) -> int | None:
    """Full years at the local day of `now`; None when the birth date is not known."""
    if born is None:
        return None
    today = local(now).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def words_for_browser() -> dict[str, str]:
    """The same sentences with `{h}`, `{m}`, `{d}`, `{t}` in them, for the script that says them anew each half minute."""
    return {
        "hours": _("%(hours)s tim %(minutes)s min") % {"hours": "{h}", "minutes": "{m}"},
        "minutes": _("%(minutes)s min") % {"minutes": "{m}"},
        "days": ngettext("%(days)s dag", "%(days)s dagar", 2) % {"days": "{d}"},
        "instant": _("mindre än 1 min"),
        "over": _("Överskriden %(time)s") % {"time": "{t}"},
        "left": _("%(time)s kvar") % {"time": "{t}"},
        "waited": _("Genast. Har väntat %(time)s") % {"time": "{t}"},
        "ago": _("%(time)s sedan") % {"time": "{t}"},
        "recent": _("nyss"),
        "pause": _("Pausa uppdatering"),
        "resume": _("Fortsätt uppdatera"),
        "copied": _("Kopierat"),
        "now_set": _("Ifyllt med tiden nu"),
        "sending": _("Skickar …"),
        "draft_saved": _("Utkast sparat %(time)s") % {"time": "{t}"},
        "draft_failed": _("Utkastet är inte sparat. Låt sidan vara öppen, eller kopiera texten."),
        "not_sent": _("Ingen kontakt med servern. Inget är skickat. Låt sidan vara öppen och försök igen."),
        "later": _("Servern tar inte emot just nu. Inget är skickat. Låt sidan vara öppen och försök igen %(time)s.")
        % {"time": "{t}"},
        "gone": _("Du har loggats ut. Det du har skrivit sparas."),
        "last": _("Efter tio timmar måste du logga in igen. Du loggas ut %(time)s. Det du har skrivit finns kvar.")
        % {"time": "{t}"},
        "shortcuts_on": _("Kortkommandon: på"),
        "shortcuts_off": _("Kortkommandon: av"),
    }
