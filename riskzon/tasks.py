"""What does Celery run for what every page shares?"""

from celery import shared_task

from riskzon import drafts


@shared_task(name="riskzon.forget_drafts", ignore_result=True)
def forget_drafts() -> None:
    """Remove old drafts. Lost, it is done an hour later; until then they are shown to nobody."""
    drafts.forget_old()
