"""People, a Friday afternoon, a visitor for each of them, and how a form is read and filled in as a browser does it."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.factories import WORKDAY, at, people
from tests.front.browser import chromium, open_page

__all__ = ["chromium", "open_page"]

Fields = dict[str, list[str]]


@pytest.fixture(autouse=True)
def _workday(db: None) -> None:
    people()
    at(WORKDAY)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: Fields = {}
        self.inside = False
        self.select = self.textarea = ""
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "form" and "data-guard" in found:
            self.inside = True
        if not self.inside:
            return
        if tag == "input" and name and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.add(name, found.get("value") or ("on" if found.get("type") == "checkbox" else ""))
        elif tag == "select":
            self.select = name
            self.fields.setdefault(name, [])
        elif tag == "option" and self.select and ("selected" in found or not self.fields[self.select]):
            self.fields[self.select] = [found.get("value") or ""]
        elif tag == "textarea":
            self.textarea, self.text = name, ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.textarea:
            # A browser drops the first line break of a text area.
            self.add(self.textarea, self.text.removeprefix("\n").removeprefix("\r\n"))
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.text += data

    def add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def read_form(response: HttpResponse) -> Fields:
    """Everything that a browser would send of the page's form, but no button."""
    reader = _FormReader()
    reader.feed(response.content.decode())
    return reader.fields


class Paper:
    """One intake form in one browser: `fill`, then `press` a button; what came back is read again each time."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        self.response = client.get(address)
        self.fields = read_form(self.response)

    def fill(self, **fields: str) -> "Paper":
        """Write in fields by name; `child_0_summary` means `child-0-summary`. An empty text takes the field away."""
        for name, value in fields.items():
            named = name if not name.startswith("child_") else _dashed(name)
            assert named in self.fields or named in ("confirm_times", "occurred_at_fold") or _is_box(named), named
            self.fields[named] = [value]
        return self

    def press(self, do: str = "register") -> HttpResponse:
        self.response = self.client.post(self.address, {**self.fields, "do": do})
        if self.response.status_code != 302:
            self.fields = read_form(self.response)
        return self.response

    def __getitem__(self, name: str) -> str:
        return self.fields[_dashed(name) if name.startswith("child_") else name][0]

    @property
    def text(self) -> str:
        return self.response.content.decode()


def _is_box(name: str) -> bool:
    """A checkbox is sent only when it is ticked."""
    return name.endswith(("acute_risk", "wants_feedback", "reporter_anonymous", "interpreter"))


def _dashed(name: str) -> str:
    """`child_0_guardian_1_name` -> `child-0-guardian-1-name`; the field's own name keeps its underscores."""
    parts = name.split("_")
    head = parts[:4] if parts[2] == "guardian" else parts[:2]
    return "-".join([*head, "_".join(parts[len(head) :])])


@pytest.fixture
def paper(visit: Callable[[str], Client]) -> Callable[..., Paper]:
    """`paper("per.holm", "arrest")`: a blank form before one person."""

    def blank(username: str, kind: str, query: str = "") -> Paper:
        return Paper(visit(username), f"/reports/new/{kind}/{query}")

    return blank
