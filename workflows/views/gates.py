"""Which roles does a page exist for? For everybody else it is not there."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from riskzon.doors import unseen
from riskzon.matrix import Place, has
from workflows.views.entry import signed_in

_View = Callable[..., HttpResponse]


def only_in(place: Place) -> Callable[[_View], _View]:
    """The page answers the roles that have this place; others get the same 404 as for an address that does not exist."""

    def gate(view: _View) -> _View:
        @signed_in
        @wraps(view)
        def passed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not has(request.user, place):
                raise unseen(request.user, view.__name__)
            return view(request, *args, **kwargs)

        return passed

    return gate
