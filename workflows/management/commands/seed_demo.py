"""Where does the demo's municipality come from?"""

import gc
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from notifications.models import Delivery, Message
from riskzon import clock
from riskzon.localtime import parse_instant
from riskzon.models import Case, Report
from workflows.demo.history import History
from workflows.demo.people import ensure_people
from workflows.models import Heartbeat


class Command(BaseCommand):
    help = (
        "Make the demo's units, people and a year of reports, ending at RISKZON_CLOCK or now. Repeated: adds nothing."
    )

    def handle(self, **_: Any) -> None:
        if not settings.RISKZON_DEMO:
            raise CommandError("seed_demo is for the demo: set RISKZON_DEMO=1.")
        started = time.monotonic()
        # All or nothing: a seed that was interrupted leaves an empty database, which the next start seeds again.
        with transaction.atomic():
            people = ensure_people()
            if Report.objects.exists():
                self.stdout.write("There are reports already; nothing is added.")
                return
            end = parse_instant(settings.RISKZON_CLOCK) if settings.RISKZON_CLOCK else clock.real_now()
            # Millions of small objects that nobody drops in circles: the collector would only get in the way.
            gc.disable()
            try:
                History(people, end).play()
            finally:
                gc.enable()
            _settle_messages()
            clock.set_start(end if settings.RISKZON_CLOCK else clock.real_now())
        seconds = time.monotonic() - started
        self.stdout.write(f"{Report.objects.count()} reports, {Case.objects.count()} cases in {seconds:.0f} s.")


def _settle_messages() -> None:
    """The mail of a year gone by is not sent now, and what is older than some days has been read."""
    Delivery.objects.filter(state=Delivery.State.WAITING).update(state=Delivery.State.SENT, sent_at=Now())
    newest = clock.now() - timedelta(days=4)
    Message.objects.filter(created_at__lt=newest).update(read_at=F("created_at"))
    Heartbeat.objects.filter(name="seed").delete()
