"""Items leave as a ledger and come back as the same items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, text

from config.profiles import load_profile
from models import export, people
from models.engine import open_engine, reading, writing
from rules.commands import Accept, Assign, Comment, Register
from rules.errors import NotFound, Unavailable
from rules.vocabulary import Role, Stage
from sample.build import write_ledger
from sample.files import path as sample_file
from tasks.act import act, register
from tasks.exporting import ExportReport, export_ledger
from tasks.founding import found
from tasks.roster import load_roster
from tests.conftest import MONDAY
from tests.tasks.ledger_files import (
    OTHER,
    counts,
    item,
    ledger,
    load,
    refusals,
    row,
    rows_of,
    table,
    with_units,
)

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def write(engine: Engine, path: Path, **options: Any) -> ExportReport:
    """Export the items, the confidential ones too unless told otherwise."""
    return export_ledger(engine, path, MONDAY, **{"confidential": True, **options})


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    """Another founded store, without items."""
    engine = open_engine(f"sqlite:///{tmp_path / 'other' / 'rectiflow.db'}")
    found(engine, load_profile("education-rectification"), MONDAY)
    yield engine
    engine.dispose()


@pytest.fixture
def sampled(engine: Engine, tmp_path: Path) -> Engine:
    """A store with the whole sample campaign in it."""
    load_roster(engine, sample_file("units.csv"), sample_file("people.csv"))
    write_ledger(tmp_path / "sample.csv", MONDAY.date())
    assert counts(load(engine, tmp_path / "sample.csv")) == (280, 0, 0, 0)
    return engine


def test_the_sample_leaves_and_comes_back_unchanged(
    sampled: Engine, tmp_path: Path, empty: Engine
) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.csv"
    assert write(sampled, first, lang="en").rows == 280
    assert counts(load(sampled, first)) == (0, 0, 280, 0)
    assert write(sampled, second).rows == 280
    before = table(sampled, "event")
    report = load(sampled, second)
    assert counts(report) == (0, 0, 280, 0)
    assert report.warnings == []
    assert table(sampled, "event") == before
    assert counts(load(empty, second)) == (280, 0, 0, 0)
    assert write(empty, tmp_path / "c.csv").rows == 280
    assert list(rows_of(tmp_path / "c.csv")) == list(rows_of(second))


STATE = ("title", "description", "requirement", "category", "severity", "source", "stage",
         "outcome", "level", "due", "due_superior", "confidential", "complainant",
         "extra")  # fmt: skip


@on_sqlite
def test_into_an_empty_store_the_same_items_come(
    engine: Engine, tmp_path: Path, empty: Engine
) -> None:
    with_units(engine)
    foreign = {"id": "7", "what": "=Noise", "who": "东县/法院", "until": "2026-12-01",
               "area": "-1", "text": "'quoted", "done": "yes", "done on": "2026-11-02"}  # fmt: skip
    load(engine, ledger(tmp_path / "a.csv", foreign), OTHER)
    own = row(
        "8", unit="西县/法院", responsible="王五", verifier="核查甲", stage="核查", level="2",
        co_units="东县/法院、东县", source="审计局移交", category="案卷管理", note="-",
        opened="2026-03-01 09:30:15", closed="no", severity="major", complainant="刘某",
    )  # fmt: skip
    load(engine, ledger(tmp_path / "b.csv", own))
    write(engine, tmp_path / "c.xlsx")
    load(empty, tmp_path / "c.xlsx")
    for number in ("7", "8"):
        here, there = item(engine, number), item(empty, number)
        for field in STATE:
            assert getattr(there, field) == getattr(here, field), field
        for field in ("opened_at", "closed_at"):
            first, second = getattr(here, field), getattr(there, field)
            assert second == (first and f"{first[:19]}.000000+00:00"), field
    assert item(empty, "8").responsible == "王五"
    assert item(empty, "8").verifier == "核查甲"
    assert len(item(empty, "8").co_unit_paths.split()) == 2


def test_what_has_happened_here_is_told_and_recognised(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    opened = MONDAY + timedelta(microseconds=654_321)
    ref = register(engine, Register(title="窗口推诿"), "coordinator", opened).ref
    act(engine, ref, Accept(category="service"), "coordinator", MONDAY)
    assign = Assign(unit="east-court", responsible="east-wang", co_units=("west",))
    act(engine, ref, assign, "coordinator", MONDAY)
    write(engine, tmp_path / "a.csv")
    [told] = rows_of(tmp_path / "a.csv")
    assert (told["编号"], told["系统编号"]) == (ref, ref)
    assert (told["责任单位"], told["责任人"], told["问题类别"]) == (
        "东县/法院", "王五", "服务窗口作风",
    )  # fmt: skip
    assert (told["环节"], told["灯"], told["是否销号"]) == ("交办", "绿灯", "否")
    report = load(engine, tmp_path / "a.csv")
    assert (counts(report), report.warnings) == ((0, 0, 1, 0), [])
    assert len(table(engine, "item")) == 1


def test_an_edited_export_is_taken_over_where_it_describes(engine: Engine, tmp_path: Path) -> None:
    register(engine, Register(title="old"), "coordinator", MONDAY)
    register(engine, Register(title="other"), "coordinator", MONDAY)
    write(engine, tmp_path / "a.csv")
    first, second = rows_of(tmp_path / "a.csv")
    edited = ledger(
        tmp_path / "b.csv", first | {"问题标题": "new", "备注": "n"}, second | {"环节": "交办"}
    )
    report = load(engine, edited)
    assert counts(report) == (0, 1, 0, 1)
    assert refusals(report) == [(3, "环节", "undecided")]
    assert [each.title for each in table(engine, "item")] == ["new", "other"]
    assert counts(load(engine, edited)) == (0, 0, 1, 1)


def test_an_export_that_has_been_overtaken_is_refused_with_the_column(
    engine: Engine, tmp_path: Path
) -> None:
    ref = register(engine, Register(title="a"), "coordinator", MONDAY).ref
    write(engine, tmp_path / "a.csv")
    act(engine, ref, Comment(text="nothing that a ledger tells"), "coordinator", MONDAY)
    assert counts(load(engine, tmp_path / "a.csv")) == (0, 0, 1, 0)
    act(engine, ref, Accept(category="files"), "coordinator", MONDAY)
    report = load(engine, tmp_path / "a.csv", lang="zh-CN")
    assert refusals(report) == [(2, "环节", "undecided")]
    assert "台账现为“立项”，系统中为“交办”" in report.refused[0].reason


def test_who_shares_a_name_is_written_by_code(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    with writing(engine) as connection:
        twin, _ = people.add_unit(connection, "twin", "东县", 1)
        people.add_unit(connection, "slash", "甲/乙", 1)
        people.add_person(connection, "guest", "客座", twin, [(Role.VERIFIER, 1)])
    rows = [
        row("1", unit="east", responsible="east-wang"),
        row("2", unit="west-court", responsible="zhao-1", verifier="客座"),
        row("3", unit="slash", co_units="twin"),
        row("4", unit="west-court", responsible="east-wang"),
    ]
    load(engine, ledger(tmp_path / "a.csv", *rows))
    write(engine, tmp_path / "b.csv")
    told = list(rows_of(tmp_path / "b.csv"))
    assert [each["责任单位"] for each in told] == ["east", "西县/法院", "slash", "西县/法院"]
    assert [each["责任人"] for each in told] == ["王五", "zhao-1", "", "east-wang"]
    assert (told[1]["核查人"], told[2]["协同单位"]) == ("客座", "'twin\n")
    assert counts(load(engine, tmp_path / "b.csv")) == (0, 0, 4, 0)


def test_confidential_matters_leave_only_when_asked_for(engine: Engine, tmp_path: Path) -> None:
    rows = [row("1", complainant="刘某"), row("2", confidential="yes", complainant="张某")]
    load(engine, ledger(tmp_path / "a.csv", *rows))
    done = write(engine, tmp_path / "b.csv", confidential=False)
    assert (done.rows, done.left_out) == (1, 1)
    told = (tmp_path / "b.csv").read_text(encoding="utf-8-sig")
    assert "刘某" not in told
    assert "张某" not in told
    assert "反映人" not in told
    assert counts(load(engine, tmp_path / "b.csv")) == (0, 0, 1, 0)
    assert item(engine, "1").complainant == "刘某", "a column that is not there clears nothing"
    done = write(engine, tmp_path / "c.csv")
    assert (done.rows, done.left_out) == (2, 0)
    assert [each["反映人"] for each in rows_of(tmp_path / "c.csv")] == ["刘某", "张某"]


@on_sqlite
def test_stage_and_unit_choose_the_items(engine: Engine, tmp_path: Path) -> None:
    with_units(engine)
    rows = [
        row("1", unit="东县/法院"),
        row("2", unit="西县/法院", stage="立项"),
        row("3", unit="东县", closed="yes"),
        row("4"),
    ]
    load(engine, ledger(tmp_path / "a.csv", *rows))
    path = tmp_path / "b.csv"

    def numbers(**options: Any) -> list[str]:
        write(engine, path, **options)
        return [each["编号"] for each in rows_of(path)]

    assert numbers() == ["1", "2", "3", "4"]
    assert numbers(unit="east") == ["1", "3"]
    assert numbers(unit="西县") == ["2"]
    assert numbers(stages=[Stage.INTAKE]) == ["2", "4"]
    assert numbers(stages=[Stage.INTAKE, Stage.CLOSED], unit="east") == ["3"]
    with pytest.raises(NotFound, match="no unit 'nowhere'"):
        numbers(unit="nowhere")
    with pytest.raises(NotFound, match="no campaign 'X'"):
        numbers(campaign="X")


@on_sqlite
def test_items_are_read_a_chunk_at_a_time(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(str(n)) | {f"附：{n}": "x"} for n in range(7)]
    load(engine, ledger(tmp_path / "a.csv", *rows))
    monkeypatch.setattr(export, "CHUNK", 3)
    write(engine, tmp_path / "b.csv")
    told = list(rows_of(tmp_path / "b.csv"))
    assert [each["编号"] for each in told] == [str(n) for n in range(7)]
    assert [each[f"附：{n}"] for n, each in enumerate(told)] == ["x"] * 7


@on_sqlite
def test_nothing_that_is_written_runs(engine: Engine, tmp_path: Path) -> None:
    attack = '=HYPERLINK("http://a","b")'
    said = {"Title": attack, "Description": "+1", "Note": "@SUM(A1)"}
    load(engine, ledger(tmp_path / "a.csv", row("1") | said))
    write(engine, tmp_path / "b.xlsx")
    sheet: Any = load_workbook(tmp_path / "b.xlsx").active
    assert {cell.data_type for cells in sheet.iter_rows() for cell in cells} <= {"s", "n", "d"}
    assert sheet["B2"].value == f"'{attack}"
    assert counts(load(engine, tmp_path / "b.xlsx")) == (0, 0, 1, 0)
    assert item(engine, "1").title == attack


@on_sqlite
def test_a_text_cut_for_a_workbook_is_not_cut_here_when_it_comes_back(
    engine: Engine, tmp_path: Path
) -> None:
    long = "长" * 40_000
    load(engine, ledger(tmp_path / "a.csv", row("1", description=long) | {"附：全文": long}))
    done = write(engine, tmp_path / "b.xlsx")
    assert len(done.shortened) == 2
    assert counts(load(engine, tmp_path / "b.xlsx")) == (0, 0, 1, 0)
    assert item(engine, "1").description == long


def test_a_store_that_fails_half_way_leaves_the_old_file(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(engine, ledger(tmp_path / "a.csv", row("1"), row("2")))
    path = tmp_path / "b.csv"
    write(engine, path)
    before = path.read_bytes()
    monkeypatch.setattr(export, "CHUNK", 1)
    with writing(engine) as connection:
        connection.execute(text("UPDATE item SET extra = 'broken' WHERE number = '2'"))
    with pytest.raises(ValueError, match="Expecting value"):
        write(engine, path)
    with writing(engine) as connection:
        connection.execute(text("ALTER TABLE item RENAME TO thing"))
    with pytest.raises(Unavailable, match="has no tables yet"):
        write(engine, path)
    assert path.read_bytes() == before
    assert sorted(each.name for each in tmp_path.glob("*.csv")) == ["a.csv", "b.csv"]


def test_reading_the_names_of_the_sample_finds_everybody_by_name(sampled: Engine) -> None:
    with reading(sampled) as connection:
        names = {each.name for each in export.called(connection).values()}
    assert len(names) == 294 + 3
