"""The pages as a municipality serves them: the settings of production beside a running product, on its database."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import urlopen

from riskzon import embedded
from tests.faults.stand import Stand
from tests.product import ROOT, free_port, wait_for

#: What `settings.production` asks for.
ASKED = {
    "DJANGO_SETTINGS_MODULE": "settings.production",
    "SECRET_KEY": "only-for-an-experiment-" * 4,
    "ALLOWED_HOSTS": "127.0.0.1",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "AUDIT_HEAD_KEY": "only-for-the-heads-of-an-experiment",
    "SMS_URL": "none",
    "AUDIT_MAIL_TO": "none",
    "DEADMAN_URL": "none",
    "BEHIND_PROXY": "1",
}


@contextmanager
def as_in_production(stand: Stand) -> Iterator[str]:
    """The address of the pages, to be asked as a proxy with TLS would ask (X-Forwarded-Proto)."""
    port = free_port()
    servers = embedded.find(stand.home)
    assert servers
    environment = {
        **stand.product.environment,
        **ASKED,
        "DATABASE_URL": stand.database_url,
        "REDIS_URL": servers.broker_url,
        "AUDIT_HEAD_DIR": str(stand.folder / "heads"),
        "STATIC_ROOT": str(stand.home / "static"),
        "PORT": str(port),
        "WEB_WORKERS": "1",
        # Experiments ask faster than anybody works.
        "REQUESTS_A_MINUTE": "0",
    }
    for name in ("RISKZON_DEMO", "RISKZON_CLOCK", "DEBUG"):
        environment.pop(name, None)
    with open(stand.folder / "production.log", "wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:riskzon.webserver", "riskzon.wsgi"],
            cwd=ROOT,
            env=environment | {"PYTHONUNBUFFERED": "1", "HOME": os.environ.get("HOME", "/")},
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(lambda: _answers(port), 90, lambda: (stand.folder / "production.log").read_text()[-2000:])
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=20) as answer:
            return bool(answer.status)
    except OSError as problem:
        return getattr(problem, "code", 0) == 503
