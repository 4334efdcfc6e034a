"""Wrong input to ``rectiflow import``: a sentence that helps, the right code, and nothing lost."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from models import engine as door
from tests.cli.conftest import PROGRAM, Ran, Run
from tests.house.reading import ROOT
from tests.stock import Stock

HEADER = "编号,问题标题,责任单位,整改期限\n"
GOOD = HEADER + "1,窗口推诿,某局,2026-12-01\n"


def plain(text: str | bytes) -> Callable[[Path], Path]:
    """A file with this content."""

    def make(folder: Path) -> Path:
        path = folder / "ledger.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


def workbook(*rows: tuple[Any, ...]) -> Callable[[Path], Path]:
    """A workbook with these rows."""

    def make(folder: Path) -> Path:
        book = Workbook()
        sheet: Any = book.active
        for cells in rows:
            sheet.append(cells)
        book.save(folder / "ledger.xlsx")
        return folder / "ledger.xlsx"

    return make


def of_50_megabytes(folder: Path) -> Path:
    """A ledger that is longer than is read at once; its file takes no room."""
    path = plain(GOOD)(folder)
    os.truncate(path, 50 << 20)
    return path


def named_pipe(folder: Path) -> Path:
    """A place from which a file would be read for ever."""
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


FILES: dict[str, tuple[Callable[[Path], Path], int, str]] = {
    "an unknown column": (plain("编号,问题标题,责仼单位\n1,a,b\n"), 2, "责仼单位"),
    "no number": (plain("问题标题\na\n"), 2, "number: 编号 or Number"),
    "a file of 50 MB": (of_50_megabytes, 2, "50 MB, more than the 30 MB"),
    "an empty file": (plain(""), 2, "The file is empty"),
    "a letter": (plain("敬启者：兹有一事相商。\n"), 2, "lacks a column"),
    "a picture": (plain(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), 2, "neither a workbook nor text"),
    "a PDF": (plain(b"%PDF-1.7\n"), 2, "This is a PDF"),
    "a web page": (plain("<!DOCTYPE html><table>"), 2, "web page"),
    "half a workbook": (plain(b"PK\x03\x04" + b"\0" * 100), 2, "damaged"),
    "no file": (lambda folder: folder / "none.csv", 2, "There is no file"),
    "a folder": (lambda folder: folder, 2, "This is a folder"),
    "a pipe": (named_pipe, 2, "no ordinary file"),
    "a file that the disk does not give": (lambda _: Path("/proc/self/mem"), 3, "cannot be read"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_no_ledger_is_told_by_what_it_is(
    rectiflow: Run, home: Path, tmp_path: Path, what: str
) -> None:
    make, code, said = FILES[what]
    assert rectiflow("init").code == 0
    path = make(tmp_path)
    ran = rectiflow("import", str(path), "--json")
    assert ran.code == code, ran
    error = ran.document["error"]
    assert said in error["message"]
    assert error["hint"] or code == 3
    told = rectiflow("import", str(path))
    assert (told.code, told.out) == (code, "")
    assert said in told.err
    assert rectiflow("list", "--json").document["total"] == 0


def test_bad_dates_and_formulas_are_refused_by_cell_and_the_rest_is_taken(
    rectiflow: Run, store: Stock, tmp_path: Path
) -> None:
    path = workbook(
        ("编号", "问题标题", "责任单位", "整改期限"),
        (1, "窗口推诿", "历山县法院", "2026-12-01"),
        (2, "案卷缺页", "历山县法院", "31/12/2026"),
        (3, "=A2", "历山县法院", "2026-12-01"),
        ("=1+3", "制度缺失", "历山县法院", ""),
    )(tmp_path)
    ran = rectiflow("import", str(path), "--json", "--lang", "en")
    assert ran.code == 0
    assert ran.document["created"] == 1
    assert [(each["row"], each["cell"]) for each in ran.document["refused"]] == [
        (3, "D3"), (4, "B4"), (5, "A5"),
    ]  # fmt: skip
    reasons = [each["reason"] for each in ran.document["refused"]]
    assert "write it like 2024-08-01" in reasons[0]
    assert all("paste values" in reason for reason in reasons[1:])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key: 编号\ncolumns: {titel: 问题标题}\n", "line 2, columns.titel"),
        ("key: 编号\ncolumns:\n  title: 问题标题\nunknwon: keep\n", "line 4, unknwon"),
        ("key: [编号\n", "This is not valid YAML"),
        ("key: 编号\ncolumns: {title: 问题标题}\ndates: {zone: Asia/Jinan}\n", "line 3"),
    ],
)
def test_a_mistake_in_a_mapping_is_named_with_its_line(
    rectiflow: Run, home: Path, tmp_path: Path, text: str, said: str
) -> None:
    assert rectiflow("init").code == 0
    path, mapping = plain(GOOD)(tmp_path), tmp_path / "mine.yaml"
    mapping.write_text(text, encoding="utf-8")
    ran = rectiflow("import", str(path), "--mapping", str(mapping), "--json")
    assert ran.code == 2
    assert said in ran.document["error"]["message"]
    assert ran.document["error"]["where"].startswith(f"{mapping}:")
    missing = rectiflow("import", str(path), "--mapping", "legder", "--json")
    assert missing.code == 2
    assert "Did you mean ledger?" in missing.document["error"]["hint"]


def test_without_a_database_it_says_init_and_makes_nothing(
    rectiflow: Run, home: Path, tmp_path: Path
) -> None:
    path = str(plain(GOOD)(tmp_path))
    for words in (("import", path), ("export", path), ("roster", "--units", path)):
        ran = rectiflow(*words)
        assert (ran.code, ran.out) == (3, "")
        assert "rectiflow init" in ran.err
    assert [each.name for each in home.iterdir()] == ["clock.json"]
    assert Path(path).read_text(encoding="utf-8") == GOOD


def test_while_another_program_writes_it_says_locked_and_then_goes_on(
    rectiflow: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(plain(GOOD)(tmp_path))
    assert rectiflow("init").code == 0
    monkeypatch.setattr(door, "BUSY_MILLISECONDS", 50)
    with closing(sqlite3.connect(home / "rectiflow.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ran = rectiflow("import", path, "--json")
        assert ran.code == 3
        assert "locked" in ran.document["error"]["message"]
        assert rectiflow("import", path, "--dry-run", "--json").document["created"] == 1
        assert rectiflow("export", str(tmp_path / "out.csv")).code == 0
        other.execute("ROLLBACK")
    assert rectiflow("import", path, "--json").document["created"] == 1


def test_a_database_that_may_only_be_read_is_rehearsed_and_exported(
    rectiflow: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(plain(GOOD)(tmp_path))
    assert rectiflow("init").code == 0
    url = f"sqlite:///file:{home / 'rectiflow.db'}?mode=ro&uri=true"
    monkeypatch.setenv("RECTIFLOW_DATABASE_URL", url)
    ran = rectiflow("import", path, "--json")
    assert ran.code == 3
    assert "may only be read" in ran.document["error"]["message"]
    assert rectiflow("import", path, "--dry-run", "--json").document["created"] == 1
    assert rectiflow("export", str(tmp_path / "out.csv"), "--json").document["rows"] == 0


def test_a_disk_that_fills_up_keeps_whole_chunks_and_the_import_goes_on(
    rectiflow: Run, home: Path, tmp_path: Path
) -> None:
    assert rectiflow("init").code == 0
    rows = "".join(f"{n},标题{n},某局,2026-12-01\n" for n in range(4000))
    path = str(plain(HEADER + rows)(tmp_path))
    ran = _with_room(2 << 20, "import", path, "--json")
    assert ran.code == 3, ran
    error = json.loads(ran.out)["error"]
    assert "disk" in error["message"]
    stored = rectiflow("list", "--json").document["total"]
    assert stored in (1000, 2000, 3000)
    assert f"{stored} of 4000 rows were done; import the file again" in error["hint"]
    again = rectiflow("import", path, "--json").document
    assert (again["created"], again["unchanged"]) == (4000 - stored, stored)
    assert rectiflow("audit", "verify", "--json").code == 0


def _with_room(size: int, *words: str) -> Ran:
    """Run the program where no file may grow beyond ``size`` bytes, as on a full disk."""
    done = subprocess.run(
        [*PROGRAM, *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)
