"""Run inside a started product's home: `python -m bench.due COUNT STEP_SECONDS` lets clocks end from three seconds on."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.dev")

import django

django.setup()

from bench import data

if __name__ == "__main__":
    data.load_deadlines(int(sys.argv[1]), due_in_seconds=3, step_seconds=float(sys.argv[2]))
