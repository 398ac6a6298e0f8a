"""What the access log alone tells of a case: acts that leave no row of their own, and what was moved from whom.

That somebody is biased (jäv) is for whoever leads the unit. For everybody else a case that was moved for it leaves no entry,
as the declaration itself leaves none: other words, kept for it alone, would tell it too.
"""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from riskzon.access import Action
from riskzon.models import AuditAction, AuditEntry, Case, User
from riskzon.ui import Entry

#: Acts that leave no row of their own but the log's: title and icon.
_ACTS = {
    "take": (gettext_noop("Tog ärendet"), "user-check"),
    "take_over": (gettext_noop("Tog över ärendet från jouren"), "sunrise"),
    "assign": (gettext_noop("Tilldelade ärendet"), "user-check"),
    "hand_over": (gettext_noop("Lämnade över ärendet"), "arrow-right-left"),
    "name_liaison": (gettext_noop("Utsåg socialsekreterare hos polisen"), "user-plus"),
    "identify": (gettext_noop("Kompletterade barnets uppgifter"), "user-search"),
    "guardian": (gettext_noop("Ändrade familj och företrädare"), "users"),
    "inform_child": (gettext_noop("Informerade barnet"), "message-circle"),
    "feedback_request": (gettext_noop("Anmälaren begärde återkoppling"), "reply"),
    "feedback": (gettext_noop("Återkopplade till anmälaren"), "reply"),
    "hold_confirm": (gettext_noop("Bekräftade avvakta kontakt"), "hand"),
    "disclose": (gettext_noop("Lämnade ut uppgifter"), "send"),
    "disclose_correct": (gettext_noop("Rättade ett utlämnande"), "send"),
    "take_over_report": (gettext_noop("Tog över anmälan från kollega hos polisen"), "user-check"),
}
_MOVES = ("absence", "orphaned")
#: Why somebody holds a case no more, in the words of the timeline.
_WHY = {
    "away": gettext_noop("Handläggaren är borta"),
    "left": gettext_noop("Handläggaren har slutat"),
    "blocked": gettext_noop("Handläggaren är jävig"),
    "role": gettext_noop("Handläggaren arbetar inte längre med ärenden"),
    "unit": gettext_noop("Handläggaren hör till en annan enhet"),
}
#: Rows that tell that somebody is biased.
FOR_BIAS = Q(what="orphaned", detail__why="blocked")


def entries(case: Case) -> Iterator[Entry]:
    """What people did that left no row of its own, and what was moved from somebody who could not have it any more."""
    rows = AuditEntry.objects.filter(
        Q(action=AuditAction.CHANGE, what__in=_ACTS) | Q(what__in=_MOVES), case=case
    ).select_related("actor")
    if Action.BLOCK not in case.rights:
        rows = rows.exclude(FOR_BIAS)
    moved = [row for row in rows if row.what in _MOVES]
    yield from (_act(row) for row in rows if row.what not in _MOVES)
    yield from _moves(moved) if moved else ()


def _act(row: AuditEntry) -> Entry:
    title, icon = _ACTS[row.what]
    return Entry(at=row.product_at, title=_(title), who=str(row.actor or ""), icon=icon, anchor=f"act-{row.pk}")


def _moves(rows: list[AuditEntry]) -> Iterator[Entry]:
    people = User.objects.in_bulk([row.detail["to"] for row in rows if row.detail["to"]])
    for row in rows:
        to = people.get(UUID(row.detail["to"])) if row.detail["to"] else None
        if row.detail.get("investigation"):
            text = _("Utredningen har %(who)s nu.") % {"who": to}
        elif to:
            text = _("Ärendet har %(who)s nu.") % {"who": to}
        else:
            text = _("Ärendet är inte tilldelat.")
        reason = _WHY[row.detail["why"]]
        yield Entry(
            at=row.product_at,
            title=_(reason),
            who=str(row.actor or ""),
            text=text,
            icon="user-x",
            quiet=row.actor is None,
            anchor=f"moved-{row.pk}",
        )
