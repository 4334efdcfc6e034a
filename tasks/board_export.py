"""Takes along what the board shows: the same items, order and columns, as a file.

The rows are read in one view of the database. Whoever takes confidential items along has read
them, which is noted before the file is handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from ledgers.layout import CellContent, Layout, clock_time
from ledgers.literal import clean, quoted
from ledgers.writer import write_as
from models import accounts
from models.engine import reading, writing
from rules.item import PersonFact
from rules.vocabulary import name, rung_name
from tasks import board, visible
from tasks.board import MOST_EXPORTED, Row
from tasks.board_query import Query

Heads = Mapping[str, str]
"""What the columns are called, by column."""


class Taken(NamedTuple):
    """What was written; ``cut``: there was more than a file may hold."""

    path: Path
    rows: int
    cut: bool


def export(
    engine: Engine, path: Path, person: PersonFact, query: Query, columns: Sequence[str],
    heads: Heads, lang: str, now: datetime, at: datetime, most: int = MOST_EXPORTED,
) -> Taken:  # fmt: skip
    """Write what the person's board shows under this query to ``path`` (.xlsx or .csv).

    ``now`` is campaign time, ``at`` wall time. At most ``most`` rows are written; where there are
    more, the last line says so.

    Raises:
        Unavailable: the database cannot be read, or the file cannot be written.
    """
    taking = _Taking(lang, heads, tuple(columns))
    confidential: list[int] = []
    with reading(engine) as connection:
        chunks = board.ids_of(connection, person, query, now, most + 1)

        def rows() -> Iterator[Row | None]:
            done = 0
            for ids in chunks:
                for row in board.rows(connection, ids, now):
                    done += 1
                    if done > most:
                        yield None
                        return
                    if row.view.confidential:
                        confidential.append(row.view.id)
                    yield row

        written = write_as(path, rows(), taking.layout(), heads["sheet"])
    cut = written.rows > most
    if confidential:
        with writing(engine) as connection:
            accounts.note_readings(
                connection, person.id, confidential, visible.CONFIDENTIAL, "export", at
            )
    return Taken(path, written.rows - cut, cut)


class _Taking(NamedTuple):
    lang: str
    heads: Heads
    columns: tuple[str, ...]

    def layout(self) -> Layout:
        """The columns of the file: the board's, and the days beside the deadline."""
        columns = [name for each in self.columns for name in _FILE.get(each, (each,))]
        cells = [_CELLS[column] for column in columns]

        def made(row: Any) -> list[CellContent]:
            if row is None:
                return [_text(self.heads["cut"])]
            return [cell(row, self.lang) for cell in cells]

        return Layout(
            tuple(self.heads[column] for column in columns),
            tuple(_WIDTHS.get(column, 12) for column in columns), made,
        )  # fmt: skip


_FILE = {"due": ("due", "days"), "title": ("title", "confidential")}
_WIDTHS = {"title": 48, "unit": 28, "number": 18, "category": 24, "opened": 18, "changed": 18,
           "closed": 18}  # fmt: skip


def _text(text: str | None) -> str | None:
    return quoted(clean(text)) if text else None


def _instant(instant: datetime | None, row: Row) -> CellContent:
    return None if instant is None else clock_time(instant, ZoneInfo(row.zone))


Cell = Callable[[Row, str], CellContent]
_CELLS: dict[str, Cell] = {
    "light": lambda row, lang: name(row.view.light, lang) if row.view.light else None,
    "ref": lambda row, _: _text(row.view.ref),
    "title": lambda row, _: _text(row.view.title),
    "confidential": lambda row, lang: (
        ("是" if lang.startswith("zh") else "yes") if row.view.confidential else None
    ),
    "unit": lambda row, _: _text(row.view.unit.name if row.view.unit else ""),
    "responsible": lambda row, _: _text(row.view.responsible.name if row.view.responsible else ""),
    "leader": lambda row, _: _text(row.view.leader.name if row.view.leader else ""),
    "verifier": lambda row, _: _text(row.view.verifier.name if row.view.verifier else ""),
    "stage": lambda row, lang: name(row.view.stage, lang),
    "due": lambda row, _: row.view.due,
    "days": lambda row, _: None if row.days is None else _text(str(row.days)),
    "level": lambda row, lang: _text(rung_name(row.view.level, lang)),
    "number": lambda row, _: _text(row.view.number),
    "category": lambda row, lang: _text(row.category.get(lang) or row.view.category),
    "severity": lambda row, lang: name(row.view.severity, lang),
    "source": lambda row, lang: name(row.view.source, lang),
    "original": lambda row, _: row.view.due_original,
    "opened": lambda row, _: _instant(row.view.opened_at, row),
    "changed": lambda row, _: _instant(row.changed_at, row),
    "outcome": lambda row, lang: name(row.view.outcome, lang) if row.view.outcome else None,
    "closed": lambda row, _: _instant(row.view.closed_at, row),
    "campaign": lambda row, _: _text(row.view.campaign),
}
