"""The README says what a run has seen, also where a promise did not hold or an experiment could not run."""

from docs.figures import faults_section

LINE = {"id": "F1", "invariant": "none early", "n": 10_000, "faults": {"kills": 25}, "figures": {}, "pass": True}


def test_what_was_broken_and_seen_stands_on_one_line():
    table = faults_section({"processors": 2, "lines": [{**LINE, "figures": {"lost": 0, "late_s": {"max": 1.5}}}]})

    assert table.endswith("| F1 | none early | 10,000 | kills 25 | lost 0, late s (max 1.5) |\n")


def test_a_promise_that_was_not_held_is_said_first():
    line = {**LINE, "figures": {"lost": 1}, "pass": False, "broken": ["none lost"]}

    assert "| **not held: none lost**; lost 1 |" in faults_section({"processors": 2, "lines": [line]})


def test_what_was_not_run_has_no_figures():
    line = {**LINE, "n": 0, "skipped": "faketime is not installed"}

    assert "| – | – | not run: faketime is not installed |" in faults_section({"processors": 2, "lines": [line]})
