"""Which processes run under `manage.py up`, and what happens when one of them dies?

Started in order, each once the one before it is ready; restarted with a growing pause; stopped all at once, the database
last. When the supervisor itself is killed, the kernel tells every child to stop.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)

_FIRST_PAUSE = 0.5
# Seconds. A deadline may wait for a dispatcher to come back, and is to be told of within fifteen.
_LONGEST_PAUSE = 5.0
_STEADY_AFTER = 10.0  # seconds of life after which a process has earned a short pause again
_LOG_LIMIT = 10_000_000  # bytes after which a log is set aside at the next start

_asked = threading.Event()
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class NotReadyError(Exception):
    """A program did not become ready; the message names it and its log."""


class Stopped(BaseException):
    """Somebody asked everything to stop. Not an error, so that no `except Exception` swallows it."""


@dataclass(frozen=True)
class Program:
    """One process to keep alive. `ready` answers whether it serves yet; None: ready as soon as it runs.

    `log` None: it writes where the supervisor writes.
    """

    name: str
    command: Sequence[str]
    log: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15
    ready: Callable[[], bool] | None = None
    #: The others need it: it is stopped once they have ended.
    is_server: bool = False


@dataclass
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    pause: float = _FIRST_PAUSE
    restart_at: float | None = None  # set while it is dead


def say(text: str) -> None:
    """Print one line at once. A closed terminal is no reason to leave processes behind."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start `program` in a session of its own; it gets its stop signal if this process dies, however it dies."""
    supervisor = os.getpid()
    if program.log:
        _set_aside(program.log)
    with open(program.log, "ab") if program.log else contextlib.nullcontext() as log:
        return subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT if log else None,
            env={**os.environ, **program.environment},
            start_new_session=True,
            preexec_fn=lambda: _die_with_parent(program.stop_signal, supervisor),
        )


def wait_ready(program: Program, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return once `program` serves; raise NotReadyError if it ends or takes longer than `seconds`."""
    until = time.monotonic() + seconds
    while program.ready and not program.ready():
        _heed()
        if process.poll() is not None:
            raise NotReadyError(f"{program.name} {_ending(process.returncode)} at start.{_see(program)}")
        if time.monotonic() > until:
            raise NotReadyError(f"{program.name} is not ready after {seconds:.0f} s.{_see(program)}")
        time.sleep(0.05)


def run_to_end(program: Program) -> int:
    """Run `program` once and return its exit code; it is stopped if this process is asked to stop."""
    process = spawn(program)
    try:
        while process.poll() is None:
            _heed()
            time.sleep(0.05)
        return process.returncode
    finally:
        stop(program, process)


def stop(program: Program, process: subprocess.Popen[bytes]) -> None:
    """Ask `program` to stop, insist after its `stop_seconds`, and leave nobody of its group behind."""
    ask(program, process)
    end(program, process)


def ask(program: Program, process: subprocess.Popen[bytes]) -> None:
    """Ask `program` to stop."""
    if process.poll() is None:
        process.send_signal(program.stop_signal)


def end(program: Program, process: subprocess.Popen[bytes]) -> None:
    """Wait for what has been asked to stop, insist after its `stop_seconds`, and leave nobody of its group behind."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(program.stop_seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _heed() -> None:
    """Stop if somebody has asked: what a handler raises while an object is being cleared away goes no further than there."""
    if _asked.is_set():
        raise Stopped


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Within the block the first Ctrl-C, TERM or closed terminal raises Stopped; later ones are ignored.

    Under `nohup` a closed terminal stays without effect.
    """

    def ask(number: int, frame: object) -> None:
        for each in STOP_SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        _asked.set()
        raise Stopped

    heard = [each for each in STOP_SIGNALS if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN]
    before = {each: signal.signal(each, ask) for each in heard}
    try:
        yield
    finally:
        _asked.clear()
        for each, handler in before.items():
            signal.signal(each, handler)


class Supervisor:
    """Keeps programs alive until it is asked to stop."""

    def __init__(self) -> None:
        self._running: list[_Running] = []

    def start(self, program: Program) -> None:
        """Start `program` and wait until it is ready."""
        running = _Running(program, spawn(program), time.monotonic())
        self._running.append(running)
        wait_ready(program, running.process)

    def keep(self, until: Callable[[], bool] | None = None) -> None:
        """Restart whatever dies, for ever or until `until()` holds."""
        while True:
            _heed()
            if until and until():
                return
            for running in self._running:
                self._look_after(running)
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop everything: what needs the servers at once, then the servers."""
        for is_server in (False, True):
            alive = [
                running
                for running in reversed(self._running)
                if running.restart_at is None and running.program.is_server == is_server
            ]
            for act in (ask, end):
                for running in alive:
                    act(running.program, running.process)
        self._running.clear()

    def _look_after(self, running: _Running) -> None:
        now = time.monotonic()
        if running.restart_at is not None:
            if now >= running.restart_at:
                running.process = spawn(running.program)
                running.started, running.restart_at = now, None
        elif running.process.poll() is not None:
            stop(running.program, running.process)  # its own children, if it left any
            if now - running.started > _STEADY_AFTER:
                running.pause = _FIRST_PAUSE
            running.restart_at = now + running.pause
            say(
                f"{running.program.name} (process {running.process.pid}) {_ending(running.process.returncode)}; "
                f"starting it again in {running.pause:g} s.{_see(running.program)}"
            )
            running.pause = min(running.pause * 2, _LONGEST_PAUSE)


def _die_with_parent(number: int, parent: int) -> None:
    """Runs in the child before its program: the kernel sends it `number` when the parent is gone."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_SETMASK, set())
    if os.getppid() != parent:
        os._exit(1)


def _ending(code: int) -> str:
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def _see(program: Program) -> str:
    return f" See {program.log}" if program.log else ""


def _set_aside(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))


def python(*arguments: str) -> list[str]:
    """The words that run this interpreter with `arguments`, output unbuffered."""
    return [sys.executable, "-u", *arguments]
