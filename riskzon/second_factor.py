"""How does somebody show that they hold the phone, besides knowing the password?

A code of six digits from an app (TOTP, RFC 6238: SHA-1, half a minute, one step early or late is taken), or one of ten
codes on paper; a key of the person's own beside them is `riskzon.passkeys`. None of them works twice. How many may be
tried is said by `riskzon.guessing`. Needed for every local account outside the demo; where somebody has one it is asked
for in the demo too. All times are those of the real clock.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction

from riskzon import audit, clock
from riskzon.models import AuditAction, RecoveryCode, SecondFactor, User, Way

STEP = 30
DIGITS = 6
RECOVERY_CODES = 10
#: Of each code on paper: 24 letters of base32. Below 112 a slow hash would be needed (ASVS 6.5.2); earlier ones had 80.
RECOVERY_BITS, ENOUGH_BITS = 120, 112
log = structlog.get_logger()


def is_asked_of(user: User) -> bool:
    """Whether a password alone does not let this person in."""
    return is_needed() or has_one(user)


def is_needed() -> bool:
    return not settings.RISKZON_DEMO


def has_one(user: User) -> bool:
    return SecondFactor.objects.filter(pk=user.pk).exists()


def new_secret() -> str:
    """160 random bits (RFC 4226, 4), sealed: so it may lie in a session until the first code has shown that it arrived."""
    return _sealer().encrypt(secrets.token_bytes(20)).decode()


def as_text(sealed: str) -> str:
    """The secret as an app takes it by hand: base32 in groups of four."""
    text = base64.b32encode(_open(sealed)).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def as_picture(sealed: str, user: User, issuer: str) -> str:
    """The same as a QR code, a data: address. `issuer` is what the app calls it: the city, never the product."""
    label = quote(f"{issuer}:{user.username}")
    query = urlencode({"secret": as_text(sealed).replace(" ", ""), "issuer": issuer}, quote_via=quote)
    picture: str = segno.make(f"otpauth://totp/{label}?{query}", error="m").svg_data_uri(scale=5, light="#fff")
    return picture


def accepted(user: User, typed: str) -> Way | None:
    """By what this lets the person in: a code of now, or a recovery code; None if by neither. It is used up."""
    factor = SecondFactor.objects.filter(pk=user.pk).first()
    if factor is None:
        return None
    code = "".join(typed.split()).replace("-", "").casefold()
    now = clock.real_now()
    if (step := _step_of(factor.secret, code, now)) is not None:
        # Whoever is second with the same code, a moment later or at the same time, changes no row.
        took = SecondFactor.objects.filter(pk=user.pk, last_step__lt=step).update(last_step=step)
        return Way.CODE if took else None
    used = RecoveryCode.objects.filter(factor=factor, digest=_digest(code), used_at__isnull=True).update(used_at=now)
    return Way.RECOVERY if used else None


@transaction.atomic
def enrol(user: User, sealed: str, typed: str) -> list[str] | None:
    """Keep this secret once a code from it is right, in place of any other; returns the new recovery codes, or None."""
    now = clock.real_now()
    step = _step_of(sealed, "".join(typed.split()), now)
    if step is None:
        return None
    # Another phone is no other person: the keys beside it stay, the codes on paper do not.
    factor, _is_new = SecondFactor.objects.update_or_create(
        user=user, defaults={"secret": sealed, "last_step": step, "since": now}
    )
    factor.recovery_codes.all().delete()
    codes = _give_codes(factor)
    audit.record(AuditAction.CHANGE, by=user, now=clock.now(), what="second_factor", detail={"second_factor": "set"})
    return codes


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """New recovery codes; those before work no more."""
    factor = SecondFactor.objects.get(pk=user.pk)
    factor.recovery_codes.all().delete()
    audit.record(AuditAction.CHANGE, by=user, now=clock.now(), what="second_factor", detail={"second_factor": "codes"})
    return _give_codes(factor)


def remove(user: User) -> bool:
    """Take the factor, its codes and the keys beside it away, in the caller's transaction and with its row in the log."""
    gone, _each = SecondFactor.objects.filter(pk=user.pk).delete()
    return bool(gone)


def codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(factor=user.pk, used_at__isnull=True).count()


def has_short_codes(user: User) -> bool:
    """Whether codes of an earlier, shorter kind still work: they go on until they are used or new ones are made."""
    return RecoveryCode.objects.filter(factor=user.pk, used_at__isnull=True, bits__lt=ENOUGH_BITS).exists()


def _give_codes(factor: SecondFactor) -> list[str]:
    codes = [
        base64.b32encode(secrets.token_bytes(RECOVERY_BITS // 8)).decode().casefold() for _each in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=_digest(code), bits=RECOVERY_BITS) for code in codes
    )
    return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]


def _step_of(sealed: str, code: str, now: datetime) -> int | None:
    """The half minute of which `code` is the code: this one, the one before or the next (RFC 6238, 5.2)."""
    try:
        totp = TOTP(_open(sealed), DIGITS, SHA1(), STEP)  # noqa: S303 - what every app computes; HMAC needs no more
    except InvalidToken:
        log.error("second_factor_unreadable")
        return None
    here = int(now.timestamp()) // STEP
    steps = [step for step in (here, here - 1, here + 1) if _same(totp.generate(step * STEP), code)]
    return steps[0] if steps else None


def _same(right: bytes, code: str) -> bool:
    return hmac.compare_digest(right, code.encode("utf-8", "replace"))


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()


def _open(sealed: str) -> bytes:
    return _sealer().decrypt(sealed.encode())


def _sealer() -> MultiFernet:
    """Keys drawn from the SECRET_KEY and those before it: the database alone gives nobody a code."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_drawn(key))) for key in keys])


def _drawn(key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"riskzon.second_factor").derive(key.encode())
