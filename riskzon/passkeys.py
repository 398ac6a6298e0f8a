"""How does somebody show that they hold a key of their own (WebAuthn), besides knowing the password?

The key lies in a computer, a phone or on a stick, answers only to our address, and only when its owner has shown it a
finger, a face or a number (user verification). So it cannot be fished for, as a code can. It stands beside the app for
codes, never instead of it: the app works without a script, and on a machine that has no keys. Each question is asked once
and lies in the session until its answer has come; what is kept of a key is public. All times are those of the real clock.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from fido2.cose import ES256, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from riskzon import clock
from riskzon.context import CITY
from riskzon.models import Passkey, SecondFactor, User

#: So many keys for one person; and so long may an answer be that a browser brings.
MOST, LONGEST = 10, 20_000
_ALGORITHMS = (ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM)
log = structlog.get_logger()

State = dict[str, Any]


def is_possible() -> bool:
    """Whether this installation has an address to which keys can answer (PASSKEY_ORIGIN)."""
    return bool(settings.PASSKEY_ORIGIN)


def of(user: User) -> list[Passkey]:
    """The person's keys, the latest first."""
    return list(Passkey.objects.filter(factor=user.pk).order_by("-added_at"))


def ask_for_new(user: User) -> tuple[str, State]:
    """What the browser is to be asked, as JSON, and what must be kept until it has answered."""
    asked, state = _server().register_begin(
        # The person's key of the database, which says nothing; their names stay with the key, which is theirs.
        PublicKeyCredentialUserEntity(id=user.pk.bytes, name=user.username, display_name=str(user)),
        credentials=_known(user),
        user_verification=UserVerificationRequirement.REQUIRED,
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
    )
    return json.dumps(dict(asked)["publicKey"]), dict(state)


def add(user: User, state: State, text: str, name: str) -> Passkey | None:
    """Keep the key whose public half this answer brings; None: it is no answer to what was asked, or a key known before.

    In the caller's transaction, with the caller's row in the log.
    """
    try:
        answer = RegistrationResponse.from_dict(_read(text))
        _same_page(answer.response.client_data)
        said = _server().register_complete(state, answer)
        key = said.credential_data
        if key is None or key.public_key[3] not in _ALGORITHMS:
            raise ValueError("algorithm")
    except Exception as wrong:  # noqa: BLE001 - whatever a hostile answer makes the library trip over, it is no answer
        log.warning("passkey_refused", error=type(wrong).__name__)
        return None
    # Two tabs at the same moment wait for each other, and the eleventh key is none.
    factor = SecondFactor.objects.select_for_update().filter(pk=user.pk).first()
    if factor is None or factor.passkeys.count() >= MOST:
        return None
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                factor=factor,
                name=name,
                credential_id=key.credential_id,
                public_half=bytes(key),
                uses=said.counter,
                added_at=clock.real_now(),
            )
    except IntegrityError:
        return None


def ask_for_login(user: User) -> tuple[str, State] | None:
    """What the browser is to be asked, as JSON, and what must be kept; None: the person has no key."""
    known = _known(user) if is_possible() else []
    if not known:
        return None
    asked, state = _server().authenticate_begin(known, user_verification=UserVerificationRequirement.REQUIRED)
    return json.dumps(dict(asked)["publicKey"]), dict(state)


def accepted(user: User, state: State, text: str) -> bool:
    """Whether one of the person's own keys has signed what was asked, now and here, and has not been copied."""
    keys = {bytes(row.credential_id): row for row in of(user)}
    try:
        answer = AuthenticationResponse.from_dict(_read(text))
        _same_page(answer.response.client_data)
        signed_by = _server().authenticate_complete(
            state, [AttestedCredentialData(bytes(row.public_half)) for row in keys.values()], answer
        )
        return _is_next_use(keys[signed_by.credential_id], answer.response.authenticator_data)
    except Exception as wrong:  # noqa: BLE001 - as above
        log.warning("passkey_refused", error=type(wrong).__name__)
        return False


def _is_next_use(key: Passkey, said: AuthenticatorData) -> bool:
    """A key that counts its uses counts upwards (WebAuthn 6.1.1): one that does not has a copy somewhere."""
    if (said.counter or key.uses) and said.counter <= key.uses:
        log.error("passkey_copied")
        return False
    changed = Passkey.objects.filter(pk=key.pk, uses=key.uses).update(uses=said.counter, last_used_at=clock.real_now())
    return bool(changed)


def _known(user: User) -> list[PublicKeyCredentialDescriptor]:
    kind = PublicKeyCredentialType.PUBLIC_KEY
    return [PublicKeyCredentialDescriptor(type=kind, id=bytes(row.credential_id)) for row in of(user)]


def _read(text: str) -> Mapping[str, Any]:
    if len(text) > LONGEST:
        raise ValueError("too long")
    said = json.loads(text)
    if not isinstance(said, dict):
        raise TypeError("no object")
    return said


def _same_page(said: CollectedClientData) -> None:
    if said.cross_origin:
        raise ValueError("asked from within another page")


def _server() -> Fido2Server:
    """Who asks: our address, to the letter. A key never answers another, and we believe no answer to another."""
    origin = settings.PASSKEY_ORIGIN
    server = Fido2Server(
        PublicKeyCredentialRpEntity(name=CITY, id=urlsplit(origin).hostname or ""),
        verify_origin=lambda said: hmac.compare_digest(said.encode("utf-8", "replace"), origin.encode()),
    )
    kind = PublicKeyCredentialType.PUBLIC_KEY
    server.allowed_algorithms = [PublicKeyCredentialParameters(type=kind, alg=one) for one in _ALGORITHMS]
    return server
