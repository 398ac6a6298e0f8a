"""Which passwords would somebody try first who knows the city and the product? None that is made of such words alone.

A long sentence may name the city: what counts is what is left when these words, and everything but letters, are taken
away. Twelve characters, and none of the twenty thousand commonest, are asked by Django's own rules (`settings.base`).
"""

import unicodedata

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from riskzon.context import CITY, PRODUCT

#: So many other letters make it somebody's own.
_ENOUGH = 6
#: The longest first: of "socialtjänsten" nothing is left.
WORDS = sorted(
    {
        *(PRODUCT, *CITY.split(), "socialtjänsten", "socialtjänst", "socialjouren", "socialjour", "kommunen", "kommun"),
        *("lösenord", "password", "välkommen", "welcome", "hemligt", "inloggning", "login", "admin", "test", "ändra"),
        *("sommaren", "sommar", "vintern", "vinter", "hösten", "höst", "våren", "vår", "qwerty", "abcdef"),
        *("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september"),
        *("oktober", "november", "december"),
    },
    key=len,
    reverse=True,
)


class OwnWords:
    """Refuses a password in which little is left without the words that everybody here knows."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """ValidationError: fewer than six letters are left."""
        left = _plain(password)
        for word in WORDS:
            left = left.replace(_plain(word), "")
        if any(_plain(word) in _plain(password) for word in WORDS) and len(left) < _ENOUGH:
            raise ValidationError(_("Lösenordet består av ord som många här provar först. Välj något eget."))

    def get_help_text(self) -> str:
        return _("Inte bara stadens, tjänstens eller årstidernas namn.")


def _plain(text: str) -> str:
    """Letters alone, small and without marks: "Borås 2026" as "boras"."""
    taken_apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in taken_apart if letter.isalpha())
