"""The regulations as flows, one module each; their names are stored in the database and never change."""
