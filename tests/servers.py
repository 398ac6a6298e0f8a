"""Which database and broker does this test run talk to? The given ones, else a pair of its own that dies with it."""

import os
import shutil
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connections

from riskzon import embedded, supervisor
from riskzon.celery import app


class TestServers:
    """An embedded PostgreSQL and Valkey in a temporary home, started for one run and found by its workers."""

    __test__ = False

    def __init__(self, *, fleeting: bool = True) -> None:
        self._fleeting = fleeting
        self._running: list[tuple[supervisor.Program, supervisor.subprocess.Popen[bytes]]] = []
        self.home = Path(tempfile.mkdtemp(prefix="riskzon-test-"))

    def start(self) -> None:
        """Start both, point this process at them, and let the processes it starts find them through RISKZON_HOME."""
        servers = embedded.prepare(self.home)
        for program in (
            embedded.database_program(self.home, servers, fleeting=self._fleeting),
            embedded.broker_program(self.home, servers),
        ):
            process = supervisor.spawn(program)
            self._running.append((program, process))
            supervisor.wait_ready(program, process)
        os.environ["RISKZON_HOME"] = str(self.home)
        # The settings of this process were read before its servers had an address.
        settings.RISKZON_HOME = self.home
        connections.settings["default"].update(
            HOST=embedded.HOST,
            PORT=str(servers.database_port),
            USER=embedded.DATABASE,
            PASSWORD=servers.database_password,
            NAME=embedded.DATABASE,
        )
        settings.REDIS_URL = settings.CELERY_BROKER_URL = app.conf.broker_url = servers.broker_url

    def stop(self) -> None:
        """Stop both and forget their data."""
        for program, process in reversed(self._running):
            supervisor.stop(program, process)
        shutil.rmtree(self.home, ignore_errors=True)


def are_given() -> bool:
    """Whether the run was pointed at outside servers, which tests must not flush or kill."""
    return bool(os.environ.get("DATABASE_URL") or os.environ.get("REDIS_URL"))
