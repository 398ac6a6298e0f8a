"""At which number is a duty social worker woken? The person's own business, on a page of its own."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from notifications.requests import PersonsRequest
from riskzon import audit, clock, drafts
from riskzon.doors import unseen
from riskzon.forms import DsFormMixin
from riskzon.matrix import Place, has
from riskzon.models import AuditAction, User
from riskzon.phones import BadPhone, parse_mobile, shown


class PhoneForm(DsFormMixin, forms.Form):
    """One Swedish mobile number, or nothing; the cleaned value is as it is kept."""

    phone = forms.CharField(
        label=gettext_lazy("Mobilnummer"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("Till exempel 070-174 06 06. Lämna tomt om du inte ska få SMS."),
        widget=forms.TextInput({"type": "tel", "inputmode": "tel", "autocomplete": "tel", "size": 18}),
    )

    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        try:
            return parse_mobile(typed) if typed else ""
        except BadPhone as wrong:
            raise ValidationError(str(wrong), code="bad_phone") from wrong


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_phone(request: PersonsRequest) -> HttpResponse:
    """See and change the own number; for duty social workers, 404 for everybody else."""
    if not has(request.user, Place.OWN_SHIFTS):
        raise unseen(request.user, "phone")
    if request.method != "POST":
        form = PhoneForm(initial={"phone": shown(request.user.phone)})
        drafts.begin(request, form)
        return _show(request, form)
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _show(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    phone = form.cleaned_data["phone"]
    change_phone(request.user, phone)
    notices.success(request, _("Numret är sparat.") if phone else _("Du har inget nummer och får inga SMS."))
    return redirect("inbox")


@transaction.atomic
def change_phone(user: User, phone: str) -> None:
    """Keep the person's own number ("" removes it). The log says that it was changed, never to what."""
    now = clock.now()
    if User.objects.filter(pk=user.pk).exclude(phone=phone).update(phone=phone):
        audit.record(
            AuditAction.CHANGE, by=user, now=now, what="phone", detail={"phone": "set" if phone else "removed"}
        )


def _show(request: PersonsRequest, form: PhoneForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "is_off": not settings.SMS_URL}
    return render(request, "notifications/phone.html", context, status=status)
