"""``rectiflow import``: what scripts and people read, and how it ends."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import PROGRAM, Run
from tests.house.reading import ROOT
from tests.stock import Stock

COLUMNS = "编号,问题标题,责任单位,责任人,整改期限,备注"
ROWS = (
    "1,窗口推诿,历山县公安局,张三,2026-12-01,",
    "2,案卷缺页,历山县公安局,李某,2026-02-30,",
    "3,制度缺失,新设单位,赵某,2028-03-01,无",
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Three rows: one whose unit and person are known, one with a bad date, one with strangers."""
    path = tmp_path / "台账.csv"
    path.write_text("\n".join((COLUMNS, *ROWS)), encoding="utf-8")
    return path


def test_scripts_read_what_became_of_each_row(rectiflow: Run, store: Stock, ledger: Path) -> None:
    ran = rectiflow("import", str(ledger), "--mapping", "ledger", "--json")
    assert (ran.code, ran.err) == (0, "")
    reason = "“2026-02-30”不是有效日期，请写成 2024-08-01 的样式。"
    assert ran.document == {
        "rows": 3, "created": 2, "updated": 0, "unchanged": 0,
        "refused": [{"row": 3, "cell": "整改期限", "column": "整改期限", "reason": reason}],
        "warnings": [],
        "drafts": [
            {"kind": "unit", "code": "新设单位", "name": "新设单位", "unit": "root"},
            {"kind": "person", "code": "赵某", "name": "赵某", "unit": "新设单位"},
        ],
        "remarks": [], "provisional": 1, "dry_run": False,
    }  # fmt: skip
    again = rectiflow("import", str(ledger), "--json").document
    assert (again["created"], again["unchanged"], len(again["refused"])) == (0, 2, 1)
    listed = rectiflow("list", "--json").document["items"]
    assert [each["number"] for each in listed] == ["1", "3"]
    assert [each["stage"] for each in listed] == ["deadline", "deadline"]


def test_a_dry_run_says_the_same_and_stores_nothing(
    rectiflow: Run, store: Stock, ledger: Path
) -> None:
    dry = rectiflow("import", str(ledger), "--dry-run", "--json").document
    assert rectiflow("list", "--json").document["total"] == 0
    real = rectiflow("import", str(ledger), "--json").document
    assert dry == real | {"dry_run": True}


def test_people_read_counts_reasons_and_who_is_new(
    rectiflow: Run, store: Stock, ledger: Path
) -> None:
    ran = rectiflow("import", str(ledger), "--lang", "en", "--dry-run")
    assert (ran.code, ran.err) == (0, "")
    for words in (
        "A dry run: nothing was stored.",
        "rows   created   updated   unchanged   refused",
        "is not a date; write it like 2024-08-01",
        "Correct these cells and import the file again",
        "1 items are due in a year whose calendar is not published yet",
        "a coordinator confirms them",
        "新设单位",
    ):
        assert words in ran.out
    zh = rectiflow("import", str(ledger)).out
    assert "未接收的行" in zh
    assert "请整改办确认" in zh


def test_a_long_list_of_reasons_is_cut_and_says_so(
    rectiflow: Run, store: Stock, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    lines = [f"{n},标题,,,昨天," for n in range(70)]
    path.write_text("\n".join((COLUMNS, "ok,标题,,,,", *lines)), encoding="utf-8")
    ran = rectiflow("import", str(path))
    assert ran.code == 0
    assert "另有 20 条" in ran.out
    assert len(rectiflow("import", str(path), "--json").document["refused"]) == 70


def test_it_ends_in_2_only_when_every_row_is_refused(
    rectiflow: Run, store: Stock, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    for rows, code in (("", 0), ("1,标题,,,昨天,", 2), ("1,标题,,,昨天,\n2,标题,,,,", 0)):
        path.write_text(f"{COLUMNS}\n{rows}", encoding="utf-8")
        ran = rectiflow("import", str(path), "--json")
        assert ran.code == code
        assert ran.document["rows"] == len(rows.splitlines())


def test_a_mapping_may_be_a_file(rectiflow: Run, store: Stock, tmp_path: Path) -> None:
    mapping = tmp_path / "mine.yaml"
    mapping.write_text("key: id\ncolumns: {title: what}\nunknown: ignore\n", encoding="utf-8")
    path = tmp_path / "a.csv"
    path.write_text("id,what,else\n1,Noise,x\n", encoding="utf-8")
    ran = rectiflow("import", str(path), "--mapping", str(mapping), "--json")
    assert (ran.code, ran.document["created"]) == (0, 1)
    assert ran.document["remarks"] == ["Columns that the mapping does not know were ignored: else."]


def test_a_bar_moves_on_a_terminal_only(
    home: Path, rectiflow: Run, store: Stock, ledger: Path
) -> None:
    ours, theirs = pty.openpty()
    words = ("import", str(ledger), "--dry-run")
    with subprocess.Popen(
        [*PROGRAM, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs
    ) as program:
        os.close(theirs)
        seen = b""
        while chunk := _read(ours):
            seen += chunk
        out, _ = program.communicate(timeout=60)
    os.close(ours)
    assert "导入".encode() in seen
    assert "新设单位" in out.decode()
    assert rectiflow(*words).err == ""


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other end is closed
        return b""
