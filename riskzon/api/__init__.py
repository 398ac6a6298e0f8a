"""The HTTP API: what other systems, and people with a token, can read and do over `/api/v1/`."""
