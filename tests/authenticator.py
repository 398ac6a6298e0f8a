"""A key of a person's own, in software, with the browser before it: answers what a page asks, rightly or as a test says."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

ORIGIN = "https://riskzon.example.se"
_FLAG = AuthenticatorData.FLAG


@dataclass
class Key:
    """One key for one person. `uses`: as it counts them; a key that does not count has `counts` False.

    What a test may say otherwise for one answer: `origin`, `rp`, `verified`, `crossing`, `kind`, `challenge`, `uses`.
    """

    counts: bool = True
    uses: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def made(self, options: dict[str, Any], **said: Any) -> str:
        """The answer to navigator.credentials.create."""
        public = ES256.from_cryptography_key(self.private.public_key())
        held = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = self._data(options["rp"]["id"], said, _FLAG.AT, held)
        client = self._client("webauthn.create", options, said)
        response = {"attestationObject": bytes(AttestationObject.create("none", data, {})), "clientDataJSON": client}
        return self._sent(response)

    def signed(self, options: dict[str, Any], **said: Any) -> str:
        """The answer to navigator.credentials.get."""
        data = self._data(options["rpId"], said)
        client = self._client("webauthn.get", options, said)
        digest = Hash(SHA256())
        digest.update(client)
        signature = self.private.sign(bytes(data) + digest.finalize(), ec.ECDSA(SHA256()))
        if said.get("forged"):
            signature = Key().private.sign(b"something else", ec.ECDSA(SHA256()))
        return self._sent({"authenticatorData": bytes(data), "clientDataJSON": client, "signature": signature})

    def _data(self, rp: str, said: dict[str, Any], flags: int = 0, held: Any = b"") -> AuthenticatorData:
        self.uses += self.counts
        digest = Hash(SHA256())
        digest.update(said.get("rp", rp).encode())
        flags |= _FLAG.UP | (_FLAG.UV if said.get("verified", True) else 0)
        return AuthenticatorData.create(digest.finalize(), flags, said.get("uses", self.uses), held)

    def _client(self, kind: str, options: dict[str, Any], said: dict[str, Any]) -> bytes:
        challenge = said.get("challenge") or websafe_decode(options["challenge"])
        return bytes(
            CollectedClientData.create(
                type=said.get("kind", kind),
                challenge=challenge,
                origin=said.get("origin", ORIGIN),
                cross_origin=said.get("crossing", False),
            )
        )

    def _sent(self, response: dict[str, bytes]) -> str:
        said = {name: websafe_encode(value) for name, value in response.items()}
        name = websafe_encode(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": said})
