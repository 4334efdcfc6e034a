"""What is noticed about an item's evidence, for one viewer, on both databases."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from config.clock import ManualClock
from config.settings import Settings
from models import evidence_files
from models.engine import reading
from models.evidence_files import EVERYTHING, FileFacts, Piece
from models.items import ITEM
from rules.evidence_facts import Fact, FactKind
from rules.vocabulary import Stage
from tasks.evidence import Kept, keep
from tasks.evidence_check import Fault, check
from tasks.evidence_facts import WORDS, noticed, sentence
from tasks.files.storage import place_of
from tasks.office import Office
from tests.conftest import MONDAY
from tests.tasks import exhibits as made
from tests.tasks.staff import give, item_in, state

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def office(tmp_path: Path, store: Engine) -> Office:
    """An office with an empty folder of evidence."""
    return Office(Settings(home=tmp_path / "home"), store, ManualClock(MONDAY))


def kept(office: Office, tmp_path: Path, content: bytes, name: str = "照片.jpg") -> Kept:
    """The content in the store."""
    file = tmp_path / name
    file.write_bytes(content)
    return keep(office, file)


def attach(store: Engine, ref: str, file: Kept) -> int:
    """Attach the file; the place of the event in the history."""
    return give(store, ref, "attach_evidence", "responsible", **file._asdict()).seq


def about(store: Engine, ref: str, may_see: object = EVERYTHING) -> list[Fact]:
    """Everything noticed about the item's evidence."""
    item_id = state(store, ref).id
    with reading(store) as connection:
        pieces = evidence_files.pieces(connection, item_id)
        return noticed(connection, item_id, pieces, ZONE, may_see)  # type: ignore[arg-type]


def test_pieces_come_with_what_was_found_and_without_where_nobody_looked(
    office: Office, store: Engine, tmp_path: Path
) -> None:
    ref = item_in(store, Stage.DEADLINE)
    file = kept(office, tmp_path, made.pdf(3))
    attach(store, ref, file)
    attach(store, ref, Kept("e" * 64, "声称.jpg", 1))
    with reading(store) as connection:
        known, unknown = evidence_files.pieces(connection, state(store, ref).id)
    assert isinstance(known, Piece)
    facts = FileFacts(file.sha256, "application/pdf", file.size, pages=3)
    assert known.file is not None
    assert known.file._replace(made="") == facts
    assert (unknown.sha256, unknown.file) == ("e" * 64, None)
    assert known.attached_by is not None
    assert known.attached_by.code == "responsible"


def test_the_same_file_on_other_items_is_told_as_far_as_the_viewer_may_see_them(
    office: Office, store: Engine, tmp_path: Path
) -> None:
    file = kept(office, tmp_path, made.picture(size=(11, 11)))
    mine, other, hidden = (item_in(store, Stage.DEADLINE) for _ in range(3))
    for ref in (mine, other, other, hidden):
        attach(store, ref, file)
    (fact,) = about(store, mine)
    assert (fact.kind, fact.others) == (FactKind.SAME_FILE_ELSEWHERE, 2)
    assert set(fact.refs) == {other, hidden}
    (fact,) = about(store, mine, ITEM.c.ref != hidden)
    assert (fact.others, fact.refs) == (1, (other,))
    assert about(store, mine, ITEM.c.ref == mine) == []


def test_many_other_items_are_counted_and_some_named(
    office: Office, store: Engine, tmp_path: Path
) -> None:
    file = kept(office, tmp_path, made.picture(size=(12, 12)))
    refs = [item_in(store, Stage.DEADLINE) for _ in range(12)]
    for ref in refs:
        attach(store, ref, file)
    (fact,) = about(store, refs[0])
    assert (fact.others, len(fact.refs)) == (11, evidence_files.SOME)
    assert set(fact.refs) < set(refs[1:])
    assert "…" in sentence(fact, ZONE, chinese=True)


