"""Who uses the pages, as a browser without a script would: one session with its cookies, forms sent back as they came."""

from html.parser import HTMLParser
from typing import Any

import requests

#: Of every demo account.
PASSWORD = "riskzon-demo"


class Visitor:
    """One person, logged in over the login page."""

    def __init__(self, port: int, username: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.session = requests.Session()
        self.post("/login/", {**self.form("/login/"), "username": username, "password": PASSWORD})

    def form(self, path: str) -> dict[str, Any]:
        """What the forms of a page would send if nothing was typed."""
        parser = _Fields()
        parser.feed(self.session.get(self.address + path, timeout=60).text)
        return parser.fields

    def post(self, path: str, fields: dict[str, Any]) -> requests.Response:
        """Send a form; redirections are not followed."""
        return self.session.post(self.address + path, fields, allow_redirects=False, timeout=60)

    def call(self, method: str, path: str, fields: dict[str, Any] | None = None) -> requests.Response:
        """Any verb, with the key that a form of this session has."""
        headers = {"X-CSRFToken": self.session.cookies.get(self._csrf_cookie(), "")}
        return self.session.request(
            method, self.address + path, data=fields, headers=headers, allow_redirects=False, timeout=60
        )

    def _csrf_cookie(self) -> str:
        return next((name for name in self.session.cookies.get_dict() if "csrf" in name), "csrftoken")


class _Fields(HTMLParser):
    """Inputs with their values; boxes and dots only where they are marked, of a list what is chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self._list = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name = said.get("name") or ""
        if tag == "select":
            self._list = name
        elif tag == "option" and "selected" in said and self._list:
            self.fields[self._list] = said.get("value") or ""
        elif tag == "textarea":
            self.fields[name] = ""
        elif tag == "input" and name and said.get("type") not in {"submit", "image", "button"}:
            if said.get("type") in {"checkbox", "radio"} and "checked" not in said:
                return
            self.fields[name] = said.get("value") or ""
