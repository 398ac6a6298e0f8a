"""The access log as a file that `check_audit.py` can check on another machine."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction

from riskzon import audit, audit_export, clock
from riskzon.models import AuditAction


class Command(BaseCommand):
    help = "Write the access log and its seals to a new file, JSON lines. The export itself is written to the log."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: Any) -> None:
        try:
            with transaction.atomic(), file.open("x", encoding="utf-8", newline="\n") as out:
                file.chmod(0o600)
                audit.record(AuditAction.EXPORT, by=None, now=clock.now(), what="audit")
                out.writelines(line + "\n" for line in audit_export.lines())
        except FileExistsError:
            raise CommandError(f"{file} exists already; nothing is written over") from None
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror}") from None
        self.stdout.write(f"written to {file}")
