"""Who is away, from when, until when, and who takes over meanwhile? Never why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from riskzon.forms import DsFormMixin, LocalMomentField


class AbsenceForm(DsFormMixin, forms.Form):
    """`people`: whose absence the reader may register; with one alone there is nothing to choose."""

    username = forms.ChoiceField(label=_("Vem är borta?"))
    starts_at = LocalMomentField(label=_("Från"))
    ends_at = LocalMomentField(label=_("Till"), required=False, help_text=_("Lämna tomt om du inte vet: tills vidare."))
    cover = forms.ChoiceField(
        label=_("Vem tar över ärendena?"),
        required=False,
        help_text=_("Ärenden och utredningar flyttas när frånvaron börjar. De flyttas inte tillbaka av sig själva."),
    )

    def __init__(
        self,
        *args: Any,
        people: Sequence[tuple[str, str]],
        colleagues: Sequence[tuple[str, str]],
        now: datetime,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and "username" not in self.data:
            # Whoever names nobody means themselves.
            self.data = {**self.data.dict(), "username": people[0][0]}
        self.fields["username"].choices = people
        if len(people) == 1:
            self.fields["username"].widget = forms.HiddenInput()
        self.fields["cover"].choices = [("", _("Enhetens kö")), *colleagues]
        self.initial = {"username": people[0][0], "starts_at": now, **(self.initial or {})}
