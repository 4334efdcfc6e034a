"""Which row is the header, and which column holds what?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from typing import Literal

from ledgers.literal import clean, trimmed
from ledgers.mapping import AnyField, Mapping
from ledgers.mapping_parts import Part
from ledgers.values import Sheet, Value, folded, shown
from rules.errors import InputError

REASON = ("未接收原因", "Reason not taken")
"""The column that a ledger of refused rows has besides; it means nothing to an import."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header found: its row, the columns' names, and how well it fits a mapping.

    ``above`` counts the rows that hold something up to it, itself included.
    """

    row: int
    names: tuple[str, ...]
    above: int
    matched: int
    missing: tuple[AnyField, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each field is: ``fields[name]`` lists (column index, label), from 0.

    ``extras`` are the columns kept beside the fields, under a name. A value in a column without a
    name is kept (``loose`` "keep"), refuses its row ("refuse") or is passed over ("ignore").
    ``ignored`` are the columns that the mapping does not know and lets pass.
    """

    names: tuple[str, ...]
    fields: dict[AnyField, tuple[tuple[int, str], ...]]
    extras: tuple[tuple[int, str], ...]
    loose: Literal["keep", "refuse", "ignore"]
    ignored: tuple[str, ...]


def find_header(sheet: Sheet, mapping: Mapping) -> Header | None:
    """The row that fits the mapping best, the topmost of equals; None when all are empty.

    Raises InputError when the sheet cannot be read as far as its first rows.
    """
    best: Header | None = None
    for found in _candidates(sheet, mapping):
        if best is None or fits_better(found, best):
            best = found
    return best


def _candidates(sheet: Sheet, mapping: Mapping) -> Iterator[Header]:
    shape = mapping.file
    above = 0
    rows = islice(sheet.rows(), shape.header_row or shape.header_within)
    while True:
        try:
            row, cells = next(rows, (0, ()))
        except InputError:
            # Below a header this may be no more than a text cut at the wrong delimiter.
            if above:
                return
            raise
        if not row:
            return
        names = _names(cells)
        if not any(names):
            continue
        above += 1
        if row == (shape.header_row or row):
            yield _judged(row, names, above, mapping)


def _fit(header: Header) -> tuple[bool, int]:
    return not header.missing, header.matched


def fits_better(one: Header, other: Header) -> bool:
    """Whether ``one`` is the better header of the two."""
    return _fit(one) > _fit(other)


def _names(cells: Sequence[Value]) -> tuple[str, ...]:
    return tuple(" ".join(trimmed(clean(shown(cell))).split()) for cell in cells)


def _judged(row: int, names: tuple[str, ...], above: int, mapping: Mapping) -> Header:
    present = {folded(name) for name in names if name}
    fields = _fields(mapping)
    missing = tuple(
        field
        for field, parts in fields.items()
        if (field == "number" or field in mapping.required)
        # A number needs each of its columns, another field any of them.
        and not (all if field == "number" else any)(_occurs(part, present) for part in parts)
    )
    known = {folded(name) for parts in fields.values() for part in parts for name in part.column}
    return Header(row, names, above, len(present & known), missing)


def _occurs(part: Part, present: set[str]) -> bool:
    return any(folded(name) in present for name in part.column)


def _fields(mapping: Mapping) -> dict[AnyField, tuple[Part, ...]]:
    names: tuple[AnyField, ...] = ("number", *mapping.columns, "closed", "closed_at")
    return {field: parts for field in names if (parts := mapping.parts(field))}


def plan(header: Header, mapping: Mapping, where: str) -> Plan:
    """Assign the columns. Raises InputError when one is missing, doubled or unknown."""
    if header.missing:
        raise _lacking(header, mapping, where)
    places: dict[str, list[int]] = {}
    for index, name in enumerate(header.names):
        if name:
            places.setdefault(folded(name), []).append(index)
    fields: dict[AnyField, tuple[tuple[int, str], ...]] = {}
    for field, parts in _fields(mapping).items():
        found = [(_place(part, places, header, where), part.label) for part in parts]
        if present := tuple((index, label) for index, label in found if index is not None):
            fields[field] = present
    used = {index for columns in fields.values() for index, _ in columns}
    unknown = _unknown(header, mapping, used)
    if unknown and mapping.unknown == "refuse":
        raise _strange(unknown, mapping, where)
    return Plan(
        names=header.names,
        fields=fields,
        extras=tuple(_extras(header, mapping, used)),
        loose="keep" if mapping.keeps_all else mapping.unknown,
        ignored=unknown,
    )


