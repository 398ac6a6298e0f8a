"""A gateway for SMS on this machine: a real HTTP conversation, kept as it came."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass
class Gateway:
    """`answer` other than 200 refuses. `hangs`: it takes the call and says nothing until `let_go`."""

    arrived: list[tuple[str, str]] = field(default_factory=list)
    answer: int = 200
    says: bytes = b"{}"
    leads_to: str = ""
    refuses: frozenset[str] = frozenset()
    hangs: bool = False
    port: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/send/{{to}}"


@contextmanager
def running() -> Iterator[Gateway]:
    """A gateway that listens until the end of the block. `arrived`: number and text of what was accepted."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            number = unquote(self.path).removeprefix("/send/").partition("?")[0]
            text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"]
            if gateway.hangs:
                gateway.let_go.wait(30)
                return
            answer = 422 if number in gateway.refuses else gateway.answer
            if answer == 200:
                gateway.arrived.append((number, text))
            self.send_response(answer)
            if gateway.leads_to:
                self.send_header("Location", gateway.leads_to)
            self.end_headers()
            self.wfile.write(gateway.says)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield gateway
    finally:
        gateway.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
