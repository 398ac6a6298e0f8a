"""An address on the web, on this machine, that keeps what it is asked: a real HTTP conversation."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Sink:
    """`asked`: method, path and body, in order. `answer` other than 200 refuses. `hangs`: it never answers.

    `leads_to`: where the answer sends whoever asks.
    """

    asked: list[tuple[str, str, bytes]] = field(default_factory=list)
    answer: int = 200
    hangs: bool = False
    leads_to: str = ""
    port: int = 0
    let_go: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/switch"


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink that listens until the end of the block."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if sink.hangs:
                sink.let_go.wait(30)
                return
            sink.asked.append((self.command, self.path, self.rfile.read(int(self.headers["Content-Length"] or 0))))
            self.send_response(sink.answer)
            if sink.leads_to:
                self.send_header("Location", sink.leads_to)
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield sink
    finally:
        sink.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
