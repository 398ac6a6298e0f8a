"""How does one start the whole product with one command, and what does one see?"""

import errno
import json
import os
import socket
import time
from datetime import UTC, datetime
from signal import SIGTERM
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import BaseCommand, CommandError, get_commands

from riskzon import embedded
from riskzon.supervisor import NotReadyError, Program, Stopped, Supervisor, python, run_to_end, say, stop_on_signals

DEMO_PASSWORD = "riskzon-demo"  # noqa: S105 - printed on the first screen of every demo
DEMO_ACCOUNTS = {
    "karin.ek": "socialsekreterare, Mottagning barn och unga",
    "omar.nyman": "socialsekreterare, Mottagning barn och unga",
    "lina.dahl": "socialsekreterare, Utredning Norr",
    "sara.lindh": "enhetschef, Mottagning barn och unga",
    "jonas.falk": "enhetschef, Utredning Norr",
    "maria.oberg": "verksamhetschef",
    "jour.vakt": "jour, Socialjouren",
    "per.holm": "socialsekreterare hos polisen, Polissamverkan",
    "nadia.rask": "socialsekreterare hos polisen, Polissamverkan",
    "stina.berg": "analytiker",
    "lars.wik": "loggranskare",
    "it.admin": "teknisk administratör",
    "butik.city": "näringsliv",
}
_FIRST_SWEEP_WITHIN = 30  # seconds


class Command(BaseCommand):
    help = "Start the servers that are not given by address, the pages, the workers and both dispatchers."
    requires_system_checks = []

    def handle(self, **_: Any) -> None:
        self.port = _web_port()
        self.home = settings.RISKZON_HOME
        os.chdir(settings.BASE_DIR)
        os.environ["RISKZON_HOME"] = str(self.home)
        try:
            with embedded.claim(self.home), stop_on_signals():
                self._run(Supervisor())
        except (embedded.EmbeddedError, NotReadyError) as error:
            raise CommandError(str(error)) from error

    def _run(self, supervisor: Supervisor) -> None:
        try:
            self._start_servers(supervisor)
            if run_to_end(self._manage("prepare", log=False)):
                raise NotReadyError("The database could not be prepared; the reason stands above.")
            self._start_product(supervisor)
            self._greet(supervisor)
            supervisor.keep()
        except Stopped:
            say("\nStopping …")
        finally:
            supervisor.stop()
        say("Everything is stopped.")

    def _start_servers(self, supervisor: Supervisor) -> None:
        given = [bool(os.environ.get(name)) for name in ("DATABASE_URL", "REDIS_URL")]
        if all(given):
            (self.home / "log").mkdir(mode=0o700, exist_ok=True)
            return
        servers = embedded.prepare(self.home)
        database_given, broker_given = given
        if not database_given:
            supervisor.start(embedded.database_program(self.home, servers))
        if not broker_given:
            supervisor.start(embedded.broker_program(self.home, servers))

    def _start_product(self, supervisor: Supervisor) -> None:
        worker = ["worker", "--concurrency=2", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        supervisor.start(self._celery("worker", *worker))
        supervisor.start(self._celery("beat", "beat", "--pidfile="))
        for command in ("deadline_loop", "deadline_auditor"):
            if command in get_commands():
                supervisor.start(self._manage(command))
        supervisor.start(
            self._program(
                "web",
                *python("-m", "gunicorn", "--config", "python:riskzon.webserver", "riskzon.wsgi"),
                ready=lambda: self._health() is not None,
            )
        )

    def _greet(self, supervisor: Supervisor) -> None:
        until = time.monotonic() + _FIRST_SWEEP_WITHIN
        supervisor.keep(until=lambda: self._health() not in (None, 503) or time.monotonic() > until)
        say(f"\nRiskzon runs at http://127.0.0.1:{self.port}/")
        if settings.RISKZON_DEMO:
            say(f"\nDemo accounts, all with the password {DEMO_PASSWORD}:")
            for name, what in DEMO_ACCOUNTS.items():
                say(f"  {name:<13}{what}")
        say(f"\n{self._last_sweep()} Logs: {self.home / 'log'}. Ctrl-C stops everything.")

    def _health(self) -> int | None:
        """The status of the health page; None while nobody answers."""
        try:
            with urlopen(self._health_url(), timeout=5) as answer:  # noqa: S310 - our own address
                return int(answer.status)
        except HTTPError as error:
            with error:
                return error.code
        except (URLError, OSError):
            return None

    def _last_sweep(self) -> str:
        try:
            with urlopen(self._health_url(), timeout=5) as answer:  # noqa: S310 - our own address
                at = json.load(answer).get("last_sweep_at")
        except (URLError, OSError, ValueError):
            at = None
        if at is None:
            return "No sweep of the deadlines has been seen yet."
        age = (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()  # noqa: TID251 - both real clocks
        return f"Last sweep of the deadlines: {max(age, 0):.0f} s ago."

    def _health_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v1/health"

    def _celery(self, name: str, *arguments: str) -> Program:
        return self._program(name, *python("-m", "celery", "-A", "riskzon.celery", *arguments))

    def _manage(self, command: str, *, log: bool = True) -> Program:
        return self._program(command, *python("manage.py", command), log=log)

    def _program(self, name: str, *command: str, log: bool = True, **more: Any) -> Program:
        return Program(
            name=name,
            command=command,
            log=self.home / "log" / f"{name}.log" if log else None,
            environment={"RISKZON_PROCESS": name, "PORT": str(self.port)},
            stop_signal=SIGTERM,
            **more,
        )


def _web_port() -> int:
    """PORT, if a server may listen there now; CommandError with plain words otherwise."""
    given = os.environ.get("PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 2**16:
        raise CommandError(f"PORT={given} is not a port number.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((embedded.HOST, int(given)))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {given} is in use by another program. Choose another: PORT=8001 make run"
                ) from error
            raise CommandError(f"Port {given} cannot be used: {error.strerror}.") from error
    return int(given)
