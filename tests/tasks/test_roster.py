"""Units and people come from tables: all of it or nothing, and again without a change."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine, text

from models import people, search_check
from models.engine import reading, writing
from models.schema import upgrade
from rules.errors import InputError
from rules.vocabulary import Role
from sample.build import write_ledger
from sample.files import path as sample_file
from tasks.roster import RosterReport, load_roster
from tests.conftest import MONDAY
from tests.tasks.ledger_files import counts, item, ledger, load, row, stored, table

UNITS = """code,name,parent,kind
city,某市,,city
east,东县,city,county
east-court,法院,east,unit
"""
PEOPLE = """code,name,unit,role,scope,email,lang
wang,王五,east-court,responsible,,wang@a.example,zh-CN
wang,王五,east-court,leader,east,wang@a.example,zh-CN
li,李四,city,verifier,city,,en
"""


def put(folder: Path, units: str = UNITS, staff: str = PEOPLE) -> tuple[Path, Path]:
    """The two tables as files."""
    first, second = folder / "units.csv", folder / "people.csv"
    first.write_text(units, encoding="utf-8")
    second.write_text(staff, encoding="utf-8")
    return first, second


def tallies(report: RosterReport) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Created, updated and unchanged units, then people."""
    units, staff = report.units, report.people
    return (
        (units.created, units.updated, units.unchanged),
        (staff.created, staff.updated, staff.unchanged),
    )


def tree(engine: Engine) -> dict[str, tuple[str | None, str, bool]]:
    """Every unit's parent, name and whether it is a draft, by code."""
    units = {unit.id: unit for unit in table(engine, "unit")}
    return {
        unit.code: (
            units[unit.parent_id].code if unit.parent_id else None, unit.name, bool(unit.draft),
        )
        for unit in units.values()
    }  # fmt: skip


def roles(engine: Engine) -> set[tuple[str, str, str]]:
    """(person, role, unit) of every role held."""
    statement = text(
        "SELECT p.code, m.role, u.code FROM membership m JOIN person p ON p.id = m.person_id"
        " JOIN unit u ON u.id = m.unit_id"
    )
    with reading(engine) as connection:
        return {tuple(each) for each in connection.execute(statement)}  # type: ignore[misc]


def test_a_roster_is_loaded_once_and_the_founded_root_becomes_its_root(
    engine: Engine, tmp_path: Path
) -> None:
    units, staff = put(tmp_path)
    before = stored(engine)
    dry = load_roster(engine, units, staff, dry_run=True)
    assert stored(engine) == before
    report = load_roster(engine, units, staff)
    assert report == dry
    assert tallies(report) == ((2, 1, 0), (2, 0, 0))
    assert (report.units.rows, report.people.rows) == (3, 3)
    assert tree(engine) == {
        "city": (None, "某市", False),
        "office": ("city", "整改办", False),
        "east": ("city", "东县", False),
        "east-court": ("east", "法院", False),
    }
    assert roles(engine) >= {
        ("wang", "responsible", "east-court"), ("wang", "leader", "east"),
        ("li", "verifier", "city"), ("coordinator", "coordinator", "city"),
    }  # fmt: skip
    people_ = {each.code: each for each in table(engine, "person")}
    assert (people_["li"].email, people_["li"].lang) == ("", "en")
    before_units, before_people = table(engine, "unit"), table(engine, "person")
    assert tallies(load_roster(engine, units, staff)) == ((0, 0, 3), (0, 0, 2))
    assert (table(engine, "unit"), table(engine, "person")) == (before_units, before_people)


def test_what_a_roster_says_differently_is_put_right_and_nothing_is_deleted(
    engine: Engine, tmp_path: Path
) -> None:
    load_roster(engine, *put(tmp_path))
    units = UNITS.replace("法院", "人民法院").replace("某市", "新市")
    staff = """code,name,unit,role,scope,email,lang
wang,王五一,east,verifier,city,w@b.example,en
"""
    report = load_roster(engine, *put(tmp_path, units, staff))
    assert tallies(report) == ((0, 2, 1), (0, 1, 0))
    assert tree(engine)["city"] == (None, "新市", False)
    wang = next(each for each in table(engine, "person") if each.code == "wang")
    assert (wang.name, wang.email, wang.lang) == ("王五一", "w@b.example", "en")
    assert {each for each in roles(engine) if each[0] == "wang"} == {
        ("wang", "responsible", "east-court"), ("wang", "leader", "east"),
        ("wang", "verifier", "city"),
    }  # fmt: skip
    assert "li" in {each.code for each in table(engine, "person")}


def test_a_blank_address_leaves_the_address_that_is_there(engine: Engine, tmp_path: Path) -> None:
    load_roster(engine, *put(tmp_path))
    staff = "code,name,unit,role\nwang,王五,east-court,responsible\n"
    assert tallies(load_roster(engine, None, put(tmp_path, staff=staff)[1]))[1] == (0, 0, 1)


# --- drafts --------------------------------------------------------------------------------


