"""What is broken on purpose, in the product as a user starts it, and what must hold all the same.

`python -m tests.faults [--short] [F1 F3 ...]` runs the experiments and prints one JSON line for each. F1-F23 break the product
(`deadlines`, `people`, `delivery`, `watching`, `timing`, `data`, `retries`, `restoring`), F24-F40 abuse it (`malformed`,
`assigned`, `injected`, `scripted`, `uploads`, `crawl`, `entry`, `leaks`,
`evidence`). Every fault is given to a process by its number. What was
acknowledged is kept in files outside the database, and compared with the database at the end.
"""
