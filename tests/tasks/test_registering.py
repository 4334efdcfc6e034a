"""Taking a ledger over: each row once, whoever else is at it, whatever breaks off."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from models import audit
from models.engine import reading
from rules.errors import InputError, Unavailable
from tasks import registering
from tests.conftest import MONDAY
from tests.tasks.ledger_files import (
    counts,
    ledger,
    load,
    refusals,
    row,
    stored,
    table,
    with_units,
)

LATER = MONDAY + timedelta(days=1)

# --- each row once -------------------------------------------------------------------------

MIXED = (
    row("1", unit="东县/法院", responsible="王五", due="2026-12-01"),
    row("2", unit="西县/法院", responsible="赵六"),
    row("3", due="2026-02-30", stage="nowhere"),
    row("4", unit="法院"),
    row("5", unit="乡/站", responsible="钱七", verifier="孙八"),
    row("1", description="again"),
    row("6", title="题" * 501),
)


def test_every_row_is_created_or_refused_with_its_cell_and_reason(
    engine: Engine, tmp_path: Path
) -> None:
    report = load(with_units(engine), ledger(tmp_path / "a.csv", *MIXED), lang="zh-CN")
    assert counts(report) == (2, 0, 0, 5)
    assert refusals(report) == [
        (3, "Responsible person", "several_people"),
        (4, "Due", "bad_date"),
        (4, "Stage", "unknown_word"),
        (5, "Responsible unit", "several_units"),
        (7, "Number", "duplicate"),
        (8, "Title", "too_long"),
    ]
    assert "zhao-1, zhao-2" in report.refused[0].reason
    assert "east-court, west-court" in report.refused[3].reason


def test_a_dry_run_says_what_an_import_does_and_writes_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    path = ledger(tmp_path / "a.csv", *MIXED)
    with_units(engine)
    before = stored(engine)
    dry = load(engine, path, dry_run=True)
    assert stored(engine) == before
    real = load(engine, path)
    assert dry == real
    assert [draft.name for draft in real.drafts] == ["乡", "站", "钱七", "孙八"]
    again = ledger(tmp_path / "b.csv", MIXED[0] | {"Description": "new"}, MIXED[4], *MIXED[1:4])
    before = stored(engine)
    dry = load(engine, again, dry_run=True)
    assert counts(dry) == (0, 1, 1, 3)
    assert stored(engine) == before
    assert dry == load(engine, again)


def test_importing_again_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    path = ledger(tmp_path / "a.csv", *MIXED)
    load(engine, path)
    before = stored(engine)
    assert counts(load(engine, path, now=LATER)) == (0, 0, 2, 5)
    assert stored(engine) == before


def test_a_refused_row_leaves_no_draft_behind(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    before = stored(engine)
    bad = row("1", unit="新单位", co_units="法院", responsible="新人")
    assert counts(load(engine, ledger(tmp_path / "a.csv", bad))) == (0, 0, 0, 1)
    assert stored(engine) == before


def test_a_file_that_turns_out_damaged_stores_nothing(engine: Engine, tmp_path: Path) -> None:
    path = ledger(tmp_path / "a.csv", *(row(str(n)) for n in range(50)))
    path.write_text(path.read_text(encoding="utf-8") + '51,"never closed', encoding="utf-8")
    with pytest.raises(InputError, match="cannot be cut into columns"):
        load(engine, path)
    assert table(engine, "item") == []


# --- others at the same moment -------------------------------------------------------------


def test_imports_at_the_same_moment_create_each_item_once(engine: Engine, tmp_path: Path) -> None:
    rows = [row(str(n), unit=f"局{n % 7}", responsible=f"人{n % 3}") for n in range(60)]
    forwards = ledger(tmp_path / "a.csv", *rows)
    backwards = ledger(tmp_path / "b.csv", *reversed(rows))
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda path: load(engine, path), [forwards, backwards] * 2))
    assert sum(report.created for report in reports) == 60
    assert sum(report.unchanged for report in reports) == 180
    assert len(table(engine, "item")) == len(table(engine, "event")) == 60
    drafts = [unit.name for unit in table(engine, "unit") if unit.draft]
    assert sorted(drafts) == [f"局{n}" for n in range(7)]


def test_a_chunk_that_is_stored_at_the_second_attempt_counts_once(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []
    real = registering.enter

    def enter(*words: Any) -> object:
        attempts.append(real(*words))
        if len(attempts) == 1:
            raise IntegrityError("somebody was faster", None, Exception())
        return attempts[-1]

    monkeypatch.setattr(registering, "enter", enter)
    rows = [row("1", unit="某局"), row("2", responsible="甲"), row("3", title="题" * 501)]
    report = load(engine, ledger(tmp_path / "a.csv", *rows))
    assert len(attempts) == 2
    assert counts(report) == (2, 0, 0, 1)
    assert (len(report.drafts), len(report.warnings), len(report.refused)) == (1, 1, 1)
    assert len(table(engine, "item")) == 2
    with reading(engine) as connection:
        assert audit.verify(connection).breaches == ()


def test_an_import_that_breaks_off_leaves_whole_chunks_and_goes_on(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ledger(tmp_path / "a.csv", *(row(str(n)) for n in range(7)))
    real = registering.enter
    calls = []

    def enter(*words: Any) -> object:
        calls.append(len(words[1]))
        entered = real(*words)
        if len(calls) == 2:
            raise Unavailable("The database cannot grow: the disk is full.", "Free some space.")
        return entered

    monkeypatch.setattr(registering, "CHUNK", 3)
    with monkeypatch.context() as patch:
        patch.setattr(registering, "enter", enter)
        with pytest.raises(Unavailable, match="disk is full") as caught:
            load(engine, path)
    assert "3 of 7 rows were done" in caught.value.hint
    assert [each.number for each in table(engine, "item")] == ["0", "1", "2"]
    assert counts(load(engine, path)) == (4, 0, 3, 0)
    assert [each.ref for each in table(engine, "item")] == [f"ZG-{n:05d}" for n in range(1, 8)]
