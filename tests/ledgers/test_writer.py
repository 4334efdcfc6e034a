"""What is written opens everywhere, runs nothing, and is read back as the same rows."""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from ledgers.layout import layout, own_mapping
from ledgers.literal import clean
from ledgers.row import ExportRow, LedgerItem, LedgerRow
from ledgers.words import word
from ledgers.writer import Written, write
from rules.errors import InputError, Unavailable
from rules.vocabulary import Light, Outcome, Severity, Source, Stage
from tests.ledgers.files import NEW_YORK, SHANGHAI, read

KINDS = ("xlsx", "csv")
FULL = ExportRow(
    number="甲-1",
    title="窗口排队过长",
    description="第一行\n第二行",
    requirement="增设窗口",
    category="作风",
    source=Source.HOTLINE,
    severity=Severity.MAJOR,
    unit="示例市/示例区/窗口",
    responsible="张三",
    leader="李四",
    verifier="王五",
    co_units=("甲局", "乙局"),
    opened=datetime(2024, 8, 1, 1, 30, 5, tzinfo=UTC),
    due=date(2024, 8, 15),
    due_superior=date(2024, 8, 31),
    closed=True,
    closed_at=datetime(2024, 8, 14, 16, 0, tzinfo=UTC),
    stage=Stage.CLOSED,
    outcome=Outcome.LONG_TERM,
    level=3,
    confidential=True,
    complainant="赵六",
    note="无",
    extra={"金额": "3.50", "=x": "=1+1"},
    reference="RF-1",
    light=Light.RED,
)


def neutral(row: LedgerItem | object) -> dict[str, Any]:
    assert isinstance(row, LedgerItem), row
    return {field.name: getattr(row, field.name) for field in fields(LedgerItem)}


def written(
    path: Path, *rows: ExportRow, lang: str = "zh-CN", zone: ZoneInfo = SHANGHAI
) -> list[dict[str, Any]]:
    write(path, rows, lang, zone=zone)
    return [neutral(row) for row in read(path, "ledger", zone)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_field_comes_back(tmp_path: Path, kind: str, lang: str) -> None:
    rows = [FULL, ExportRow(number="2", title="b")]
    assert written(tmp_path / f"a.{kind}", *rows, lang=lang) == [neutral(row) for row in rows]


@pytest.mark.parametrize("kind", KINDS)
def test_reading_what_was_written_warns_of_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    write(path, [FULL], zone=SHANGHAI)
    [row] = read(path, "ledger")
    assert isinstance(row, LedgerRow)
    assert row.warnings == ()


def test_every_field_that_is_read_is_written() -> None:
    own = own_mapping()
    fields_read = {*own.columns, "number", "closed", "closed_at"}
    names = layout((), "zh-CN", SHANGHAI).names
    for field in fields_read:
        zh, en = own.parts(field)[0].column[:2]  # type: ignore[arg-type]
        assert zh in names, f"{field} is read but not written"
        assert en in layout((), "en", SHANGHAI).names
    assert names[-2:] == ("系统编号", "灯")
    assert layout((), "en", SHANGHAI).names[-2:] == ("Reference", "Light")


# --- any rows ------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.text(
    "'=+-@\t\r\n /\\无,，、;\"_x000D是長\u3000\u200b\ufeff", max_size=12
)
SAFE = TEXT.map(clean).filter(lambda text: text != "'")
FILLED = SAFE.filter(bool)
NAME = FILLED.map(str.strip).filter(lambda text: text and "\n" not in text)
DAYS = st.none() | st.dates(date(1951, 1, 1), date(2099, 12, 31))
INSTANTS = st.none() | st.datetimes(
    datetime(1951, 1, 2),  # noqa: DTZ001 - hypothesis wants naive bounds
    datetime(2099, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))
SOURCES = st.sampled_from(Source) | SAFE.filter(lambda text: word("source", text) is None)
EXTRA_NAME = NAME.map(lambda text: " ".join(text.split())).filter(
    lambda text: text and text == text.strip("\u200b\ufeff ")
)


