"""Whose word does the web server take? A proxy stands on the same machine, and what it passes on may be a visitor's."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.product import ROOT, free_port, wait_for


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """gunicorn as in production, before a program that says what reached it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:riskzon.webserver", "tests.riskzon.echo"],
        cwd=ROOT,
        env={**os.environ, "PORT": str(port), "WEB_WORKERS": "1"},
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: _answers(port), 90, lambda: "gunicorn does not answer")
        yield port
    finally:
        process.terminate()
        process.wait(30)


def test_a_visitor_says_neither_that_the_way_was_encrypted_nor_which_page_is_meant(port: int) -> None:
    for claim in ("X-Forwarded-Proto: https", "X-Forwarded-SSL: on", "SCRIPT_NAME: /x", "PATH_INFO: /api/v1/health"):
        status, body = ask(port, f"GET /login/ HTTP/1.1\r\nHost: x\r\n{claim}\r\nConnection: close\r\n\r\n")
        assert status == 200
        assert json.loads(body) == ["http", "", "/login/"], claim


def test_a_request_of_two_lengths_is_refused(port: int) -> None:
    """What one server takes for the end of a request and the other for its middle could smuggle a second one in."""
    for twice in ("Content-Length: 4\r\nTransfer-Encoding: chunked", "Content-Length: 4\r\nContent-Length: 5"):
        request = f"POST /login/ HTTP/1.1\r\nHost: x\r\n{twice}\r\nConnection: close\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\n\r\n"
        assert ask(port, request)[0] == 400, twice


def ask(port: int, request: str) -> tuple[int, str]:
    """The status and the body of the one answer to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(request.encode())
        said = b""
        with suppress(ConnectionResetError):
            while part := line.recv(65536):
                said += part
    head, _, body = said.decode().partition("\r\n\r\n")
    return int(head.split()[1]), body


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
