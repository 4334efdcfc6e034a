"""A past ledger replayed from a file, as values and as a page."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from config.profiles import load_profile
from ledgers.mapping_files import load_mapping
from rules.agenda import StepKind
from rules.errors import InputError
from rules.mailing import Hold
from tasks import plots
from tasks.simulation import Simulated, simulate_ledger
from tasks.simulation_report import as_html, as_json
from tasks.simulation_words import WORDS, word

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
    assert "url(" not in page
    assert "<script" not in page


def test_every_plot_says_what_it_shows_and_has_its_table_beside_it(ledger: Path) -> None:
    page = as_html(simulated(ledger, "education-rectification", "safety-hazards"))
    plots = re.findall(r'<svg role="img"[^>]* aria-label="([^"]+)"', page)
    assert len(plots) >= 5
    for heading in plots:
        assert f"<caption>{heading}</caption>" in page
    assert page.count("<svg") == page.count("</svg>") == len(plots)
    assert "prefers-color-scheme: dark" in page
    assert "NaN" not in page


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_time_in_which_nothing_happens_has_a_page_that_says_so(ledger: Path, lang: str) -> None:
    found = simulate_ledger(
        ledger, load_mapping("ledger"), [load_profile("audit")],
        first=date(2030, 1, 1), last=date(2030, 1, 2),
    )  # fmt: skip
    page = as_html(found, lang)
    assert "<svg" not in page
    assert word("nothing", lang) in page


def test_rows_that_cannot_be_replayed_are_named(ledger: Path) -> None:
    with ledger.open("a", encoding="utf-8") as file:
        file.write("A-5,五号,乙单位,李四,昨天,2026-03-20,否,\n")
    found = simulated(ledger, "education-rectification")
    assert [(each.row, each.cell) for each in found.named] == [(5, "立项时间"), (6, "立项时间")]
    assert "昨天" in found.named[1].reason
    assert "昨天" in as_html(found)


def test_a_ledger_without_openings_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("编号,问题标题\nA-1,一号\n", encoding="utf-8")
    with pytest.raises(InputError, match="No column says when") as refused:
        simulated(path, "education-rectification")
    assert "opened:" in refused.value.hint


def test_a_ledger_none_of_whose_rows_can_be_replayed_names_the_first(tmp_path: Path) -> None:
    path = tmp_path / "blank.csv"
    path.write_text("编号,问题标题,立项时间\nA-1,一号,\nA-2,二号,昨天\n", encoding="utf-8")
    with pytest.raises(InputError, match="No row can be replayed") as refused:
        simulated(path, "education-rectification")
    assert "row 2, 立项时间" in refused.value.where


def test_a_ledger_without_rows_says_so(tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("编号,问题标题,立项时间\n", encoding="utf-8")
    with pytest.raises(InputError, match="no rows"):
        simulated(path, "education-rectification")


def test_a_window_that_ends_before_it_begins_is_refused(ledger: Path) -> None:
    with pytest.raises(InputError, match="begins on"):
        simulate_ledger(
            ledger, load_mapping("ledger"), [load_profile("audit")],
            first=date(2026, 3, 2), last=date(2026, 3, 1),
        )  # fmt: skip


def test_the_script_gets_every_unit_person_and_day(ledger: Path) -> None:
    (result,) = as_json(simulated(ledger, "education-rectification"))["policies"]
    for key in ("by_unit", "by_person", "by_day"):
        acts = [count for line in result[key] for count in line["acts"].values()]
        assert sum(acts) == sum(result["acts"].values())
    assert sum(line["mails"] for line in result["by_day"]) == result["mails"]


@pytest.mark.parametrize(("most", "top"), [(0, 4), (4, 4), (5, 8), (37, 40), (1234, 1600)])
def test_an_axis_ends_on_a_round_number_above_everything(most: int, top: int) -> None:
    assert plots.scale(most) == top


def test_every_act_and_reason_has_its_words_in_both_languages() -> None:
    for kind in StepKind:
        if kind not in _NEVER_REPLAYED and kind is not StepKind.RUNG:
            assert kind.value in WORDS, kind
    for why in Hold:
        if why not in (Hold.CAP, Hold.RELEASED):
            assert f"held_{why}" in WORDS


_NEVER_REPLAYED = {
    StepKind.ACKNOWLEDGE, StepKind.DEEMED_RECEIVED, StepKind.VERIFICATION, StepKind.CLOSURE,
    StepKind.HOLD_EXPIRED, StepKind.EXTENSION_DUE, StepKind.EXTENSION_LAPSED,
    StepKind.HOLD_REQUEST_LAPSED,
}  # fmt: skip
