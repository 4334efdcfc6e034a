"""Documents and profiles: what is wrong is named by file, line and key."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from config.calendars import calendar_for
from config.documents import parse_document, read_document
from config.profiles import FOLDER, load_profile, names, profile_file
from rules.errors import InputError, NotFound
from rules.policy import Policy
from rules.vocabulary import Severity

GOOD = """\
# line 1
name: test
version: 1
title_zh: 测试
title_en: Test
limits:
  general: {days: 10}
  serious: {days: 20}
  major:
    days: 60
    unit: calendar
ladder:
  - {act: letter, after: 1}
  - act: interview
    after: 5
"""


def parsed(text: str) -> Policy:
    """The policy in the text."""
    return parse_document(text, Policy, "test.yaml")


def test_a_good_document_is_read() -> None:
    assert parsed(GOOD).limits[Severity.MAJOR].days == 60


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("days: 60", "days: sixty", 10, "limits.major.days: Input should be a valid integer"),
        ("days: 60", "days: 0", 10, "limits.major.days: Input should be greater than"),
        ("{days: 20}", "{days: 20, colour: red}", 8, "limits.serious.colour: Extra inputs"),
        ("general: {days: 10}", "grave: {days: 10}", 7, "limits.grave"),
        ("  general: {days: 10}\n", "", 2, "limits are missing for: general"),
        ("act: interview", "act: talk", 14, "ladder.1.act: Input should be 'letter', 'interview'"),
        ("after: 5", "after: 1", 2, "ladder rungs must come later one by one"),
        ("version: 1", "version: one", 3, "version: Input should be a valid integer"),
        ("name: test", "name: Test Campaign", 2, "name: String should match pattern"),
        ("title_zh: 测试\n", "", 2, "title_zh: Field required"),
        ("title_en: Test", "title_en: [Test]", 5, "title_en: Input should be a valid string"),
        ("title_en: Test", "title_en: Test\ntitel: x", 6, "titel: Extra inputs are not permitted"),
        ("title_en: Test", "title_en: Test\nversion: 2", 6, "'version' stands twice"),
        ("{days: 20}", "{days: 20, days: 30}", 8, "'days' stands twice"),
        ("# line 1", "extra_days_off: [2026-10-09,\n  2026-13-45]", 2, "extra_days_off.1: Input"),
        ("# line 1", "zone: [", 3, "This is not YAML"),
        ("# line 1", "a: b: c", 1, "This is not YAML"),
        ("  serious", "\tserious", 8, "This is not YAML"),
        ("# line 1", "when: !!python/name:os.system", 1, "This is not YAML"),
        ("# line 1", "office_hours: {opens: 17:00, closes: 09:00}", 1, "must open before"),
    ],
)  # fmt: skip
def test_a_slip_is_named_by_file_line_and_key(old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError) as caught:
        parsed(GOOD.replace(old, new))
    assert said in caught.value.message
    assert caught.value.where == f"test.yaml:{line}"
    assert "Value error" not in caught.value.message


@pytest.mark.parametrize("text", ["", "# nothing", "- a\n- b", "text", "7", "null"])
def test_a_document_that_is_no_mapping_is_said_to_be_none(text: str) -> None:
    with pytest.raises(InputError, match="mapping of keys to values"):
        parsed(text)


@pytest.mark.parametrize("text", ["[" * 3000, "{a: " * 3000, "a: " + "&x [" * 3000])
def test_a_document_of_endless_depth_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"nested too deeply|not YAML"):
        parsed(text)


def test_plain_words_mean_what_they_look_like() -> None:
    """Older YAML makes numbers of times, truth of Norway, and eight of ten."""
    policy = parsed(
        GOOD.replace("days: 60", "days: 010")
        + "country: NO\n"
        + "subdivision: ON\n"
        + "office_hours: {opens: 10:00, closes: 17:30}\n"
        + "extra_days_off: [2026-12-31]\n"
        + "evidence_required: false\n"
        + "deemed_received_after:\n"
    )
    assert (policy.country, policy.subdivision) == ("NO", "ON")
    assert (policy.office_hours.opens, policy.office_hours.closes) == (time(10), time(17, 30))
    assert policy.limits[Severity.MAJOR].days == 10
    assert policy.extra_days_off == (date(2026, 12, 31),)
    assert policy.evidence_required is False
    assert policy.deemed_received_after is None


def test_line_ends_and_marks_of_other_systems_do_not_matter() -> None:
    assert parsed("\ufeff" + GOOD.replace("\n", "\r\n")) == parsed(GOOD)


def test_a_file_is_read_and_named(tmp_path: Path) -> None:
    file = tmp_path / "我的政策.yaml"
    file.write_text(GOOD.replace("days: 60", "days: -1"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_document(file, Policy)
    assert caught.value.where == f"{file}:10"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.yaml"
    damaged.write_bytes(GOOD.encode("gb18030"))
    for file in (damaged, tmp_path / "none.yaml", tmp_path):
        with pytest.raises(InputError, match="cannot be read") as caught:
            read_document(file, Policy)
        assert caught.value.where == str(file)


@pytest.mark.parametrize("name", names())
def test_every_profile_that_comes_with_the_program_is_good(name: str) -> None:
    policy = load_profile(name)
    assert policy.name == name
    assert set(policy.limits) == set(Severity)
    assert policy.ladder
    assert calendar_for(policy).add(date(2026, 11, 2), 5) > date(2026, 11, 2)


def test_profiles_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    assert profile_file("education-rectification").parent == FOLDER
    mine = tmp_path / "mine.yaml"
    mine.write_text(GOOD, encoding="utf-8")
    assert load_profile(str(mine)).name == "test"


@pytest.mark.parametrize("name", ["nothing-like-it", "", "profiles", "education-rectification.yml"])
def test_an_unknown_profile_is_said_with_those_that_are_known(name: str) -> None:
    with pytest.raises(NotFound, match="no policy profile") as caught:
        load_profile(name)
    assert "education-rectification" in caught.value.hint
