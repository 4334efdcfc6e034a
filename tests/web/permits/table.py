"""The golden tables: what each viewer is answered, in letters that one can read.

    GET /items/{ref}
      ordinary      in 404 ok ok ok ok 404 ok ok ok ok ok 404
      secret        ...

``ok`` is a page, ``in`` leads to the sign-in page, ``to`` leads on, a number is the status.
A row ``-`` is for routes that are about no item. ``*`` in place of the cells: the same for
everybody, as the next word says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.web.permits.scene import VIEWERS

Rows = Mapping[str, tuple[str, ...]]

WIDTH = 6


def read(text: str) -> dict[str, Rows]:
    """Rows of cells by route and item."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    route = ""
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith(" "):
            route = " ".join(line.split())
            assert route not in found, f"{route} stands twice"
            found[route] = {}
            continue
        item, *cells = line.split()
        if cells[:1] == ["*"]:
            cells = cells[1:] * len(VIEWERS)
        assert len(cells) == len(VIEWERS), f"{route} {item}: {len(cells)} cells"
        found[route][item] = tuple(cells)
    return found


def written(route: str, rows: Rows) -> str:
    """A route's rows, to be compared with, or put into, a golden table."""
    lines = [route]
    for item, cells in rows.items():
        same = len(set(cells)) == 1
        words = ["*", cells[0]] if same else [f"{cell:{WIDTH}}" for cell in cells]
        lines.append(f"  {item:9} {' '.join(words)}".rstrip())
    return "\n".join(lines)


def heading() -> str:
    """The names of the columns, as a comment for the head of a table."""
    names = (name.replace("admin", "adm.") for name in VIEWERS)
    return f"# {'':9} {' '.join(f'{name:{WIDTH}}' for name in names)}".rstrip()


def together(tables: Iterable[str]) -> dict[str, Rows]:
    """All families in one."""
    everything: dict[str, Rows] = {}
    for table in tables:
        for route, rows in read(table).items():
            assert route not in everything, f"{route} stands in two families"
            everything[route] = rows
    return everything
