"""How does an extract read as JSON?"""

from typing import Any

from riskzon.models import Extract
from workflows.casefile import CaseFile
from workflows.extract import Content


def as_json(row: Extract, cut: Content, file: CaseFile) -> dict[str, Any]:
    """The sections of the sheet, with codes; times in ISO 8601, UTC."""
    return {
        "case": file.case.number,
        "recipient": row.recipient,
        "made_at": file.now.isoformat(),
        "protected_identity": file.case.child.protected_identity,
        "sections": [
            {
                "code": section.code,
                "title": section.title,
                "rows": [
                    {"at": one.at.isoformat() if one.at else None, "label": one.label, "text": one.text}
                    for one in section.rows
                ],
            }
            for section in cut.sections
        ],
        "left_out": list(cut.left_out),
    }
