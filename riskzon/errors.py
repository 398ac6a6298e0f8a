"""How the product says no: five refusals, the same for pages, API and commands."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _


class Refused(Exception):
    """Nothing was changed. `message` is in the user's language and names nobody; `case_id` is for the access log."""

    status = 400
    case_id: UUID | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(Refused):
    """422: what was sent is wrong. `errors` are (field path such as `children.0.identity_number`, message)."""

    status = 422

    def __init__(self, errors: Iterable[tuple[str, str]]) -> None:
        self.errors = [(field, str(message)) for field, message in errors]
        super().__init__(_("Uppgifterna kunde inte sparas."))

    @classmethod
    def field(cls, name: str, message: str) -> "Invalid":
        return cls([(name, message)])


class Conflict(Refused):
    """409: somebody else was first, or the state of the case does not allow it."""

    status = 409


class Busy(Conflict):
    """409: somebody else is changing the same case at this moment."""

    def __init__(self) -> None:
        super().__init__(_("Någon annan arbetar i ärendet just nu. Försök igen om en stund."))


class Forbidden(Refused):
    """403: the case may be seen, but this may not be done with it."""

    status = 403

    def __init__(self, message: str = "") -> None:
        super().__init__(message or _("Du har inte rätt att göra detta i ärendet."))


class Veiled(Refused):
    """403: the child's identity is protected, and this person has not said why it must be shown (`riskzon.veil`)."""

    status = 403

    def __init__(self, case_id: UUID) -> None:
        super().__init__(_("Barnet har skyddade personuppgifter. Ange först varför du behöver se dem."))
        self.case_id = case_id


class Unseen(Refused):
    """404: does not exist, or may not be seen; nobody can tell which."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("Det du söker finns inte, eller så har du inte tillgång till det."))


class TooMany(Refused):
    """429: more than one person may ask for in a minute. `seconds`: until the next is answered."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(_("Det är för många anrop just nu. Vänta en stund och försök igen."))
        self.seconds = seconds
