"""What a reviewer must notice about a piece of evidence: facts, not verdicts.

A photo that is older than the assignment may show how bad things were; the same file on another
item may be a list that concerns both. So nothing is refused here: it is said, and somebody looks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from rules.evidence_kinds import named_otherwise


class FactKind(StrEnum):
    """What can be noticed."""

    SAME_FILE_ELSEWHERE = "same_file_elsewhere"
    TWICE_IN_ROUND = "twice_in_round"
    FROM_EARLIER_ROUND = "from_earlier_round"
    OLDER_THAN_FINDING = "older_than_finding"
    OLDER_THAN_ASSIGNMENT = "older_than_assignment"
    PLACE_RECORDED = "place_recorded"
    RUNS_SOMETHING = "runs_something"
    NAMED_OTHERWISE = "named_otherwise"


class Look(NamedTuple):
    """A piece of evidence as it is looked at. ``made`` is ISO 8601 as the camera or the program
    wrote it, with an offset only where it wrote one; empty when it wrote none."""

    seq: int
    round: int
    sha256: str
    filename: str
    media_type: str
    made: str
    place: bool
    active: bool


class Order(NamedTuple):
    """An event that set somebody to work: ``assigned`` or ``reopened``."""

    seq: int
    kind: str
    at: datetime


class Elsewhere(NamedTuple):
    """Other items with the same file, as far as the viewer may see them: how many, some of them."""

    others: int
    refs: tuple[str, ...]


class Fact(NamedTuple):
    """One thing to notice about the piece with this place in the history.

    ``refs`` are some of the ``others``, which are other items; ``seqs`` are other pieces of this
    one; ``made_at`` and ``asked_at`` the two instants that were compared.
    """

    seq: int
    kind: FactKind
    refs: tuple[str, ...] = ()
    others: int = 0
    seqs: tuple[int, ...] = ()
    made_at: datetime | None = None
    asked_at: datetime | None = None


def facts(
    pieces: Sequence[Look],
    opened_at: datetime,
    orders: Sequence[Order],
    elsewhere: Mapping[str, Elsewhere],
    zone: tzinfo,
) -> list[Fact]:
    """Everything to notice about the item's evidence, in the order of its history.

    ``zone`` is the campaign's: clocks of cameras seldom say which zone they are set to.
    """
    found: list[Fact] = []
    for piece in pieces:
        if other := elsewhere.get(piece.sha256):
            kind = FactKind.SAME_FILE_ELSEWHERE
            found.append(Fact(piece.seq, kind, other.refs, other.others))
        found += _again(piece, pieces)
        found += _older(piece, opened_at, orders, zone)
        if piece.place:
            found.append(Fact(piece.seq, FactKind.PLACE_RECORDED))
        if piece.active:
            found.append(Fact(piece.seq, FactKind.RUNS_SOMETHING))
        if named_otherwise(piece.filename, piece.media_type):
            found.append(Fact(piece.seq, FactKind.NAMED_OTHERWISE))
    return found


def instant(made: str, zone: tzinfo) -> datetime | None:
    """The instant that a camera or a program wrote; None when it wrote none that exists."""
    try:
        written = datetime.fromisoformat(made)
        return written if written.tzinfo else written.replace(tzinfo=zone)
    except ValueError:
        return None


def asked_at(piece: Look, orders: Sequence[Order]) -> datetime | None:
    """When the work that the piece is to show was asked for.

    The first assignment, or the reopening if the item has relapsed since; a change of hands
    afterwards does not make earlier work worthless.
    """
    before = [order for order in orders if order.seq < piece.seq]
    again = [order for order in before if order.kind == "reopened"]
    chosen = again[-1:] or before[:1]
    return chosen[0].at if chosen else None


def _again(piece: Look, pieces: Sequence[Look]) -> list[Fact]:
    """The same file earlier on the same item."""
    same = [one for one in pieces if one.sha256 == piece.sha256 and one.seq < piece.seq]
    now = tuple(one.seq for one in same if one.round == piece.round)
    then = tuple(one.seq for one in same if one.round < piece.round)
    kinds = ((FactKind.TWICE_IN_ROUND, now), (FactKind.FROM_EARLIER_ROUND, then))
    return [Fact(piece.seq, kind, seqs=seqs) for kind, seqs in kinds if seqs]


def _older(piece: Look, opened_at: datetime, orders: Sequence[Order], zone: tzinfo) -> list[Fact]:
    made = instant(piece.made, zone)
    if made is None:
        return []
    limits = (
        (FactKind.OLDER_THAN_FINDING, opened_at),
        (FactKind.OLDER_THAN_ASSIGNMENT, asked_at(piece, orders)),
    )
    return [
        Fact(piece.seq, kind, made_at=made, asked_at=at) for kind, at in limits if at and made < at
    ]
