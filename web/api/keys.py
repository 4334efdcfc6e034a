"""Idempotency keys: whoever repeats a request under the same key gets the first answer.

The key is written with the event (``tasks.keys``). So a repetition is known for as long as the
history is kept, and a key that comes back with another request is refused. Keys belong to the
account: nobody meets another's.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Header
from sqlalchemy import Engine

from models import given_keys
from models.engine import reading
from tasks.api_tokens import Bearer

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="makes a repetition harmless: the same key and request get the same receipt",
    ),
]


def event_key(bearer: Bearer, key: str | None) -> str | None:
    """The key of the event that the request leads to; None without a key."""
    if key is None:
        return None
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    return f"api/{bearer.account.id}/{digest}"


def was_given(engine: Engine, key: str | None) -> bool:
    """Whether something was done under this key of an event, whatever it was."""
    if key is None:
        return False
    with reading(engine) as connection:
        return given_keys.under(connection, key) is not None
