"""``rectiflow policy`` and ``rectiflow calendar``: what they say and change, how they end."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.policy_moves import STEPS
from config.profiles import profile_file
from rules.agenda import StepKind
from tests.cli.conftest import Run
from tests.cli.test_acts import in_deadline
from tests.stock import Stock


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What differs between databases is tested in ``tests/tasks/test_migrating.py``."""
    return f"sqlite:///{tmp_path / 'rectiflow.db'}"


NOW = "education-rectification@1"
NEXT = "education-rectification@2"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Version 2 of the policy in force, with other reminders."""
    text = profile_file("education-rectification").read_text(encoding="utf-8")
    changed = text.replace("version: 1", "version: 2").replace("[7, 3, 1]", "[4]")
    path = tmp_path / "second.yaml"
    path.write_text(changed, encoding="utf-8")
    return path


def version(rectiflow: Run, ref: str) -> int:
    number: int = rectiflow("show", ref, "--json").document["item"]["policy"]["version"]
    return number


def test_policies_are_listed_with_what_they_rule(rectiflow: Run, store: Stock) -> None:
    in_deadline(rectiflow)
    listed = rectiflow("policy", "list", "--json").document
    (stored,) = listed["stored"]
    assert (stored["policy"], stored["campaigns"], stored["open_items"]) == (NOW, ["ZG"], 1)
    assert "audit@1" in [one["policy"] for one in listed["profiles"]]
    assert NOW in rectiflow("policy", "list", "--lang", "en").out


@pytest.mark.parametrize("name", ["", "education-rectification", NOW, "municipal-311"])
def test_a_policy_is_shown_in_words_in_both_languages(
    rectiflow: Run, store: Stock, name: str
) -> None:
    words = [name] if name else []
    shown = rectiflow("policy", "show", *words, "--json").document
    assert shown["document"]["name"] == shown["policy"].partition("@")[0]
    limits = shown["document"]["limits"]["general"]["days"]
    zh, en = (rectiflow("policy", "show", *words, "--lang", lang).out for lang in ("zh-CN", "en"))
    assert f"{limits}个工作日内" in zh
    assert f"within {limits} working days" in en
    assert {line["about"] for line in shown["words"]} >= {"日历", "签收", "延期"}


def test_every_key_is_put_in_words(rectiflow: Run, store: Stock, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("""
name: mine
version: 1
title_zh: 我的
title_en: Mine
office_hours: {half_days: [2026-12-31], short_weekdays: [friday]}
limits:
  general: {by: month_end, plus: 1}
  serious: {days: 30}
  major: {days: 60, unit: calendar}
progress_every: {weekly: friday}
ladder:
  - {act: letter, after: 1, served: true}
  - {act: interview, after: 5, minutes: true, to: [leader], signer: coordinators}
announce_before: 2
deemed_served_after: 3
extension_reasons: [{code: weather, zh: 天气, en: Weather}]
extension_decided_within: 3
extension_longest: 11
extensions_decided_by: supervisors
hold_decided_within: 6
notices:
  quiet_hours: {begins: 20:00, ends: 08:00, days_off: true}
  window_minutes: 30
  collapse_above: 3
  digest_at: 08:30
  digested: [due_soon]
  cap_per_run: 500
  repeat_hours: 24
