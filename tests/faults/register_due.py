"""Run inside a started product's home: registers arrests whose 24 hours end one after another in the near future.

`python -m tests.faults.register_due COUNT FIRST_SECONDS SPREAD_SECONDS` prints one JSON line: the ids of the deadlines.
"""

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.dev")
django.setup()

from riskzon import clock  # noqa: E402 - after django.setup
from workflows.demo.people import ensure_people  # noqa: E402
from workflows.models import Deadline, Kind  # noqa: E402
from workflows.verbs.intake import register_report  # noqa: E402


def main(count: int, first: float, spread: float) -> None:
    user = ensure_people().users["per.holm"]
    begin = clock.now() + timedelta(seconds=first)
    for place in range(count):
        due = begin + timedelta(seconds=spread * place / count)
        register_report(
            user,
            {
                "kind": "arrest",
                "occurred_at": due - timedelta(hours=24),
                "notified_at": clock.now(),
                "children": [{"birth_date": due.date().replace(year=due.year - 15), "given_name": f"Barn {place}"}],
            },
            key=f"due-{begin.isoformat()}-{place}",
        )
    found = Deadline.objects.filter(kind=Kind.GUARDIAN_CONTACT).values_list("pk", "due_at")
    print(json.dumps({str(pk): due.isoformat() for pk, due in found}))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
