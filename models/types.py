"""Column types that keep our promises in both databases: instants, words, lists.

Values pass through these by the million, so each type hands SQLAlchemy one plain function for each
direction instead of having its own methods wrapped.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

Processor = Callable[[Any], Any]


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime: ``timestamptz`` in PostgreSQL, sortable ISO 8601 text in SQLite.

    A naive datetime is refused; what comes back is in UTC, whatever the session's zone.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type in this database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(32))
        return dialect.type_descriptor(DateTime(timezone=True))

    def bind_processor(self, dialect: Dialect) -> Processor:
        """To what the driver stores."""
        return _instant_to_text if dialect.name == "sqlite" else _instant_to_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        """From what the driver answers."""
        return _text_to_instant if dialect.name == "sqlite" else _instant_to_utc


def _instant_to_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError("an instant must know its zone")
    return value.astimezone(UTC)


@lru_cache(maxsize=1024)  # a chunk of a sweep writes the same few instants again and again
def _instant_to_text(value: datetime | None) -> str | None:
    utc = _instant_to_utc(value)
    return None if utc is None else utc.isoformat(timespec="microseconds")


def _text_to_instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


class Word(TypeDecorator[StrEnum]):
    """A word of the vocabulary, stored as its text; an unknown one is an error."""

    impl = String(32)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind
        self._members: dict[str | None, StrEnum | None] = {None: None}
        self._members |= {member.value: member for member in kind}
        self._texts = {known: known and str(known) for known in self._members.values()}

    def bind_processor(self, dialect: Dialect) -> Processor:
        """To the stored text."""
        return self._texts.__getitem__

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        """To the word."""
        return self._members.__getitem__


class Keys(TypeDecorator[tuple[str, ...]]):
    """A short list of keys or paths without blanks, stored as one text with blanks between."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Processor:
        """To one text."""
        return _keys_to_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Processor:
        """To the keys."""
        return _text_to_keys


def _keys_to_text(value: tuple[str, ...] | None) -> str:
    return " ".join(value or ())


def _text_to_keys(value: str | None) -> tuple[str, ...]:
    return tuple(value.split()) if value else ()
