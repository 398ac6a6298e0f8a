"""Calendars in and out: a file that is looked at and then written, and each person's own secret address."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.roster import calendar_out, feeds, importing
from notifications.roster.calendar_in import NotACalendar
from notifications.roster.forms import ImportForm
from notifications.roster.gates import PersonsRequest, only_in
from notifications.roster.reading import read
from notifications.roster.spans import span
from notifications.roster.words import stretch_words
from riskzon import clock
from riskzon.errors import Invalid
from riskzon.matrix import Place

#: The check page names this many shifts; all of them are written.
_SHOWN = 60


@only_in(Place.ROSTER_PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: PersonsRequest) -> HttpResponse:
    """Choose a file, and read what it would do."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        try:
            checked = importing.check(form.cleaned_data["file"], clock.now())
        except NotACalendar as wrong:
            form.add_error("file", str(wrong))
        else:
            return _show_checked(request, checked)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "notifications/roster/import.html", {"form": form}, status=status)


@only_in(Place.ROSTER_PLAN)
@require_POST
def confirm(request: PersonsRequest) -> HttpResponse:
    """Write what was shown."""
    try:
        count = importing.write(request.user, request.POST.get("checked", ""))
    except Invalid as wrong:
        form = ImportForm({}, {})
        form.full_clean()
        form.errors.clear()
        for field, message in wrong.errors:
            form.add_error(field, message)
        return render(
            request, "notifications/roster/import.html", {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    said = ngettext("%(n)s pass är tillagt.", "%(n)s pass är tillagda.", count) % {"n": count}
    messages.success(request, said)
    return redirect("roster")


@only_in(Place.ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def feed_page(request: PersonsRequest) -> HttpResponse:
    """The reader's own calendar address: made, and shown this once."""
    secret = ""
    if request.method == "POST":
        token = feeds.renew(request.user)
        secret = request.build_absolute_uri(reverse("roster-feed-calendar", args=[token]))
    context = {"secret": secret, "feed": feeds.current(request.user), "now": clock.now()}
    return render(request, "notifications/roster/feed.html", context)


@only_in(Place.ROSTER)
@require_POST
def revoke(request: PersonsRequest) -> HttpResponse:
    """Take the address back."""
    feeds.revoke(request.user)
    messages.success(request, _("Adressen gäller inte längre."))
    return redirect("roster-feed")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself, for whatever program has the address; nobody logs in to it."""
    user = feeds.owner(token)
    if user is None:
        raise Http404
    with translation.override(user.language):
        content = calendar_out.calendar(read(), clock.now())
    named = {"Content-Disposition": 'attachment; filename="jour.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=named)


def _show_checked(request: PersonsRequest, checked: importing.Checked) -> HttpResponse:
    people = read().people

    def told(entries: object) -> list[dict[str, str]]:
        return [
            {
                "who": people[one.person].name if one.person in people else "",
                "when": stretch_words(*span(one.day, one.starts, one.ends)),
                "leads": _("leder") if one.is_lead else "",
            }
            for one in sorted(entries, key=lambda one: (one.day, one.starts))[:_SHOWN]  # type: ignore[call-overload]
        ]

    context = {
        "checked": checked,
        "added": told(checked.added),
        "clashing": told(checked.clashing),
        "ended": [
            {"who": str(row.person), "when": stretch_words(*span(row.day, row.starts, row.ends))}
            for row in checked.ended[:_SHOWN]
        ],
        "more": max(len(checked.added) - _SHOWN, 0),
    }
    return render(request, "notifications/roster/import_check.html", context)
