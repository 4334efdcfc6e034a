"""Setting up: the home, the database, the campaign, its office; and doing it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.profiles import FOLDER
from tests.cli.conftest import Run

SEATS = ["coordinator", "verifier", "supervisor"]


@pytest.fixture
def place(home: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home that does not exist yet, with an empty database of each kind."""
    new = tmp_path / "new" / "home"
    monkeypatch.setenv("RECTIFLOW_HOME", str(new))
    monkeypatch.setenv("RECTIFLOW_DATABASE_URL", database_url)
    return new


def test_everything_that_is_needed_is_made_and_named(rectiflow: Run, place: Path) -> None:
    ran = rectiflow("init", "--code", "JN", "--title", "济南整改行动", "--json")
    assert (ran.code, ran.err) == (0, "")
    document = ran.document
    assert document["created"] is True
    assert document["campaign"] == {"code": "JN", "title": "济南整改行动"}
    assert [seat["code"] for seat in document["office"]] == SEATS
    assert document["home"] == str(place)
    assert place.stat().st_mode & 0o077 == 0
    ref = rectiflow("register", "--as", "coordinator", "--set", "title=x", "--json").document["ref"]
    assert ref == "JN-00001"


def test_doing_it_again_changes_nothing_and_says_so(rectiflow: Run, place: Path) -> None:
    rectiflow("init")
    people = rectiflow("people", "--json").out
    again = rectiflow("init", "--code", "XX")
    assert again.code == 0
    assert "nothing has changed" in again.out
    assert "begin with ZG, not XX" in again.out
    assert rectiflow("init", "--json").document["created"] is False
    assert rectiflow("people", "--json").out == people


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_people_are_told_which_handles_to_use(rectiflow: Run, place: Path) -> None:
    told = rectiflow("init").out
    assert all(seat in told for seat in (*SEATS, str(place)))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("code", ["", "A B", "../x", "-x", "x" * 17, "a/b"])
def test_a_code_that_makes_no_references_is_refused(rectiflow: Run, place: Path, code: str) -> None:
    ran = rectiflow("init", "--code", code)
    assert (ran.code, "--code" in ran.err) == (2, True)
    assert not place.exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_unknown_profile_is_refused_before_anything_is_made(rectiflow: Run, place: Path) -> None:
    ran = rectiflow("init", "--profile", "nonsense")
    assert (ran.code, "education-rectification" in ran.err) == (2, True)
    assert not place.exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_profile_with_a_mistake_names_the_line(
    rectiflow: Run, place: Path, tmp_path: Path
) -> None:
    good = (FOLDER / "education-rectification.yaml").read_text(encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(good.replace("due_soon: 7", "due_soon: seven"), encoding="utf-8")
    line = good[: good.index("due_soon:")].count("\n") + 1
    ran = rectiflow("init", "--profile", str(file))
    assert ran.code == 2
    assert f"{file}:{line}" in ran.err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_campaigns_policy_is_that_of_the_profile(
    rectiflow: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = (FOLDER / "education-rectification.yaml").read_text(encoding="utf-8")
    file = tmp_path / "mine.yaml"
    file.write_text(good.replace("name: education-rectification", "name: mine"), encoding="utf-8")
    monkeypatch.setenv("RECTIFLOW_PROFILE", str(file))
    assert rectiflow("init").code == 0
    rectiflow("register", "--as", "coordinator", "--set", "title=x")
    (item,) = rectiflow("list", "--json").document["items"]
    assert item["policy"] == {"name": "mine", "version": 1}
