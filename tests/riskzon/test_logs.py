"""Nothing personal may stand in a log, whoever writes the line."""

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection

from riskzon import logs

LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "bind", "bind_contextvars"})
#: Turned into the kind and the place of the error before the keys are looked at.
TURNED = frozenset({"exc_info"})
CHILD = "Vera Påhittad 20110417-2392"


@pytest.fixture
def lines():
    """Every line logged in the test, as read back from production's form."""
    form = dict(logs.config(level="INFO", readable=False)["formatters"]["lines"])
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(form.pop("()")(**form))
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def test_a_key_nobody_decided_to_log_is_dropped(lines):
    structlog.get_logger("test").info("swept", count=3, child=CHILD, ip="192.0.2.1")

    (line,) = lines()
    assert (line["event"], line["count"], line["level"]) == ("swept", 3, "info")
    assert line.keys() <= logs.ALLOWED_KEYS


def test_another_librarys_line_keeps_its_template_and_loses_its_values(lines):
    logging.getLogger("some.library").warning("cannot handle %s for %s", "/search?q=Vera", CHILD)

    (line,) = lines()
    assert line["event"] == "cannot handle %s for %s"
    assert "Vera" not in json.dumps(line, ensure_ascii=False)


@pytest.mark.parametrize("logger", [logging.getLogger("some.library"), structlog.get_logger("test")])
def test_an_error_tells_its_kind_and_place_and_not_its_words(lines, logger):
    try:
        try:
            int(CHILD)
        except ValueError as error:
            raise RuntimeError(CHILD) from error
    except RuntimeError:
        logger.exception("failed")

    (line,) = lines()
    assert line["error"] == "RuntimeError < ValueError"
    assert line["error_at"][0].endswith("test_an_error_tells_its_kind_and_place_and_not_its_words")
    assert "Vera" not in json.dumps(line, ensure_ascii=False)


def test_a_request_is_logged_by_route_without_its_address(client, lines):
    client.get("/accessibility?q=Vera", headers={"user-agent": "Vera"})

    line = next(line for line in lines() if line["event"] == "request_finished")
    assert (line["method"], line["route"], line["code"]) == ("GET", "accessibility", 200)
    assert line["milliseconds"] >= 0
    assert "Vera" not in json.dumps(line)


def test_whoever_asks_does_not_choose_the_number_of_the_lines(client, lines):
    client.get("/accessibility", headers={"X-Request-ID": CHILD, "X-Correlation-ID": CHILD})

    line = next(line for line in lines() if line["event"] == "request_finished")
    assert len(line["request_id"]) == 36
    assert "Vera" not in json.dumps(line)


def _logged() -> Iterator[tuple[str, str | None]]:
    """Every key with which a line of ours is logged, and where; None: keys that cannot be read from the source."""
    for file in (file for part in ("riskzon", "notifications", "workflows") for file in _sources(part)):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            on = ast.unparse(node.func.value)
            if node.func.attr in LEVELS and (on in ("log", "logger") or on.startswith("structlog.")):
                yield from ((f"{file.name}:{node.lineno}", keyword.arg) for keyword in node.keywords)


def _sources(part: str) -> Iterator[Path]:
    return (Path(settings.BASE_DIR) / part).rglob("*.py")


def test_every_key_that_is_logged_is_one_that_somebody_decided_to_log():
    logged = list(_logged())
    assert {"act", "case", "deadline", "error", "message", "route"} <= {key for _where, key in logged}
    assert [(where, key) for where, key in logged if key not in logs.ALLOWED_KEYS | TURNED] == []


def test_every_line_of_ours_is_logged_by_the_name_that_is_looked_for():
    named = {
        ast.unparse(node.targets[0])
        for part in ("riskzon", "notifications", "workflows")
        for file in _sources(part)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Assign) and "get_logger" in ast.unparse(node.value)
    }
    assert named == {"log"}


@pytest.mark.embedded
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("log_min_error_statement", "error"),
        ("log_min_duration_statement", "250"),
        ("log_error_verbosity", "default"),
        ("log_statement", "mod"),
    ],
)
def test_a_database_that_logs_what_was_typed_is_found_by_the_check(name: str, value: str) -> None:
    asked = {"tags": ["database_log"], "databases": ["default"]}
    assert run_checks(**asked) == []
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {name} = '{value}'")
    [found] = run_checks(**asked)
    assert found.id == "access.W005"
    assert name in found.msg
    assert value in found.msg
