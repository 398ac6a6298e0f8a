"""What of the log's chain stands outside the database? Once an hour its last hash, signed, in a file.

A chain that lives in one database alone proves nothing against whoever owns that database: the tail can be cut off, and
everything can be written anew. The folder (AUDIT_HEAD_DIR) is therefore to be copied to a machine that nobody can
write to who can write here. Signed with HMAC-SHA256 and AUDIT_HEAD_KEY: whoever holds the key can sign as well, so it
stands in no database and with nobody who owns one.
"""

import json
import os
from datetime import UTC, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from riskzon import check_audit, clock, narrow, sealing
from riskzon.models import AuditHead, AuditSeal
from riskzon.narrow import Part

EVERY = timedelta(hours=1)


def export_head() -> Path | None:
    """Write the head if an hour has passed and something was sealed since. None: not due, or somebody else is at it.

    OSError: the folder cannot be written to.
    """
    return narrow.turn(Part.SEAL, _export)


def _export() -> Path | None:
    with transaction.atomic():
        if not sealing.alone():
            return None
        last = AuditSeal.objects.defer("leaves").order_by("-number").first()
        told = AuditHead.objects.order_by("-seal_id").first()
        now = clock.real_now()
        if last is None or (told and (told.seal_id >= last.number or now - told.at < EVERY)):
            return None
        said = sealing.told(last)
        head = {name: said[name] for name in ("format", "seal", "hash", "total", "sealed_at")}
        head["at"] = now.astimezone(UTC).isoformat(timespec="microseconds")
        head["signature"] = check_audit.sign(head, settings.AUDIT_HEAD_KEY)
        AuditHead.objects.create(seal=last, at=now)
        return _write(
            Path(settings.AUDIT_HEAD_DIR) / f"{now.astimezone(UTC):%Y%m%dT%H%M%S%fZ}-{last.number}.json", head
        )


def _write(path: Path, head: dict[str, object]) -> Path:
    """Whole or not at all, and on the disk before the database says that it is there. A file is never written over."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    with new.open("x") as file:
        file.write(json.dumps(head, indent=1) + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    return path
