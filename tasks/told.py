"""What each ledger has told of an item when it was imported last, to compare with the next time.

A ledger is known by its mapping's name, so that two ledgers about the same items do not seem to
take back what the other one says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias, get_args

from ledgers.mapping import AnyField, FieldName
from ledgers.reader import Ledger
from ledgers.row import LedgerItem
from rules.events import canonical

Words: TypeAlias = Mapping[str, Any]
"""Field by field, as JSON has it; blanks are left out. ``extra`` holds the other columns."""

FIELDS: tuple[AnyField, ...] = (*get_args(FieldName), "closed", "closed_at")
"""What is compared: everything but the number, by which an item is known."""

_BLANKS: tuple[object, ...] = (None, "", ())


def source_of(mapping_name: str) -> str:
    """What a mapping's ledger is called; a mapping in a file by the file's name."""
    return Path(mapping_name).stem


def words_of(row: LedgerItem) -> Words:
    """What a row says."""
    words: dict[str, Any] = {
        name: plain(value) for name in FIELDS if not is_blank(name, value := getattr(row, name))
    }
    if row.extra:
        words["extra"] = dict(row.extra)
    return words


def is_blank(name: str, value: object) -> bool:
    """Whether the field says nothing. No rung and not confidential are what a blank means."""
    return value in _BLANKS or (name in ("level", "confidential") and not value)


def plain(value: object) -> Any:
    """The value as JSON has it; instants to the second, as ledgers hold them."""
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def unpacked(stored: str) -> dict[str, Words]:
    """What each ledger has told, by ledger."""
    told: dict[str, Words] = json.loads(stored or "{}")
    return told


def packed(told: Mapping[str, Words]) -> str:
    """As it is stored."""
    return canonical(told)


def kept_silent(words: Words, before: Words, ledger: Ledger) -> Words:
    """The words, with those of before whose columns the file does not have this time: a column
    that is missing takes nothing back."""
    silent = {name: before[name] for name in before.keys() - ledger.fields if name != "extra"}
    extra: dict[str, str] = {
        name: said for name, said in before.get("extra", {}).items() if not ledger.has_extra(name)
    }
    extra |= words.get("extra", {})
    return {**silent, **words, **({"extra": extra} if extra else {})}
