"""What a row says is understood, pointed out, or refused with the cell and the reason."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledgers.mapping import Mapping
from ledgers.mapping_files import read_mapping
from ledgers.row import LedgerRow, RowRefused
from rules.vocabulary import Outcome, Severity, Source, Stage
from tests.ledgers.files import (
    SMALL,
    naive,
    only,
    opened,
    read,
    refused,
    small,
    text,
    warned,
    workbook,
)

HEADER = ("no", "title", "text", "unit", "opened", "due", "done", "done on", "amount", "note")
Line = Sequence[str]


def line(**cells: str) -> list[str]:
    """A line of the small ledger, numbered 1 and titled unless said otherwise."""
    given = {"no": "1", "title": "a", **{k.replace("_", " "): v for k, v in cells.items()}}
    return [given.get(name, "") for name in HEADER]


def table(path: Path, *lines: Line) -> Path:
    """The lines as a text table separated by tabs."""
    return text(path, "\n".join("\t".join(cells) for cells in (HEADER, *lines)))


def one(path: Path, **cells: str) -> LedgerRow:
    return only(read(table(path, line(**cells))))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.csv"


def test_no_target_is_no_deadline(path: Path) -> None:
    row = one(path, opened="2011-07-01 01:32:33", due=" ")
    assert row.due is None
    assert row.warnings == ()


def test_a_target_decades_ahead_is_taken_and_pointed_out(path: Path) -> None:
    row = one(path, opened="2011-08-05", due="2059-12-31 00:00:00")
    assert row.due == date(2059, 12, 31)
    assert warned(row) == [("due", "due_far")]
    assert warned(one(path, due="2059-12-31")) == [("due", "due_far")], "counted from today"
    assert warned(one(path, opened="2011-08-05", due="2021-12-31")) == []


def test_a_target_written_as_midnight_of_the_opening_day_is_that_day(path: Path) -> None:
    row = one(path, opened="2011-08-05 14:20:00", due="2011-08-05 00:00:00")
    assert row.due == date(2011, 8, 5)
    assert row.warnings == ()


def test_a_target_before_the_opening_is_kept_and_pointed_out(path: Path) -> None:
    row = one(path, opened="2011-08-05 14:20:00", due="2011-08-04")
    assert row.due == date(2011, 8, 4)
    assert warned(row) == [("due", "due_before_opening")]


@pytest.mark.parametrize("blank", ["", " ", "\\", " /", "/", "- ", "\u3000"])
def test_blanks_are_blank_in_every_kind_of_column(path: Path, blank: str) -> None:
    row = one(
        path, text=blank, unit=blank, opened=blank, due=blank, done=blank, done_on=blank,
        amount=blank, note=blank,
    )  # fmt: skip
    assert row == LedgerRow(row=2, number="1", title="a")


def test_a_line_break_alone_is_blank_in_a_workbook(tmp_path: Path) -> None:
    cells: list[object] = [*line()[:5], "\n", "\n ", naive(2024, 8, 1), " \n/", "\\\n"]
    row = only(read(workbook(tmp_path / "a.xlsx", [HEADER, cells])))
    assert (row.due, row.note, row.extra) == (None, "", {})
    assert row.closed is True


def test_closed_on_a_day(path: Path) -> None:
    row = one(path, opened="2024-01-01", done="yes", done_on="2024-08-01 09:30")
    assert (row.closed, row.closed_at) == (True, datetime(2024, 8, 1, 1, 30, tzinfo=UTC))
    assert row.warnings == ()


def test_yes_without_a_date_is_closed_on_an_unknown_day(path: Path) -> None:
    row = one(path, done="yes")
    assert (row.closed, row.closed_at) == (True, None)
    assert warned(row) == [("done on", "closed_without_date")]


def test_no_with_a_date_is_open_and_the_date_is_kept_beside(path: Path) -> None:
    row = one(path, done="no", done_on="2021-08-10")
    assert (row.closed, row.closed_at) == (False, None)
    assert row.extra == {"done on": "2021-08-10"}
    assert warned(row) == [("done on", "open_with_date")]


def test_a_date_alone_says_closed_unless_the_mapping_forbids(path: Path) -> None:
    table(path, line(done_on="2024-08-01"))
    assert only(read(path)).closed is True
    row = only(read(path, small_closing("by_date: false")))
    assert row.closed is None
    assert row.closed_at is not None


def small_closing(extra: str) -> Mapping:
    return read_mapping(SMALL.replace("date: done on}", f"date: done on, {extra}}}"), "small")


def test_a_word_that_says_neither_closed_nor_open_refuses_the_row(path: Path) -> None:
    rows = read(table(path, line(done="almost")))
    assert refused(rows) == [(2, "done", "unknown_word")]
    assert isinstance(rows[0], RowRefused)
    assert '"almost" is not known here; use one of: yes, no.' in rows[0].problems[0].reason


def test_closing_before_the_opening_is_pointed_out(path: Path) -> None:
    row = one(path, opened="2024-08-01", done="yes", done_on="2024-07-31")
    assert warned(row) == [("done on", "closed_before_opening")]
    row = one(path, opened="2024-08-01 14:00", done="yes", done_on="2024-08-01")
    assert warned(row) == [], "a day without a time is not before its own afternoon"


def test_an_instant_in_the_future_is_pointed_out(path: Path) -> None:
    assert warned(one(path, opened="2026-03-03")) == [("opened", "future")]
    assert warned(one(path, opened="2026-03-02 23:59")) == []


@pytest.mark.parametrize("bad", ["2024-02-30", "soon", "2024-08", "08/01/2024"])
def test_a_bad_date_refuses_its_row_and_names_the_cell(path: Path, bad: str) -> None:
    assert refused(read(table(path, line(due=bad), line(no="2")))) == [(2, "due", "bad_date")]


@pytest.mark.parametrize("bad", ["1024-08-01", "2204-08-01"])
def test_a_year_out_of_range_refuses_its_row(path: Path, bad: str) -> None:
    assert refused(read(table(path, line(due=bad)))) == [(2, "due", "year_outside")]


def test_all_reasons_are_told_at_once(path: Path) -> None:
    rows = read(table(path, line(title=" ", opened="x", due="y", done="z")))
    assert {cell for _, cell, _ in refused(rows)} == {"title", "opened", "due", "done"}


def test_a_required_date_that_is_wrong_is_not_also_called_missing(path: Path) -> None:
    strict = read_mapping(SMALL.replace("[title]", "[title, due]"), "small")
    rows = read(table(path, line(due="x"), line(no="2")), strict)
    assert refused(rows) == [(2, "due", "bad_date"), (3, "due", "required")]


def test_a_row_without_its_number_is_refused(path: Path) -> None:
    assert refused(read(table(path, line(no=" ")))) == [(2, "no", "required")]


def test_a_number_used_twice_refuses_the_second_and_names_the_first(path: Path) -> None:
    rows = read(table(path, line(), line(no="2"), line(no=" 1", title="b"), line(), line(no="1")))
    assert refused(rows) == [(4, "no", "duplicate"), (5, "no", "repeated"), (6, "no", "repeated")]
    reasons = [p.reason for row in rows if isinstance(row, RowRefused) for p in row.problems]
    assert all("row 2" in reason for reason in reasons)


def test_a_number_that_a_spreadsheet_shortened_is_refused(path: Path) -> None:
    assert refused(read(table(path, line(no="1.01E+11")))) == [(2, "no", "rounded")]


def test_lines_beyond_ascii_are_ordinary(path: Path) -> None:
    row = one(path, title="Caf\u00e9 \u2013 façade", note="济南 \U0001f6a7")
    assert (row.title, row.note) == ("Caf\u00e9 \u2013 façade", "济南 \U0001f6a7")


# --- our own layout ------------------------------------------------------------------------


def own(path: Path, **cells: str) -> LedgerRow | RowRefused:
    given = {"编号": "1", "问题标题": "a", **cells}
    rows = read(text(path, "\n".join("\t".join(x) for x in (given, given.values()))), "ledger")
    return rows[0]


def test_every_word_of_the_vocabulary_is_known_by_code_and_by_name(path: Path) -> None:
    for severity in ("重大", "major", "Major ", "ＭＡＪＯＲ"):
        assert getattr(own(path, 严重程度=severity), "severity", None) is Severity.MAJOR
    for source in ("12345热线", "12345 hotline", "hotline"):
        assert getattr(own(path, 问题来源=source), "source", None) is Source.HOTLINE
    for stage in ("限期整改", "Deadline"):
        row = own(path, 环节=stage)
        assert isinstance(row, LedgerRow)
        assert (row.stage, row.closed) == (Stage.DEADLINE, False)
    for level in ("2", "约谈", "interview"):
        assert getattr(own(path, 督办层级=level), "level", None) == 2
    for yes in ("是", "yes", "TRUE"):
        assert getattr(own(path, 是否保密=yes), "confidential", None) is True
    row = own(path, 环节="已销号", 办结结论="转入长期坚持")
    assert isinstance(row, LedgerRow)
    assert (row.closed, row.outcome) == (True, Outcome.LONG_TERM)


def test_a_source_of_the_ledgers_own_is_kept_as_it_is(path: Path) -> None:
    assert getattr(own(path, 问题来源="省委第三巡视组"), "source", None) == "省委第三巡视组"


@pytest.mark.parametrize(
    ("column", "word"),
    [
        ("严重程度", "特别重大"),
        ("环节", "整改中"),
        ("办结结论", "完成"),
        ("督办层级", "12"),
        ("是否保密", "?"),
    ],
)
def test_a_word_that_is_not_known_refuses_its_row_and_lists_those_that_are(
    path: Path, column: str, word: str
) -> None:
    row = own(path, **{column: word})
    assert refused([row]) == [(2, column, "unknown_word")]
    assert isinstance(row, RowRefused)
    assert "use one of" in row.problems[0].reason


def test_stage_and_closing_must_agree(path: Path) -> None:
    assert refused([own(path, 环节="催办", 是否销号="是")]) == [(2, "环节", "stage_clash")]
    assert refused([own(path, 环节="已销号", 是否销号="否")]) == [(2, "环节", "stage_clash")]


def test_an_outcome_of_an_open_row_is_pointed_out(path: Path) -> None:
    assert warned(own(path, 是否销号="否", 办结结论="查否")) == [("办结结论", "outcome_while_open")]


def test_a_time_limit_without_end_is_no_deadline(path: Path) -> None:
    assert getattr(own(path, 整改期限="长期坚持"), "due", 0) is None


def test_co_units_may_be_separated_in_several_ways(path: Path) -> None:
    for cell in ("甲局、乙局", "甲局，乙局", "甲局; 乙局", "甲局,乙局"):
        assert getattr(own(path, 协同单位=cell), "co_units", None) == ("甲局", "乙局")


def test_extras_are_marked_and_other_columns_are_known_or_refuse_the_file(path: Path) -> None:
    row = own(path, **{"附：金额": "3", "附: 批次": "二", "附：空": "/", "灯": "红灯"})
    assert getattr(row, "extra", None) == {"金额": "3", "批次": "二"}
    assert isinstance(row, LedgerRow)


def test_the_words_are_chinese_for_whom_they_are_meant(path: Path) -> None:
    text(path, "编号\t问题标题\t严重程度\n1\ta\t特别重大\n")
    row = read(path, "ledger", lang="zh-CN")[0]
    assert isinstance(row, RowRefused)
    assert row.problems[0].reason == "不认识“特别重大”，可填：一般、较重、重大。"


def test_constants_and_translations_apply(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "no,title,note\n1,a,none\n2,b,x\n")
    mapping = small(values="{note: {None: ''}}", constants="{source: inspection, level: 1}")
    rows = read(path, mapping)
    assert [(r.note, r.source, r.level) for r in rows if isinstance(r, LedgerRow)] == [
        ("", Source.INSPECTION, 1),
        ("x", Source.INSPECTION, 1),
    ]


def test_a_file_may_be_read_twice_with_the_same_result(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", line(), line(no="2", due="x"))
    with opened(path) as ledger:
        assert list(ledger) == list(ledger)
