"""Do the parts that nobody sees still work? Ages by the database's real clock, never the demo's."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min

from notifications.models import Delivery
from riskzon import clock
from workflows.deadlines import overdue
from workflows.fault_words import NOT_YET_BROKEN
from workflows.models import Deadline, Heartbeat, State
from workflows.sweep import last_sweep

#: A sweep comes every five seconds and an audit every thirty; older than this, nobody is watching the clocks.
STALE = timedelta(seconds=90)
AUDIT = "audit"


@dataclass(frozen=True)
class Health:
    """`overdue_unfired`: limits that have passed by the product's clock without a breach. None: never yet.

    `faults`: what the last audit found, by name (`workflows.fault_words`).
    """

    at: datetime
    last_sweep_at: datetime | None
    last_audit_at: datetime | None
    overdue_unfired: int
    outbox_oldest: timedelta
    clock_skew: timedelta
    faults: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether both the last sweep and the last audit are recent, and the audit found no promise broken."""
        recent = all(seen is not None and self.at - seen <= STALE for seen in (self.last_sweep_at, self.last_audit_at))
        return recent and set(self.faults) <= NOT_YET_BROKEN


def read() -> Health:
    """The state of the background parts at this moment."""
    before = time.time()
    at = clock.real_now()
    # The middle of the question is the best guess of when the database read its clock.
    skew = timedelta(seconds=(before + time.time()) / 2 - at.timestamp())
    oldest = Delivery.objects.filter(state=Delivery.State.WAITING).aggregate(at=Min("created_at"))["at"]
    audited = Heartbeat.objects.filter(name=AUDIT).first()
    return Health(
        at=at,
        last_sweep_at=last_sweep(),
        last_audit_at=audited.at if audited else None,
        overdue_unfired=Deadline.objects.filter(overdue(clock.now()), state=State.RUNNING).count(),
        outbox_oldest=at - oldest if oldest else timedelta(0),
        clock_skew=skew,
        faults=tuple(audited.detail.get("faults", ())) if audited else (),
    )
