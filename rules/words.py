"""What a person typed for a field of a command, brought into shape before it is judged."""

from __future__ import annotations

import re
from datetime import date

from rules.errors import InputError

_BETWEEN = re.compile("[,，、]")


def word(field: str, value: object, annotation: str) -> object:
    """The value without outer blanks; several words as a tuple; a day as a date.

    ``annotation`` is the field's type as it is written. What is no text is left to its type.

    Raises:
        InputError: the text cannot be written down, or is no day where one is wanted.
    """
    if annotation.startswith("tuple"):
        return _words(field, value)
    if annotation.startswith("date"):
        return _day(field, value)
    if not isinstance(value, str):
        return value
    # No database takes a NUL, and no hash the half characters that a broken encoding leaves.
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise InputError("The text holds characters that cannot be written.", where=field)
    return value.strip()


def _words(field: str, value: object) -> object:
    parts = _BETWEEN.split(value) if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        return value
    return tuple(part for part in (word(field, each, "str") for each in parts) if part != "")


def _day(field: str, value: object) -> object:
    """Only what reads as a day: a bare number would be taken for seconds since 1970."""
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise InputError(
            f"{str(value)[:40]!r} is no day.", "Give one like 2026-11-30.", where=field
        ) from None
