"""Where does the product's mail go while it is broken? To a real SMTP conversation that counts, and can be deadly."""

import asyncio
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from tests.product import free_port


class Sink:
    """Takes every mail; `received` counts by Message-ID, the same at every repeat of one delivery.

    `kills(message_id, recipient)` True: the process that sends is killed when its mail has been taken and before it
    hears so, which is the moment between sending and marking.
    """

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        self.texts: list[str] = []
        self.contents: list[bytes] = []
        self.killed: list[int] = []
        self.kills: Callable[[str, str], bool] = lambda _id, _recipient: False
        self.port = free_port()
        self._lock = threading.Lock()
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    @property
    def address(self) -> str:
        """As EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = message_from_bytes(envelope.content)
        with self._lock:
            self.received[mail["Message-ID"]] += 1
            self.texts.append(str(mail["Subject"]))
            self.contents.append(bytes(envelope.content))
        if self.kills(mail["Message-ID"], envelope.rcpt_tos[0]):
            sender = await asyncio.to_thread(process_behind, session.peer[1], self.port)
            if sender:
                os.kill(sender, signal.SIGKILL)
                self.killed.append(sender)
        return "250 OK"

    def stop(self) -> None:
        """Hang up."""
        self._server.stop()


def process_behind(local: int, remote: int) -> int | None:
    """The number of the process that holds the connection from one port of this machine to another; None: nobody."""
    wanted = re.compile(rf"\s*\d+: \w+:{local:04X} \w+:{remote:04X} ")
    lines = [line for line in Path("/proc/net/tcp").read_text().splitlines() if wanted.match(line)]
    sockets = {f"socket:[{line.split()[9]}]" for line in lines}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if any(os.readlink(link) in sockets for link in (entry / "fd").iterdir()):
                return int(entry.name)
        except OSError:
            continue
    return None
