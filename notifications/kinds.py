"""What is one kind of message: its words, who may receive it, which facts it carries, and how it travels?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from riskzon.models import Role

STAFF = frozenset({Role.SOCIAL_WORKER, Role.SUPERVISOR, Role.DUTY, Role.HEAD})
#: What is late at night is done at night (Socialjouren holds the case for it); "" where no limit is named.
_WAKING = frozenset({"", "guardian_contact", "protective_assessment", "hold_review"})


@dataclass(frozen=True)
class MessageKind:
    """One kind of message. `when` is said if the fact `at` is given; `by_mail` False: only in the inbox.

    `by_sms`: it cannot wait until somebody looks, so it also wakes whoever is on duty and has a number for SMS.
    """

    title: Any
    text: Any
    roles: frozenset[str] = STAFF
    facts: frozenset[str] = frozenset({"at"})
    needs: frozenset[str] = frozenset()
    when: Any = ""
    by_mail: bool = True
    by_sms: bool = False

    def wakes(self, facts: Mapping[str, object]) -> bool:
        """Whether it goes by SMS: not where it is about a limit that only the unit of the day can do something about."""
        return self.by_sms and facts.get("deadline", "") in _WAKING
