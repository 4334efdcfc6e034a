"""What a reviewer must notice about an item's evidence, gathered for one viewer, and in words."""

from __future__ import annotations

from datetime import datetime, tzinfo

from sqlalchemy import ColumnElement, Connection

from models import evidence_files
from models.evidence_files import Piece
from rules.evidence_facts import Fact, FactKind, Look, facts

WORDS = {
    FactKind.SAME_FILE_ELSEWHERE: (
        "同一文件也用于另外 {others} 个事项：{refs}",
        "the same file is on {others} other items: {refs}",
    ),
    FactKind.TWICE_IN_ROUND: (
        "本轮中重复提交（第 {seqs} 条）", "attached twice in this round (event {seqs})",
    ),
    FactKind.FROM_EARLIER_ROUND: (
        "此前轮次已提交过（第 {seqs} 条）", "attached in an earlier round already (event {seqs})",
    ),
    FactKind.OLDER_THAN_FINDING: (
        "文件日期 {made} 早于问题发现 {asked}",
        "the file is of {made}, older than the finding of {asked}",
    ),
    FactKind.OLDER_THAN_ASSIGNMENT: (
        "文件日期 {made} 早于交办 {asked}",
        "the file is of {made}, older than the assignment of {asked}",
    ),
    FactKind.PLACE_RECORDED: ("照片含有拍摄位置", "the photo says where it was taken"),
    FactKind.RUNS_SOMETHING: ("打开时会运行脚本", "opening it runs a script"),
    FactKind.NAMED_OTHERWISE: (
        "扩展名与实际内容不符", "its name has the ending of something else than it is",
    ),
}  # fmt: skip
"""Chinese and English."""


def noticed(
    connection: Connection,
    item_id: int,
    pieces: list[Piece],
    zone: tzinfo,
    may_see: ColumnElement[bool],
) -> list[Fact]:
    """Everything to notice, in the order of the history.

    ``pieces`` are those of ``models.evidence_files.pieces``; ``may_see`` is the viewer's condition
    on other items' rows; ``zone`` is the campaign's.
    """
    if not pieces:
        return []
    looks = [
        Look(piece.seq, piece.round, piece.sha256, piece.filename, file.media_type, file.made,
             file.place, file.active)
        if (file := piece.file)
        else Look(piece.seq, piece.round, piece.sha256, piece.filename, "", "", False, False)
        for piece in pieces
    ]  # fmt: skip
    return facts(
        looks,
        evidence_files.opened_at(connection, item_id),
        evidence_files.orders(connection, item_id),
        evidence_files.elsewhere(connection, item_id, may_see),
        zone,
    )


def sentence(fact: Fact, zone: tzinfo, *, chinese: bool) -> str:
    """The fact in words, with days and hours in the campaign's zone."""
    more = "…" if fact.others > len(fact.refs) else ""
    return WORDS[fact.kind][0 if chinese else 1].format(
        others=fact.others,
        refs=("、" if chinese else ", ").join(fact.refs) + more,
        seqs=", ".join(map(str, fact.seqs)),
        made=_at(fact.made_at, zone),
        asked=_at(fact.asked_at, zone),
    )


def _at(at: datetime | None, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}" if at else ""
