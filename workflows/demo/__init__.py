"""A municipality that does not exist: its people, its families and a year of their reports."""
