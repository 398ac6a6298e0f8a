"""Where does the next page of a list begin? A place in it, as text that means nothing to whoever carries it."""

import base64
import binascii
import json
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import gettext as _

from riskzon.errors import Invalid

_LONGEST = 200


def write(at: datetime, row_id: UUID) -> str:
    """The cursor of what follows this row; URL-safe."""
    text = json.dumps([at.astimezone(UTC).isoformat(), str(row_id)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The row after which the page begins; None for the first page. Invalid: not one of ours."""
    if not cursor:
        return None
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("longer than any of ours")
        at, row_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("a cursor's moment has an offset")
        return moment, UUID(row_id)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise Invalid.field("cursor", _("Sidan finns inte. Börja om från första sidan.")) from None
