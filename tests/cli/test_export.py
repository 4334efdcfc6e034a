"""``rectiflow export``: a ledger that people open and an import recognises."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import Run
from tests.stock import Stock

LEDGER = """编号,问题标题,责任单位,责任人,环节,是否保密,反映人
1,窗口推诿,历山县公安局,张三,限期整改,否,刘某
2,线索移送,历山县公安局,张三,限期整改,是,张某
3,制度缺失,历山县法院,王五,已销号,否,
"""


@pytest.fixture
def stocked(rectiflow: Run, store: Stock, tmp_path: Path) -> Run:
    """The program, with three items in its store; the second is confidential."""
    path = tmp_path / "in.csv"
    path.write_text(LEDGER, encoding="utf-8")
    assert rectiflow("import", str(path), "--json").document["created"] == 3
    return rectiflow


def test_a_workbook_is_written_and_comes_back_unchanged(stocked: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    ran = stocked("export", str(path), "--confidential", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document == {
        "path": str(path), "campaign": "ZG", "rows": 3, "left_out": 0, "shortened": [],
    }  # fmt: skip
    assert load_workbook(path).active["A1"].value == "编号"  # type: ignore[index]
    again = stocked("import", str(path), "--json").document
    assert (again["rows"], again["unchanged"], again["refused"]) == (3, 3, [])


def test_confidential_items_stay_and_people_are_told_how_many(stocked: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    ran = stocked("export", str(path), "--lang", "en")
    assert ran.out.splitlines() == [
        f"2 items are in {path}.",
        "1 confidential items were left out; --confidential includes them.",
    ]
    assert "线索移送" not in path.read_text(encoding="utf-8-sig")
    assert stocked("import", str(path), "--json").document["unchanged"] == 2


def test_stage_and_unit_choose_the_items(stocked: Run, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"

    def numbers(*words: str) -> list[str]:
        assert stocked("export", str(path), "--lang", "en", *words).code == 0
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [line["Number"] for line in csv.DictReader(file)]

    assert numbers("--stage", "closed") == ["3"]
    assert numbers("--stage", "限期整改", "--stage", "closed") == ["1", "3"]
    assert numbers("--unit", "court") == ["3"]
    assert numbers("--unit", "历山县", "--stage", "deadline") == ["1"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("out.ods",), 2, "neither an .xlsx nor a .csv"),
        (("out.csv", "--stage", "nowhere"), 2, "'nowhere' is not known"),
        (("out.csv", "--unit", "nowhere"), 2, "no unit 'nowhere'"),
        (("out.csv", "--campaign", "XX"), 2, "no campaign 'XX'"),
        (("none/out.csv",), 3, "could not be written"),
    ],
)
def test_what_cannot_be_exported_is_said_and_leaves_no_file(
    stocked: Run, tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    before = sorted(tmp_path.iterdir())
    ran = stocked("export", str(tmp_path / words[0]), *words[1:], "--json")
    assert ran.code == code
    assert said in ran.document["error"]["message"]
    assert sorted(tmp_path.iterdir()) == before
