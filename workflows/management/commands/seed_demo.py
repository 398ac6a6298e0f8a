"""Where does the demo's municipality come from?"""

import gc
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from notifications.models import Delivery, Message
from riskzon import clock
from riskzon.localtime import parse_instant
from riskzon.models import Case, Report
from workflows.demo.history import REPORTS, History
from workflows.demo.people import ensure_people
from workflows.models import Heartbeat

#: The mark of a seed that has begun and not ended.
UNFINISHED = "seeding"


class Command(BaseCommand):
    help = (
        "Make the demo's units, people and a year of reports, ending at RISKZON_CLOCK or now. Repeated: adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reports", type=int, default=REPORTS, help="how many, beside those that are always there")

    def handle(self, *, reports: int, **_: Any) -> None:
        if not settings.RISKZON_DEMO:
            raise CommandError("seed_demo is for the demo: set RISKZON_DEMO=1.")
        if Heartbeat.objects.filter(name=UNFINISHED).exists():
            self.stdout.write("An earlier seed was interrupted; it begins anew.")
            call_command("flush", interactive=False, verbosity=0)
        if Report.objects.exists():
            return
        people = ensure_people()
        if not settings.RISKZON_SEED:
            return
        self.stdout.write("Making a municipality that does not exist …")
        started = time.monotonic()
        # Each act is a transaction of its own, as in life; the mark tells a later start that this one was cut off.
        Heartbeat.objects.create(name=UNFINISHED, at=clock.real_now())
        end = parse_instant(settings.RISKZON_CLOCK) if settings.RISKZON_CLOCK else clock.real_now()
        with connection.cursor() as cursor:
            # What is lost with the machine is seeded again.
            cursor.execute("SET synchronous_commit = off")
        # Millions of small objects that nobody drops in circles: the collector would only get in the way.
        gc.disable()
        try:
            with _on_one_processor():
                History(people, end, reports=reports).play()
        finally:
            gc.enable()
        with transaction.atomic():
            _settle_messages()
            clock.set_start(end if settings.RISKZON_CLOCK else clock.real_now())
            Heartbeat.objects.filter(name=UNFINISHED).delete()
        seconds = time.monotonic() - started
        self.stdout.write(f"{Report.objects.count()} reports, {Case.objects.count()} cases in {seconds:.0f} s.")


def _settle_messages() -> None:
    """The mail of a year gone by is not sent now, and what is older than a day has been read."""
    Delivery.objects.filter(state=Delivery.State.WAITING).update(state=Delivery.State.SENT, sent_at=Now())
    newest = clock.now() - timedelta(days=1)
    Message.objects.filter(created_at__lt=newest).update(read_at=F("created_at"))
    Heartbeat.objects.filter(name="seed").delete()


@contextmanager
def _on_one_processor() -> Iterator[None]:
    """Keep this process and the database's part of it together: they take turns a hundred thousand times.

    To wake the other one on another processor costs a fifth of the time. Where it cannot be done, it is not.
    """
    before: dict[int, set[int]] = {}
    for pid in (os.getpid(), *_backend()):
        with suppress(AttributeError, OSError):  # no Linux, or a server of somebody else's
            before[pid] = os.sched_getaffinity(pid)
            os.sched_setaffinity(pid, {min(before[os.getpid()])})
    try:
        yield
    finally:
        for pid, processors in before.items():
            with suppress(OSError):
                os.sched_setaffinity(pid, processors)


def _backend() -> list[int]:
    """The process that serves this connection, if it runs on this machine."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    with suppress(OSError):
        if Path(f"/proc/{pid}/comm").read_text().strip() == "postgres":
            return [pid]
    return []
