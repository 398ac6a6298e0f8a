"""The demo keeps what it says to itself."""

import os
import subprocess
import sys

from tests.product import ROOT


def test_no_sms_leaves_the_demo_whatever_is_set():
    show = "from django.conf import settings; print(settings.RISKZON_DEMO, settings.SMS_URL)"
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "settings.dev",
        "SMS_URL": "jsons://gateway.example.se/send/{to}",
    }

    def started(**more: str) -> list[str]:
        command = [sys.executable, "-c", show]
        return subprocess.run(
            command, cwd=ROOT, env=environment | more, capture_output=True, text=True, check=True
        ).stdout.split()

    assert started() == ["True", "mailbox://"]
    assert started(RISKZON_DEMO="0") == ["False", environment["SMS_URL"]]
