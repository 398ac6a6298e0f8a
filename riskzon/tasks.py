"""What does Celery run for what every page shares?"""

from celery import shared_task
from django.contrib.sessions.backends.db import SessionStore

from riskzon import drafts


@shared_task(name="riskzon.forget_drafts", ignore_result=True)
def forget_drafts() -> None:
    """Remove old drafts. Lost, it is done an hour later; until then they are shown to nobody."""
    drafts.forget_old()


@shared_task(name="riskzon.forget_sessions", ignore_result=True)
def forget_sessions() -> None:
    """Remove the rows of sessions that are over. Lost, it is done an hour later; until then they let nobody in."""
    SessionStore.clear_expired()
