"""Has anybody changed the access log?"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandParser
from django.db import transaction

from riskzon import audit_export, check_audit


class Command(BaseCommand):
    help = "Check every row of the access log against its seal, the chain of seals, and the heads; exit 1 at the first fault."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--heads",
            type=Path,
            action="append",
            help="a folder of heads, best a copy on another machine; may be repeated; else AUDIT_HEAD_DIR",
        )

    def handle(self, *, heads: list[Path] | None, **_: Any) -> None:
        told = check_audit.read_heads(heads or [Path(settings.AUDIT_HEAD_DIR)], settings.AUDIT_HEAD_KEY)
        with transaction.atomic():
            verdict = check_audit.check(audit_export.lines(), told)
        for line in verdict.words(told):
            self.stdout.write(line)
        if verdict.fault:
            raise SystemExit(1)
