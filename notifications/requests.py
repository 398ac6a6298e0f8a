"""What is a request to a page that asks for a login first?"""

from django.http import HttpRequest

from riskzon.models import User


class PersonsRequest(HttpRequest):
    """A request behind `login_required`."""

    user: User
