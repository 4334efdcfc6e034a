"""How are the columns of somebody's ledger to be understood? A validated mapping.

The keys are described, with examples, in ``config/mappings/ledger.yaml``; a mapping is found and
its mistakes are explained by :mod:`ledgers.mapping_files`.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Map
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, model_validator

from ledgers.mapping_parts import Closing, Column, Dates, FileShape, Frozen, Key, Part, Texts
from ledgers.values import folded
from ledgers.words import WORDS, word

FieldName: TypeAlias = Literal[
    "title", "description", "requirement", "category", "source", "severity", "unit",
    "responsible", "leader", "verifier", "co_units", "opened", "due", "due_superior", "stage",
    "outcome", "level", "confidential", "complainant", "note",
]  # fmt: skip
AnyField: TypeAlias = FieldName | Literal["number", "closed", "closed_at"]
Word: TypeAlias = str | bool | int

_JOINED = frozenset({"title", "description", "requirement", "unit", "category", "co_units", "note"})
_DATES = frozenset({"opened", "due", "due_superior"})


class Inconsistent(ValueError):
    """Two parts of a mapping do not fit; ``path`` is the key to look at."""

    def __init__(self, sentence: str, *path: str | int) -> None:
        super().__init__(sentence)
        self.path = path


def _column(value: Any) -> Any:
    return {"join": (value,)} if isinstance(value, (str, list, tuple)) else value


def _key(value: Any) -> Any:
    return {"columns": value} if isinstance(value, (str, list, tuple)) else value


class Mapping(Frozen):
    """A whole mapping. ``name`` is what it was asked for by."""

    name: str = ""
    title: str = ""
    docs: str = ""
    file: FileShape = FileShape()
    columns: Map[FieldName, Annotated[Column, BeforeValidator(_column)]]
    key: Annotated[Key, BeforeValidator(_key)]
    closed: Closing = Closing()
    required: tuple[AnyField, ...] = ()
    dates: Dates = Dates()
    blanks: Texts = ()
    values: Map[FieldName, Map[str, Word]] = {}
    constants: Map[FieldName, Word] = {}
    extra: Texts = ()
    extra_prefix: Texts = ()
    ignore: Texts = ()
    unknown: Literal["refuse", "keep", "ignore"] = "refuse"

    @model_validator(mode="after")
    def _is_consistent(self) -> Mapping:
        for problem in (*self._misplaced(), *self._unknown_words()):
            raise problem
        return self

    def _misplaced(self) -> Iterator[Inconsistent]:
        for field, column in self.columns.items():
            if len(column.join) > 1 and field not in _JOINED:
                yield Inconsistent("takes one column, not several joined", "columns", field)
        for index, required in enumerate(self.required):
            if not self.parts(required):
                yield Inconsistent(f"no column is mapped to {required}", "required", index)
        if self.closed.column and not self.closed.yes:
            yield Inconsistent("the words that say closed are missing: yes", "closed")
        if {folded(text) for text in self.closed.yes} & {folded(text) for text in self.closed.no}:
            yield Inconsistent("the same word cannot say both yes and no", "closed", "no")
        if self.dates.minimum_year > self.dates.maximum_year:
            yield Inconsistent("is after dates.maximum_year", "dates", "minimum_year")

    def _unknown_words(self) -> Iterator[Inconsistent]:
        for path, field, value in self._given_words():
            if value == "" or field == "source":
                continue
            if field in _DATES:
                yield Inconsistent("a date can be translated to a blank only", *path)
            elif field in WORDS and word(field, str(value)) is None:
                known = ", ".join(WORDS[field])
                yield Inconsistent(f'"{value}" is not known; use one of: {known}', *path)

    def _given_words(self) -> Iterator[tuple[tuple[str, ...], str, Word]]:
        for field, words in self.values.items():
            for text, value in words.items():
                yield ("values", field, text), field, value
        for field, value in self.constants.items():
            yield ("constants", field), field, value

    @property
    def keeps_all(self) -> bool:
        """Whether columns that the mapping does not name are kept as extras."""
        return self.unknown == "keep" or "all" in self.extra

    def parts(self, field: AnyField) -> tuple[Part, ...]:
        """The columns that a field is made of, none when it is not mapped."""
        if field == "number":
            return self.key.columns
        if field == "closed" or field == "closed_at":
            names = self.closed.column if field == "closed" else self.closed.date
            return (Part(column=names),) if names else ()
        column = self.columns.get(field)
        return column.join if column else ()
