"""The watchdog: a process of its own that asks every thirty seconds whether the promise is kept."""

import signal
from threading import Event
from typing import Any

from django.core.management import BaseCommand

from workflows.auditor import read_only, watch


class Command(BaseCommand):
    help = "Check every 30 s that no deadline is missed and no part is silent; one JSON line a round. SIGTERM ends it."
    requires_system_checks = []

    def handle(self, **_: Any) -> None:
        stopping = Event()
        for stop in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop, lambda *_: stopping.set())
        read_only()
        watch(stopping)
