"""What does Celery run for the notifications?"""

from celery import shared_task

from notifications.relay import send_waiting


@shared_task(name="notifications.relay", ignore_result=True)
def relay() -> None:
    """Send what waits. Lost or repeated it does no harm: the rows decide."""
    send_waiting()
