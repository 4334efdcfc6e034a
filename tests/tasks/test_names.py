"""Who and what is meant by the names in a ledger, and who may be named."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Engine, text

from models.engine import writing
from tests.tasks.ledger_files import (
    item,
    ledger,
    load,
    refusals,
    row,
    warned,
    with_units,
)

# --- units and people ----------------------------------------------------------------------


UNITS = {
    "东县/法院": "east-court",
    "政法队伍教育整顿/东县/法院": "east-court",
    "east-court": "east-court",
    "东县": "east",
    "整改办": "office",
    "政法队伍教育整顿": "root",
    " 西县 / 法院 / 立案庭": "立案庭",
    "不明/东县/法院": "法院",
}


def test_a_unit_is_found_by_code_name_or_path_or_drafted_there(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [row(words, unit=words) for words in UNITS]
    report = load(with_units(engine), ledger(tmp_path / "a.csv", *rows))
    assert {words: item(engine, words.strip()).unit for words in UNITS} == UNITS
    assert [(draft.name, draft.unit) for draft in report.drafts] == [
        ("立案庭", "west-court"), ("不明", "root"), ("东县", "不明"), ("法院", "东县"),
    ]  # fmt: skip


def test_a_path_may_begin_at_a_unit_whose_name_no_other_has(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    load(engine, ledger(tmp_path / "a.csv", row("1", unit="东县/法院/立案庭")))
    report = load(engine, ledger(tmp_path / "b.csv", row("2", unit="立案庭/窗口")))
    assert [(draft.name, draft.unit) for draft in report.drafts] == [("窗口", "立案庭")]


def test_people_of_one_name_in_two_units_are_two_people(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    rows = [
        row("1", unit="东县/法院", responsible="王五"),
        row("2", unit="西县/法院", responsible="王五"),
        row("3", unit="甲公司", responsible="江"),
        row("4", unit="乙公司", responsible="江"),
        row("5", unit="乙公司", responsible="江"),
        row("6", unit="西县/法院", responsible="zhao-2"),
    ]
    load(engine, ledger(tmp_path / "a.csv", *rows))
    named = [item(engine, str(number)).responsible for number in range(1, 7)]
    assert named == ["east-wang", "west-wang", "江", "江-2", "江-2", "zhao-2"]


def test_an_earlier_row_may_make_a_later_one_ambiguous(engine: Engine, tmp_path: Path) -> None:
    rows = [
        row("1", unit="集团/甲", responsible="江"),
        row("2", unit="集团/乙", responsible="江"),
        row("3", unit="集团", responsible="江"),
    ]
    path = ledger(tmp_path / "a.csv", *rows)
    dry = load(engine, path, dry_run=True)
    assert refusals(dry) == [(4, "Responsible person", "several_people")]
    assert load(engine, path) == dry


def test_somebody_who_has_left_is_not_named_again(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE person SET active = false WHERE code = 'east-wang'"))
    report = load(
        engine, ledger(tmp_path / "a.csv", row("1", unit="east-court", responsible="王五"))
    )
    assert [draft.code for draft in report.drafts] == ["王五"]


JUDGES: tuple[tuple[dict[str, str], str, str | None, str], ...] = (
    ({"verifier": "王五", "stage": "核查"}, "verification", None, "not_independent"),
    ({"verifier": "王五", "stage": "销号审批"}, "verification", None, "not_independent"),
    ({"verifier": "王五", "closed": "yes"}, "closed", "east-wang", "was_not_independent"),
    ({"verifier": "east-wang"}, "deadline", None, "not_independent"),
    ({"verifier": "包案人", "leader": "包案人"}, "deadline", None, "not_independent"),
    ({"verifier": "核查甲", "stage": "销号审批"}, "closure", "judge", ""),
    ({"verifier": "外人", "stage": "核查"}, "verification", "外人", ""),
)


def test_nobody_verifies_their_own_work_by_way_of_a_ledger(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    given = [
        row(str(number), unit="东县/法院", responsible="王五", **fields)
        for number, (fields, _, _, _) in enumerate(JUDGES)
    ]
    report = load(engine, ledger(tmp_path / "a.csv", *given))
    for number, (fields, stage, verifier, code) in enumerate(JUDGES):
        here = item(engine, str(number))
        assert (here.stage, here.verifier) == (stage, verifier), fields
        told = [said for line, said in warned(report) if line == number + 2]
        assert [said for said in told if said.endswith("independent")] == ([code] if code else [])
        beside = json.loads(here.extra).get("columns")
        assert beside == ({"Verifier": fields["verifier"]} if code == "not_independent" else None)
        assert here.passed_by == (here.verifier_id if stage == "closure" else None), fields


# --- numbers -------------------------------------------------------------------------------


def test_a_number_that_is_another_items_reference_is_refused(
    engine: Engine, tmp_path: Path
) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1")))
    with writing(engine) as connection:
        connection.execute(text("UPDATE item SET number = ''"))
    report = load(engine, ledger(tmp_path / "b.csv", row("ZG-00001")))
    assert refusals(report) == [(2, "Number", "number_is_reference")]
