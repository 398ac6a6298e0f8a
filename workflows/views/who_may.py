"""Who may what, by the declared table; and who can see one case at this moment, and why?

Whoever leads the unit reads every name. Others who work with the case read by name who has been given a right, and of the
units only that their people see it: who is missing there would tell who has declared a conflict of interest (jäv), which
is for whoever leads alone (FL 16-18 §§).
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from riskzon import seen_by
from riskzon.access import Action
from riskzon.doors import look
from riskzon.matrix import PLACES, REACHES, RIGHTS, Ground, Place
from riskzon.models import Case, GrantSource, Role
from riskzon.seen_by import Given, Sight
from workflows import veiled
from workflows.verbs.conflicts import blocks_on
from workflows.views import rights_words
from workflows.views.casebar import bar
from workflows.views.entry import signed_in
from workflows.views.form_page import open_case
from workflows.views.gates import only_in
from workflows.views.wording import GROUNDS

_BY_WORK = (Ground.LEAD, Ground.UNIT, Ground.DUTY)


@only_in(Place.WHO_MAY)
@require_safe
def who_may(request: HttpRequest) -> HttpResponse:
    """The table that the policy reads: which role reaches cases why, what that allows, and what it reaches beside them."""
    roles = [
        {
            "name": role.label,
            "is_own": request.user.role == role,
            "grounds": [GROUNDS[ground] for ground in Ground if ground in REACHES[role]],
            "places": [rights_words.PLACES[place] for place in Place if role in PLACES[place]],
        }
        for role in Role
    ]
    grounds = [
        {
            "name": GROUNDS[ground],
            "means": rights_words.MEANS[ground],
            "actions": [rights_words.ACTIONS[action] for action in Action if action in RIGHTS[ground]],
        }
        for ground in Ground
    ]
    return render(request, "workflows/who_may.html", {"roles": roles, "grounds": grounds})


@signed_in
@require_safe
def of_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Who can see the case now, why, who gave it, since when and until when; for whoever leads, who must not as well."""
    with look(request.user, "access") as door:
        case = door.case(case_id, Action.SEE_LOG, under_veil=True)
        file = open_case(case, door).file
        may_see_blocks = Action.BLOCK in case.rights
        blocks = list(blocks_on(case.child_id)) if may_see_blocks else None
        if case.is_veiled:
            veiled.empty(blocks or ())
        sights = seen_by.people(case, door.now)
        context = {
            "by_work": list(_by_work(sights) if may_see_blocks else _in_groups(case, sights)),
            "given": [_given(one) for one in seen_by.given(case, door.now)],
            "blocks": blocks,
        }
    return render(request, "workflows/case/access.html", {**bar(file, "case-access"), **context})


def _by_work(sights: Iterable[Sight]) -> Iterator[dict[str, object]]:
    """Everybody by name, ground by ground."""
    for ground, those in groupby(sights, key=lambda one: one.ground):
        if ground in _BY_WORK:
            yield {"why": GROUNDS[ground], "means": "", "people": [_person(one) for one in those]}


def _in_groups(case: Case, sights: Iterable[Sight]) -> Iterator[dict[str, object]]:
    """Whose work it is, and no name."""
    yield {"why": GROUNDS[Ground.LEAD], "means": _("Den som leder %(unit)s") % {"unit": case.unit}}
    yield {"why": GROUNDS[Ground.UNIT], "means": _("De som arbetar på %(unit)s") % {"unit": case.unit}}
    if any(one.ground == Ground.DUTY for one in sights):
        yield {"why": GROUNDS[Ground.DUTY], "means": _("De som arbetar på jouren")}


def _person(sight: Sight) -> dict[str, object]:
    return {"who": sight.person, "covers": sight.covers, "until": sight.until}


def _given(one: Given) -> dict[str, object]:
    return {
        "who": one.person or _("Alla på %(unit)s") % {"unit": one.unit},
        "role": one.person.get_role_display() if one.person else "",
        "what": GROUNDS[one.ground],
        "why": GrantSource(one.grant.source).label,
        "giver": rights_words.giver(one),
        "since": one.grant.granted_at,
        "until": rights_words.until(one),
    }
