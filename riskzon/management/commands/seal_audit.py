"""Close what is settled of the access log now, beside `deadline_loop`, which does it each minute."""

from typing import Any

from django.core.management import BaseCommand

from riskzon import heads, sealing


class Command(BaseCommand):
    help = "Seal every row of the access log that is settled, and write the signed head where an hour has passed."

    def handle(self, **_: Any) -> None:
        rows = seals = 0
        while new := sealing.seal():
            rows, seals = rows + new.rows, seals + 1
        head = heads.export_head()
        self.stdout.write(f"{rows} rows in {seals} seals{f', head written to {head}' if head else ''}")
