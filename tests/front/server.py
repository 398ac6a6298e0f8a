"""Serves the gallery on a free port, in a thread of its own, without a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path

from django.conf import settings
from django.test import override_settings
from django.test.testcases import LiveServerThread, _StaticFilesHandler

REPLACED = {"django.contrib.auth.middleware.AuthenticationMiddleware": "tests.front.gallery.WorkerMiddleware"}


def _templates() -> list[dict]:
    engines = deepcopy(settings.TEMPLATES)
    engines[0]["DIRS"] = [Path(__file__).parent / "templates"]
    processors = engines[0]["OPTIONS"]["context_processors"]
    if "riskzon.context.page" not in processors:
        processors.append("riskzon.context.page")
    return engines


@contextmanager
def gallery_server() -> Iterator[str]:
    """The address of the running gallery."""
    with override_settings(
        ROOT_URLCONF="tests.front.urls",
        # Nobody stays here, so nobody is asked whether to.
        MIDDLEWARE=[REPLACED.get(name, name) for name in settings.MIDDLEWARE if name != "riskzon.stay.StayMiddleware"],
        TEMPLATES=_templates(),
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        SESSION_SERIALIZER="django.contrib.sessions.serializers.JSONSerializer",
    ):
        thread = LiveServerThread("127.0.0.1", _StaticFilesHandler, connections_override={})
        thread.daemon = True
        thread.start()
        thread.is_ready.wait()
        if thread.error:
            raise thread.error
        try:
            yield f"http://127.0.0.1:{thread.port}"
        finally:
            thread.terminate()