@st.composite
def export_rows(draw: st.DrawFn) -> ExportRow:
    stage = draw(st.none() | st.sampled_from(Stage))
    closed = draw(st.none() | st.booleans()) if stage is None else stage is Stage.CLOSED
    return ExportRow(
        number=draw(FILLED),
        title=draw(FILLED),
        description=draw(SAFE),
        requirement=draw(SAFE),
        category=draw(SAFE),
        source=draw(SOURCES),
        severity=draw(st.none() | st.sampled_from(Severity)),
        unit=draw(SAFE),
        responsible=draw(SAFE),
        leader=draw(SAFE),
        verifier=draw(SAFE),
        co_units=tuple(draw(st.lists(NAME, max_size=3))),
        opened=draw(INSTANTS),
        due=draw(DAYS),
        due_superior=draw(DAYS),
        closed=closed,
        closed_at=draw(INSTANTS) if closed else None,
        stage=stage,
        outcome=draw(st.none() | st.sampled_from(Outcome)),
        level=draw(st.integers(0, 9)),
        confidential=draw(st.booleans()),
        complainant=draw(SAFE),
        note=draw(SAFE),
        extra=draw(st.dictionaries(EXTRA_NAME, FILLED, max_size=3)),
    )


ROWS = st.lists(export_rows(), max_size=4, unique_by=lambda row: row.number)


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, lang=st.sampled_from(["zh-CN", "en"]), zone=st.sampled_from([SHANGHAI, NEW_YORK]))
def test_any_rows_come_back_as_they_were(
    tmp_path: Path, kind: str, rows: list[ExportRow], lang: str, zone: ZoneInfo
) -> None:
    back = written(tmp_path / f"a.{kind}", *rows, lang=lang, zone=zone)
    assert back == [neutral(row) for row in rows]


# --- times ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_hour_that_comes_twice_comes_back_as_written(tmp_path: Path, kind: str) -> None:
    first = datetime(2024, 11, 3, 5, 30, tzinfo=UTC)
    rows = [
        ExportRow(number=str(hour), title="a", opened=first + timedelta(hours=hour))
        for hour in range(3)
    ]
    back = written(tmp_path / f"a.{kind}", *rows, zone=NEW_YORK)
    assert [row["opened"] for row in back] == [row.opened for row in rows]


def test_instants_are_cut_to_the_second_and_are_real_local_dates(tmp_path: Path) -> None:
    at = datetime(2024, 8, 1, 1, 30, 5, 987654, tzinfo=UTC)
    path = tmp_path / "a.xlsx"
    write(path, [ExportRow(number="1", title="a", opened=at, due=date(2024, 8, 2))], zone=SHANGHAI)
    sheet: Any = load_workbook(path).active
    row = {name.value: cell for name, cell in zip(sheet[1], sheet[2], strict=True)}
    assert row["立项时间"].value == datetime(2024, 8, 1, 9, 30, 5)  # noqa: DTZ001
    assert row["立项时间"].is_date
    assert row["整改期限"].value.date() == date(2024, 8, 2)
    assert row["整改期限"].number_format == "yyyy-mm-dd"


# --- nothing runs --------------------------------------------------------------------------

ATTACKS = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "=", "#REF!"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_a_formula_in_a_workbook(tmp_path: Path, attack: str) -> None:
    path = tmp_path / "a.xlsx"
    row = ExportRow(number=attack, title=attack, note=attack, extra={attack.strip(): attack})
    write(path, [row], zone=SHANGHAI)
    sheet: Any = load_workbook(path).active
    for cells in sheet.iter_rows():
        for cell in cells:
            assert cell.data_type in ("s", "n"), cell.coordinate
            assert cell.value is None or not str(cell.value).startswith(("=", "+", "-", "@"))
            assert cell.quotePrefix == str(cell.value or "").startswith("'")


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_a_formula_in_a_csv(tmp_path: Path, attack: str) -> None:
    path = tmp_path / "a.csv"
    write(
        path, [ExportRow(number="1", title=attack, extra={attack.strip(): attack})], zone=SHANGHAI
    )
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]


