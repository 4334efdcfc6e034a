"""What the columns can hold, the same in both databases.

SQLite takes a text of any length and any bytes; PostgreSQL refuses long ones and the character
NUL in the middle of a transaction. What one refuses is refused for both, at the door.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import Table

from models.campaign import Campaign
from models.event import EventRow
from models.evidence import Evidence
from models.extension_request import ExtensionRequest
from models.item import Item
from rules.errors import InputError


def _lengths(table: Table) -> dict[str, int]:
    lengths = {column.name: getattr(column.type, "length", None) for column in table.columns}
    return {name: length for name, length in lengths.items() if length}


LARGEST = 2**31 - 1
"""The largest number that a column holds."""

CAMPAIGN = _lengths(Campaign.__table__)  # type: ignore[attr-defined]
"""How many characters the texts of a campaign hold."""

COMMAND: Mapping[str, int] = {
    **_lengths(Evidence.__table__),  # type: ignore[attr-defined]
    **_lengths(ExtensionRequest.__table__),  # type: ignore[attr-defined]
    **_lengths(Item.__table__),  # type: ignore[attr-defined]
    "key": EventRow.__table__.c.idempotency_key.type.length,  # type: ignore[attr-defined]
}
"""How many characters a command's field of this name holds; the others have no limit."""


def require_storable(values: Mapping[str, object], longest: Mapping[str, int] = COMMAND) -> None:
    """See that every text and number among ``values`` can be stored under its name.

    Raises:
        InputError: a text is too long, or has characters that no database keeps, or a number is
            too large; ``where`` names it.
    """
    for name, value in values.items():
        if isinstance(value, int) and abs(value) > LARGEST:
            raise InputError(f"{name} is too large: {value}.", f"Give up to {LARGEST}.", name)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str):
                _require_storable(name, text, longest.get(name))


def _require_storable(name: str, text: str, longest: int | None) -> None:
    if longest is not None and len(text) > longest:
        raise InputError(
            f"{name} has {len(text)} characters; at most {longest} are kept.",
            "Shorten it.",
            where=name,
        )
    # NUL, and halves of characters that the command line makes of bytes that are no UTF-8.
    if "\0" in text or (not text.isascii() and _HALF.search(text)):
        raise InputError(
            f"{name} holds characters that are no text.", "Give it in UTF-8.", where=name
        )


_HALF = re.compile("[\ud800-\udfff]")
