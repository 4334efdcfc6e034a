"""A provider of OpenID Connect on a port of this machine, which can be told to lie.

It keeps to the protocol by itself: codes are good once and for one client, address and verifier.
What a test wants to be wrong it says by ``spoil`` (the claims), ``sign`` (how the token is made) or
``describe`` (the description).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "rectiflow", "a secret: with odd/characters"

Claims = dict[str, Any]


class Provider:
    """The provider. ``person`` are the claims about whoever sits before the browser."""

    def __init__(self, client: str = CLIENT, secret: str = SECRET) -> None:
        self.client, self.secret = client, secret
        self.person: Claims = {"sub": "subject-1", "preferred_username": "viewer"}
        self.userinfo: Claims | None = None
        self.keys = [_key("first")]
        self.shown: list[RSAKey] | None = None
        self.spoil: Callable[[Claims], Claims] = lambda claims: claims
        self.sign: Callable[[Claims], str] = self.signed
        self.describe: Callable[[Claims], Claims] = lambda described: described
        self.deny = ""
        self.asked: list[str] = []
        self.redirects: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    def signed(self, claims: Claims) -> str:
        """A token under the newest key."""
        key = self.keys[-1]
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key, algorithms=["RS256"])

    def rotate(self) -> None:
        """Sign with a new key from now on."""
        self.keys.append(_key(secrets.token_hex(4)))

    def description(self) -> Claims:
        """What it says of itself."""
        return self.describe(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "end_session_endpoint": f"{self.url}/out",
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            }
        )

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes from the page of consent, which everybody leaves at once."""
        wanted = {
            "response_type": "code",
            "client_id": self.client,
            "code_challenge_method": "S256",
        }
        assert {key: query.get(key) for key in wanted} == wanted
        assert "openid" in query["scope"].split()
        self.redirects.append(query["redirect_uri"])
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        answer = {"error": self.deny} if self.deny else {"code": code}
        return f"{query['redirect_uri']}?{urlencode({**answer, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """Give tokens for a code: once, to whom it was made out."""
        asked = self._codes.pop(form.get("code", ""), None)
        if not self._is_client(authorization):
            return 401, {"error": "invalid_client"}
        proof = _text(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or form.get("redirect_uri") != asked["redirect_uri"]
            or proof != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.url, "aud": self.client, "iat": now, "exp": now + 300,
                  "nonce": asked["nonce"], **self.person}  # fmt: skip
        made = self.sign(self.spoil(claims))
        return 200, {"id_token": made, "access_token": "access", "token_type": "Bearer"}

    def _is_client(self, authorization: str) -> bool:
        pair = f"{quote(self.client, safe='')}:{quote(self.secret, safe='')}"
        return authorization == f"Basic {base64.b64encode(pair.encode()).decode()}"


def unsigned(claims: Claims, **header: object) -> str:
    """A token that nobody has signed (alg none)."""
    parts = ({"alg": "none", "typ": "JWT", **header}, claims)
    return f"{'.'.join(_text(json.dumps(part).encode()) for part in parts)}."


def by_secret(claims: Claims, secret: bytes, kid: str | None) -> str:
    """A token under a shared secret (alg HS256)."""
    signed = unsigned(claims, alg="HS256", kid=kid).removesuffix(".")
    return f"{signed}.{_text(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


@cache  # making one takes a while
def _key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """The provider's addresses."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self._say(200, provider.description())
            elif parts.path == "/keys":
                shown = provider.keys if provider.shown is None else provider.shown
                self._say(200, dict(KeySet(list(shown)).as_dict(private=False)))
            elif parts.path == "/userinfo":
                known = self.headers["authorization"] == "Bearer access"
                said = {**(provider.userinfo or {})}
                self._say(200 if known else 401, said)
            elif parts.path == "/authorize":
                self._lead(provider.authorize(query))
            elif parts.path == "/elsewhere":
                self._lead(f"{provider.url}/keys")
            else:
                self._say(200, {"out": "you are signed out"})

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {key: values[0] for key, values in parse_qs(body).items()}
            self._say(*provider.token(form, self.headers.get("authorization", "")))

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

        def _say(self, status: int, document: Claims) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _lead(self, where: str) -> None:
            self.send_response(303)
            self.send_header("location", where)
            self.send_header("content-length", "0")
            self.end_headers()

    return Handler
