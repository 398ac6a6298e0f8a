#!/usr/bin/env python
"""The entrance for commands."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.dev")

# After the line above, which it must not decide: commands may hand work to Celery.
from riskzon.celery import app as celery_app

__all__ = ["celery_app"]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
