"""``rectiflow roster``: units and people from tables."""

from __future__ import annotations

from pathlib import Path

from sample.files import path as sample_file
from tests.cli.conftest import Run
from tests.stock import Stock

UNITS = "code,name,parent\ncounty,历山县,root\nnew,新设单位,county\n"
PEOPLE = (
    "code,name,unit,role,email\nzhang,张三,bureau,responsible,z@a.example\nnew,新人,new,leader,\n"
)


def files(folder: Path, units: str = UNITS, people: str = PEOPLE) -> tuple[str, ...]:
    """The words that name two files with these contents."""
    (folder / "units.csv").write_text(units, encoding="utf-8")
    (folder / "people.csv").write_text(people, encoding="utf-8")
    return ("--units", str(folder / "units.csv"), "--people", str(folder / "people.csv"))


def test_units_and_people_are_loaded_and_again_without_a_change(
    rectiflow: Run, store: Stock, tmp_path: Path
) -> None:
    words = files(tmp_path)
    dry = rectiflow("roster", *words, "--dry-run", "--json").document
    ran = rectiflow("roster", *words, "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.document == {
        "units": {"rows": 2, "created": 1, "updated": 0, "unchanged": 1},
        "people": {"rows": 2, "created": 1, "updated": 1, "unchanged": 0},
        "promoted": [], "closed": [], "refused": [], "dry_run": False,
    }  # fmt: skip
    assert dry == ran.document | {"dry_run": True}
    zhang = next(
        p for p in rectiflow("people", "--json").document["people"] if p["code"] == "zhang"
    )
    assert zhang["email"] == "z@a.example"
    again = [line.split() for line in rectiflow("roster", *words).out.splitlines()]
    assert ["单位", "2", "0", "0", "2"] in again
    assert ["人员", "2", "0", "0", "2"] in again


def test_a_wrong_row_is_named_and_nothing_is_stored(
    rectiflow: Run, store: Stock, tmp_path: Path
) -> None:
    words = files(tmp_path, people=PEOPLE + "x,某,nowhere,leader,\n")
    ran = rectiflow("roster", *words, "--json", "--lang", "en")
    assert ran.code == 2
    [problem] = ran.document["refused"]
    assert (problem["file"], problem["row"], problem["cell"]) == ("people.csv", 4, "unit")
    assert 'no unit with the code "nowhere"' in problem["reason"]
    assert "new" not in {unit["code"] for unit in rectiflow("units", "--json").document["units"]}
    said = rectiflow("roster", *words)
    assert said.code == 2
    assert "未保存任何内容" in said.out


def test_something_has_to_be_named(rectiflow: Run, home: Path) -> None:
    ran = rectiflow("roster")
    assert ran.code == 2
    assert "Give --units FILE, --people FILE, or both." in ran.err


def test_the_sample_campaign_is_set_up_from_the_terminal(rectiflow: Run, home: Path) -> None:
    assert rectiflow("init").code == 0
    units, people = str(sample_file("units.csv")), str(sample_file("people.csv"))
    ran = rectiflow("roster", "--units", units, "--people", people)
    assert ran.code == 0
    assert "105" in ran.out
    assert "294" in ran.out
