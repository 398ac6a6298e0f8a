"""What is typed when a code is asked for, when a phone is added, a password changed, or a key for the API made?"""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from riskzon.forms import ChoiceCards, DsFormMixin
from riskzon.models import TokenScope
from riskzon.models.people import MOST_TOKEN_DAYS, TOKEN_DAYS

_LONGEST = 40


class CodeForm(DsFormMixin, forms.Form):
    """A code from the app, or (`paper`) a recovery code."""

    code = forms.CharField(
        label=_("Kod från appen"),
        max_length=_LONGEST,
        help_text=_("Sex siffror. En ny kod kommer varje halv minut."),
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "one-time-code", "size": 10, "spellcheck": "false"}
        ),
        error_messages={"required": _("Skriv koden.")},
    )

    def __init__(self, *args: Any, paper: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if paper:
            field = self.fields["code"]
            field.label, field.help_text = _("Reservkod"), _("En av de tio som du fick. Var och en fungerar en gång.")
            field.widget.attrs |= {"inputmode": "text", "autocomplete": "off", "autocapitalize": "none"}
            # Twenty-nine characters: as wide as there is room for.
            del field.widget.attrs["size"]


class NewPhoneForm(DsFormMixin, forms.Form):
    """The first code of a new app, and where there is one already a code of that."""

    current = forms.CharField(
        label=_("Kod från den app du har nu, eller en reservkod"),
        max_length=_LONGEST,
        widget=forms.TextInput({"autocomplete": "off", "size": 22, "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Skriv en kod från den app du har nu, eller en reservkod.")},
    )
    code = forms.CharField(
        label=_("Kod från den nya appen"),
        max_length=_LONGEST,
        help_text=_("Sex siffror, som visar att det blev rätt."),
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "one-time-code", "size": 10, "spellcheck": "false"}
        ),
        error_messages={"required": _("Skriv koden.")},
    )

    def __init__(self, *args: Any, has_one: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_one:
            del self.fields["current"]
            self.fields["code"].label = _("Kod från appen")


class PasswordForm(DsFormMixin, PasswordChangeForm):
    """The password of now and the new one twice; paste and password managers are welcome (WCAG 3.3.8)."""

    error_messages = {
        **PasswordChangeForm.error_messages,
        "password_incorrect": _("Det är inte ditt lösenord. Kontrollera det och försök igen."),
        "password_mismatch": _("De två är inte lika. Skriv det nya lösenordet en gång till."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        old, new, again = (self.fields[name] for name in ("old_password", "new_password1", "new_password2"))
        old.label, new.label, again.label = _("Lösenord nu"), _("Nytt lösenord"), _("Nytt lösenord en gång till")
        new.help_text, again.help_text = _("Minst tolv tecken. Gärna en mening som bara du kommer på."), ""
        old.error_messages["required"] = _("Skriv lösenordet som du har nu.")
        new.error_messages["required"] = _("Skriv ett nytt lösenord.")
        again.error_messages["required"] = _("Skriv det nya lösenordet en gång till.")
        # Django puts the cursor here; the page's heading comes first.
        old.widget.attrs.pop("autofocus", None)

    def clean_new_password1(self) -> str:
        new: str = self.cleaned_data["new_password1"]
        if new == self.cleaned_data.get("old_password"):
            raise forms.ValidationError(_("Välj ett annat än det du har nu."))
        return new


class NewPasskeyForm(CodeForm):
    """What a new key is to be called, and a code that shows who asks."""

    name = forms.CharField(
        label=_("Vad ska lösennyckeln heta?"),
        max_length=60,
        help_text=_("Så att du känner igen den, till exempel Jobbdatorn."),
        error_messages={"required": _("Skriv vad lösennyckeln ska heta.")},
    )
    field_order = ["name", "code"]


class TokenForm(DsFormMixin, forms.Form):
    """For what a key is, what it may do, and for how long; and by what its owner shows who asks (`proof`)."""

    name = forms.CharField(
        label=_("Vad ska nyckeln användas till?"),
        max_length=60,
        error_messages={"required": _("Skriv vad nyckeln ska användas till.")},
    )
    scope = forms.ChoiceField(
        label=_("Vad får den göra?"),
        choices=TokenScope.choices,
        widget=ChoiceCards,
        error_messages={"required": _("Välj vad nyckeln får göra.")},
    )
    days = forms.TypedChoiceField(
        label=_("Hur länge gäller den?"),
        coerce=int,
        initial=TOKEN_DAYS,
        choices=[
            (30, _("30 dagar")),
            (TOKEN_DAYS, _("90 dagar")),
            (180, _("180 dagar")),
            (MOST_TOKEN_DAYS, _("Ett år")),
        ],
    )
    code = forms.CharField(
        label=_("Kod från appen, eller en reservkod"),
        max_length=_LONGEST,
        widget=forms.TextInput({"autocomplete": "off", "size": 22, "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Skriv koden.")},
    )
    password = forms.CharField(
        label=_("Ditt lösenord"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        error_messages={"required": _("Skriv ditt lösenord.")},
    )

    def __init__(self, *args: Any, proof: str, **kwargs: Any) -> None:
        # On its page there is another form that asks for a code.
        super().__init__(*args, auto_id="key_%s", **kwargs)
        for name in {"code", "password"} - {proof}:
            del self.fields[name]
