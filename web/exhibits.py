"""Evidence as pages show it: what each file is, and what a reviewer should notice about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from sqlalchemy import Connection

from models import evidence_files
from models.evidence_files import FileFacts, Piece
from models.visibility import hidden_from, visible_to
from rules.duties import Relation, relations
from rules.evidence_facts import Fact, FactKind, instant
from rules.evidence_kinds import KINDS
from rules.item import ItemState, PersonFact
from rules.workdays import WorkCalendar
from tasks.evidence_facts import noticed, sentence
from web.words import say

JUDGES = Relation.COORDINATOR | Relation.SUPERVISOR | Relation.VERIFIER
"""Who is told that a file is evidence on an item that they may not see: those who judge it here.
Others could find out by sending a file what it is that others have sent."""

MEGA, KILO = 1_000_000, 1_000


class Notice(NamedTuple):
    """Something to notice; ``refs`` are other items, which the reader may see."""

    kind: str
    text: str
    refs: tuple[str, ...] = ()


class Exhibit(NamedTuple):
    """One piece of evidence as it is shown."""

    piece: Piece
    address: str
    """Where it is handed out."""
    preview: str
    """Where its small picture is; empty when there is none."""
    kind: str
    about: str
    """Its size, and what else it says of itself."""
    notices: tuple[Notice, ...]


def exhibits(
    connection: Connection,
    item: ItemState,
    person: PersonFact,
    calendar: WorkCalendar,
    lang: str,
) -> list[Exhibit]:
    """The item's evidence of all rounds, oldest first, for this reader (who may see the item)."""
    found = evidence_files.pieces(connection, item.id)
    if not found:
        return []
    facts = noticed(connection, item.id, found, calendar.zone, visible_to(person))
    told = [(fact.seq, _notice(fact, calendar, lang)) for fact in facts]
    hidden = Notice("hidden", say(lang, "files.elsewhere_hidden"))
    told += [(seq, hidden) for seq in _elsewhere_unseen(connection, item, found, person)]
    return [
        _exhibit(item.ref, piece, [one for seq, one in told if seq == piece.seq], calendar, lang)
        for piece in found
    ]


def size_of(octets: int) -> str:
    """A size as people read it."""
    if octets >= MEGA:
        return f"{octets / MEGA:.1f} MB"
    return f"{max(1, round(octets / KILO))} KB" if octets >= KILO else f"{octets} B"


def kind_of(file: FileFacts | None) -> str:
    """What a file is, in a word: JPG, PDF, DOCX."""
    kind = KINDS.get(file.media_type) if file else None
    return kind.endings[0].upper() if kind else "?"


def _elsewhere_unseen(
    connection: Connection, item: ItemState, found: Sequence[Piece], person: PersonFact
) -> list[int]:
    """The pieces whose files are also on items that the reader may not see."""
    if not relations(person, item) & JUDGES:
        return []
    unseen = evidence_files.elsewhere(connection, item.id, hidden_from(person))
    return [piece.seq for piece in found if piece.sha256 in unseen]


def _notice(fact: Fact, calendar: WorkCalendar, lang: str) -> Notice:
    if fact.kind is FactKind.SAME_FILE_ELSEWHERE:
        return Notice(fact.kind, say(lang, "files.elsewhere", count=fact.others), fact.refs)
    return Notice(fact.kind, sentence(fact, calendar.zone, chinese=lang.startswith("zh")))


def _exhibit(
    ref: str, piece: Piece, notices: list[Notice], calendar: WorkCalendar, lang: str
) -> Exhibit:
    file = piece.file
    address = f"/items/{quote(ref, safe='')}/evidence/{piece.seq}"
    about = [size_of(piece.size)]
    if file and file.width:
        about.append(f"{file.width} × {file.height}")
    if file and file.pages:
        about.append(say(lang, "files.pages", count=file.pages))
    if file and (made := instant(file.made, calendar.zone)):
        about.append(say(lang, "files.made", at=f"{made.astimezone(calendar.zone):%Y-%m-%d %H:%M}"))
    shown = f"{address}/preview?v={file.thumbnail[:12]}" if file and file.thumbnail else ""
    return Exhibit(piece, address, shown, kind_of(file), " · ".join(about), tuple(notices))
