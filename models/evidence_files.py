"""What is known of files of evidence: written once, read beside the pieces and across items."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, select, true
from sqlalchemy.dialects import postgresql, sqlite

from models.directory import PERSON
from models.event import EventRow
from models.evidence import Evidence
from models.evidence_file import EvidenceFile
from models.history import named
from models.items import ITEM
from models.views import Named
from rules.evidence_facts import Elsewhere, Order
from rules.vocabulary import Stage

EVENT = EventRow.__table__  # type: ignore[attr-defined]
EVIDENCE = Evidence.__table__  # type: ignore[attr-defined]
FILE = EvidenceFile.__table__  # type: ignore[attr-defined]

SOME = 10
"""Other items named for one file, the newest first; beyond that they are only counted."""

COUNTED = 1000
"""Pieces of evidence with one file that are counted at most."""

CHUNK = 500

EVERYTHING: ColumnElement[bool] = true()
"""The condition of somebody who may see every item: the operator of the machine."""


class FileFacts(NamedTuple):
    """What was found in a file: see :class:`models.evidence_file.EvidenceFile`."""

    sha256: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    made: str = ""
    place: bool = False
    active: bool = False
    thumbnail: str = ""


class Piece(NamedTuple):
    """One piece of evidence with what is known of its file; ``file`` is None when nothing is."""

    seq: int
    round: int
    filename: str
    size: int
    sha256: str
    note: str
    attached_by: Named | None
    attached_at: datetime
    file: FileFacts | None


class Use(NamedTuple):
    """One place where a file is evidence."""

    ref: str
    seq: int
    filename: str


_FIELDS = [FILE.c[name] for name in FileFacts._fields]


def remember(connection: Connection, found: FileFacts) -> None:
    """Note what was found; whoever noted the same file first has found the same."""
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    connection.execute(insert(FILE).values(**found._asdict()).on_conflict_do_nothing())


def known(connection: Connection, digests: Collection[str]) -> dict[str, FileFacts]:
    """What is known of these files, by their digests."""
    statement = select(*_FIELDS).where(FILE.c.sha256.in_(digests))
    return {row.sha256: FileFacts(*row) for row in connection.execute(statement)}


def pieces(connection: Connection, item_id: int, seq: int | None = None) -> list[Piece]:
    """The item's evidence of all rounds, oldest first; or the one piece with this place in its
    history."""
    columns = [EVIDENCE.c[name] for name in ("seq", "round", "filename", "size", "sha256", "note",
                                             "attached_by", "attached_at")]  # fmt: skip
    statement = select(*columns).where(EVIDENCE.c.item_id == item_id).order_by(EVIDENCE.c.seq)
    if seq is not None:
        statement = statement.where(EVIDENCE.c.seq == seq)
    rows = connection.execute(statement).all()
    files = known(connection, {row.sha256 for row in rows})
    people = named(connection, PERSON, {row.attached_by for row in rows})
    return [
        Piece(
            row.seq, row.round, row.filename, row.size, row.sha256, row.note,
            people.get(row.attached_by), row.attached_at, files.get(row.sha256),
        )
        for row in rows
    ]  # fmt: skip


def elsewhere(
    connection: Connection, item_id: int, may_see: ColumnElement[bool]
) -> dict[str, Elsewhere]:
    """Which other items have the same files as this one, by the files' digests.

    ``may_see`` is a condition on the item's row; an item outside it is neither named nor counted.
    """
    mine = select(EVIDENCE.c.sha256).where(EVIDENCE.c.item_id == item_id).distinct()
    found: dict[str, Elsewhere] = {}
    for sha256 in connection.execute(mine).scalars().all():
        # One question for each file, so that a form that is on every item is not read to its end.
        rows = connection.execute(_ELSEWHERE.where(may_see), {"sha256": sha256, "item": item_id})
        if refs := tuple(dict.fromkeys(rows.scalars())):
            found[sha256] = Elsewhere(len(refs), refs[:SOME])
    return found


_ELSEWHERE = (
    select(ITEM.c.ref)
    .join(EVIDENCE, EVIDENCE.c.item_id == ITEM.c.id)
    .where(EVIDENCE.c.sha256 == bindparam("sha256"), ITEM.c.id != bindparam("item"))
    .order_by(EVIDENCE.c.id.desc())
    .limit(COUNTED)
)


def orders(connection: Connection, item_id: int) -> list[Order]:
    """The events that set somebody to work on the item, oldest first."""
    statement = (
        select(EVENT.c.seq, EVENT.c.kind, EVENT.c.at)
        .where(EVENT.c.item_id == item_id, EVENT.c.kind.in_(("assigned", "reopened")))
        .order_by(EVENT.c.seq)
    )
    return [Order(*row) for row in connection.execute(statement)]


def opened_at(connection: Connection, item_id: int) -> datetime:
    """When the item's finding was made."""
    at: datetime = connection.execute(
        select(ITEM.c.opened_at).where(ITEM.c.id == item_id)
    ).scalar_one()
    return at


def uses(connection: Connection, sha256: str, may_see: ColumnElement[bool]) -> list[Use]:
    """Where the file is evidence, on items that meet the condition; ordered by reference."""
    statement = (
        select(ITEM.c.ref, EVIDENCE.c.seq, EVIDENCE.c.filename)
        .join(ITEM, ITEM.c.id == EVIDENCE.c.item_id)
        .where(EVIDENCE.c.sha256 == sha256, may_see)
        .order_by(ITEM.c.id, EVIDENCE.c.seq)
    )
    return [Use(*row) for row in connection.execute(statement)]


def beginning_with(connection: Connection, prefix: str) -> list[str]:
    """Up to two digests of files that begin so, known or attached."""
    found: set[str] = set()
    for column in (FILE.c.sha256, EVIDENCE.c.sha256):
        # A range, which an index answers in any collation of digits and small letters.
        fits = column.between(prefix, prefix + "g")
        found.update(connection.execute(select(column).where(fits).distinct().limit(2)).scalars())
    return sorted(found)[:2]


def attached_to(connection: Connection, *, closed: bool) -> Iterator[tuple[str, str]]:
    """Every (digest, reference) of evidence on open items, on all items if ``closed``."""
    statement = (
        select(EVIDENCE.c.sha256, ITEM.c.ref)
        .join(ITEM, ITEM.c.id == EVIDENCE.c.item_id)
        .where(EVERYTHING if closed else ITEM.c.stage != Stage.CLOSED)
        .order_by(EVIDENCE.c.sha256, ITEM.c.id)
        .execution_options(yield_per=CHUNK)
    )
    yield from ((row.sha256, row.ref) for row in connection.execute(statement))


def thumbnails(connection: Connection) -> Iterator[tuple[str, str]]:
    """Every (digest of a thumbnail, digest of the file that it shows)."""
    statement = (
        select(FILE.c.thumbnail, FILE.c.sha256)
        .where(FILE.c.thumbnail != "")
        .order_by(FILE.c.thumbnail)
        .execution_options(yield_per=CHUNK)
    )
    yield from ((row.thumbnail, row.sha256) for row in connection.execute(statement))
