"""Who may enter a page at all, and which page is a person's first?"""

from collections.abc import Callable
from functools import wraps
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse
from django_htmx.http import HttpResponseClientRedirect

from riskzon import drafts
from riskzon.access import CASE_ROLES
from riskzon.models import Role, User
from riskzon.stay import page_of

#: Where everybody without a worklist of their own begins.
FIRST_PAGES = {
    Role.LIAISON: "liaison-reports",
    Role.PARTNER: "partner-receipts",
    Role.HEAD: "board",
    Role.ANALYST: "statistics",
    Role.LOG_REVIEWER: "inbox",
    Role.ADMIN: "inbox",
}

_View = Callable[..., HttpResponse]


def signed_in(view: _View) -> _View:
    """Only for those who have logged in. A part of a page that asks by itself sends the whole page to the login."""

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        login = resolve_url(settings.LOGIN_URL)
        if request.htmx:
            return HttpResponseClientRedirect(f"{login}?expired=1")
        if form := drafts.posted(request):
            return HttpResponseRedirect(f"{login}?expired=form&next={quote(form.path)}")
        return HttpResponseRedirect(f"{login}?next={quote(page_of(request))}")

    return checked


def first_page(user: User) -> str:
    """The address of this person's first page after login; "" for those whose first page is the worklist."""
    if user.role in CASE_ROLES:
        return ""
    for name in (FIRST_PAGES[Role(user.role)], "inbox", "accessibility"):
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""
