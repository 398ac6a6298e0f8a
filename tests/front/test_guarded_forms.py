"""Is every text that somebody can type kept until it is sent? Every form of every template is looked at."""

import re

import pytest

from riskzon import catalogue

_FORM = re.compile(r'<form\b[^>]*method="post"[^>]*>.*?</form>', re.DOTALL)
_TYPED = re.compile(
    r"<textarea|<input(?![^>]*type=\"(?:hidden|checkbox|search)\")|\{\{ *\w*form\b|_field_group|\{% block fields"
)
#: Forms in which somebody types, and of which nothing may be kept, or nothing is written.
NOT_KEPT = {
    "login.html": "a password",
    "login_code.html": "a code",
    "new_phone.html": "a code",
    "password.html": "passwords",
    "passkey_new.html": "a code",
    "passkey_remove.html": "a code",
    "account.html account-codes": "a code",
    "account.html account-token": "a code or a password",
    "search.html": "a search",
    "known.html": "a search",
    "shift.html": "one choice in a list, and no text",
    "import.html": "a file, which stays where it is",
}


def _forms() -> list[tuple[str, str]]:
    """Where each form stands, and the whole of it."""
    return [
        (path.name, form)
        for package in catalogue.PACKAGES
        for path in sorted((catalogue.ROOT / package).rglob("templates/**/*.html"))
        for form in _FORM.findall(path.read_text(encoding="utf-8"))
    ]


def _is_left_out(name: str, form: str) -> bool:
    return any(
        name == place.split()[0] and place.split()[-1] in (name, *re.findall(r"[\w-]+", form)) for place in NOT_KEPT
    )


TYPED = [(name, form) for name, form in _forms() if _TYPED.search(form)]


@pytest.mark.parametrize(("name", "form"), TYPED, ids=[name for name, _form in TYPED])
def test_what_is_typed_in_a_form_is_kept_and_a_password_or_a_code_never(name: str, form: str) -> None:
    kept = ("data-guard" in form.split(">")[0], "riskzon/forms/draft.html" in form)
    said = "data-draft-line" in form
    if _is_left_out(name, form):
        assert not kept[1]
    else:
        assert (*kept, said) == (True, True, True)


def test_the_look_finds_the_forms_there_are_and_no_exception_outlives_its_form() -> None:
    assert len(TYPED) > 20
    used = {
        place for place in NOT_KEPT for name, form in TYPED if name == place.split()[0] and _is_left_out(name, form)
    }
    assert used == set(NOT_KEPT)
