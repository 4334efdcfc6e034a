"""What a ledger says of an item beyond our own columns, as the item keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from rules.events import canonical


class Kept(NamedTuple):
    """A remark, a source that is none of our words, and other columns by their names."""

    note: str = ""
    source: str = ""
    columns: Mapping[str, str] = {}


def packed(kept: Kept) -> str:
    """As it is stored; what is empty is left out."""
    return canonical({name: value for name, value in kept._asdict().items() if value})


def unpacked(text: str) -> Kept:
    """What was stored."""
    return Kept(**json.loads(text))
