"""With which words do the pages say a rung of a ladder: when, to whom, and on which condition?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from workflows.lawful import RungSpec
from workflows.models import Rung

ROLE_WORDS = {
    "holder": gettext_lazy("den som har ärendet, eller jouren"),
    "lead": gettext_lazy("den som leder just då"),
    "unit_supervisor": gettext_lazy("enhetschefen"),
    "head": gettext_lazy("verksamhetschefen"),
}


def when(rung: RungSpec) -> str:
    """`12 timmar före fristen`, `när fristen går ut`, `varje dag 08.00 efter fristen`."""
    far = _far(abs(rung.seconds))
    if rung.anchor == Rung.Anchor.DAILY:
        return _("varje dag 08.00, tidigast %(far)s efter fristen") % {"far": far}
    if rung.anchor == Rung.Anchor.START:
        return _("%(far)s efter registreringen") % {"far": far} if rung.seconds else _("vid registreringen")
    if rung.seconds == 0:
        return _("när fristen går ut")
    return (_("%(far)s före fristen") if rung.seconds < 0 else _("%(far)s efter fristen")) % {"far": far}


def who(rung: RungSpec) -> str:
    """`den som har ärendet, eller jouren; enhetschefen`."""
    return "; ".join(str(ROLE_WORDS[role]) for role in rung.recipients)


def condition(rung: RungSpec) -> str:
    return _("bara om ingen har tagit ärendet") if rung.condition == Rung.Condition.NOT_TAKEN else ""


def _far(seconds: int) -> str:
    for size, words in (
        (86_400, ngettext("%(n)s dag", "%(n)s dagar", seconds // 86_400)),
        (3_600, ngettext("%(n)s timme", "%(n)s timmar", seconds // 3_600)),
    ):
        if seconds and seconds % size == 0:
            return words % {"n": seconds // size}
    return ngettext("%(n)s minut", "%(n)s minuter", seconds // 60) % {"n": seconds // 60}