""", encoding="utf-8")  # fmt: skip
    said = rectiflow("policy", "check", str(path), "--lang", "en")
    assert said.code == 0, said
    for words in (
        "2026-12-31, Friday: closes at 12:00", "the month, 1 later", "every Friday",
        "waits until it is served", "with minutes", "to the leader; by the coordinators",
        "told 2 working days before each rung", "after 3 it counts as served", "Weather",
        "undecided for 3 working days", "11 working days at a time", "by the supervisors",
        "undecided for 6 working days", "20:00-08:00 and days off", "in 30 minutes", "more than 3",
        "08:30 on working days: due_soon", "more than 500", "within 24 hours",
    ):  # fmt: skip
        assert words in said.out


def test_a_check_tells_every_mistake_and_ends_with_1(
    rectiflow: Run, store: Stock, file: Path
) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("days: 15", "days: x") + "colour: red\n", encoding="utf-8")
    ran = rectiflow("policy", "check", str(file))
    assert ran.code == 1
    assert [line.split(": ")[1] for line in ran.out.splitlines()] == [
        "limits.general.days", "colour"]  # fmt: skip
    found = rectiflow("policy", "check", str(file), "--json")
    assert found.code == 1
    first = found.document["mistakes"][0]
    assert (first["file"], first["key"]) == (str(file), "limits.general.days")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert "days: x" in lines[first["line"] - 1]


@pytest.mark.parametrize("text", ["a: [", "- a"])
def test_a_file_that_is_no_policy_at_all_is_wrong_input(
    rectiflow: Run, store: Stock, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    assert rectiflow("policy", "check", str(path)).code == 2
    assert rectiflow("policy", "check", str(tmp_path / "none.yaml")).code == 2
    assert rectiflow("policy", "import", str(path)).code == 2


def test_an_imported_version_is_in_force_for_new_items_only(
    rectiflow: Run, store: Stock, file: Path
) -> None:
    old = in_deadline(rectiflow)
    done = rectiflow("policy", "import", str(file), "--json").document
    assert done == {"called": NEXT, "stored": True, "campaign": "ZG", "before": NOW}
    assert [version(rectiflow, ref) for ref in (old, in_deadline(rectiflow))] == [1, 2]
    assert "nothing changes" in rectiflow("policy", "import", str(file), "--lang", "en").out
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("due_soon: 7", "due_soon: 6"), encoding="utf-8")
    refused = rectiflow("policy", "import", str(file))
    assert refused.code == 2
    assert "Raise its version" in refused.err


def test_items_move_only_with_yes_and_only_by_the_office(
    rectiflow: Run, store: Stock, file: Path
) -> None:
    refs = [in_deadline(rectiflow) for _ in range(3)]
    assert rectiflow("policy", "import", str(file)).code == 0
    migrate = ("policy", "migrate", "--to", NEXT)

    shown = rectiflow(*migrate, "--json").document
    assert [one["ref"] for one in shown["items"]] == refs
    assert (shown["to"], shown["done"], shown["failed"]) == (NEXT, None, [])
    assert shown["items"][0]["next_before"]["kind"] == "remind"
    assert shown["items"][0]["next_before"] != shown["items"][0]["next_after"]
    text = rectiflow(*migrate, "--dry-run", "--lang", "en").out
    assert "3 items would go on" in text
    assert "add --yes --as PERSON" in text

    assert rectiflow(*migrate, "--yes").code == 2
    assert rectiflow(*migrate, "--yes", "--dry-run", "--as", "coordinator").code == 2
    assert rectiflow(*migrate, "--yes", "--as", "zhang").code == 1
    assert [version(rectiflow, ref) for ref in refs] == [1, 1, 1]

    one = rectiflow(*migrate, "--item", refs[1], "--yes", "--as", "coordinator", "--json")
    assert one.document["done"] == [refs[1]]
    history = rectiflow("show", refs[1], "--json").document["history"]
    assert (history[-1]["kind"], history[-1]["data"]["by"]) == ("policy_adopted", "coordinator")
    rest = rectiflow(*migrate, "--yes", "--as", "supervisor", "--lang", "en")
    assert rest.code == 0
    assert "2 items have been changed" in rest.out
    assert [version(rectiflow, ref) for ref in refs] == [2, 2, 2]
    assert rectiflow(*migrate, "--json").document["items"] == []
    assert rectiflow("audit", "verify").code == 0


def test_a_policy_that_is_not_stored_is_said_with_those_that_are(
    rectiflow: Run, store: Stock
) -> None:
    ran = rectiflow("policy", "migrate", "--to", "audit@1")
    assert ran.code == 2
    assert NOW in ran.err
    assert rectiflow("policy", "show", "audit@7").code == 2


def test_every_step_has_a_short_name_for_the_preview() -> None:
    assert set(STEPS) == {kind.value for kind in StepKind}


# The calendar


def test_a_year_is_shown_with_what_is_off_worked_and_halved(
    rectiflow: Run, store: Stock, tmp_path: Path
) -> None:
    shown = rectiflow("calendar", "show", "2026", "--json").document
    assert (shown["policy"], shown["published"], shown["working_days"]) == (NOW, True, 248)
    october = shown["months"][9]
    assert october["working"] == 18
    assert {"day": "2026-10-10", "kind": "on", "name": ""} in october["marked"]
    assert {"day": "2026-10-01", "kind": "off", "name": "国庆节"} in october["marked"]
    text = rectiflow("calendar", "show").out
    assert "2026" in text  # the campaign's year
    assert "1-2 国庆节" in text
    assert "已公布" in text


def test_a_month_is_shown_as_on_the_wall(rectiflow: Run, store: Stock, file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace(
        'closes: "17:00"}', "closes: '17:00', half_days: [2026-10-09]}"
    )
    file.write_text(text, encoding="utf-8")
    shown = rectiflow("calendar", "show", "2026-10", "--policy", str(file), "--json").document
    assert [month["month"] for month in shown["months"]] == [10]
    assert {"day": "2026-10-09", "kind": "half", "name": ""} in shown["months"][0]["marked"]
    wall = rectiflow("calendar", "show", "2026-10", "--policy", str(file)).out
    for mark in ("1 休", "10 班", "9 半", "31"):
        assert mark in wall


def test_a_year_that_is_not_published_is_called_an_estimate(rectiflow: Run, store: Stock) -> None:
    shown = rectiflow("calendar", "show", "2099", "--json").document
    assert shown["published"] is False
    assert "an estimate" in rectiflow("calendar", "show", "2099", "--lang", "en").out


@pytest.mark.parametrize("span", ["26", "2026-13", "2026-1", "next", "2101", "0000"])
def test_a_span_that_is_none_is_refused(rectiflow: Run, store: Stock, span: str) -> None:
    assert rectiflow("calendar", "show", span).code == 2


def test_refreshing_changes_nothing_while_the_calendar_is_the_same(
    rectiflow: Run, store: Stock
) -> None:
    ref = in_deadline(rectiflow)
    before = rectiflow("show", ref, "--json").document["item"]
    shown = rectiflow("calendar", "refresh", "--json").document
    assert shown == {"items": [], "done": None, "failed": []}
    done = rectiflow("calendar", "refresh", "--yes", "--as", "coordinator", "--json")
    assert (done.code, done.document["done"]) == (0, [])
    assert rectiflow("calendar", "refresh", "--yes").code == 2
    assert rectiflow("calendar", "refresh", "--yes", "--as", "zhang").code == 1
    assert rectiflow("show", ref, "--json").document["item"] == before
