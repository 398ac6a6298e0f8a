"""How does a journey get the demo's units and people, and nothing that happened before it?"""

import os
import subprocess
import sys

from riskzon import embedded, supervisor
from tests.product import ROOT, Product

_PEOPLE_AND_CLOCK = """
from django.core.management import call_command
from riskzon import clock
from workflows.demo.people import ensure_people
call_command("migrate", interactive=False, verbosity=0)
ensure_people()
clock.set_start({start!r})
"""


def settle(product: Product, *, start: str) -> Product:
    """Write units, people and the clock's start into the empty home of a product that is not started yet.

    A demo that finds people seeds no history: a year of it takes longer than the journey.
    """
    with embedded.claim(product.home):
        program = embedded.database_program(product.home, embedded.prepare(product.home))
        database = supervisor.spawn(program)
        try:
            supervisor.wait_ready(program, database)
            done = subprocess.run(
                [sys.executable, "manage.py", "shell", "--no-imports", "-c", _PEOPLE_AND_CLOCK.format(start=start)],
                cwd=ROOT,
                env={**os.environ, **product.environment},
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        finally:
            supervisor.stop(program, database)
    return product
