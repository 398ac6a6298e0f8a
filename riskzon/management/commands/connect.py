"""How does an account that was made by hand become the municipality's?"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from riskzon.models import User
from riskzon.sso_people import connect


class Command(BaseCommand):
    help = (
        "Let a person log in with the municipality's account only. SUBJECT is the provider's key for the person (sub)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("subject")

    def handle(self, *_args: Any, username: str, subject: str, **_options: Any) -> None:
        if not settings.OIDC_ISSUER:
            raise CommandError("OIDC_ISSUER is none: there is no sign-on to connect to")
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"there is no user {username}")
        try:
            connect(user, subject)
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(f"{username} logs in with the municipality's account from now on, and no other way.")
