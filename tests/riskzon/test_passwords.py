"""Which passwords does an account take? Long ones of any kind, and none that everybody tries first."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from riskzon.forms import LoginForm
from riskzon.models import User

KARIN = User(username="karin.ek", first_name="Karin", last_name="Ek", email="karin.ek@kommunen.example")


@pytest.mark.parametrize("password", ["elva tecken", "password1234", "karin.ek.karin"])
def test_short_common_and_own_names_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, KARIN)


@pytest.mark.parametrize(
    "password",
    ["Riskzon-2026!!", "boras.stad.2026", "BoråsStad123456", "Sommaren2026!", "Socialtjänsten1!", "Välkommen!2026 x"],
)
def test_words_that_everybody_here_knows_make_no_password(password: str) -> None:
    with pytest.raises(ValidationError, match="provar först"):
        validate_password(password, KARIN)


@pytest.mark.parametrize("password", ["en sommar i Borås med en röd cykel", "riskzon och gröna hattar"])
def test_a_sentence_may_name_the_city(password: str) -> None:
    validate_password(password, KARIN)


@pytest.mark.parametrize(
    "password", ["tolv tecken!", "bara små bokstäver utan siffror", "ÅÄÖ" * 40, "  mellanslag  runt  om  "]
)
def test_any_other_is_taken_whatever_it_is_made_of_and_however_long(password: str) -> None:
    validate_password(password, KARIN)


def test_a_password_is_taken_as_it_was_typed_and_not_shown() -> None:
    field = LoginForm().fields["password"]
    assert (field.strip, field.max_length, field.widget.input_type) == (False, None, "password")  # type: ignore[attr-defined]
    assert field.widget.attrs["autocomplete"] == "current-password"
