"""How does a form look, speak and take a Swedish date and clock time?"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from riskzon import clock
from riskzon.localtime import AmbiguousTime, BadClock, LocalTimeError, NonexistentTime, parse_local
from riskzon.timewords import local

FOLDS = [("0", _("Före omställningen (sommartid)")), ("1", _("Efter omställningen (vintertid)"))]


class DsRenderer(TemplatesSetting):
    """Designsystemet's markup for every form, also those that Django brings (FORM_RENDERER)."""

    form_template_name = "riskzon/forms/form.html"
    field_template_name = "riskzon/forms/field.html"

    def render(self, template_name: str, context: Mapping[str, Any], request: Any = None) -> str:
        widget = context.get("widget")
        if widget and widget.get("type") not in {"hidden"}:
            attrs = widget["attrs"]
            classes = attrs.get("class", "")
            if "ds-input" not in classes.split():
                attrs["class"] = f"ds-input {classes}".strip()
        return super().render(template_name, context, request)


class DsFormMixin:
    """Put first among the bases of a form.

    The browser's own validation is off: it speaks the browser's language and forgets half of the rules. `idempotent`
    adds the hidden key that makes a double click or a retry harmless; it survives a round of corrections. `sometimes`:
    fields that another answer makes necessary, which are not said to be voluntary.
    """

    use_required_attribute = False
    idempotent = False
    sometimes: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if self.idempotent:
            self.fields["idempotency_key"] = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class ChoiceCards(forms.RadioSelect):
    """Radio buttons as large surfaces, for the few answers that are given many times a day."""

    cards = True


class MomentWidget(forms.MultiWidget):
    """Date and clock time as two texts, a button for the time now, and the question of the autumn night when needed."""

    template_name = "riskzon/forms/moment.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, str] | None = None) -> None:
        self.ask_fold = False
        self.wrong_part = ""
        super().__init__(
            {
                "date": forms.TextInput({"inputmode": "numeric", "size": 11, "data-date": "", "maxlength": 10}),
                "clock": forms.TextInput({"inputmode": "decimal", "size": 6, "data-clock": "", "maxlength": 5}),
                "fold": forms.RadioSelect(choices=FOLDS),
            },
            attrs,
        )

    def decompress(self, value: datetime | None) -> list[str]:
        if value is None:
            return ["", "", ""]
        there = local(value)
        return [there.strftime("%Y-%m-%d"), there.strftime("%H.%M"), str(there.fold)]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["ask_fold"] = self.ask_fold
        parts = context["widget"]["subwidgets"]
        for part, key in zip(parts, ("date", "clock", "fold"), strict=True):
            if part["attrs"].pop("aria-invalid", None) and self.wrong_part in ("", key):
                part["attrs"]["aria-invalid"] = "true"
            part["attrs"]["class"] = "ds-input"
        context["date"], context["clock"], context["fold"] = parts
        for _group, options, _index in context["fold"]["optgroups"]:
            for option in options:
                option["attrs"]["class"] = "ds-input"
        return context


class LocalMomentField(forms.MultiValueField):
    """A moment typed in Swedish time; the cleaned value is an aware UTC datetime, or None when optional and empty.

    A clock time alone never guesses its date. In the spring hour that does not exist the refusal says so; in the
    autumn hour that occurs twice the form comes back with the two as a choice.
    """

    widget = MomentWidget
    default_error_messages = {
        "required": _("Ange datum och klockslag."),
        "no_date": _("Ange datum, till exempel 2026-11-13."),
        "no_clock": _("Ange klockslag, till exempel 14.30."),
    }

    def __init__(self, **kwargs: Any) -> None:
        fields = (forms.CharField(), forms.CharField(), forms.CharField(required=False))
        super().__init__(fields, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        if isinstance(value, datetime) or value is None:
            value = self.widget.decompress(value)
        day, clock, fold = (str(part or "").strip() for part in value)
        if not day and not clock:
            if self.required:
                raise self._refuse("required")
            return None
        if not day:
            raise self._refuse("no_date", "date")
        if not clock:
            raise self._refuse("no_clock", "clock")
        return self._parse(day, clock, fold)

    def _parse(self, day: str, clock: str, fold: str) -> datetime:
        try:
            return parse_local(day, clock, None)
        except AmbiguousTime as twice:
            self.widget.ask_fold = True
            if fold in ("0", "1"):
                return twice.second if fold == "1" else twice.first
            self.widget.wrong_part = "fold"
            raise forms.ValidationError(str(twice), code=twice.code) from twice
        except LocalTimeError as wrong:
            self.widget.wrong_part = "clock" if isinstance(wrong, BadClock | NonexistentTime) else "date"
            raise forms.ValidationError(str(wrong), code=wrong.code) from wrong

    def _refuse(self, code: str, part: str = "") -> forms.ValidationError:
        self.widget.wrong_part = part
        return forms.ValidationError(self.error_messages[code], code=code)


class IsoDateField(forms.DateField):
    """A day typed ÅÅÅÅ-MM-DD or ÅÅÅÅMMDD."""

    default_error_messages = {"invalid": _("Ange ett datum som finns, till exempel 2009-06-12.")}

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%Y%m%d"])
        kwargs.setdefault("help_text", _("ÅÅÅÅ-MM-DD"))
        kwargs.setdefault(
            "widget",
            forms.DateInput({"inputmode": "numeric", "size": 11, "data-date": "", "maxlength": 10}, format="%Y-%m-%d"),
        )
        super().__init__(**kwargs)


class LoginForm(DsFormMixin, AuthenticationForm):
    """Name and password; paste and password managers are welcome (WCAG 3.3.8)."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("Användarnamnet eller lösenordet stämmer inte. Kontrollera båda och försök igen."),
        "first_password_over": _("Det första lösenordet har gått ut. Be administratören om ett nytt."),
    }

    def confirm_login_allowed(self, user: Any) -> None:
        """ValidationError: a first password that was not changed in time."""
        super().confirm_login_allowed(user)
        if user.first_password_until is not None and user.first_password_until <= clock.real_now():
            raise forms.ValidationError(self.error_messages["first_password_over"], code="first_password_over")
