"""A dated note in a case (SoL 14:3)."""

from uuid import UUID

from django.utils.translation import gettext as _

from riskzon.access import Action
from riskzon.doors import change
from riskzon.errors import Invalid
from riskzon.models import Note, User


def write_note(user: User, case_id: UUID, *, text: str) -> Note:
    """Add a note; it is never changed afterwards."""
    with change(user, Action.NOTE, case_id, what="note") as act:
        if not text.strip():
            raise Invalid.field("text", _("Skriv en anteckning."))
        return Note.objects.create(case=act.case, at=act.now, by=user, text=text.strip())
