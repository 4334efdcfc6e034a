"""The issuer: its addresses and keys, and what is asked of it.

Its description (OpenID Connect Discovery) is believed only if it names the very issuer that is
configured, and only as far as its addresses lie on that issuer's host or one that the settings
name: what a description says leads us nowhere else. No redirect is followed. All of it is kept for
an hour; a token signed with an unknown key lets the keys be read anew, though not at every token.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from config.settings import PREFIX, Settings
from rules.errors import InputError, Unavailable

KEPT = timedelta(hours=1)
RENEWED = timedelta(seconds=30)
"""Keys are not read more often than this, whatever tokens name."""
MOST = 1_000_000
"""Octets of an answer."""
TIMEOUT = httpx.Timeout(10, connect=5)
LOOPBACK = ("127.0.0.1", "::1", "localhost")

_USED = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint",
         "end_session_endpoint")  # fmt: skip


class _Kept(NamedTuple):
    what: Any
    at: datetime


class Issuer:
    """The configured issuer. One object serves all requests. ``now`` tells wall time."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.name = settings.openid_issuer
        self._now = now
        self._lock = threading.Lock()
        self._described: _Kept | None = None
        self._keys: _Kept | None = None

    def described(self) -> Mapping[str, Any]:
        """The issuer's own description.

        Raises:
            Unavailable: it cannot be had, or is not to be believed.
            InputError: the settings name no usable issuer.
        """
        with self._lock:
            if self._described is None or self._now() - self._described.at >= KEPT:
                self._described = _Kept(self._describe(), self._now())
            known: Mapping[str, Any] = self._described.what
        return known

    def keys(self, unknown: bool = False) -> KeySet:
        """The keys with which it signs; ``unknown`` says that the key asked for was not there.

        Raises:
            Unavailable: they cannot be had.
        """
        address = self.described()["jwks_uri"]
        with self._lock:
            known = self._keys
            age = None if known is None else self._now() - known.at
            if age is None or age >= KEPT or (unknown and age >= RENEWED):
                self._keys = known = _Kept(_key_set(self._ask("GET", address)), self._now())
        assert known is not None
        keys: KeySet = known.what
        return keys

    def exchanged(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        """What the issuer gives for a code.

        Raises:
            Refusal by the issuer is told as Unavailable: nobody can do anything about it here.
        """
        described, settings = self.described(), self.settings
        given = {**form, "client_id": settings.openid_client}
        methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        auth = None
        if settings.openid_secret and "client_secret_basic" in methods:
            auth = _basic(settings.openid_client, settings.openid_secret)
            del given["client_id"]
        elif settings.openid_secret:
            given["client_secret"] = settings.openid_secret
        return self._ask("POST", described["token_endpoint"], data=given, auth=auth)

    def told_of(self, access_token: str) -> Mapping[str, Any]:
        """What the issuer tells of whom the token is for, besides; nothing where it does not."""
        address = self.described().get("userinfo_endpoint")
        if not address:
            return {}
        return self._ask("GET", address, headers={"authorization": f"Bearer {access_token}"})

    def _describe(self) -> Mapping[str, Any]:
        _require_secure(self.name)
        found: Mapping[str, Any] = OpenIDProviderMetadata(
            self._ask("GET", get_well_known_url(self.name, True))
        )
        if found.get("issuer") != self.name:
            raise Unavailable(
                "The issuer calls itself by another name.",
                f"Set {PREFIX}OPENID_ISSUER to exactly what its description says.",
            )
        hosts = {urlsplit(self.name).netloc}
        hosts |= {each.strip() for each in self.settings.openid_hosts.split(",") if each.strip()}
        for key in _USED:
            address = found.get(key)
            if address is None and key in _USED[3:]:
                continue
            if not isinstance(address, str) or not _is_at(address, hosts, self.name):
                raise Unavailable(
                    f"The issuer's description names no usable {key}.",
                    f"If it lies on another host, name that in {PREFIX}OPENID_HOSTS.",
                )
        return found

    def _ask(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        """The JSON object that an address answers; nothing but 200 is an answer."""
        auth = more.pop("auth", None)
        headers = {"accept": "application/json", **more.pop("headers", {})}
        headers |= {"authorization": auth} if auth else {}
        try:
            with (
                httpx.Client(timeout=TIMEOUT, follow_redirects=False) as client,
                client.stream(method, address, headers=headers, **more) as answer,
            ):
                said = _json_of(answer)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise Unavailable(
                f"The issuer does not answer: {type(error).__name__}.", "Try again in a moment."
            ) from error
        if answer.status_code != 200:
            # The error's name is one of a few words; nothing else of the answer is repeated.
            code = str(said.get("error", ""))[:40] if isinstance(said, dict) else ""
            raise Unavailable(f"The issuer answers {answer.status_code} {code}".strip() + ".")
        if not isinstance(said, dict):
            raise Unavailable("The issuer answers with something else than was asked for.")
        return said


def _json_of(answer: httpx.Response) -> Any:
    import json

    got = bytearray()
    for part in answer.iter_bytes():
        got += part
        if len(got) > MOST:
            raise ValueError("too long")
    try:
        return json.loads(got)
    except ValueError:
        if answer.status_code == 200:
            raise
        return None


def _key_set(said: Mapping[str, Any]) -> KeySet:
    """The keys for signatures that we can use. A secret key has no place in such a list."""
    listed = said.get("keys")
    usable = [
        {name: value for name, value in key.items() if name not in ("d", "k")}
        for key in (listed if isinstance(listed, list) else [])
        if isinstance(key, dict)
        and key.get("kty") in ("RSA", "EC", "OKP")
        and key.get("use", "sig") == "sig"
    ]
    keys = []
    for key in usable:
        try:
            keys += KeySet.import_key_set({"keys": [key]}).keys
        except (JoseError, ValueError, TypeError):
            continue  # a curve that we do not know; other keys may do
    return KeySet(keys)


def _is_at(address: str, hosts: set[str], issuer: str) -> bool:
    parts = urlsplit(address)
    return (
        parts.scheme == urlsplit(issuer).scheme
        and parts.netloc in hosts
        and "\\" not in address
        and not parts.fragment
    )


def _require_secure(issuer: str) -> None:
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise InputError(
            "An issuer without https can be forged by anybody on the way.",
            "Give its https address.", f"{PREFIX}OPENID_ISSUER",
        )  # fmt: skip


def _basic(client: str, secret: str) -> str:
    from base64 import b64encode
    from urllib.parse import quote

    # RFC 6749, 2.3.1: both are form-encoded before.
    pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
    return f"Basic {b64encode(pair.encode()).decode()}"
