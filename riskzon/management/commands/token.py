"""How does a person get a key for the API?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from riskzon import audit, clock
from riskzon.models import ApiToken, AuditAction, User


class Command(BaseCommand):
    help = "Make a new API token for a person. It is the last word printed, and is shown only this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *_args: Any, username: str, **_options: Any) -> None:
        user = User.objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"there is no active user {username}")
        token = ApiToken.fresh()
        ApiToken.objects.create(digest=ApiToken.digest_of(token), user=user, created_at=clock.real_now())
        audit.record(AuditAction.SYSTEM, by=None, now=clock.now(), what="token", detail={"user": str(user.pk)})
        self.stdout.write(f"A new token for {username}, shown only now:\n{token}")
