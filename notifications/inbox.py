"""What has this person been told, and what of it is not read yet?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from notifications.messages import Said, say
from notifications.models import Message
from riskzon.doors import Look
from riskzon.models import User

PAGE_SIZE = 25
#: The badge counts so far and then says "99+".
COUNTED = 99


@dataclass(frozen=True)
class Letter:
    """One message as the inbox shows it. `case_id` only where the reader may open the case at this moment."""

    id: UUID
    said: Said
    number: str
    at: datetime
    is_unread: bool
    case_id: UUID | None


def unread_count(user: User) -> int:
    """How many messages this person has not read, counted to 100 at most; one walk of a partial index."""
    return Message.objects.shown_to(user).filter(read_at__isnull=True)[: COUNTED + 1].count()


def unread_words(count: int) -> str:
    """The count as the badge says it: "", "1", "99+"."""
    return f"{COUNTED}+" if count > COUNTED else str(count or "")


def letters(door: Look, *, page: str | int = 1, unread_only: bool = False) -> Page[Any]:
    """One page of the reader's messages, newest first. The cases they speak of are written to the access log."""
    messages = Message.objects.shown_to(door.user).with_number().order_by("-created_at", "-id")
    if unread_only:
        messages = messages.filter(read_at__isnull=True)
    shown: Page[Any] = Paginator(messages, PAGE_SIZE).get_page(page)
    case_ids = list({message.case_id for message in shown.object_list if message.case_id})
    may_open = set(door.cases.filter(pk__in=case_ids).values_list("pk", flat=True)) if case_ids else set()
    if case_ids:
        door.listed(case_ids)
    shown.object_list = [
        Letter(
            id=message.pk,
            said=say(message.kind, message.facts, message.number),
            number=message.number,
            at=message.created_at,
            is_unread=message.read_at is None,
            case_id=message.case_id if message.case_id in may_open else None,
        )
        for message in shown.object_list
    ]
    return shown


def mark_read(user: User, ids: Iterable[UUID], *, now: datetime) -> int:
    """Mark these of the person's own messages as read; returns how many were not."""
    return Message.objects.filter(recipient=user, pk__in=list(ids), read_at__isnull=True).update(read_at=now)


def mark_all_read(user: User, *, until: datetime, now: datetime) -> int:
    """Mark everything that came up to `until`, the newest message that the person has seen; returns how many."""
    return Message.objects.filter(recipient=user, created_at__lte=until, read_at__isnull=True).update(read_at=now)


def mark_read_about(user: User, case_id: UUID, *, now: datetime) -> int:
    """Mark the person's messages about a case as read, for a page that shows all they speak of."""
    return Message.objects.filter(recipient=user, case=case_id, read_at__isnull=True).update(read_at=now)


def badge(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `inbox_unread`, a callable, so that a page without header never counts."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    counted: Callable[[], str] = cache(lambda: unread_words(unread_count(user)))
    return {"inbox_unread": counted}
