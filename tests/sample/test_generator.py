"""The committed campaign is what the generator makes, and says that it is invented."""

from pathlib import Path

import pytest
import yaml

from config.profiles import load_profile
from ledgers.mapping_files import load_mapping
from rules.errors import NotFound
from sample.files import NAMES, path
from sample.generate import generate, main


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return generate()


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_file_is_what_the_generator_writes(name: str, made: dict[str, str]) -> None:
    assert path(name).read_bytes() == made[name].encode(), "run python -m sample.generate"


def test_the_generator_gives_the_same_every_time(made: dict[str, str]) -> None:
    assert generate() == made


def test_the_generator_writes_exactly_the_named_files(tmp_path: Path) -> None:
    main(tmp_path / "new")
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == sorted(NAMES)


def test_the_campaign_names_a_profile_a_mapping_and_a_unit_that_exist() -> None:
    campaign = yaml.safe_load(path("campaign.yaml").read_text(encoding="utf-8"))
    assert load_profile(campaign["profile"]).name == campaign["profile"]
    assert load_mapping(campaign["mapping"]).name == campaign["mapping"]
    assert f"\n{campaign['root']}," in path("units.csv").read_text(encoding="utf-8")
    assert campaign["invented"] is True


def test_the_readme_says_in_both_languages_that_all_is_invented() -> None:
    text = (path("units.csv").parents[1] / "README.md").read_text(encoding="utf-8")
    assert "Everything here is invented" in text
    assert "完全虚构" in text


def test_a_file_that_the_sample_does_not_have_is_named_with_those_it_has() -> None:
    with pytest.raises(NotFound, match=r"no file 'items\.csv'\. It has campaign\.yaml, units\.csv"):
        path("items.csv")
