"""The Celery application: which broker, which tasks, and whose logging."""

import os
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import setup_logging
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.production")


class _BackSoon(Connection):
    """A worker that has lost the broker asks for it every other second; kombu would come to wait for half a minute."""

    def ensure_connection(self, *args: Any, **options: Any) -> Connection:
        return super().ensure_connection(
            *args, **{"interval_start": 1, "interval_step": 1, "interval_max": 2, **options}
        )


class _Transport(AMQP):
    Connection = _BackSoon


app = Celery("riskzon", amqp=_Transport)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Celery configures logging only where nobody answers this; the settings have done it already."""
