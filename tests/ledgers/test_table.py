"""Plain tables: columns by any of their names, rows with their numbers, cells with their faults."""

from pathlib import Path

import pytest

from ledgers.table import Table, read_table
from rules.errors import InputError
from tests.ledgers.files import text, workbook

COLUMNS = {"code": ("code", "代码"), "name": ("name", "名称"), "kind": ("kind",)}


def read(path: Path) -> Table:
    return read_table(path, COLUMNS, required=("code", "name"), ignored=("level",), lang="en")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_is_read_in_any_encoding_with_its_line_numbers(
    tmp_path: Path, encoding: str
) -> None:
    table = read(text(tmp_path / "a.csv", "\n代码;LEVEL; 名称 \n\nb;1; 某  局 \n;;\n", encoding))
    [line] = table.lines
    assert (line.row, line["code"], line["name"], line["kind"]) == (4, "b", "某 局", "")
    assert table.problems == ()
    assert table.problem(line, "name", "required").cell == "名称"


def test_a_workbook_is_read_and_its_cells_are_called_by_their_addresses(tmp_path: Path) -> None:
    rows = [("name", "code"), ("某局", 33), (None, "c"), ("=1", "d"), ("#REF!", "e")]
    table = read(workbook(tmp_path / "a.xlsx", rows))
    assert [(line.row, line["code"]) for line in table.lines] == [
        (2, "33"), (3, "c"), (4, "d"), (5, "e"),
    ]  # fmt: skip
    assert [(each.cell, each.code) for each in table.problems] == [
        ("A3", "required"), ("A4", "formula"), ("A5", "cell_error"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("code,kind\na,b\n", "The column name is missing"),
        ("code,name,nmae\na,b,c\n", 'The column "nmae" is not known'),
        ("code,代码,name\na,b,c\n", 'The column "代码" occurs twice'),
        (" \n\t\n", "The file is empty"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(text(tmp_path / "a.csv", content))
