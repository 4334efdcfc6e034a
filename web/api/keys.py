"""Idempotency keys: whoever repeats a request under the same key gets the first answer.

The key and what the request says go together into the key of the event. So a repetition is known
for as long as the history is kept, and a key that comes back with another request is refused. Keys
belong to the account: nobody meets another's.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Header
from sqlalchemy import Engine

from models import given_keys
from models.engine import reading
from tasks.api_tokens import Bearer
from web.api.problems import Problem

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="makes a repetition harmless: the same key and request get the same receipt",
    ),
]


def event_key(engine: Engine, bearer: Bearer, key: str | None, what: str, said: Any) -> str | None:
    """The key of the event that the request leads to; None without a key.

    Raises:
        Problem: the key was sent with another request before.
    """
    if key is None:
        return None
    prefix = _prefix(bearer, key)
    ours = prefix + _digest(json.dumps([what, said], sort_keys=True, default=str))
    with reading(engine) as connection:
        before = given_keys.beginning_with(connection, prefix)
    if before is not None and before != ours:
        raise Problem(
            "key-reused", "This Idempotency-Key was sent with another request before.",
            "Use a new key for a new request.", where="Idempotency-Key",
        )  # fmt: skip
    return ours


def was_given(engine: Engine, bearer: Bearer, key: str | None) -> bool:
    """Whether the key was given before, whatever for."""
    if key is None:
        return False
    with reading(engine) as connection:
        return given_keys.beginning_with(connection, _prefix(bearer, key)) is not None


def _prefix(bearer: Bearer, key: str) -> str:
    return f"api/{bearer.account.id}/{_digest(key)}/"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
