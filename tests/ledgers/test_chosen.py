"""Columns chosen one by one become a mapping that reads the file as it was meant."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from ledgers.chosen import IGNORE, KEEP, chosen, text_of, with_words
from ledgers.mapping_files import load_mapping, mapping_names, read_mapping
from ledgers.outline import MOST_COLUMNS, Fit, check, outline
from ledgers.reader import open_ledger
from ledgers.refused_rows import write_refused
from ledgers.row import LedgerRow, RowRefused
from rules.errors import InputError
from rules.vocabulary import Severity

KNOWN = [load_mapping(name) for name in sorted(mapping_names(), key=lambda one: one != "ledger")]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def text(path: Path, *lines: str) -> Path:
    """A ledger as text."""
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def fit_of(path: Path) -> Fit:
    """How the file seems to be meant."""
    return outline(path).fit(KNOWN)


def rows(path: Path, fit: Fit, after: list[str], **words: str) -> list[LedgerRow | RowRefused]:
    """What is read when columns are taken for these."""
    file = {"header_row": fit.row, "delimiter": outline(path).delimiter}
    document = chosen(fit.mapping, fit.names, fit.choices, after, file)
    document = with_words(
        document, {(name.split("__")[0], name.split("__")[1]): word for name, word in words.items()}
    )
    mapping = read_mapping(text_of(document), "web-x")
    check(path, mapping)
    with open_ledger(path, mapping, zone=SHANGHAI, today=date(2026, 11, 2)) as ledger:
        return list(ledger)


def test_our_own_layout_is_recognised_below_a_title(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "某某整改台账,,", "编号,问题标题,整改期限", "1,推诿,2026-12-01")
    fit = fit_of(path)
    assert (fit.mapping.name, fit.row, fit.choices) == ("ledger", 2, ("number", "title", "due"))
    [row] = rows(path, fit, list(fit.choices))
    assert isinstance(row, LedgerRow)
    assert (row.number, row.title, row.due) == ("1", "推诿", date(2026, 12, 1))


def test_a_header_that_no_mapping_knows_is_the_first_full_row(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "hotline;;", "id;what;who;level of harm", "7;x;y;bad", "8;x;y;")
    fit = fit_of(path)
    assert (fit.row, fit.names) == (2, ("id", "what", "who", "level of harm"))
    after = ["number", "title", "unit", "severity"]
    [refused, _] = rows(path, fit, after)
    assert isinstance(refused, RowRefused)
    [taken, _] = rows(path, fit, after, severity__bad="serious")
    assert isinstance(taken, LedgerRow)
    assert taken.severity is Severity.SERIOUS


def test_columns_are_joined_kept_and_passed_over_as_chosen(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "no,what,city,bureau,more,left,star*", "1,t,c,b,m,l,s")
    fit = fit_of(path)
    after = ["number", "title", "unit", "unit", "description", IGNORE, IGNORE]
    [row] = rows(path, fit, after)
    assert isinstance(row, LedgerRow)
    assert (row.unit, row.description, row.extra) == ("c/b", "m", {})
    [row] = rows(path, fit, [*after[:4], "description", "description", KEEP])
    assert isinstance(row, LedgerRow)
    assert (row.description, row.extra) == ("m\nleft：l", {"star*": "s"})


@pytest.mark.parametrize("name", mapping_names())
def test_a_mapping_whose_choices_stay_is_read_as_it_is(name: str, tmp_path: Path) -> None:
    mapping = load_mapping(name)
    parts = [mapping.parts(field) for field in ("number", *mapping.columns)]  # type: ignore[arg-type]
    names = list(dict.fromkeys(part.column[0] for each in parts for part in each))
    names += [
        part for one in (mapping.closed.column, mapping.closed.date) for part in (one or ())[:1]
    ]
    path = text(tmp_path / "a.csv", ",".join(names), ",".join("" for _ in names) + "x")
    fit = outline(path).fit([mapping])
    file = {"header_row": 1, "delimiter": ","}
    document = chosen(mapping, fit.names, fit.choices, fit.choices, file)
    made = read_mapping(text_of(document), name)
    for field in ("number", *mapping.columns, "closed", "closed_at"):
        ours = [(part.column[0], part.label) for part in made.parts(field)]  # type: ignore[arg-type]
        assert ours == [(part.column[0], part.label) for part in mapping.parts(field)]  # type: ignore[arg-type]
    assert (made.values, made.dates, made.blanks) == (mapping.values, mapping.dates, mapping.blanks)


def test_two_columns_of_one_name_cannot_both_be_meant(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "编号,标题,标题", "1,a,b")
    fit = fit_of(path)
    with pytest.raises(InputError, match="Two columns mean the same"):
        rows(path, fit, list(fit.choices))


def test_a_header_without_end_and_a_file_without_rows_are_refused(tmp_path: Path) -> None:
    wide = text(tmp_path / "w.csv", ",".join(f"c{n}" for n in range(MOST_COLUMNS + 1)))
    with pytest.raises(InputError, match="columns, more than"):
        outline(wide)
    empty = tmp_path / "e.xlsx"
    openpyxl.Workbook().save(empty)
    with pytest.raises(InputError, match="holds no rows"):
        outline(empty).fit(KNOWN)


def test_formulas_are_shown_as_such_and_sheets_are_told_apart(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("台账")
    assert first is not None
    first.append(["说明"])
    second.append(["编号", "标题", "期限"])
    second.append([1, "=1+1", datetime(2026, 12, 1, tzinfo=UTC).replace(tzinfo=None)])
    path = tmp_path / "b.xlsx"
    book.save(path)
    found = outline(path)
    fit = found.fit(KNOWN)
    assert (len(found.sheets), fit.sheet) == (2, "台账")
    assert found.samples("台账", 1) == [("1", "ƒ", "2026-12-01")]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_refused_rows_go_back_with_their_reasons_and_come_again(tmp_path: Path, kind: str) -> None:
    path = text(tmp_path / "a.csv", "编号,标题,备注", "1,good,", '2,,"=cmd()"', "3,,-5")
    to = tmp_path / f"r.{kind}"
    mapping = load_mapping("ledger")
    assert write_refused(path, mapping, {3: "标题：必须填写", 4: "x"}, to, "zh-CN") == 2
    fit = fit_of(to)
    assert fit.names == ("未接收原因", "编号", "标题", "备注")
    assert fit.choices[0] == IGNORE
    with open_ledger(to, mapping, zone=SHANGHAI, today=date(2026, 11, 2)) as ledger:
        again = list(ledger)
    assert [one.number for one in again] == ["2", "3"]
    if kind == "csv":
        assert "'=cmd()" in to.read_text(encoding="utf-8-sig")
