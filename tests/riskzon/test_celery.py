"""What Celery does of its own when the broker is away."""

import pytest
from kombu.exceptions import OperationalError

from riskzon.celery import app


def test_a_worker_that_has_lost_the_broker_never_waits_long_before_it_asks_again(monkeypatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda _seconds: None)
    connection = app.connection_for_read("redis://127.0.0.1:1/0")

    with pytest.raises(OperationalError):
        connection.ensure_connection(lambda _problem, seconds: waits.append(seconds), max_retries=20)

    assert len(waits) == 20
    assert max(waits) <= 2
