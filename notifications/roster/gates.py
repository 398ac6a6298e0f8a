"""Which roles do the roster's pages exist for? For everybody else they are not there."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from riskzon.doors import unseen
from riskzon.matrix import Place, has
from riskzon.models import User

_View = Callable[..., HttpResponse]


class PersonsRequest(HttpRequest):
    """A request behind `only_in`."""

    user: User


def only_in(place: Place) -> Callable[[_View], _View]:
    """The page answers the roles that have this place; others get the same 404 as for an address that does not exist."""

    def gate(view: _View) -> _View:
        @login_required
        @wraps(view)
        def passed(request: PersonsRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not has(request.user, place):
                raise unseen(request.user, f"roster.{view.__name__}")
            return view(request, *args, **kwargs)

        return passed

    return gate
