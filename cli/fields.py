"""Fields of a command as they are typed: ``--set key=value``."""

from __future__ import annotations

from collections.abc import Iterable

from rules.errors import InputError

OPTION = "--set"


def read_fields(given: Iterable[str] | None) -> dict[str, str]:
    """The fields by name. A value may contain ``=`` and may be empty.

    Raises:
        InputError: a word is no ``key=value``, a key stands twice, or a value is no text.
    """
    fields: dict[str, str] = {}
    for word in given or ():
        key, equals, value = word.partition("=")
        key = key.strip().replace("-", "_")
        if not equals or not key:
            raise InputError(f"{word!r} is no field.", "Write it as key=value.", where=OPTION)
        if key in fields:
            raise InputError(f"{key} is given twice.", "Give each field once.", where=OPTION)
        fields[key] = _text(value, key)
    return fields


def _text(value: str, key: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        # Bytes that the terminal's encoding does not know reach us as lone surrogates.
        raise InputError(
            f"The value of {key} is not valid text.", "Give it in UTF-8.", where=OPTION
        ) from None
    return value
