"""What left on paper, or was copied: the page itself says so, since only the browser knows.

It says which page and how, and no word of what stood there. Somebody who keeps the browser from saying it is not seen to
print; that the page was opened stands in the log all the same.
"""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST

from riskzon import audit
from riskzon.access import ground_of
from riskzon.doors import look
from riskzon.errors import Unseen
from riskzon.models import AuditAction


class LeftForm(forms.Form):
    """`page`: an address of ours, without what follows the question mark."""

    how = forms.ChoiceField(choices=[("print", "print"), ("copy", "copy")])
    page = forms.CharField(max_length=500)


@require_POST
@login_required
def printed(request: HttpRequest) -> HttpResponse:
    """One row of the log: in the case that the page is about, if it is about one. Unseen: it is not this person's."""
    form = LeftForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    page = _page(form.cleaned_data["page"])
    case_id = page.kwargs.get("case_id")
    with look(request.user, "printed") as door:
        door.asked_for = case_id
        ground = ground_of(door.user, case_id, door.now) if case_id else ""
        if ground is None:
            raise Unseen
        audit.record(
            AuditAction.PRINT,
            by=door.user,
            now=door.now,
            what=form.cleaned_data["how"],
            ground=ground,
            case_id=case_id,
            detail={"page": page.url_name or ""},
        )
    return HttpResponse(status=204)


def _page(path: str) -> Any:
    try:
        return resolve(path)
    except Resolver404:
        raise BadRequest from None