def test_an_old_photo_with_its_place_is_told_and_its_second_time(
    office: Office, store: Engine, tmp_path: Path
) -> None:
    ref = item_in(store, Stage.DEADLINE)
    file = kept(office, tmp_path, made.photo("2026:10:01 08:00:00", place=True))
    first, second = attach(store, ref, file), attach(store, ref, file)
    old = (FactKind.OLDER_THAN_FINDING, FactKind.OLDER_THAN_ASSIGNMENT, FactKind.PLACE_RECORDED)
    assert [(fact.seq, fact.kind) for fact in about(store, ref)] == [
        *((first, kind) for kind in old),
        (second, FactKind.TWICE_IN_ROUND), *((second, kind) for kind in old),
    ]  # fmt: skip


def test_every_fact_is_said_in_both_languages() -> None:
    assert set(WORDS) == set(FactKind)
    for kind in FactKind:
        fact = Fact(7, kind, ("ZG-00002",), 1, (5,), MONDAY, MONDAY)
        chinese, english = (sentence(fact, ZONE, chinese=chosen) for chosen in (True, False))
        assert "{" not in chinese + english
        assert chinese != english
    late = Fact(7, FactKind.OLDER_THAN_ASSIGNMENT, made_at=MONDAY, asked_at=MONDAY)
    assert "2026-11-02 10:00" in sentence(late, ZONE, chinese=False)


def test_the_check_names_what_is_missing_or_changed_and_counts_what_is_unused(
    office: Office, store: Engine, tmp_path: Path
) -> None:
    missing, changed, unused = (
        kept(office, tmp_path, f"{tmp_path} {name}".encode(), f"{name}.txt")
        for name in ("missing", "changed", "unused")
    )
    ref, closed = item_in(store, Stage.DEADLINE), item_in(store, Stage.CLOSURE)
    attach(store, ref, missing)
    give(store, closed, "attach_evidence", "verifier", **changed._asdict())
    give(store, closed, "approve", "supervisor")
    folder = office.settings.evidence_folder
    place_of(folder, missing.sha256).unlink()
    place_of(folder, changed.sha256).chmod(0o600)
    place_of(folder, changed.sha256).write_bytes(b"something else")
    here = {missing.sha256, changed.sha256, unused.sha256}

    def faults(*, everything: bool) -> list[Fault]:
        """Those about the files of this test; the store's others lie in other folders."""
        found = check(office, everything=everything).faults
        return [fault for fault in found if fault.sha256 in here]

    assert faults(everything=False) == [Fault(missing.sha256, "missing", (ref,))]
    assert sorted(faults(everything=True)) == sorted(
        [Fault(missing.sha256, "missing", (ref,)), Fault(changed.sha256, "changed", (closed,))]
    )
    assert check(office, everything=False).unused is None
    assert check(office, everything=True).unused == 1


def test_a_file_is_found_by_the_beginning_of_its_digest_and_where_it_is_used(
    office: Office, store: Engine, tmp_path: Path
) -> None:
    one, two = item_in(store, Stage.DEADLINE), item_in(store, Stage.DEADLINE)
    file = kept(office, tmp_path, made.picture(size=(13, 13)))
    for ref in (one, two):
        attach(store, ref, file)
        attach(store, ref, Kept("0f" * 32, "声称.jpg", 1))
    with reading(store) as connection:
        for prefix in (file.sha256, file.sha256[:16]):
            assert evidence_files.beginning_with(connection, prefix) == [file.sha256]
        assert evidence_files.beginning_with(connection, "0f0f0f") == ["0f" * 32]
        assert evidence_files.beginning_with(connection, "0f0f0e") == []
        assert len(evidence_files.beginning_with(connection, "")) == 2
        uses = evidence_files.uses(connection, file.sha256, ITEM.c.ref != two)
    assert [(use.ref, use.filename) for use in uses] == [(one, "照片.jpg")]
