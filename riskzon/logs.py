"""What may stand in a log line? Only the keys named here; everything else is dropped.

A line says what happened, where and how long it took, never to whom: no bodies, no addresses with their query, no
arguments, and of an exception its type and place, not its words. Lines of other libraries keep their template
("Task %(name)s ...") and lose what was put into it.
"""

import logging
import sys
import time
import traceback
from logging.config import dictConfig
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ALLOWED_KEYS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "logger",
        "process",
        "request_id",
        "method",
        "route",
        "code",
        "milliseconds",
        "task",
        "command",
        "error",
        "error_at",
        "act",
        "case",
        "count",
        "seconds",
        "dispatcher",
        "deadline",
        "message",
        "attempt",
        "channel",
        "part",
        "why",
    }
)
_FRAMES = 12

_Exception = tuple[type[BaseException], BaseException, TracebackType | None]


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to what is standard error at that moment, also where a test or a daemon has put another in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure(*, level: str, readable: bool) -> None:
    """Send the log of this process, its own lines and those of libraries, to standard error."""
    dictConfig(config(level=level, readable=readable))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def config(*, level: str, readable: bool) -> dict[str, Any]:
    """The `logging` configuration, for programs that want to apply it themselves."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False) if readable else structlog.processors.JSONRenderer()
    )
    quiet = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [only_template],
                "processors": [
                    structlog.stdlib.add_log_level,
                    structlog.stdlib.add_logger_name,
                    structlog.processors.TimeStamper(fmt="iso", utc=True),
                    place_of_error,
                    only_allowed,
                    renderer,
                ],
            }
        },
        "handlers": {
            "stderr": {"()": StandardError, "formatter": "lines"},
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            # django_structlog says the same with less in it.
            "django.request": {"level": "CRITICAL"},
            "django.server": quiet,
            "django.db.backends": quiet,
            # A warning may quote the value it warns of.
            "py.warnings": {"level": "CRITICAL"},
            "django_structlog": {"level": level},
            # Its lines are written out before they are logged, with the number and what the gateway answered.
            "apprise": {"level": "CRITICAL", "handlers": ["nowhere"], "propagate": False},
            # Says which key was used.
            "fido2": quiet,
            "celery.beat": quiet,
            "celery.worker.strategy": quiet,
            "celery.app.trace": quiet,
            "gunicorn.error": {"level": level, "handlers": [], "propagate": True},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


def only_template(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Put the unfilled template of a library's line in place of the filled one, with the name of the task if any."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None:
        event["event"] = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
        if record.exc_info:
            event["exc_info"] = record.exc_info
        task = getattr(record, "data", None)
        if isinstance(task, dict) and isinstance(task.get("name"), str):
            event["task"] = task["name"]
    return event


def place_of_error(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Turn `exc_info` into the error's type and the last places it passed; its words may quote what a person typed."""
    raised = _as_exception(event.pop("exc_info", None))
    if raised is not None:
        kind, error, trace = raised
        event["error"] = " < ".join(_kinds(error)) or kind.__name__
        event["error_at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-_FRAMES:]
        ]
    return event


def only_allowed(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Drop every key that nobody has decided to log."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS}


def _kinds(error: BaseException | None) -> list[str]:
    kinds = []
    while error is not None:
        kinds.append(type(error).__name__)
        error = error.__cause__ or error.__context__
    return kinds


def _as_exception(given: object) -> _Exception | None:
    if isinstance(given, BaseException):
        return type(given), given, given.__traceback__
    found = given if isinstance(given, tuple) else sys.exc_info() if given else None
    return found if found and found[0] and found[1] else None  # type: ignore[return-value]


def milliseconds_since(started: float) -> float:
    """How long ago `started`, a reading of time.monotonic, was."""
    return round((time.monotonic() - started) * 1000, 1)
