"""What does Celery run for the notifications?"""

from celery import shared_task

from notifications.relay import CHANNELS, send_waiting


@shared_task(name="notifications.relay", ignore_result=True)
def relay(channel: str = "") -> None:
    """Send what waits, by this way or by every one. Lost or repeated it does no harm: the rows decide."""
    send_waiting(channels=[channel] if channel else CHANNELS)
