"""What is wrong with a document, in sentences: which key, in which line, and what to write instead.

The words for what a model found wrong are ours; a kind of mistake that stands in no table here
keeps the words of the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ValidationError

Place = tuple[int | str, ...]
"""The way to a value: keys of mappings and places in lists, from the top of the document."""


class Objection(NamedTuple):
    """Something that is wrong at a place, and what to do about it; ``absent``: nothing is there."""

    at: Place
    sentence: str
    hint: str = ""
    absent: bool = False


_SAID: Mapping[str, str] = {
    "missing": "it is missing; write it here",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "greater_than_equal": "write a number of at least {ge}",
    "less_than_equal": "write a number of at most {le}",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "date_from_datetime_parsing": "write a day, like 2026-10-01",
    "date_parsing": "write a day, like 2026-10-01",
    "date_type": "write a day, like 2026-10-01",
    "date_from_datetime_inexact": "write a day, like 2026-10-01",
    "time_parsing": 'write a time, like "17:00"',
    "time_type": 'write a time, like "17:00"',
    "string_type": "write a text; a number or a yes goes in quotes",
    "string_too_short": "it must not be empty",
    "too_short": "it must not be empty",
    "enum": "write one of {expected}",
    "literal_error": "write one of {expected}",
    "tuple_type": "write a list, like [one, another]",
    "dict_type": "write a section of keys and values",
    "model_type": "write a section of keys and values",
    "extra_forbidden": "there is no such key here",
    "invalid_key": "write the key as a text",
}
"""What to write instead, by the kind of mistake (pydantic's error types)."""

_NOT_A_PLACE = re.compile(r"\(.*\)|\[key\]")
"""Parts of a place that stand in no document: which of several ways was tried, which key."""


def objections(error: ValidationError, model: type[BaseModel]) -> Iterator[Objection]:
    """What the model found wrong, in the order of its fields."""
    keys = sorted(_keys(model))
    for found in error.errors(include_url=False):
        at = tuple(part for part in found["loc"] if not _NOT_A_PLACE.fullmatch(str(part)))
        said = _SAID.get(found["type"], found["msg"].removeprefix("Value error, "))
        sentence = said.format(**found.get("ctx", {})) if found["type"] in _SAID else said
        given = found["input"]
        if isinstance(given, str | int | float) and found["type"] not in _WITHOUT_VALUE:
            sentence = f"{sentence}, not {given!r:.60}"
        hint = _meant(at, keys) if found["type"] == "extra_forbidden" else ""
        yield Objection(at, sentence, hint, absent=found["type"] == "missing")


_WITHOUT_VALUE = frozenset({"extra_forbidden", "missing", "value_error", "invalid_key"})


def _meant(at: Place, keys: Sequence[str]) -> str:
    close = get_close_matches(str(at[-1]), keys, n=1) if at else []
    return f"Did you mean {close[0]}?" if close else ""


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key of the model and its parts."""
    found: set[str] = set()
    pending: list[Any] = [model]
    while pending:
        kind = pending.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found.update(kind.model_fields)
            pending += [field.annotation for field in kind.model_fields.values()]
        pending += getattr(kind, "__args__", ())
    return found


def line_of(root: Any, place: Place) -> int:
    """The line of the deepest node on the way to ``place`` that exists, counted from 1."""
    line: int = root.start_mark.line + 1
    node = root
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                return line
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return line
    return line