def test_a_text_too_long_for_a_workbook_is_shortened_and_told(tmp_path: Path) -> None:
    long = ExportRow(number="1", title="a", description="长" * 40_000)
    done = write(tmp_path / "a.xlsx", [long], zone=SHANGHAI)
    assert done == Written(tmp_path / "a.xlsx", 1, ("C2",))
    [row] = read(tmp_path / "a.xlsx", "ledger")
    assert getattr(row, "description", "") == "长" * 32_766 + "…"
    assert written(tmp_path / "a.csv", long) == [neutral(long)]


# --- how it looks --------------------------------------------------------------------------


def test_a_workbook_is_pleasant_to_open(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", [FULL], "en", zone=SHANGHAI)
    sheet: Any = load_workbook(tmp_path / "a.xlsx").active
    assert sheet.title == "Ledger"
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:AA2"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["C"].width > sheet.column_dimensions["F"].width > 5
    words = [cell.value for cell in sheet[2]]
    assert "12345 hotline" in words
    assert "Circular" in words
    assert words[23:25] == ["RF-1", "Red"]


def test_an_empty_ledger_is_a_template(tmp_path: Path) -> None:
    for kind in KINDS:
        assert write(tmp_path / f"a.{kind}", [], zone=SHANGHAI).rows == 0
        assert read(tmp_path / f"a.{kind}", "ledger") == []


def test_rows_are_streamed_when_the_extras_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    seen: list[int] = []

    def rows() -> Iterator[ExportRow]:
        for number in range(5000):
            if number == 4000:
                [temporary] = tmp_path.iterdir()
                seen.append(temporary.stat().st_size)
            yield ExportRow(number=str(number), title="a", extra={"x": "1", "y": "2"})

    write(path, rows(), zone=SHANGHAI, extras=["x"])
    assert seen[0] > 10_000, "earlier rows were written before the later were asked for"
    assert neutral(read(path, "ledger")[0])["extra"] == {"x": "1"}


# --- whole or not at all -------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = tmp_path / f"a.{kind}"
    write(path, [FULL], zone=SHANGHAI)
    before = path.read_bytes()

    def rows() -> Iterator[ExportRow]:
        yield FULL
        raise RuntimeError("the store is gone")

    with pytest.raises(RuntimeError, match="the store is gone"):
        write(path, rows(), zone=SHANGHAI, extras=[])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_path_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    def rows() -> Iterator[ExportRow]:
        pytest.fail("rows were asked for")
        yield FULL

    for path in (tmp_path / "none" / "a.xlsx", Path("/proc/a.csv")):
        with pytest.raises(Unavailable, match="could not be written") as caught:
            write(path, rows(), zone=SHANGHAI, extras=[])
        assert "Nothing was changed" in caught.value.hint


def test_another_ending_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.ods is neither"):
        write(tmp_path / "a.ods", [], zone=SHANGHAI)
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(InputError, match="folder"):
        write(tmp_path / "b.csv", [], zone=SHANGHAI)


FILL = """
import resource, sys
from pathlib import Path
from zoneinfo import ZoneInfo
from ledgers.row import ExportRow
from ledgers.writer import write
from rules.errors import Unavailable
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
rows = [ExportRow(number=str(i), title=str(i) * 40) for i in range(20_000)]
try:
    write(Path(sys.argv[1]), rows, zone=ZoneInfo("Asia/Shanghai"))
except Unavailable as error:
    print(error.message)
"""


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_is_told_and_the_old_file_stays(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    write(path, [FULL], zone=SHANGHAI)
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FILL, str(path)], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "TMPDIR": str(tmp_path)}, timeout=60,
    )  # fmt: skip
    assert "could not be written: File too large" in done.stdout, done.stderr
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path], "nothing half written is left behind"
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 40_000


def test_the_new_file_keeps_the_old_ones_mode_and_follows_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    write(link, [FULL], zone=SHANGHAI)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert len(read(real, "ledger")) == 1
