"""Drafts merged and units closed on the command line: shown first, then carried out."""

from __future__ import annotations

from tests.cli.conftest import Run
from tests.stock import Stock


def codes(rectiflow: Run, what: str) -> list[str]:
    return [one["code"] for one in rectiflow(what, "--json").document[what]]


def test_without_yes_a_merger_is_only_shown(rectiflow: Run, store: Stock) -> None:
    ran = rectiflow("person", "merge", "wang", "li", "--json")
    assert (ran.code, ran.document["done"]) == (0, False)
    assert (ran.document["draft"], ran.document["into"]) == ("wang", "li")
    assert "wang" in codes(rectiflow, "people")


def test_with_yes_it_is_carried_out_by_whoever_is_named(rectiflow: Run, store: Stock) -> None:
    nobody = rectiflow("person", "merge", "wang", "li", "--yes")
    assert nobody.code == 2
    refused = rectiflow("person", "merge", "wang", "li", "--yes", "--as", "li")
    assert refused.code == 1
    done = rectiflow("person", "merge", "wang", "li", "--yes", "--as", "coordinator", "--json")
    assert (done.code, done.document["done"]) == (0, True)
    assert "wang" not in codes(rectiflow, "people")
    assert rectiflow("audit", "verify").code == 0


def test_a_unit_that_is_no_draft_is_not_merged(rectiflow: Run, store: Stock) -> None:
    ran = rectiflow("unit", "merge", "court", "county", "--yes", "--as", "coordinator")
    assert ran.code == 1
    assert "court" in codes(rectiflow, "units")


def test_a_unit_is_closed_when_nothing_hangs_on_it_or_it_is_handed_over(
    rectiflow: Run, store: Stock
) -> None:
    shown = rectiflow("unit", "close", "court", "--json")
    assert (shown.document["done"], shown.document["possible"]) == (False, False)
    assert rectiflow("user", "add", "coordinator", "--admin").code == 0
    assert rectiflow("unit", "close", "court", "--yes", "--as", "coordinator").code == 1
    done = rectiflow("unit", "close", "court", "--into", "county", "--yes", "--as", "coordinator")
    assert done.code == 0
    listed = {one["code"]: one["closed"] for one in rectiflow("units", "--json").document["units"]}
    assert (listed["court"], listed["county"]) == (True, False)
    assert rectiflow("unit", "add", "new", "--name", "新", "--parent", "court").code == 1
    assert rectiflow("unit", "open", "court", "--as", "coordinator").code == 0
    assert rectiflow("audit", "verify").code == 0