def test_drafts_of_a_ledger_become_real_and_the_ledger_still_means_them(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [
        row("1", unit="法院", responsible="王五", verifier="李四", co_units="东县"),
        row("2", unit="东县"),
    ]
    path = ledger(tmp_path / "a.csv", *rows)
    assert len(load(engine, path).drafts) == 4
    ids = {each.name: each.id for each in (*table(engine, "unit"), *table(engine, "person"))}
    report = load_roster(engine, *put(tmp_path))
    assert sorted(report.promoted) == ["east", "east-court", "li", "wang"]
    assert tallies(report) == ((0, 3, 0), (0, 2, 0))
    assert {each.name: each.id for each in table(engine, "unit")}["法院"] == ids["法院"]
    here = item(engine, "1")
    assert (here.unit, here.responsible, here.verifier) == ("east-court", "wang", "li")
    paths = {each.code: each.path for each in table(engine, "unit")}
    assert paths["east-court"] == f"{paths['east']}{ids['法院']}/"
    assert here.unit_path == paths["east-court"]
    assert here.co_unit_paths == paths["east"]
    assert not [each for each in (*table(engine, "unit"), *table(engine, "person")) if each.draft]
    assert ("li", "verifier", "city") in roles(engine)
    assert counts(load(engine, path)) == (0, 0, 2, 0)


def test_what_a_draft_was_guessed_to_hold_is_replaced_by_what_it_holds(
    engine: Engine, tmp_path: Path
) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1", unit="东县/法院", verifier="王五")))
    assert ("王五", "verifier", "root") in roles(engine)
    staff = "code,name,unit,role,scope\nwang,王五,east-court,verifier,east\n"
    load_roster(engine, *put(tmp_path, staff=staff))
    assert {each for each in roles(engine) if each[0] == "wang"} == {("wang", "verifier", "east")}


def test_a_draft_that_two_may_mean_stays_a_draft(engine: Engine, tmp_path: Path) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1", unit="法院", responsible="王五")))
    units = UNITS + "west,西县,city,county\nwest-court,法院,west,unit\n"
    staff = PEOPLE + "wang2,王五,west-court,responsible,,,\n"
    report = load_roster(engine, *put(tmp_path, units, staff))
    assert report.promoted == []
    assert tree(engine)["法院"] == ("city", "法院", True)


def test_a_draft_with_another_place_is_another_unit(engine: Engine, tmp_path: Path) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1", unit="西县/法院")))
    assert load_roster(engine, *put(tmp_path)).promoted == []
    assert tree(engine)["法院"] == ("西县", "法院", True)


# --- the tree ------------------------------------------------------------------------------


def test_a_unit_moves_with_all_that_is_below_it(engine: Engine, tmp_path: Path) -> None:
    units, staff = put(tmp_path, UNITS + "gate,立案庭,east-court,unit\nwest,西县,city,county\n")
    load_roster(engine, units, staff)
    load(engine, ledger(tmp_path / "a.csv", row("1", unit="gate", co_units="east-court、west")))
    units.write_text("code,name,parent\nwest,西县,city\neast-court,法院,west\n", encoding="utf-8")
    assert tallies(load_roster(engine, units, None))[0] == (0, 1, 1)
    paths = {each.code: each.path for each in table(engine, "unit")}
    assert paths["gate"].startswith(paths["east-court"])
    assert paths["east-court"].startswith(paths["west"])
    here = item(engine, "1")
    assert here.unit_path == paths["gate"]
    assert here.co_unit_paths == f"{paths['east-court']} {paths['west']}"
    assert not any(search_check.lack(engine))


def test_paths_that_were_left_behind_are_settled_by_the_next_move(
    engine: Engine, tmp_path: Path
) -> None:
    units, staff = put(tmp_path, UNITS + "west,西县,city,county\n")
    load_roster(engine, units, staff)
    load(engine, ledger(tmp_path / "a.csv", row("1", unit="east")))
    with writing(engine) as connection:
        connection.execute(text("UPDATE item SET unit_path = '/1/999/'"))
    units.write_text("code,name,parent\neast-court,法院,west\n", encoding="utf-8")
    load_roster(engine, units, None)
    paths = {each.code: each.path for each in table(engine, "unit")}
    assert item(engine, "1").unit_path == paths["east"]


# --- what is wrong -------------------------------------------------------------------------

WRONG_UNITS: dict[str, tuple[str, int, str]] = {
    "a root besides the root": ("b,乙,,", 5, "parent"),
    "an unknown parent": ("b,乙,nowhere,", 5, "parent"),
    "a parent further down": ("b,乙,c,\nc,丙,city,", 5, "parent"),
    "a code twice": ("east,东县,city,", 5, "code"),
    "no name": ("b,,city,", 5, "name"),
    "no code": (",乙,city,", 5, "code"),
    "an unusable code": ("b c,乙,city,", 5, "code"),
    "the program's own code": ("system,乙,city,", 5, "code"),
    "a name too long": (f"b,{'乙' * 201},city,", 5, "name"),
    "a kind too long": (f"b,乙,city,{'x' * 17}", 5, "kind"),
    "itself as parent": ("office,整改办,office,", 5, "parent"),
}
WRONG_PEOPLE: dict[str, tuple[str, int, str]] = {
    "an unknown unit": ("b,乙,nowhere,leader,,,", 5, "unit"),
    "an unknown scope": ("b,乙,city,leader,nowhere,,", 5, "scope"),
    "an unknown role": ("b,乙,city,boss,,,", 5, "role"),
    "an unknown language": ("b,乙,city,leader,,,fr", 5, "lang"),
    "no mail address": ("b,乙,city,leader,,a@,", 5, "email"),
    "two names for one": ("wang,王,east-court,viewer,,wang@a.example,zh-CN", 5, "name"),
    "an unusable code": ("b/c,乙,city,leader,,,", 5, "code"),
    "no role": ("b,乙,city,,,,", 5, "role"),
}  # fmt: skip


def test_each_wrong_row_is_named_with_line_and_column_and_nothing_is_stored(
    engine: Engine, tmp_path: Path
) -> None:
    before = stored(engine)
    for what, (line, number, column) in WRONG_UNITS.items():
        report = load_roster(engine, *put(tmp_path, UNITS + line + "\n"), lang="zh-CN")
        assert [(p.file, p.row, p.cell) for p in report.refused] == [
            ("units.csv", number, column)
        ], what
        assert stored(engine) == before, what
    for what, (line, number, column) in WRONG_PEOPLE.items():
        report = load_roster(engine, *put(tmp_path, staff=PEOPLE + line + "\n"))
        assert [(p.file, p.row, p.cell) for p in report.refused] == [
            ("people.csv", number, column)
        ], what
        assert stored(engine) == before, what


def test_all_that_is_wrong_is_told_at_once(engine: Engine, tmp_path: Path) -> None:
    staff = PEOPLE + "x,丁,nowhere,boss,,,\n"
    report = load_roster(engine, *put(tmp_path, UNITS + "b,乙,nowhere,\n", staff))
    assert [(p.file, p.row, p.cell) for p in report.refused] == [
        ("units.csv", 5, "parent"), ("people.csv", 5, "unit"), ("people.csv", 5, "role"),
    ]  # fmt: skip


def test_a_root_that_is_below_another_unit_here_is_refused(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        people.add_unit(connection, "city", "某市", 1)
    report = load_roster(engine, *put(tmp_path))
    assert [(p.row, p.cell) for p in report.refused] == [(2, "code")]
    assert "政法队伍教育整顿/某市" in report.refused[0].reason
    report = load_roster(engine, put(tmp_path, "code,name,parent\nroot,x,office\n")[0], None)
    assert [(p.row, p.cell) for p in report.refused] == [(2, "parent")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_tables_are_read_from_workbooks_and_with_chinese_headers(
    engine: Engine, tmp_path: Path
) -> None:
    book = Workbook()
    sheet: Any = book.active
    for line in csv.reader(
        io.StringIO(UNITS.replace("code,name,parent,kind", "代码,名称,上级,类别"))
    ):
        sheet.append(line)
    book.save(tmp_path / "units.xlsx")
    staff = tmp_path / "people.csv"
    said = "代码,姓名,单位,角色\nwang,王五,east-court,责任人\n"
    staff.write_bytes(said.encode("gb18030"))
    assert tallies(load_roster(engine, tmp_path / "units.xlsx", staff))[1] == (1, 0, 0)
    assert ("wang", Role.RESPONSIBLE, "east-court") in roles(engine)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("units", "said"),
    [
        ("code,parent\na,\n", "The column name is missing"),
        ("code,name,parnet\na,b,c\n", 'The column "parnet" is not known'),
        ("code,name,Name\na,b,c\n", "occurs twice"),
        ("", "The file is empty"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(
    engine: Engine, tmp_path: Path, units: str, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        load_roster(engine, put(tmp_path, units)[0], None)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_formula_in_a_table_is_refused(engine: Engine, tmp_path: Path) -> None:
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["code", "name", "parent"])
    sheet.append(["east", '=CONCAT("东","县")', "root"])
    book.save(tmp_path / "units.xlsx")
    report = load_roster(engine, tmp_path / "units.xlsx", None)
    assert [(p.row, p.cell) for p in report.refused] == [(2, "B2")]
    assert "formula" in report.refused[0].reason


def test_the_sample_campaign_loads_whole(engine: Engine, tmp_path: Path) -> None:
    units, staff = sample_file("units.csv"), sample_file("people.csv")
    assert tallies(load_roster(engine, units, staff)) == ((104, 1, 0), (294, 0, 0))
    write_ledger(tmp_path / "a.csv", MONDAY.date())
    report = load(engine, tmp_path / "a.csv")
    assert (counts(report), report.drafts, report.warnings) == ((280, 0, 0, 0), [], [])
    upgrade(engine)
    assert tallies(load_roster(engine, units, staff)) == ((0, 0, 105), (0, 0, 294))
