"""What is each fault that the auditor finds called on the screen and in an alarm, and what is to be done about it?"""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

#: The database did not answer the auditor.
AUDIT_FAILED = "audit_failed"
#: Nobody has looked for so long that nothing is known.
NOT_WATCHED = "not_watched"

#: Faults with which every promise is still kept: another dispatcher works, somebody has time to fill the roster, the rows of
#: the log are there and only not sealed yet, somebody sees too little, what is done in too wide a role is done.
_RIGHTS = ("rights_missing", "rights_not_compared")
_LOG = ("log_not_sealed", "log_head_not_written")
NOT_YET_BROKEN = frozenset({"silent_dispatchers", "roster_gap", "all_rights", *_LOG, *_RIGHTS})

WORDS: dict[str, Any] = {
    NOT_WATCHED: _("Ingen kontrollerar att fristerna bevakas just nu. Håll själv reda på tiderna."),
    AUDIT_FAILED: _("Databasen svarar inte kontrollen."),
    "no_sweep": _("Fristerna bevakas inte just nu. Inga påminnelser och larm går ut: håll själv reda på tiderna."),
    "silent_dispatchers": _("En av de två som bevakar fristerna är tyst. Den andra arbetar."),
    "overdue_unfired": _("Frister har gått ut utan att någon har fått veta det. Se efter i arbetslistorna."),
    "rungs_unfired": _("Påminnelser om frister går inte ut i tid. Se efter i arbetslistorna."),
    "breached_untold": _("En frist är överskriden utan att någon har fått veta det. Se efter i arbetslistorna."),
    "steps_failed": _("Ett steg i ett ärende har stannat och går inte vidare av sig självt."),
    "cases_without_deadline": _("Ett öppet ärende saknar frister. Se efter i redovisningen."),
    "outbox_slow": _("Mejl och SMS går inte ut i tid. Ring den som måste veta."),
    "canary_late": _("Provet av larmvägen kom inte fram. Mejl och SMS kan utebli: ring den som måste veta."),
    "roster_gap": _("Det närmaste dygnet saknas någon i tjänst på Socialjouren. Fyll jourschemat."),
    "no_head": _("Ingen är verksamhetschef här. Sista steget i varje trappa når ingen: ge någon rollen."),
    "log_broken": _(
        "Åtkomstloggen har ändrats i efterhand. Rör ingenting: låt någon kontrollera den utanför systemet."
    ),
    "all_rights": _(
        "Databasens roller saknas eller räcker inte. Allt arbetar, men med större rättigheter än det behöver."
    ),
    "log_not_sealed": _("Åtkomstloggen förseglas inte. Det som läses nu går att ändra utan att det syns."),
    "log_head_not_written": _("Åtkomstloggens kvitton skrivs inte utanför databasen."),
    "rights_wrong": _(
        "Någon har en behörighet till ett ärende som ingen borde ha. Loggranskaren ser vilken under Loggkontroll."
    ),
    "rights_everywhere": _(
        "Någon har en behörighet till alla ärenden, förbi reglerna. Den som sköter databasen ser vem."
    ),
    "rights_missing": _(
        "Någon saknar behörighet till ett ärende som är hens. Loggranskaren ser vilket under Loggkontroll."
    ),
    "rights_not_compared": _("Behörigheterna till enskilda ärenden har inte jämförts på länge."),
    "clocks_apart": _("Servrarnas klockor går olika. Tider på skärmen kan vara fel."),
}


def sentences(faults: Collection[str]) -> list[str]:
    """These faults in words, in the order of how much they matter; one that has no words by its name."""
    if "no_sweep" in faults:
        faults = [name for name in faults if name != "silent_dispatchers"]  # it says that the other one works
    order = list(WORDS)
    known = sorted((name for name in faults if name in WORDS), key=order.index)
    return [str(WORDS[name]) for name in known] + [name for name in faults if name not in WORDS]
