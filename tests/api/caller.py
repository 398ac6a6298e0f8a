"""How does a test call the API as somebody?"""

import json
from typing import Any
from uuid import uuid4

from django.test import Client

from riskzon import clock
from riskzon.models import ApiToken
from tests.factories import ALBIN, person

ARREST: dict[str, Any] = {
    "kind": "arrest",
    "occurred_at": "2026-11-13T13:20:00+01:00",
    "notified_at": "2026-11-13T13:58:00+01:00",
    "children": [
        {
            "identity_number": ALBIN,
            "given_name": "Albin",
            "family_name": "Fiktivsson",
            "summary": "Tagen i butik.",
            "guardians": [
                {"name": "Maja Fiktivsson", "phone": "070-174 06 05", "relation": "mother", "is_custodian": True}
            ],
        }
    ],
}


class Caller:
    """One person with a new token; an answer is Django's own response with `.json()`."""

    def __init__(self, username: str) -> None:
        token = ApiToken.fresh()
        ApiToken.objects.create(digest=ApiToken.digest_of(token), user=person(username), created_at=clock.real_now())
        self.headers = {"Authorization": f"Bearer {token}"}
        self.client = Client(headers=self.headers)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1{path}", query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any) -> Any:
        return self._send("patch", path, body, {})

    def report(self, body: dict[str, Any] | None = None, *, key: str | None = None, **fields: Any) -> Any:
        """Register; the given fields replace those of an arrest."""
        return self.post("/reports", {**(body or ARREST), **fields}, **{"Idempotency-Key": key or str(uuid4())})

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        content = body if isinstance(body, str | bytes) else json.dumps({} if body is None else body)
        send = getattr(self.client, method)
        return send(f"/api/v1{path}", content, content_type="application/json", headers=headers)
