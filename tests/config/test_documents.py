"""Documents and profiles: what is wrong is named by file, line and key."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from config.calendars import calendar_for
from config.documents import mistakes_in, parse_document, read_document
from config.profiles import FOLDER, load_profile, mistakes_in_profile, names, profile_file
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
        ("days: 60", "days: sixty", 10, "limits.major.days: write a whole number, not 'sixty'"),
        ("days: 60", "days: 0", 10, "limits.major.days: write a number of at least 1, not 0"),
        ("{days: 20}", "{days: 20, colour: red}", 8, "limits.serious.colour: there is no such"),
        ("general: {days: 10}", "grave: {days: 10}", 7, "limits.grave"),
        ("  general: {days: 10}\n", "", 6, "limits are missing for: general"),
        ("act: interview", "act: talk", 14, "ladder.1.act: write one of 'letter', 'interview'"),
        ("after: 5", "after: 1", 12, "ladder rungs must come later one by one"),
        ("version: 1", "version: one", 3, "version: write a whole number, not 'one'"),
        ("name: test", "name: Test Campaign", 2, "name: String should match pattern"),
        ("title_zh: 测试\n", "", 2, "title_zh: it is missing"),
        ("title_en: Test", "title_en: [Test]", 5, "title_en: write a text"),
        ("title_en: Test", "title_en: Test\ntitel: x", 6, "titel: there is no such key here"),
        ("title_en: Test", "title_en: Test\nversion: 2", 6, "'version' stands twice"),
        ("{days: 20}", "{days: 20, days: 30}", 8, "'days' stands twice"),
        ("# line 1", "extra_days_off: [2026-10-09,\n  2026-13-45]", 2, "off.1: write a day"),
        ("# line 1", "ladder2: []", 1, "ladder2: there is no such key here"),
        ("# line 1", "progress_every: often", 1, "a number of working days, or {weekly: friday}"),
        ("# line 1", "progress_every: {weekly: x}", 1, "progress_every.weekly: write one of"),
        ("# line 1", "progress_every:\n  weekley: friday", 2, "weekley: there is no such key"),
        ("# line 1", "progress_every: -1", 1, "progress_every: write a number of at least 0"),
        ("{days: 20}", "{days: 20, by: month_end}", 8, "limits.serious: a limit takes either"),
        ("{days: 20}", "{by: month}", 8, "limits.serious.by: write one of 'week_end'"),
        ("{days: 20}", "20", 8, "limits.serious: write a section of keys and values"),
        ("after: 5", "after: 5\n    minutes: maybe", 16, "write true or false, not 'maybe'"),
        ("act: interview", "act: letter\n    minutes: true", 14, "only an interview has minutes"),
        ("# line 1", "notices:\n  quiet_hours:\n    begins: 20:00", 2, "ends: it is missing"),
        ("# line 1", "notices:\n  digest_at: noon", 2, "notices.digest_at: write a time"),
        ("# line 1", "notices: {digested: [held]}", 1, "notices.digested: it needs digest_at"),
        ("# line 1", "deemed_served_after: 1", 1, "must not be before serve_within"),
        ("# line 1", "extension_reasons:\n  - {code: A, zh: 甲, en: A}", 2, "reasons.0.code: "),
        ("# line 1", "extension_reasons: weather", 1, "write a list, like [one, another]"),
        ("# line 1", "office_hours:\n  short_weekdays: [fri]", 2, "short_weekdays.0: write one of"),
        ("# line 1", "1: 2", 1, "1: write the key as a text"),
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


def test_every_mistake_is_told_by_line_not_only_the_first(tmp_path: Path) -> None:
    text = GOOD.replace("days: 60", "days: x").replace("version: 1", "version: one") + "colour: 1\n"
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    found = mistakes_in(file, Policy)
    assert [each.where.removeprefix(f"{file}:") for each in found] == ["3", "10", "16"]
    with pytest.raises(InputError, match="version: write a whole number") as caught:
        read_document(file, Policy)
    assert "2 more follow" in caught.value.hint
    file.write_text(GOOD, encoding="utf-8")
    assert mistakes_in(file, Policy) == []


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("titel: x", "title_zh"),
        ("lader: []", "ladder"),
        ("verification_in: 5", "verification_within"),
    ],
)
def test_a_misspelt_key_is_guessed(wrong: str, meant: str) -> None:
    with pytest.raises(InputError, match="no such key") as caught:
        parsed(GOOD + wrong)
    assert caught.value.hint.startswith(f"Did you mean {meant[:5]}")


@pytest.mark.parametrize(
    ("lines", "line", "said", "hint"),
    [
        ("zone: Asia/Nowhere", 16, "zone: There is no zone 'Asia/Nowhere'", "IANA"),
        ("country: XX", 16, "country: There is no calendar for 'XX'", "ISO"),
        ("country: US\nsubdivision: ZZ", 16, "country: There is no calendar for 'US-ZZ'", "ISO"),
        ("extra_days_off: [2026-05-04]\nextra_days_on:\n  - 2026-05-09\n  - 2026-05-04", 19,
         "extra_days_on.1: 2026-05-04 is in extra_days_off, too", ""),
        ("notices:\n  digest_at: 08:30\n  digested:\n    - due_soon\n    - overdu", 20,
         "notices.digested.1: there is no notice 'overdu'", "overdue"),
        ("notices:\n  digest_at: 08:30\n  digested: [xyzzy]", 18,
         "notices.digested.0: there is no notice 'xyzzy'", "due_soon"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_named_by_file_line_and_key(
    tmp_path: Path, lines: str, line: int, said: str, hint: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(GOOD + lines, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_profile(str(file))
    assert (caught.value.where, said) == (f"{file}:{line}", caught.value.message.rstrip("."))
    assert hint in caught.value.hint
    (found,) = mistakes_in_profile(str(file))
    assert found.message == caught.value.message
