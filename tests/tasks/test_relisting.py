"""A ledger that comes again: what it repeats changes nothing, what it decides is refused."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from models import audit
from models.engine import reading
from rules.commands import Assign, Command, Comment, Correct
from tasks import registering
from tasks.act import act
from tests.conftest import MONDAY
from tests.tasks.ledger_files import (
    OTHER,
    counts,
    header,
    item,
    ledger,
    load,
    refusals,
    row,
    table,
    warned,
    with_units,
)

LATER = MONDAY + timedelta(days=1)


def test_what_has_happened_here_meanwhile_stays(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    path = ledger(tmp_path / "a.csv", row("1", description="old", unit="东县/法院"))
    load(engine, path)
    ref = item(engine, "1").ref
    act(engine, ref, Correct(title="put right here"), "coordinator", MONDAY)
    act(engine, ref, Assign(unit="west-court", responsible="west-wang"), "coordinator", MONDAY)
    assert counts(load(engine, path, now=LATER)) == (0, 0, 1, 0)
    here = item(engine, "1")
    assert (here.title, here.unit, here.responsible) == (
        "put right here", "west-court", "west-wang",
    )  # fmt: skip


def test_a_changed_description_is_taken_over_and_nothing_else(
    engine: Engine, tmp_path: Path
) -> None:
    first = row("1", description="old", requirement="do", complainant="刘某", note="n1")
    load(engine, ledger(tmp_path / "a.csv", first | {"附：区": "A", "附：组": "B"}))
    ref = item(engine, "1").ref
    act(engine, ref, Correct(title="put right here"), "coordinator", MONDAY)
    second = row("1", description="new", requirement="do", complainant="张某", note="n2")
    path = ledger(tmp_path / "b.csv", second | {"附：区": "A2", "附：组": ""})
    assert counts(load(engine, path, now=LATER)) == (0, 1, 0, 0)
    here = item(engine, "1")
    assert (here.title, here.description, here.requirement) == ("put right here", "new", "do")
    assert here.complainant == "张某"
    assert json.loads(here.extra) == {"note": "n2", "columns": {"区": "A2"}}
    last = table(engine, "event")[-1]
    assert (last.kind, last.actor_id) == ("relisted", 0)
    assert json.loads(last.data) == {
        "fields": ["complainant", "description", "extra", "ledger"], "description": "new",
    }  # fmt: skip
    assert counts(load(engine, path, now=LATER)) == (0, 0, 1, 0)
    with reading(engine) as connection:
        assert audit.verify(connection).breaches == ()


DECISIONS = {
    "unit": "西县/法院", "responsible": "钱七", "leader": "钱七", "verifier": "核查甲",
    "co_units": "西县", "due": "2027-01-01", "due_superior": "2027-01-01", "stage": "reminder",
    "level": "2", "confidential": "yes", "severity": "major", "category": "files",
    "source": "petition",
}  # fmt: skip


def test_a_change_that_takes_a_decision_is_refused_with_its_column(
    engine: Engine, tmp_path: Path
) -> None:
    with_units(engine)
    fields = {"unit": "东县/法院", "responsible": "王五", "due": "2026-12-01", "description": "old"}
    load(engine, ledger(tmp_path / "a.csv", *(row(field, **fields) for field in DECISIONS)))
    before = table(engine, "item")
    changed = [
        row(field, **{**fields, field: word, "description": "new"})
        for field, word in DECISIONS.items()
    ]
    report = load(engine, ledger(tmp_path / "b.csv", *changed))
    assert refusals(report) == [
        (line, header(field), "undecided") for line, field in enumerate(DECISIONS, 2)
    ]
    assert before[0].ref in report.refused[0].reason
    assert table(engine, "item") == before, "a row is refused whole"
    assert len(table(engine, "event")) == len(DECISIONS)


def test_a_ledger_that_says_closed_closes_nothing(engine: Engine, tmp_path: Path) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1", closed="no")))
    later = ledger(tmp_path / "b.csv", row("1", closed="yes", closed_at="2026-10-30"))
    report = load(engine, later, now=LATER)
    assert refusals(report) == [(2, "Closed", "undecided")]
    assert item(engine, "1").stage == "intake"


def test_a_row_that_is_missing_closes_nothing(engine: Engine, tmp_path: Path) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1"), row("2")))
    before = table(engine, "item")
    assert counts(load(engine, ledger(tmp_path / "b.csv", row("2")), now=LATER)) == (0, 0, 1, 0)
    assert table(engine, "item") == before


def test_a_closing_on_record_stands_and_the_difference_is_told(
    engine: Engine, tmp_path: Path
) -> None:
    closed = row("1", closed="yes", closed_at="", opened="2026-01-05")
    load(engine, ledger(tmp_path / "a.csv", closed))
    later = closed | row("1", closed_at="2026-10-30", opened="2026-01-06")
    report = load(engine, ledger(tmp_path / "b.csv", later), now=LATER)
    assert counts(report) == (0, 0, 1, 0)
    assert warned(report) == [(2, "recorded_otherwise"), (2, "recorded_otherwise")]
    assert item(engine, "1").closed_at is None


def test_a_missing_column_takes_nothing_back_but_a_cleared_cell_does(
    engine: Engine, tmp_path: Path
) -> None:
    full = row("1", description="d", note="n", due="2026-12-01") | {"附：区": "A"}
    load(engine, ledger(tmp_path / "a.csv", full))
    assert counts(load(engine, ledger(tmp_path / "b.csv", row("1")))) == (0, 0, 1, 0)
    blank = ledger(tmp_path / "c.csv", row("1", description="", note="") | {"附：区": ""})
    assert counts(load(engine, blank)) == (0, 1, 0, 0)
    here = item(engine, "1")
    assert (here.description, json.loads(here.extra)) == ("", {})
    no_due = load(engine, ledger(tmp_path / "d.csv", row("1", due="")))
    assert refusals(no_due) == [(2, "Due", "undecided")]


def test_two_ledgers_about_one_item_do_not_take_back_each_others_words(
    engine: Engine, tmp_path: Path
) -> None:
    foreign = ledger(
        tmp_path / "hotline.csv",
        {"id": "1", "what": "Noise", "text": "At night", "who": "某局", "area": "N"},
        columns=("until", "caller", "done", "done on", "ward"),
    )
    load(engine, foreign, OTHER)
    own = ledger(tmp_path / "own.csv", row("1", title="Noise at night", unit="某局", stage="交办"))
    assert counts(load(engine, own)) == (0, 1, 0, 0)
    assert counts(load(engine, foreign, OTHER)) == (0, 0, 1, 0)
    assert item(engine, "1").title == "Noise at night"
    assert sorted(json.loads(item(engine, "1").ledger)) == ["hotline", "ledger"]


def test_a_blank_in_a_ledger_that_is_new_to_an_item_is_pointed_out(
    engine: Engine, tmp_path: Path
) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1", description="d", due="2026-12-01")))
    foreign = ledger(
        tmp_path / "b.csv", {"id": "1", "what": "Finding 1", "text": "", "until": "", "who": "",
                             "caller": "", "done": "", "done on": "", "area": "", "ward": ""},
    )  # fmt: skip
    report = load(engine, foreign, OTHER)
    assert counts(report) == (0, 0, 1, 0)
    assert [(p.column, p.code) for p in report.warnings] == [
        ("text", "blank_kept"), ("until", "blank_kept"),
    ]  # fmt: skip
    assert item(engine, "1").description == "d"


@pytest.mark.parametrize(
    ("meanwhile", "counted", "last"),
    [
        (Comment(text="quick"), (0, 1, 0, 0), "relisted"),
        (Correct(description="new"), (0, 0, 1, 0), "corrected"),
        (Correct(title="other"), (0, 1, 0, 0), "relisted"),
    ],
)
def test_an_item_that_moves_on_while_it_is_told_is_looked_at_again(
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Command,
    counted: tuple[int, ...],
    last: str,
) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1", description="old")))
    said = []

    def slower(store: Engine, ref: str, *words: Any, **options: Any) -> object:
        if not said:
            said.append(act(store, ref, meanwhile, "coordinator", LATER))
        return act(store, ref, *words, **options)

    monkeypatch.setattr(registering, "act", slower)
    path = ledger(tmp_path / "b.csv", row("1", description="new"))
    assert counts(load(engine, path, now=LATER)) == counted
    assert table(engine, "event")[-1].kind == last
    assert item(engine, "1").description == "new"
