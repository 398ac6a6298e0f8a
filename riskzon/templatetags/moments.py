"""Time words in templates."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from riskzon import timewords
from riskzon.templatetags.kit import icon
from riskzon.urgency import SHORT_TITLES, Urgency, read, urgency

register = template.Library()


@register.filter
def time_left(due: datetime | None, now: datetime) -> str:
    return timewords.time_left(due, now) if due else ""


@register.filter
def waited(since: datetime | None, now: datetime) -> str:
    return timewords.waited(since, now) if since else ""


@register.filter
def moment(at: datetime | None) -> str:
    return timewords.moment(at) if at else ""


@register.filter
def clocktime(at: datetime | None) -> str:
    return timewords.clocktime(at) if at else ""


@register.filter
def short_moment(at: datetime | None, now: datetime) -> str:
    return timewords.short_moment(at, now) if at else ""


@register.filter
def day(value: date | None) -> str:
    return timewords.day(value) if value else ""


@register.filter
def ago(at: datetime | None, now: datetime) -> str:
    return timewords.ago(at, now) if at else ""


@register.filter
def between(start: datetime | None, end: datetime) -> str:
    """How long it took: "30 tim 5 min"."""
    return timewords.length(end - start) if start else ""


@register.filter
def age_on(born: date | None, now: datetime) -> int | str:
    age = timewords.age_on(born, now)
    return "" if age is None else age


@register.filter
def due_level(deadline: Any, now: datetime) -> str:
    """over, soon, urgent, calm, done, late or off: `<tr class="is-{{ d|due_level:now }}">`."""
    return urgency(deadline, now).level if deadline else "off"


@register.simple_tag
def moment_tag(at: datetime | None, now: datetime) -> SafeString | str:
    """The short moment, with the whole one for those who point at it."""
    if not at:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        timewords.moment(at),
        timewords.short_moment(at, now),
    )


@register.simple_tag
def deadline_badge(
    deadline: Any, now: datetime, *, detail: bool = False, title: str = "", boxed: bool = False
) -> SafeString:
    """Icon, words and colour of one deadline; `detail` adds what is due and when, `boxed` draws it as a label.

    Without a template of its own: a list has one in each of its fifty rows.
    """
    reading = urgency(deadline, now)
    badge = format_html(
        '<span class="due due--{}{}">{}{}</span>',
        reading.level,
        " due--boxed" if boxed else "",
        icon(reading.icon),
        _words(deadline, reading),
    )
    return format_html("{}{}", badge, _detail(deadline, reading, now, title)) if detail else badge


def _words(deadline: Any, reading: Urgency) -> SafeString:
    if not reading.counts:
        return format_html('<span class="due-words">{}</span>', reading.words)
    since = format_html(' data-since="{}"', read(deadline, "starts_at").isoformat()) if reading.waits else ""
    return format_html(
        '<time class="due-words" datetime="{}" data-counts="{}"{}>{}</time>',
        read(deadline, "due_at").isoformat(),
        reading.counts,
        since,
        reading.words,
    )


def _detail(deadline: Any, reading: Urgency, now: datetime, title: str) -> SafeString:
    """`Inleda utredning, i dag 17.44`: what is due, and when it was, is, or was done."""
    what = title or SHORT_TITLES.get(read(deadline, "kind"), "")
    if reading.waits:
        when = format_html("{} {}", _("sedan"), moment_tag(read(deadline, "starts_at"), now))
    else:
        settled = reading.level in ("done", "late")
        when = moment_tag((read(deadline, "met_at") if settled else None) or read(deadline, "due_at"), now)
    return format_html('<span class="due-detail">{}{}{}</span>', what, ", " if what else "", when)
