"""Which pages show what was said: the inbox, what did not get through, and the demo's mailbox."""

from django import forms
from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from notifications import inbox
from notifications.failures import failures
from notifications.requests import PersonsRequest
from notifications.sent import sent
from riskzon import clock
from riskzon.doors import glance, look
from riskzon.matrix import Place, has
from riskzon.ui import Tab

_MAILS = 25


class ReadForm(forms.Form):
    """Which messages were read: one, or all up to the newest that was seen."""

    message = forms.UUIDField(required=False)
    until = forms.DateTimeField(required=False)


@login_required
@require_safe
def show_inbox(request: PersonsRequest) -> HttpResponse:
    """The reader's own messages."""
    unread_only = request.GET.get("show") == "unread"
    with look(request.user, "inbox") as door:
        page = inbox.letters(door, page=request.GET.get("page", 1), unread_only=unread_only)
        unread = inbox.unread_count(request.user)
    address = reverse("inbox")
    return render(
        request,
        "notifications/inbox.html",
        {
            "now": door.now,
            "page": page,
            "unread_only": unread_only,
            "unread": unread,
            "has_phone_page": has(request.user, Place.OWN_SHIFTS),
            "newest": max((letter.at for letter in page.object_list), default=None),
            "tabs": [
                Tab(_("Alla"), address, current=not unread_only),
                Tab(_("Olästa"), f"{address}?show=unread", count=unread or None, current=unread_only),
            ],
        },
    )


@login_required
@require_POST
def mark_read(request: PersonsRequest) -> HttpResponse:
    """Mark one message as read (`message`), or all up to a moment (`until`); other people's are left as they are."""
    form = ReadForm(request.POST)
    if not form.is_valid() or not any(form.cleaned_data.values()):
        raise BadRequest
    now = clock.now()
    if form.cleaned_data["message"]:
        inbox.mark_read(request.user, [form.cleaned_data["message"]], now=now)
    else:
        count = inbox.mark_all_read(request.user, until=form.cleaned_data["until"], now=now)
        notices.success(
            request,
            ngettext(
                "%(count)s meddelande är markerat som läst.", "%(count)s meddelanden är markerade som lästa.", count
            )
            % {"count": count},
        )
    query = request.GET.urlencode()
    return redirect(f"{reverse('inbox')}{'?' if query else ''}{query}")


@login_required
@require_safe
def deliveries(request: PersonsRequest) -> HttpResponse:
    """What could not be sent: all of it to an administrator, that of the own units' staff to a supervisor, else 404."""
    with glance(request.user, "deliveries"):
        page = failures(request.user, page=request.GET.get("page", 1))
    return render(request, "notifications/deliveries.html", {"page": page, "real_now": clock.real_now()})


@login_required
@require_safe
def mailbox(request: PersonsRequest) -> HttpResponse:
    """The demo's outgoing mail and SMS, for everybody who is logged in; does not exist outside the demo."""
    if not settings.RISKZON_DEMO:
        raise Http404
    page = Paginator(sent(), _MAILS).get_page(request.GET.get("page", 1))
    return render(request, "notifications/mailbox.html", {"page": page, "real_now": clock.real_now()})
