"""A past ledger replayed from a file, as values and as a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from config.profiles import load_profile
from ledgers.mapping_files import load_mapping
from rules.errors import InputError
from tasks.simulation import Simulated, as_html, as_json, simulate_ledger

LEDGER = """编号,问题标题,责任单位,责任人,立项时间,整改期限,是否销号,销号时间
A-1,<b>一号</b>,甲单位,张三,2026-03-02 10:00,2026-03-20,否,
A-2,二号,甲单位,张三,2026-03-02 10:00,2026-03-20,是,2026-03-05 10:00
A-3,三号,乙单位,李四,2026-03-02 10:00,,否,
A-4,四号,乙单位,李四,,2026-03-20,否,
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "<past>.csv"
    path.write_text(LEDGER, encoding="utf-8")
    return path


def simulated(path: Path, *profiles: str, last: date | None = date(2026, 6, 30)) -> Simulated:
    return simulate_ledger(
        path, load_mapping("ledger"), [load_profile(name) for name in profiles], last=last
    )


def test_rows_that_cannot_be_replayed_are_counted_and_the_others_are(ledger: Path) -> None:
    document = as_json(simulated(ledger, "education-rectification"))
    assert (document["rows"], document["unusable"]) == (4, 1)
    (result,) = document["policies"]
    assert result["items"] == 3
    assert result["skipped"]["no deadline: never chased"] == 1
    assert result["acts"]["listing"] == 1


def test_two_policies_stand_side_by_side(ledger: Path) -> None:
    document = as_json(simulated(ledger, "education-rectification", "safety-hazards"))
    first, second = document["policies"]
    assert (first["policy"], second["policy"]) == ("education-rectification", "safety-hazards")
    assert second["mails"] > first["mails"]


def test_without_a_last_day_the_window_ends_with_what_the_ledger_tells(ledger: Path) -> None:
    found = simulated(ledger, "education-rectification", last=None)
    assert (found.first, found.last) == (date(2026, 3, 2), date(2026, 3, 5))


def test_the_page_loads_nothing_and_runs_nothing_from_the_ledger(ledger: Path) -> None:
    page = as_html(simulated(ledger, "education-rectification", "safety-hazards"))
    assert "&lt;past&gt;.csv" in page
    assert "<past>" not in page
    assert "src=" not in page
    assert "http" not in page
    assert "<script" not in page


def test_a_ledger_without_openings_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("编号,问题标题\nA-1,一号\n", encoding="utf-8")
    with pytest.raises(InputError, match="Map the column of the opening"):
        simulated(path, "education-rectification")
