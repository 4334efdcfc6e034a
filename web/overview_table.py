"""A table of the overview: what stands in its cells, and where they lead."""

from __future__ import annotations

from typing import NamedTuple


class Value(NamedTuple):
    """One cell: its value, as a share when ``rate``, and where it leads."""

    value: float | str | None
    href: str = ""
    rate: bool = False

    @property
    def shown(self) -> str:
        """As people read it; a rate of nothing is a dash."""
        if self.value is None:
            return "–"
        if isinstance(self.value, str):
            return self.value
        if self.rate:
            return f"{self.value:.1%}"
        return f"{self.value:,.1f}" if self.value % 1 else f"{int(self.value):,}"


class Line(NamedTuple):
    """One line of a table. ``kind`` is empty, "group" or "total"."""

    name: str
    cells: tuple[Value, ...]
    href: str = ""
    kind: str = ""
    few: bool = False
    lights: tuple[int, int, int] | None = None
    """Red, yellow and green, where they are drawn."""


class Table(NamedTuple):
    """A table with the key of its words; ``heads`` are what stands above its columns."""

    key: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
