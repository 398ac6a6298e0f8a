"""Who is on duty at Socialjouren, and when nobody is?"""

from datetime import timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query

from notifications import roster
from notifications.roster.door import SEES
from notifications.roster.reading import DAYS_BACK
from riskzon import clock
from riskzon.api import answers
from riskzon.api.app import Routes
from riskzon.api.fields import Day
from riskzon.doors import forbidden
from riskzon.errors import Invalid
from riskzon.localtime import local_date, start_of_local_day

_SHOWN, _MOST = 14, 92
_AHEAD = 730

routes = Routes(tags=["Roster"])


@routes.get("/roster", response=answers.RosterOut, by_alias=True)
def show_roster(
    request: HttpRequest,
    first: Annotated[Day | None, Query(alias="from", description="first local day, by default today")] = None,
    last: Annotated[Day | None, Query(alias="to", description="last local day, by default the 14th")] = None,
) -> answers.RosterOut:
    """Shifts worked in at most 92 local days, uncut, and the stretches in which a unit is closed and nobody is on duty."""
    if request.auth.role not in SEES:
        raise forbidden(request.auth, "api.roster", _("Du har inte rätt att se detta."))
    today = local_date(clock.now())
    since = first or last or today
    if not today - timedelta(days=DAYS_BACK) <= since <= today + timedelta(days=_AHEAD):
        raise Invalid.field("from", _("Jouren visas ett år bakåt och två år framåt."))
    until = last or since + timedelta(days=_SHOWN - 1)
    if until < since:
        raise Invalid.field("to", _("Perioden slutar innan den börjar."))
    if until - since >= timedelta(days=_MOST):
        raise Invalid.field("to", _("Perioden får vara högst %(most)s dagar.") % {"most": _MOST})
    start, end = start_of_local_day(since), start_of_local_day(until + timedelta(days=1))
    rota = roster.read()
    return answers.RosterOut(
        since=since.isoformat(),
        to=until.isoformat(),
        shifts=[
            answers.ShiftOut(
                username=shift.person.username,
                name=shift.person.name,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                lead=shift.is_lead,
            )
            for shift in rota.shifts(start, end)
        ],
        gaps=[answers.GapOut(starts_at=gap.starts_at, ends_at=gap.ends_at) for gap in rota.gaps(start, end)],
    )
