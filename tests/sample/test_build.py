"""The ledger dated from any day is one that the importer takes whole."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgers.mapping_files import load_mapping
from ledgers.reader import open_ledger
from ledgers.row import LedgerRow
from rules.vocabulary import Stage
from sample.build import OFFSET, day, ledger_rows, write_ledger
from tests.sample.reading import rows

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEDNESDAY = date(2026, 11, 4)
DAYS = [WEDNESDAY, date(2026, 1, 3), date(2027, 3, 1), date(2028, 2, 29), date(2030, 9, 29)]


def by_steps(anchor: date, offset: int) -> date:
    """The same as ``day``, one day at a time."""
    while anchor.weekday() > 4:
        anchor -= timedelta(days=1)
    step = timedelta(days=1 if offset > 0 else -1)
    while offset:
        anchor += step
        if anchor.weekday() < 5:
            offset -= 1 if offset > 0 else -1
    return anchor


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-300, 300))
def test_an_offset_counts_mondays_to_fridays(anchor: date, offset: int) -> None:
    assert day(anchor, offset) == by_steps(anchor, offset)


@pytest.mark.parametrize(
    ("anchor", "offset", "expected"),
    [
        (date(2026, 11, 6), 0, date(2026, 11, 6)),
        (date(2026, 11, 6), 1, date(2026, 11, 9)),
        (date(2026, 11, 7), 0, date(2026, 11, 6)),
        (date(2026, 11, 8), 1, date(2026, 11, 9)),
        (date(2026, 11, 9), -1, date(2026, 11, 6)),
        (date(2026, 11, 9), -6, date(2026, 10, 30)),
    ],
)
def test_a_weekend_counts_as_its_friday(anchor: date, offset: int, expected: date) -> None:
    assert day(anchor, offset) == expected


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_importer_takes_every_row_without_a_remark(today: date, tmp_path: Path) -> None:
    target = tmp_path / "ledger.csv"
    assert write_ledger(target, today) == 280
    with open_ledger(target, load_mapping("ledger"), zone=SHANGHAI, today=today) as ledger:
        read = list(ledger)
        assert ledger.remarks == ()
    assert len(read) == 280
    for row in read:
        assert isinstance(row, LedgerRow), row
        assert row.warnings == ()
        assert row.closed == (row.stage is Stage.CLOSED)
        assert row.opened is not None
        assert row.opened.astimezone(SHANGHAI).date() <= today
        assert row.closed_at is None or row.opened <= row.closed_at
        assert row.requirement


def test_what_is_overdue_on_day_zero_is_overdue_whatever_the_day() -> None:
    for today in DAYS:
        dated = ledger_rows(today)
        for row, plain in zip(dated, rows("ledger.csv"), strict=True):
            if due := row["整改期限"]:
                ahead = int(plain[f"整改期限{OFFSET}"]) > 0
                assert (date.fromisoformat(due) > today) == ahead


def test_only_the_columns_of_days_are_changed() -> None:
    for row, plain in zip(ledger_rows(WEDNESDAY), rows("ledger.csv"), strict=True):
        for name, text in plain.items():
            if not name.endswith(OFFSET):
                assert row[name] == text
            elif not text:
                assert row[name.removesuffix(OFFSET)] == ""
