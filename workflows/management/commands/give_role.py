"""How do the first people come in, who are to confirm everybody else's role?"""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from riskzon.errors import Conflict, Invalid
from riskzon.models import Role, Unit
from workflows.verbs.roles import give_at_the_server


class Command(BaseCommand):
    help = (
        "Give a role at once, to a new account too. Logged, and told to the log reviewers. Everybody else's role is asked"
        " for under Konton, or by a group of the directory, and confirmed by whoever leads."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--unit", default="", help="the slug of the unit, for a role that is held in one")

    def handle(self, *_args: Any, username: str, role: str, unit: str, **_options: Any) -> None:
        there = Unit.objects.filter(slug=unit).first() if unit else None
        if unit and there is None:
            known = ", ".join(Unit.objects.values_list("slug", flat=True))
            raise CommandError(f"there is no unit {unit}; there are: {known}")
        try:
            password = give_at_the_server(username, Role(role), there)
        except Invalid as wrong:
            raise CommandError(" ".join(str(message) for _field, message in wrong.errors)) from wrong
        except Conflict as wrong:
            raise CommandError(wrong.message) from wrong
        except ValidationError as wrong:
            raise CommandError(" ".join(wrong.messages)) from wrong
        self.stdout.write(f"{username} has the role {role}{f' in {unit}' if unit else ''}.")
        if password:
            self.stdout.write(f"First password, to be changed under Inloggning: {password}")
