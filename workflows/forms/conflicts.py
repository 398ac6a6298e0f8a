"""Who is biased (jäv), and why?"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin
from workflows.forms.texts import CleanText


class DeclareForm(DsFormMixin, forms.Form):
    reason = CleanText(
        label=_("Varför?"),
        required=False,
        rows=3,
        help_text=_("Du behöver inte skriva något. Bara enhetschefen kan läsa det."),
    )


class BlockForm(DsFormMixin, forms.Form):
    username = forms.ChoiceField(label=_("Vem?"), error_messages={"required": _("Välj en medarbetare.")})
    reason = CleanText(
        label=_("Varför?"),
        rows=3,
        help_text=_("Till exempel att medarbetaren är släkt med barnet. Bara enhetschefen kan läsa det."),
        error_messages={"required": _("Skriv varför.")},
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].choices = [("", _("Välj")), *people]
