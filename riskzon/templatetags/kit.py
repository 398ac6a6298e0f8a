"""The pieces that pages are built of."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as drawing

from riskzon import drafts
from riskzon.forms import MomentWidget
from riskzon.ui import Entry, Identity, Tab, Tile

register = template.Library()


@cache
def _svg(name: str, css: str) -> SafeString:
    attributes = {"class": f"icon {css}".strip(), "aria_hidden": "true", "focusable": "false"}
    return SafeString(drawing(name, size=None, **attributes).replace("\n", "").replace("  ", ""))


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """One drawing of the Lucide set, decoration only: the words beside it say the same."""
    return _svg(str(name), str(css))


@register.simple_tag(takes_context=True)
def draft_token(context: template.Context) -> str:
    """What a form says of itself, so that its text is kept until it is sent."""
    return drafts.showing(context["request"]).token


@register.simple_tag
def status_tag(text: Any, *, color: str = "neutral", icon: str = "") -> SafeString:
    """A word with a colour and a drawing. Without a template of its own: a list has one in each of its fifty rows."""
    drawn = _svg(icon, "") if icon else ""
    return format_html('<span class="ds-tag" data-color="{}">{}{}</span>', color, drawn, text)


@register.inclusion_tag("riskzon/kit/protected.html")
def protected_tag(level: str | None, *, short: bool = False) -> dict[str, Any]:
    """The mark of protected personal data; nothing for "" and "none"."""
    return {"level": "" if level in (None, "none") else level, "short": short}


@register.inclusion_tag("riskzon/kit/tabs.html")
def tabs(tabs: Sequence[Tab], *, label: str) -> dict[str, Any]:
    return {"tabs": tabs, "label": label}


@register.inclusion_tag("riskzon/kit/tile.html")
def tile(tile: Tile) -> dict[str, Any]:
    return {"tile": tile}


@register.inclusion_tag("riskzon/kit/identity.html", takes_context=True)
def identity_bar(context: template.Context, identity: Identity, now: datetime) -> dict[str, Any]:
    return {"identity": identity, "now": now, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("riskzon/kit/timeline.html")
def timeline(entries: Sequence[Entry], now: datetime) -> dict[str, Any]:
    return {"entries": entries, "now": now}


@register.inclusion_tag("riskzon/kit/empty.html")
def empty_state(
    text: Any, *, hint: Any = "", icon: str = "circle-check", url: str = "", link: Any = ""
) -> dict[str, Any]:
    return {"text": text, "hint": hint, "icon": icon, "url": url, "link": link}


@register.inclusion_tag("riskzon/kit/pager.html", takes_context=True)
def pager(context: template.Context, page: Page) -> dict[str, Any]:
    """Pages of a counted list; other GET parameters are kept."""
    request = context.get("request")
    kept = request.GET.copy() if request else {}
    kept.pop("page", None)
    query = kept.urlencode() if kept else ""
    return {
        "page": page,
        "query": f"&{query}" if query else "",
        "pages": page.paginator.get_elided_page_range(page.number),
    }


@register.inclusion_tag("riskzon/kit/cursor_pager.html")
def cursor_pager(*, shown: int, next: str = "", first: str = "") -> dict[str, Any]:  # noqa: A002 - the name the API uses
    return {"shown": shown, "next": next, "first": first}


@register.inclusion_tag("riskzon/forms/summary.html")
def error_summary(*forms: Any) -> dict[str, Any]:
    """What must be put right, each line a link to its field; nothing while there is nothing wrong."""
    lines: list[tuple[str, str]] = []
    for given in forms:
        for form in given if hasattr(given, "management_form") else (given,):
            if form is None or not form.is_bound:
                continue
            lines += [("", message) for message in form.non_field_errors()]
            for field in form:
                lines += [("" if field.is_hidden else _target(field), message) for message in field.errors]
        if hasattr(given, "management_form"):
            lines += [("", message) for message in given.non_form_errors()]
    return {"lines": lines, "count": len(lines)}


def _target(field: Any) -> str:
    """The id of the control that an error link goes to: the wrong half of a moment, the first of several choices."""
    widget = field.field.widget
    if isinstance(widget, MomentWidget):
        part = {"clock": "1", "fold": "2_0"}.get(widget.wrong_part, "0")
        return f"{field.auto_id}_{part}"
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id


@register.inclusion_tag("riskzon/kit/copy.html")
def copy_button(target: str, *, label: Any = "") -> dict[str, Any]:
    """Copies the text of the element at `target` (a selector); shown only where the browser can."""
    return {"target": target, "label": label}
