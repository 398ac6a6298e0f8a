"""What time it is in the product: the database's clock, and in the demo how far that has been moved."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, Func

from riskzon.models.clock import ProductClock


class Now(Func):
    """The product's clock inside a statement that asks for something else."""

    function = "riskzon_now"
    arity = 0
    output_field = DateTimeField()


def now() -> datetime:
    """The product's clock, UTC, read from `riskzon_now()`: steady within one SQL statement, not within a transaction."""
    return _ask("SELECT riskzon_now()")


def real_now() -> datetime:
    """The database's own clock, never moved: for heartbeats, leases, sessions and the age of messages."""
    return _ask("SELECT clock_timestamp()")


def advance(by: timedelta) -> datetime:
    """Move the demo's clock forward and return its new time. ValueError: backwards, or beyond 2100; only in the demo."""
    _only_in_demo()
    if by < timedelta(0):
        raise ValueError("the product's clock only goes forward")
    with transaction.atomic():
        clock = _locked()
        if now() + by > datetime(2100, 1, 1, tzinfo=UTC):
            raise ValueError("the product's clock ends in 2100")
        clock.offset += by
        if clock.standing_at is not None:
            clock.standing_at += by
        clock.save()
    return now()


def set_start(moment: str | datetime) -> datetime:
    """Let the product's clock start at an ISO moment with offset (`RISKZON_CLOCK`); only in the demo, on empty data."""
    _only_in_demo()
    start = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if start.tzinfo is None:
        raise ValueError("RISKZON_CLOCK needs an offset, such as 2026-11-13T18:00:00+01:00")
    with transaction.atomic():
        clock = _locked()
        clock.offset = start - real_now()
        clock.standing_at = None
        clock.save()
    return now()


def stand_still(at: datetime | None) -> None:
    """Stop the product's clock at a moment, or let it run again (None); only in the demo and in tests."""
    _only_in_demo()
    with transaction.atomic():
        clock = _locked()
        if at is None and clock.standing_at is not None:
            clock.offset = clock.standing_at - real_now()
        clock.standing_at = at
        clock.save()


def _ask(question: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(question)
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def _locked() -> ProductClock:
    ProductClock.objects.get_or_create(pk=1)
    return ProductClock.objects.select_for_update().get(pk=1)


def _only_in_demo() -> None:
    if not settings.RISKZON_DEMO:
        raise PermissionError("the product's clock is moved in the demo only")
