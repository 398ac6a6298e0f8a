"""Has anybody changed the access log?"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandParser
from django.db import transaction

from riskzon import audit_export, check_audit
from riskzon.models import AuditSeal


class Command(BaseCommand):
    help = "Check every row of the access log against its seal, the chain of seals, and the heads; exit 1 at the first fault."

    def add_arguments(self, parser: CommandParser) -> None:
        told = parser.add_mutually_exclusive_group()
        told.add_argument(
            "--heads",
            type=Path,
            action="append",
            help="a folder of heads, best a copy on another machine; may be repeated; else AUDIT_HEAD_DIR",
        )
        told.add_argument(
            "--without-heads",
            action="store_true",
            help="compare nothing outside the database: a tail that was cut off is not seen",
        )

    def handle(self, *, heads: list[Path] | None, without_heads: bool, **_: Any) -> None:
        told = None if without_heads else check_audit.read_heads(heads or _own(), settings.AUDIT_HEAD_KEY)
        with transaction.atomic():
            verdict = check_audit.check(audit_export.lines(), told)
        for line in verdict.words(told):
            self.stdout.write(line)
        if verdict.fault:
            raise SystemExit(1)


def _own() -> list[Path]:
    """The product's own folder; it comes with the first head, and nothing lacks before the first seal."""
    folder = Path(settings.AUDIT_HEAD_DIR)
    return [folder] if folder.is_dir() or AuditSeal.objects.exists() else []
