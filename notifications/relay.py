"""How does what was told leave the house? Claimed by lease, counted, sent, marked; tried again, and given up loudly.

A crash between sending and marking ends the lease and the mail or SMS goes once more, which is harmless: it says
nothing but a number. A crash before sending costs one attempt, so a delivery that kills the relay is given up and stops no other.
Leases and waiting times are counted on the database's real clock, never on the product's.
"""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Now

from notifications.channels import Channel, Undelivered
from notifications.channels.email import EmailChannel
from notifications.channels.sms import SmsChannel
from notifications.kinds_of_the_house import CANARY
from notifications.models import Delivery, Message
from notifications.outbox import tell
from riskzon import clock, narrow
from riskzon.models import Role, User
from riskzon.narrow import Part

log = structlog.get_logger()

#: How long after each failed attempt the next one is made; after the last of these the delivery is given up.
BACK_OFF = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
#: A relay that has not marked its delivery by then is taken for dead. Longer than any attempt (EMAIL_TIMEOUT, SMS_TIMEOUT).
LEASE = timedelta(minutes=2)
#: A round of one channel ends after this, well below the task's time limit; the next beat goes on.
ROUND = timedelta(seconds=10)
#: Whoever lets us wait longer than this and then fails is asked no more in this round: it would fail for all the others.
PATIENCE = timedelta(seconds=1)
MAX_ATTEMPTS = len(BACK_OFF) + 1
#: After so many failed attempts at an SMS, little more than a minute, somebody is asked to call whoever is on duty.
CALL_AFTER = 3

#: In this order: who is to be woken comes first.
CHANNELS: dict[str, type[Channel]] = {Delivery.Channel.SMS: SmsChannel, Delivery.Channel.EMAIL: EmailChannel}


@dataclass(frozen=True)
class Relayed:
    """What one round did with the deliveries it claimed."""

    sent: int = 0
    postponed: int = 0
    given_up: int = 0


def send_waiting(limit: int = 1000, *, channels: Iterable[str] = tuple(CHANNELS)) -> Relayed:
    """Send what is due, one claim at a time; of each channel until nothing is due, `limit` are done or its round is over.

    Any number of relays may run at once: a delivery that one has claimed is passed over by the others.
    """
    return narrow.turn(Part.RELAY, partial(_send, limit, tuple(channels)))


def _send(limit: int, channels: Sequence[str]) -> Relayed:
    done: Counter[str] = Counter()
    for name in channels:
        done += _send_through(name, limit)
    return Relayed(**done)


def oldest_waiting_seconds() -> float | None:
    """How long the oldest delivery that is neither sent nor given up has waited; None: nothing waits."""
    oldest = Delivery.objects.filter(state=Delivery.State.WAITING).aggregate(at=Min("created_at"))["at"]
    return None if oldest is None else max((clock.real_now() - oldest).total_seconds(), 0.0)


def _send_through(name: str, limit: int) -> Counter[str]:
    """One round of one channel, which is opened only if there is something to send."""
    done: Counter[str] = Counter()
    channel: Channel | None = None
    ends = time.monotonic() + ROUND.total_seconds()
    with ExitStack() as stack:
        while done.total() < limit and (began := time.monotonic()) < ends and (delivery := _claim(name)):
            if delivery.attempts > MAX_ATTEMPTS:
                done[_fail(delivery, "crashed")] += 1
                continue
            channel = channel or stack.enter_context(CHANNELS[name]())
            outcome = _attempt(delivery, channel)
            done[outcome] += 1
            if outcome != "sent" and time.monotonic() - began > PATIENCE.total_seconds():
                break
    return done


def _claim(channel: str) -> Delivery | None:
    """The next due delivery of this channel, leased to us and its attempt counted, before anything is sent.

    Its commit does not wait for the disk: the mark does, and whoever finds neither sends once more, as after any crash.
    """
    for delivery in Delivery.objects.raw(_CLAIM, {"channel": channel, "lease": LEASE}):
        return delivery
    return None


