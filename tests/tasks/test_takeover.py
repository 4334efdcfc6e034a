"""A row becomes an item in the middle of its life: as history, and as far as it bears it out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Engine

from tasks.act import fire_due
from tests.conftest import MONDAY
from tests.tasks.ledger_files import (
    header,
    item,
    ledger,
    load,
    refusals,
    row,
    table,
    warned,
)

OWN = files("config").joinpath("mappings", "ledger.yaml").read_text(encoding="utf-8")

STAGES: tuple[tuple[dict[str, str], str, list[str]], ...] = (
    ({}, "intake", []),
    ({"unit": "某局"}, "assignment", []),
    ({"unit": "某局", "responsible": "甲"}, "deadline", []),
    ({"unit": "某局", "responsible": "甲", "due": "2026-11-02"}, "deadline", []),
    ({"unit": "某局", "responsible": "甲", "due": "2026-11-01"}, "reminder", []),
    ({"unit": "某局", "stage": "立项"}, "intake", []),
    ({"unit": "某局", "stage": "限期整改"}, "assignment", ["stage_not_borne"]),
    ({"stage": "核查"}, "assignment", ["stage_not_borne"]),
    ({"unit": "某局", "responsible": "甲", "stage": "交办"}, "assignment", []),
    ({"unit": "某局", "responsible": "甲", "stage": "销号审批"}, "closure", []),
    ({"stage": "已销号"}, "closed", []),
    ({"closed": "yes", "outcome": "查否", "unit": "某局"}, "closed", []),
    ({"unit": "某局", "responsible": "甲", "level": "9"}, "deadline", ["level_beyond"]),
    ({"responsible": "甲", "leader": "乙"}, "intake", ["without_unit", "without_unit"]),
    ({"due": "2026-12-31", "due_superior": "2026-12-01"}, "intake", ["due_beyond_superior"]),
)


def test_a_row_is_taken_over_in_the_stage_that_it_bears_out(engine: Engine, tmp_path: Path) -> None:
    rows = [row(str(number), **fields) for number, (fields, _, _) in enumerate(STAGES)]
    report = load(engine, ledger(tmp_path / "a.csv", *rows))
    for number, (fields, stage, codes) in enumerate(STAGES):
        assert item(engine, str(number)).stage == stage, fields
        assert [code for line, code in warned(report) if line == number + 2] == codes, fields


def test_names_that_find_no_place_are_kept_beside_the_item(engine: Engine, tmp_path: Path) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1", responsible="甲")))
    here = item(engine, "1")
    assert here.responsible is None
    assert json.loads(here.extra) == {"columns": {"Responsible person": "甲"}}


def test_what_was_overdue_is_chased_from_now_on_and_keeps_its_rung(
    engine: Engine, tmp_path: Path
) -> None:
    late = row("1", unit="某局", responsible="甲", due="2026-03-02", level="2")
    load(engine, ledger(tmp_path / "a.csv", late))
    here = item(engine, "1")
    assert (here.stage, here.level, str(here.due_original)) == ("reminder", 2, "2026-03-02")
    assert fire_due(engine, MONDAY - timedelta(seconds=1)).fired == 0
    assert fire_due(engine, MONDAY).fired == 1
    fired = json.loads(table(engine, "event")[-1].data)
    assert fired["step"] == "overdue"
    assert item(engine, "1").level == 2
    third_rung = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # ten working days after the notice
    assert fire_due(engine, third_rung).fired == 1
    assert item(engine, "1").level == 3


def test_history_is_told_to_nobody_and_followed_by_no_flow(engine: Engine, tmp_path: Path) -> None:
    rows = [row("1", unit="某局", responsible="甲", due="2026-03-02"), row("2", closed="yes")]
    load(engine, ledger(tmp_path / "a.csv", *rows))
    assert [bool(event.announced) for event in table(engine, "event")] == [True, True]
    assert table(engine, "delivery") == []
    assert [each.followed for each in table(engine, "item")] == [1, -1]


def test_an_unknown_closing_day_stays_unknown(engine: Engine, tmp_path: Path) -> None:
    rows = [row("1", closed="yes"), row("2", closed="yes", closed_at="2026-09-30")]
    load(engine, ledger(tmp_path / "a.csv", *rows))
    assert (item(engine, "1").closed_at, item(engine, "1").next_action_at) == (None, None)
    assert item(engine, "2").next_action_at is not None, "it is looked at again"
    assert item(engine, "1").outcome == "rectified"


def test_what_is_due_in_a_year_without_a_calendar_is_counted(
    engine: Engine, tmp_path: Path
) -> None:
    days = ("2026-12-31", "2029-03-01", "2059-12-31")
    rows = [row(day, unit="某局", due=day) for day in days]
    closed = row("done", due="2059-12-31", closed="yes")
    assert load(engine, ledger(tmp_path / "a.csv", *rows, closed)).provisional == 2


def test_who_complained_stands_in_no_history(engine: Engine, tmp_path: Path) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1", complainant="刘某", confidential="yes")))
    load(engine, ledger(tmp_path / "b.csv", row("1", complainant="张某", confidential="yes")))
    assert item(engine, "1").complainant == "张某"
    said = "".join(event.data for event in table(engine, "event"))
    assert "刘某" not in said
    assert "张某" not in said


FAR = {
    "due": {"due": "2101-01-01"},
    "opened": {"opened": "2500-01-01"},
    "due_superior": {"due_superior": "9000-01-01"},
    "closed_at": {"closed": "yes", "closed_at": "2500-01-01"},
}


def test_a_date_for_which_nothing_can_be_planned_is_refused_whatever_the_mapping_lets_pass(
    engine: Engine, tmp_path: Path
) -> None:
    lax = tmp_path / "lax.yaml"
    lax.write_text(OWN.replace("maximum_year: 2100", "maximum_year: 9990"), encoding="utf-8")
    rows = [row(field, **words) for field, words in FAR.items()]
    report = load(engine, ledger(tmp_path / "a.csv", *rows), str(lax))
    assert refusals(report) == [
        (line, header(field), "out_of_time") for line, field in enumerate(FAR, 2)
    ]
