"""What every command is: imperative, frozen, typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Base of all commands. ``name`` is what the command line and the API call it."""

    name: ClassVar[str]
    person_fields: ClassVar[tuple[str, ...]] = ()
    unit_fields: ClassVar[tuple[str, ...]] = ()
    item_fields: ClassVar[tuple[str, ...]] = ()
    policy_fields: ClassVar[tuple[str, ...]] = ()

    def words(self, names: tuple[str, ...]) -> Iterator[str]:
        """The non-empty words in the named fields, for the store to resolve."""
        for field in names:
            value = getattr(self, field)
            if isinstance(value, tuple):
                yield from value
            elif value:
                yield value
