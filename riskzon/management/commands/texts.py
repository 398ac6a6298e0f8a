"""Brings the English catalogue in line with the texts in the sources, and says what lacks a translation."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from riskzon.catalogue import lacking, merge


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("others", nargs="*", type=Path, help=".po files with translations to take over")
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        missing = lacking() if options["check"] else merge(*options["others"])
        for text in missing:
            self.stdout.write(text)
        if missing:
            raise CommandError(f"{len(missing)} texts lack an English translation")
        self.stdout.write("every text has an English translation")
