"""How does a person get a key for the API?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from riskzon import tokens
from riskzon.models import TokenScope, User
from riskzon.models.people import TOKEN_DAYS


class Command(BaseCommand):
    help = "Make a new API token for a person. It is the last word printed, and is shown only this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--read", action="store_true", help="it may read, and change nothing")
        parser.add_argument("--days", type=int, default=TOKEN_DAYS, help="how long it holds, 365 at most (90)")

    def handle(self, *_args: Any, username: str, read: bool = False, days: int = TOKEN_DAYS, **_options: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"there is no active user {username}")
        try:
            key = tokens.make(user, scope=TokenScope.READ if read else TokenScope.WRITE, days=days, by=None)
        except ValueError as wrong:
            raise CommandError(str(wrong)) from wrong
        can = "read" if read else "read and change"
        self.stdout.write(
            f"A new token for {username}, good to {can} until {key.expires_at:%Y-%m-%d}, shown only now:\n{key.text}"
        )
