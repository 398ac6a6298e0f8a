"""Does every report that came in still have a case that moves on or has ended lawfully?"""

from typing import Any

from django.core.management import BaseCommand

from riskzon import clock
from workflows.accounting import account


class Command(BaseCommand):
    help = "Print how many reports were registered and how many are accounted for; exit 1 and name each that is not."

    def handle(self, **_: Any) -> None:
        result = account(clock.now())
        self.stdout.write(f"{result.registered} reports, {result.accounted} accounted for")
        for fault in result.faults:
            self.stdout.write(f"{fault.number} {fault.what.replace('_', ' ')}")
        if not result.is_whole:
            raise SystemExit(1)
