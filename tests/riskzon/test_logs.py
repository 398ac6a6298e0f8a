"""Nothing personal may stand in a log, whoever writes the line."""

import io
import json
import logging

import pytest
import structlog

from riskzon import logs

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
