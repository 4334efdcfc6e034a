"""What ``rectiflow figures`` says, to people and to scripts."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from rules.vocabulary import Stage
from tests.cli.conftest import Run
from tests.stock import Stock, entered, led_by

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_campaign_without_items_says_what_to_do(rectiflow: Run, store: Stock) -> None:
    assert "rectiflow import" in rectiflow("figures").out
    document = rectiflow("figures", "--json").document
    assert (document["whole"], document["groups"]) == (None, [])


def test_the_figures_are_told_by_unit_and_together(
    rectiflow: Run, store: Stock, engine: Engine
) -> None:
    entered(engine, [led_by(store, "bureau", Stage.DEADLINE), led_by(store, "court", Stage.CLOSED)])
    document = rectiflow("figures", "--by", "unit", "--json").document
    assert document["whole"]["opened"] == 2
    assert document["whole"]["original"]["rate"] is None
    assert {group["name"]: group["open"] for group in document["groups"]} == {
        "历山县公安局": 1, "历山县法院": 0,
    }  # fmt: skip
    said = rectiflow("figures", "--by", "unit").out
    assert "历山县公安局" in said
    assert "合计" in said


@pytest.mark.parametrize("by", ["category", "source", "month"])
def test_every_grouping_adds_up(rectiflow: Run, store: Stock, engine: Engine, by: str) -> None:
    entered(engine, [led_by(store, "bureau", Stage.DEADLINE)] * 3)
    document = rectiflow("figures", "--by", by, "--json").document
    assert sum(group["opened"] for group in document["groups"]) == 3


def test_a_period_that_ends_before_it_begins_is_refused(rectiflow: Run, store: Stock) -> None:
    ran = rectiflow("figures", "--from", "2026-11-02", "--to", "2026-11-01")
    assert (ran.code, "--from" in ran.err) == (2, True)
    assert rectiflow("figures", "--from", "soon").code == 2


def test_a_month_report_over_centuries_is_refused_with_what_to_do(
    rectiflow: Run, store: Stock, engine: Engine
) -> None:
    entered(engine, [led_by(store, "bureau", Stage.DEADLINE)])
    ran = rectiflow("figures", "--by", "month", "--from", "1900-01-01")
    assert ran.code == 2
    assert "--from" in ran.err
