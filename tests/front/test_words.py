"""Does the screen use the words that were agreed, and only one language at a time?"""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from riskzon import catalogue
from riskzon.models import Role, User
from tests.factories import WORKDAY, at, make_report, people, person
from workflows.sweep import sweep

#: A word of the screen, what is not said instead, and the only texts in which the latter means something else.
NOT_SAID = {
    "Gripen": r"(?-i:\bGripande)",
    "Avvakta kontakt": r"\w*spärr\w*",
    "Överskriden": r"\bbrist(?:er)?\b|\bförsen\w*",
    "Avsteg från Strategi 5": r"\bavvikelse\w*",
    "Felregistrerad": r"\bogiltig\w*|\bmakuler\w*",
    "Enhetens läge": r"\bledningstavla\w*|\bdashboard\w*",
    "Att göra": r"\buppgifter att\b|\bärendekö\w*",
    "socialsekreterare hos polisen": r"\bsambandsperson\w*",
}
_SWEDISH = re.compile(r"\b\w*[åäöÅÄÖ]\w*\b|\b(?:och|inte|eller|till|frist|anmälan|kontakt|som|den)\b", re.IGNORECASE)
_MARKUP = re.compile(r"<script.*?</script>|<span class=\"face\".*?</span>|<[^>]*>", re.DOTALL)
#: What the other language, people and units call themselves.
NAMES = ("Svenska", "Borås Stad")


def said() -> list[str]:
    """Every text of the product in Swedish, each form of it."""
    return [
        form
        for message in catalogue.texts()
        if message.id
        for form in (message.id if isinstance(message.id, tuple) else (message.id,))
    ]


@pytest.mark.parametrize("instead", NOT_SAID.values(), ids=NOT_SAID)
def test_no_text_says_it_in_another_word(instead: str) -> None:
    assert [text for text in said() if re.search(instead, text, re.IGNORECASE)] == []


def test_no_template_speaks_past_the_catalogue() -> None:
    """A Swedish letter outside a translated text would stay Swedish in English."""
    quoted = re.compile(r"\{%.*?%\}|\{#.*?#\}|\{\{.*?\}\}", re.DOTALL)
    block = re.compile(r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%\s*comment.*?endcomment\s*%\}", re.DOTALL)
    found = {
        path.name: words
        for package in catalogue.PACKAGES
        for path in sorted((catalogue.ROOT / package).rglob("templates/**/*.html"))
        if (words := re.findall(r"\w*[åäöÅÄÖ]\w*", quoted.sub("", block.sub("", _read(path)))))
    }
    assert found == {}


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["karin.ek", "sara.lindh", "per.holm", "maria.oberg", "stina.berg", "it.admin"])
def test_what_everybody_reads_is_english_throughout(username: str) -> None:
    client = _english(username)
    make_report()
    sweep()
    for name in ("inbox", "accessibility"):
        assert _swedish_in(client, reverse(name)) == set(), name
    assert _swedish_in(client, "/nothing-here/", status=404) == set()


@pytest.mark.django_db
def test_the_login_is_english_throughout_also_when_it_fails() -> None:
    client = Client()
    client.cookies["django_language"] = "en"
    assert _swedish_in(client, reverse("login")) == set()
    answer = client.post(reverse("login"), {"username": "x", "password": "y"})
    assert _left(answer.content.decode()) == set()


@pytest.mark.django_db
def test_mail_that_was_sent_and_mail_that_was_not_are_listed_in_english(settings: object) -> None:
    settings.RISKZON_DEMO = True
    assert _swedish_in(_english("it.admin"), reverse("mailbox")) == set()
    assert _swedish_in(_english("it.admin"), reverse("deliveries")) == set()


def _english(username: str) -> Client:
    people()
    at(WORKDAY)
    client = Client()
    client.force_login(person(username))
    client.cookies["django_language"] = "en"
    return client


def _swedish_in(client: Client, path: str, status: int = 200) -> set[str]:
    answer = client.get(path)
    assert answer.status_code == status, path
    return _left(answer.content.decode())


def _left(page: str) -> set[str]:
    text = _MARKUP.sub(" ", page)
    for name in (*NAMES, *(str(user) for user in User.objects.all()), *_units()):
        text = text.replace(name, "")
    return set(_SWEDISH.findall(text))


def _units() -> list[str]:
    return [
        str(user.unit) for user in User.objects.exclude(unit=None).exclude(role=Role.PARTNER).select_related("unit")
    ]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
