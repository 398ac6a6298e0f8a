"""What is broken on purpose, in the product as a user starts it, and what must hold all the same.

`python -m tests.faults [--short] [F1 F3 ...]` runs the experiments of `deadlines`, `timing` and `data` and prints one JSON
line for each. Every fault is given to a process by its number. What was acknowledged is kept in files outside the
database, and compared with the database at the end.
"""