_CLAIM = """
UPDATE notifications_delivery SET attempts = attempts + 1, claimed_until = statement_timestamp() + %(lease)s
 WHERE id = (
           SELECT id FROM notifications_delivery
            WHERE channel = %(channel)s AND state = 'waiting' AND next_attempt_at <= statement_timestamp()
              AND (claimed_until IS NULL OR claimed_until < statement_timestamp())
            ORDER BY next_attempt_at, id
            LIMIT 1
              FOR UPDATE SKIP LOCKED
       )
RETURNING *, set_config('synchronous_commit', 'off', true)
"""


def _attempt(delivery: Delivery, channel: Channel) -> str:
    message = (
        Message.objects.with_number()
        .select_related("recipient")
        .defer("recipient__password")
        .get(pk=delivery.message_id)
    )
    try:
        channel.send(message, str(delivery.pk))
    except Undelivered as failure:
        return _fail(delivery, failure.code)
    Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING).update(
        state=Delivery.State.SENT, sent_at=Now(), claimed_until=None, error=""
    )
    return "sent"


def _fail(delivery: Delivery, code: str) -> str:
    """Wait longer, or give up; writes nothing if another relay has taken the delivery over since."""
    ours = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, attempts=delivery.attempts)
    if delivery.attempts < MAX_ATTEMPTS:
        wait = BACK_OFF[delivery.attempts - 1]
        with transaction.atomic():
            if ours.update(next_attempt_at=Now() + wait, claimed_until=None, error=code):
                _ask_for_a_call(delivery)
        log.warning(
            "delivery_postponed",
            message=str(delivery.message_id), channel=delivery.channel, attempt=delivery.attempts, code=code,
        )  # fmt: skip
        return "postponed"
    with transaction.atomic():
        if ours.update(state=Delivery.State.GIVEN_UP, attempts=MAX_ATTEMPTS, claimed_until=None, error=code):
            _raise_alarm(delivery)
            log.error(
                "delivery_given_up",
                message=str(delivery.message_id), channel=delivery.channel, attempt=delivery.attempts, code=code,
            )  # fmt: skip
    return "given_up"


def _ask_for_a_call(delivery: Delivery) -> None:
    """Whoever is on duty sleeps on while a gateway refuses: the heads, and who leads them, are told by mail in time to call."""
    if delivery.channel != Delivery.Channel.SMS or delivery.attempts != CALL_AFTER:
        return
    asleep = User.objects.select_related("unit").defer("password").get(messages__deliveries=delivery)
    leads = [asleep.unit.supervisor_id] if asleep.unit is not None and asleep.unit.supervisor_id is not None else []
    heads = User.objects.filter(role=Role.HEAD, is_active=True).values_list("pk", flat=True)
    tell("not_woken", to=[*leads, *heads], key=f"not-woken:{delivery.pk}", now=clock.now())


def _raise_alarm(delivery: Delivery) -> None:
    """Tell the administrators, who learn no case, and the recipient's supervisor, who may know which it is.

    Where the unit has no supervisor, as Socialjouren at night, the heads are told, who learn no case either.
    """
    people = Message.objects.select_related("recipient__unit__supervisor")
    message = people.defer("recipient__password", "recipient__unit__supervisor__password").get(pk=delivery.message_id)
    if message.kind == CANARY:
        return  # the auditor tells of it, by another way
    now, key = clock.now(), f"given-up:{delivery.pk}"
    unit = message.recipient.unit
    leads = unit.supervisor if unit is not None and unit.supervisor is not None and unit.supervisor.is_active else None
    roles = [Role.ADMIN] if leads else [Role.ADMIN, Role.HEAD]
    told = User.objects.filter(role__in=roles, is_active=True).values_list("pk", flat=True)
    tell("delivery_given_up", to=told, key=key, now=now)
    if leads is not None:
        tell(
            "delivery_given_up",
            to=[leads], key=key, now=now, case_id=message.case_id, report_id=message.report_id,
        )  # fmt: skip
