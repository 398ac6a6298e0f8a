"""What could not be sent, why, and who may know it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from notifications.channels import REASONS
from notifications.kinds_of_the_house import CANARY
from notifications.messages import CATALOGUE
from notifications.models import Delivery
from riskzon.access import units_led_by
from riskzon.doors import unseen
from riskzon.matrix import Place, has
from riskzon.models import Role, Unit, User

PAGE_SIZE = 50


@dataclass(frozen=True)
class Failure:
    """One delivery that failed at least once. `next_attempt_at` None: it is given up. Nothing here tells a case."""

    recipient: User
    title: Any
    channel: str
    state: str
    reason: Any
    attempts: int
    created_at: datetime
    next_attempt_at: datetime | None


def failures(user: User, *, page: str | int = 1) -> Page[Any]:
    """One page, newest first: everything for an administrator, for others that of the staff whom they answer for.

    Unseen for whoever answers for nobody.
    """
    if not has(user, Place.DELIVERIES):
        raise unseen(user, "deliveries")
    failed = (
        Delivery.objects.filter(Q(state=Delivery.State.GIVEN_UP) | Q(state=Delivery.State.WAITING, attempts__gt=0))
        .exclude(message__kind=CANARY)
        .select_related("message__recipient__unit")
    )
    if user.role != Role.ADMIN:
        units = answered_for(user)
        if not units and user.role != Role.HEAD:
            raise unseen(user, "deliveries")
        failed = failed.filter(message__recipient__unit__in=units)
    shown: Page[Any] = Paginator(failed.order_by("-created_at", "-id"), PAGE_SIZE).get_page(page)
    shown.object_list = [
        Failure(
            recipient=delivery.message.recipient,
            title=CATALOGUE[delivery.message.kind].title,
            channel=delivery.get_channel_display(),
            state=delivery.get_state_display(),
            reason=REASONS.get(delivery.error, ""),
            attempts=delivery.attempts,
            created_at=delivery.created_at,
            next_attempt_at=None if delivery.state == Delivery.State.GIVEN_UP else delivery.next_attempt_at,
        )
        for delivery in shown.object_list
    ]
    return shown


def answered_for(user: User) -> list[UUID]:
    """The units whose staff must hear by other means what could not be sent to them: those led; for a head those nobody leads."""
    if user.role != Role.HEAD:
        return units_led_by(user)
    led = User.objects.filter(is_active=True, role=Role.SUPERVISOR)
    return list(Unit.objects.exclude(supervisor__in=led.values("pk")).values_list("pk", flat=True))


def given_up(units: Sequence[UUID], *, since: datetime) -> QuerySet[Delivery]:
    """What could not be sent to the staff of these units, of messages written from `since` on (product's clock)."""
    return Delivery.objects.filter(
        state=Delivery.State.GIVEN_UP, message__recipient__unit__in=units, message__created_at__gte=since
    )
