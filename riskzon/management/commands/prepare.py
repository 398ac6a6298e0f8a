"""Is the database migrated, are texts and static files ready, and does a new demo have its municipality?"""

import gc
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command, get_commands

from riskzon import clock
from riskzon.translations import compile_stale


class Command(BaseCommand):
    help = "Bring database, translations and static files up to date; seed an empty demo. Safe to repeat."
    requires_system_checks = []

    def handle(self, **_: Any) -> None:
        compile_stale()
        # Each step makes every model anew; to look through them all for garbage takes a third of the time.
        gc.disable()
        call_command("migrate", interactive=False, verbosity=0)
        gc.enable()
        self._collect_static()
        if settings.RISKZON_DEMO:
            self._begin_demo()

    def _begin_demo(self) -> None:
        if settings.RISKZON_CLOCK and not get_user_model().objects.exists():
            try:
                clock.set_start(settings.RISKZON_CLOCK)
            except ValueError as error:
                raise CommandError(f"RISKZON_CLOCK: {error}") from error
        if "seed_demo" in get_commands():
            call_command("seed_demo")

    def _collect_static(self) -> None:
        """Collect and compress only when a source changed: it costs more than all the rest of a second start."""
        stamp = Path(settings.STATIC_ROOT).with_suffix(".stamp")
        sources = _fingerprint()
        if stamp.exists() and stamp.read_text() == sources:
            return
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(sources)


def _fingerprint() -> str:
    seen = sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            file = Path(storage.path(name)).stat()
            seen.update(f"{storage.location} {name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return seen.hexdigest()
