"""Who calls? The signature of a webhook's call, by the Standard Webhooks scheme.

Three headers: ``webhook-id``, the same at every attempt; ``webhook-timestamp``, the second of this
attempt; ``webhook-signature``, ``v1,`` and the HMAC-SHA256 in base64 of the two and the body, with
full stops between (standardwebhooks.com, specification 1.0).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"
BYTES = 32
LEAST_BYTES, MOST_BYTES = 24, 64
"""The bounds of the specification."""


def new_secret() -> str:
    """A secret that nobody has seen."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode("ascii")


def secret_problem(secret: str) -> str:
    """What is wrong with a secret, without repeating it; empty when nothing is."""
    if not secret.startswith(PREFIX):
        return f"A secret begins with {PREFIX}."
    try:
        size = len(_key(secret))
    except (ValueError, binascii.Error):
        return f"After {PREFIX} a secret is base64."
    if not LEAST_BYTES <= size <= MOST_BYTES:
        return f"A secret has {LEAST_BYTES} to {MOST_BYTES} bytes."
    return ""


def headers(secret: str, ident: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers of an attempt at the aware instant ``at``."""
    second = int(at.timestamp())
    return {
        "webhook-id": ident,
        "webhook-timestamp": str(second),
        "webhook-signature": f"v1,{signature(secret, ident, second, body)}",
    }


def signature(secret: str, ident: str, second: int, body: bytes) -> str:
    """The signature in base64."""
    signed = f"{ident}.{second}.".encode("ascii") + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
