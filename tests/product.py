"""How does a test run the whole product, every process of it, as `make run` does?"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
READY = "Ctrl-C stops everything"


class Product:
    """`manage.py up` on a home and a port of its own, with the processes below it in sight."""

    def __init__(self, home: Path, *, port: int | None = None, **environment: str) -> None:
        self.home = home
        self.port = port or free_port()
        self.screen = home.with_suffix(".screen")
        # The suite's own servers and settings are not the product's.
        inherited = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
        self.environment = {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "settings.dev",
            "RISKZON_HOME": str(home),
            "RISKZON_DEMO": "0",
            "RISKZON_SEED": "0",
            "PORT": str(self.port),
            **environment,
        }
        self.process: subprocess.Popen[bytes]

    def start(self, *, terminal: int | None = None) -> "Product":
        """Start it, on a file or on `terminal`, which then is its controlling one."""
        with open(self.screen, "wb") as screen:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL if terminal is None else terminal,
                stdout=screen if terminal is None else terminal,
                stderr=subprocess.STDOUT,
                preexec_fn=None if terminal is None else lambda: _sit_at(terminal),
            )
        return self

    def wait_ready(self, seconds: float = 90) -> "Product":
        wait_for(lambda: READY in self.shown or self.process.poll() is not None, seconds, lambda: self.shown)
        assert self.process.poll() is None, self.shown
        return self

    @property
    def shown(self) -> str:
        """What it has printed so far."""
        return self.screen.read_text(errors="replace")

    def get(self, path: str) -> int:
        """The status of a page."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return int(answer.status)
        except HTTPError as error:
            with error:
                return error.code

    def answers(self) -> bool:
        """Whether a page comes, whatever it says."""
        try:
            return self.get("/api/v1/health") < 600
        except OSError:
            return False

    def processes(self) -> dict[int, str]:
        """Every process below this one, children's children too: number and command line."""
        found: dict[int, str] = {}
        parents = {self.process.pid}
        everybody = _everybody()
        while parents:
            children = {pid for pid, (parent, _) in everybody.items() if parent in parents}
            found |= {pid: everybody[pid][1] for pid in children}
            parents = children
        return found

    def child(self, words: str) -> int:
        """The number of the process started by the supervisor itself whose command holds `words`."""
        everybody = _everybody()
        return next(pid for pid, (parent, line) in everybody.items() if parent == self.process.pid and words in line)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Ask it to stop and return its exit code once it has."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)


def _sit_at(terminal: int) -> None:
    """As in a terminal of one's own, whoever started the tests: under `nohup` nobody would hear that it is closed."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.login_tty(terminal)


def still_alive(processes: dict[int, str], seconds: float = 20) -> dict[int, str]:
    """Those of `processes` that are there after at most `seconds`."""

    def left() -> dict[int, str]:
        everybody = _everybody()
        return {pid: line for pid, line in processes.items() if pid in everybody}

    with contextlib.suppress(AssertionError):
        wait_for(lambda: not left(), seconds)
    return left()


def wait_for(true: Callable[[], bool], seconds: float, explain: Callable[[], str] = str) -> None:
    """Return once `true()` holds, a fact about other processes; fail with what `explain` says after `seconds`."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not within {seconds} s: {explain()}"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _everybody() -> dict[int, tuple[int, str]]:
    """Parent and command line of every process that lives; those that only wait to be collected do not."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    found[int(entry.name)] = (int(parent), line)
    return found
