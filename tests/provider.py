"""A real OpenID provider for the tests: an HTTP server of its own that knows people and groups, keys and codes.

Besides what a good provider does it holds PKCE, has sessions of its own, says when a person has shown who they are, ends
its own session for a service that it knows (RP-Initiated Logout), and at a test's wish it lies in the token that it signs.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from oidc_provider_mock._app import app as make_app
from oidc_provider_mock._server import _threaded_server

Claims = dict[str, Any]


class Provider:
    """Its `issuer`, and what a test may tell it. `twist` is given the claims before they are signed."""

    issuer = ""

    def __init__(self) -> None:
        self.twist: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims, RSAKey], str] | None = None
        self.metadata: Claims = {}
        #: What it says of itself, word for word, in place of what it is; "" the truth.
        self.says = ""
        self.asked: list[dict[str, str]] = []
        #: What was said by whoever was sent here to be logged out.
        self.left: list[dict[str, str]] = []
        #: Who has a session there, and since when: in seconds since 1970.
        self.since: dict[str, int] = {}
        #: Whether it lets a session be older than it is asked for.
        self.is_careless = False
        self._challenges: dict[str, str] = {}
        self._auth_times: dict[str, int] = {}
        self.app = make_app(require_nonce=True)
        self.app.before_request(self._hold_pkce)
        self.app.add_url_rule("/leave", view_func=self._leave)
        self.app.after_request(self._answer)

    def knows(self, subject: str, *groups: str, **claims: Any) -> None:
        """This person is in these groups; `claims` say the rest."""
        said = {"groups": list(groups), **claims}
        requests.put(f"{self.issuer}/users/{subject}", json=said, timeout=5).raise_for_status()

    def logs_in(self, there: str, subject: str) -> str:
        """The address to which the browser is sent back after this person has shown the password at `there`."""
        self.since[subject] = int(time.time())
        return self._through(there, subject)

    def passes(self, there: str, subject: str) -> str | None:
        """The same with the session that the browser has there already; None: it is too old, the password is asked for."""
        longest = parse_qs(urlsplit(there).query).get("max_age", [])
        if longest and time.time() - self.since[subject] > int(longest[0]) and not self.is_careless:
            return None
        return self._through(there, subject)

    def _through(self, there: str, subject: str) -> str:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
        self.asked.append(asked)
        said = {"sub": subject, "auth_time": self.since[subject]}
        answer = requests.post(there, data=said, allow_redirects=False, timeout=5)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    @property
    def leave(self) -> str:
        """Where its own session ends."""
        return f"{self.issuer}/leave"

    def _leave(self) -> Any:
        self.left.append(dict(flask.request.args))
        if flask.request.args.get("client_id") != "riskzon":
            return "unknown", 400
        return flask.redirect(flask.request.args["post_logout_redirect_uri"])

    def _hold_pkce(self) -> Any:
        if flask.request.path != "/oauth2/token":
            return None
        verifier = flask.request.form.get("code_verifier", "")
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if self._challenges.pop(flask.request.form.get("code", ""), None) != digest:
            return flask.jsonify({"error": "invalid_grant"}), 400
        return None

    def _answer(self, response: flask.Response) -> flask.Response:
        said = response.get_json(silent=True) or {}
        if flask.request.path == "/oauth2/authorize" and response.status_code == HTTPStatus.FOUND:
            codes = parse_qs(urlsplit(response.headers["Location"]).query).get("code", [])
            self._challenges |= dict.fromkeys(codes, flask.request.args.get("code_challenge", ""))
            # Whoever fills in the form by hand does it now.
            self._auth_times |= dict.fromkeys(codes, int(flask.request.form.get("auth_time", time.time())))
        if flask.request.path == "/oauth2/token" and "id_token" in said:
            key = RSAKey.import_key(flask.g.oidc_provider_mock_storage.jwk.as_dict(is_private=True))
            auth_time = self._auth_times[flask.request.form["code"]]
            claims = self.twist({**claims_of(said["id_token"]), "auth_time": auth_time})
            said["id_token"] = (self.sign or signed)(claims, key)
            response.set_data(json.dumps(said))
        if flask.request.path == "/.well-known/openid-configuration":
            response.set_data(self.says or json.dumps({**said, **self.metadata}))
        return response


def signed(claims: Claims, key: RSAKey) -> str:
    """The claims as the provider signs them."""
    return jwt.encode({"alg": "RS256", "kid": key.thumbprint()}, claims, key)


def claims_of(token: str) -> Claims:
    part = token.split(".")[1]
    found: Claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


@contextmanager
def running() -> Iterator[Provider]:
    """The provider, on a free port of this machine while the block lasts."""
    provider = Provider()
    with _threaded_server(provider.app) as server:
        provider.issuer = f"http://localhost:{server.server_port}"
        yield provider