def suggested(names: Sequence[str], mapping: Mapping) -> tuple[str, ...]:
    """What the mapping takes each of these columns for: a field, "keep" or "ignore".

    A field that is missing, and a column that would be taken twice, is no mistake here.
    """
    found: dict[int, str] = {}
    passed_over = (*mapping.ignore, *REASON)
    for field, parts in _fields(mapping).items():
        for part in parts:
            wanted = {folded(name) for name in part.column}
            index = next((i for i, name in enumerate(names) if folded(name) in wanted), None)
            if index is not None:
                found.setdefault(index, field)
    return tuple(
        found.get(index) or ("ignore" if _listed(name, passed_over) or not name else "keep")
        for index, name in enumerate(names)
    )


def names_of(cells: Sequence[Value]) -> tuple[str, ...]:
    """The columns' names, where these cells are the header."""
    return _names(cells)


def is_listed(name: str, names: Sequence[str]) -> bool:
    """Whether a column's name is among the names and patterns of a mapping."""
    return _listed(name, names)


def _place(part: Part, places: dict[str, list[int]], header: Header, where: str) -> int | None:
    found = [
        index for key in dict.fromkeys(map(folded, part.column)) for index in places.get(key, ())
    ]
    if len(found) > 1:
        names = " and ".join(f'"{header.names[index]}"' for index in found)
        raise InputError(
            f"Two columns mean the same: {names}.", "Rename or remove one of them.", where
        )
    return found[0] if found else None


def _unknown(header: Header, mapping: Mapping, used: set[int]) -> tuple[str, ...]:
    return tuple(
        name
        for index, name in enumerate(header.names)
        if name
        and index not in used
        and _kept_name(name, False, mapping) is None
        and not _listed(name, mapping.ignore)
    )


def _extras(header: Header, mapping: Mapping, used: set[int]) -> Iterator[tuple[int, str]]:
    taken: set[str] = set()
    for index, name in enumerate(header.names):
        kept = _kept_name(name, index in used, mapping)
        if kept is None:
            continue
        unique, number = kept, 1
        while unique in taken:
            number += 1
            unique = f"{kept} ({number})"
        taken.add(unique)
        yield index, unique


def _kept_name(name: str, is_used: bool, mapping: Mapping) -> str | None:
    if not name:
        return None
    for prefix in mapping.extra_prefix:
        if folded(name).startswith(folded(prefix)):
            return _without(name, prefix)
    if _listed(name, mapping.extra):
        return name
    if is_used or _listed(name, mapping.ignore):
        return None
    return name if mapping.keeps_all else None


def _without(name: str, prefix: str) -> str:
    for length in range(len(name)):
        if folded(name[: length + 1]) == folded(prefix):
            return name[length + 1 :].strip() or name
    return name


def _listed(name: str, names: Sequence[str]) -> bool:
    key = folded(name)
    return any(
        fnmatchcase(key, folded(entry)) if "*" in entry else key == folded(entry) for entry in names
    )


def _lacking(header: Header, mapping: Mapping, where: str) -> InputError:
    wanted = "; ".join(
        f"{field}: {' + '.join(' or '.join(part.column) for part in mapping.parts(field))}"
        for field in header.missing
    )
    seen = ", ".join(name for name in header.names if name)
    return InputError(
        f"The header lacks a column that the mapping {mapping.name} needs ({wanted}).",
        f"The columns seen are: {seen}. Rename the column, or choose another mapping.",
        where,
    )


def _strange(unknown: Sequence[str], mapping: Mapping, where: str) -> InputError:
    names = ", ".join(f'"{name}"' for name in unknown)
    plural = "s" if len(unknown) > 1 else ""
    prefix = f', begin its name with "{mapping.extra_prefix[0]}"' if mapping.extra_prefix else ""
    return InputError(
        f"The mapping {mapping.name} does not know the column{plural} {names}.",
        f"Correct the name, remove the column{prefix}, or let the mapping say what it is "
        "(columns, extra or ignore).",
        where,
    )
