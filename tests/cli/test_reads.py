"""What the reading commands say: the documented shapes for scripts, words for people."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models import people as roster
from models.engine import writing
from rules.vocabulary import NAMES, Outcome, Stage
from tests.cli.conftest import Run
from tests.cli.test_acts import in_deadline, registered
from tests.stock import Stock, entered, led_by

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What differs between databases is tested in ``test_both_databases``."""

ITEM = {
    "ref", "number", "title", "description", "requirement", "category", "severity", "source",
    "stage", "outcome", "light", "round", "life", "level", "served", "confirmed",
    "unit", "co_units", "responsible",
    "leader", "verifier", "due_original", "due", "due_superior", "opened_at", "closed_at",
    "stage_since", "on_hold", "hold_until", "extension_requested", "confidential", "version",
    "next_action_at", "campaign", "policy", "head",
}  # fmt: skip
"""The documented fields of an item."""


def test_an_item_has_the_documented_fields_in_lists_and_alone(rectiflow: Run, store: Stock) -> None:
    ref = in_deadline(rectiflow)
    (listed,) = rectiflow("list", "--json").document["items"]
    shown = rectiflow("show", ref, "--json").document["item"]
    assert listed == shown
    assert set(shown) == ITEM
    assert shown["unit"] == {"code": "bureau", "name": "历山县公安局"}
    assert shown["leader"] == {"code": "li", "name": "李四"}
    assert shown["verifier"] is None
    assert shown["policy"] == {"name": "education-rectification", "version": 1}
    assert datetime.fromisoformat(shown["opened_at"]).utcoffset() is not None
    assert date.fromisoformat(shown["due"]) > date(2026, 11, 2)
    assert shown["version"] == 4


def test_show_tells_everything_that_is_documented(rectiflow: Run, store: Stock) -> None:
    ref = in_deadline(rectiflow)
    document = rectiflow("show", ref, "--json").document
    assert set(document) == {"item", "history", "agenda", "deliveries", "flow_run", "documents",
                             "evidence", "extensions"}  # fmt: skip
    assert set(document["history"][0]) == {"seq", "kind", "at", "stage", "actor", "data",
                                           "step_key", "hash"}  # fmt: skip
    assert document["history"][2]["data"]["responsible"] == {"code": "zhang", "name": "张三"}
    assert set(document["agenda"][0]) == {"at", "kind", "key", "level", "to", "waiting",
                                          "provisional", "sentence"}  # fmt: skip
    assert document["flow_run"] is None


def test_the_run_of_the_present_life_is_shown_with_those_before(
    rectiflow: Run, store: Stock, engine: Engine
) -> None:
    from models import following
    from tests.conftest import MONDAY

    ref = registered(rectiflow)
    with writing(engine) as connection:
        following.attach(connection, 1, 1, "run-1", MONDAY)
        following.attach(connection, 1, 2, "run-2", MONDAY)
    run = rectiflow("show", ref, "--json").document["flow_run"]
    assert (run["id"], run["life"], run["moves"], run["followed"]) == ("run-2", 2, 1, 0)
    assert [each["id"] for each in run["earlier"]] == ["run-1"]


def test_the_agenda_is_that_of_the_item_and_explains_itself(rectiflow: Run, store: Stock) -> None:
    ref = in_deadline(rectiflow)
    document = rectiflow("agenda", ref, "--json", "--lang", "en").document
    assert (document["ref"], document["stage"], document["on_hold"]) == (ref, "deadline", False)
    assert document["zone"] == "Asia/Shanghai"
    steps = document["steps"]
    assert steps == rectiflow("show", ref, "--json", "--lang", "en").document["agenda"]
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
    assert steps[0]["at"] == rectiflow("show", ref, "--json").document["item"]["next_action_at"]
    assert [step["level"] for step in steps if step["kind"] == "rung"] == [1, 2, 3, 4]
    assert not any(step["waiting"] for step in steps)
    assert "the responsible person" in steps[0]["sentence"]
    assert "责任人" in rectiflow("agenda", ref).out


def test_an_item_to_which_nothing_happens_says_why(rectiflow: Run, store: Stock) -> None:
    ref = registered(rectiflow)
    assert rectiflow("agenda", ref, "--json").document["steps"] == []
    assert "somebody has to act" in rectiflow("agenda", ref, "--lang", "en").out
    assert "等人办理" in rectiflow("agenda", ref).out


def test_a_step_that_is_due_and_has_not_fired_is_marked(
    rectiflow: Run, store: Stock, engine: Engine
) -> None:
    late = datetime.fromisoformat("2026-10-12T02:00:00+00:00")
    opening = led_by(store, "bureau", Stage.DEADLINE, due=date(2026, 10, 16))
    (ref,) = entered(engine, [opening], late)
    steps = rectiflow("agenda", ref, "--json").document["steps"]
    assert [step["waiting"] for step in steps[:2]] == [True, True]
    assert not steps[-1]["waiting"]
    assert "(due now)" in rectiflow("agenda", ref, "--lang", "en").out


@pytest.mark.parametrize("words", [("list",), ("list", "--lang", "en"), ("list", "--json")])
def test_a_confidential_item_is_listed_without_its_title(
    rectiflow: Run, store: Stock, engine: Engine, words: tuple[str, ...]
) -> None:
    opening = led_by(store, "bureau", Stage.DEADLINE, title="举报某人", confidential=True)
    (ref,) = entered(engine, [opening], texts={"description": "举报某人的事"})
    listed = rectiflow(*words).out
    assert ref in listed
    assert "举报某人" not in listed
    assert "举报某人" in rectiflow("show", ref).out


def test_a_table_says_what_people_call_things(rectiflow: Run, store: Stock, engine: Engine) -> None:
    opening = led_by(store, "bureau", Stage.DEADLINE, due=date(2026, 10, 30), title="窗口推诿")
    entered(engine, [opening])
    zh, en = rectiflow("list").out, rectiflow("list", "--lang", "en").out
    for word in ("红灯", "ZG-00001", "窗口推诿", "历山县公安局", "张三", "2026-10-30", "限期整改"):
        assert word in zh
    assert "Red" in en
    assert "Deadline" in en


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("stage", Stage)
def test_an_item_of_every_stage_has_a_page(
    rectiflow: Run, store: Stock, engine: Engine, stage: Stage, lang: str
) -> None:
    outcome = Outcome.LONG_TERM if stage is Stage.CLOSED else None
    due = date(2026, 11, 27)
    (ref,) = entered(engine, [led_by(store, "bureau", stage, due=due, outcome=outcome)])
    page = rectiflow("show", ref, "--lang", lang).out
    zh, en = NAMES[outcome or stage]
    assert (zh if lang == "zh-CN" else en) in page
    assert "历山县公安局" in page


def test_the_page_of_an_item_tells_its_story(rectiflow: Run, store: Stock, tmp_path: Path) -> None:
    ref = in_deadline(rectiflow)
    file = tmp_path / "照片.jpg"
    file.write_bytes(b"x")
    rectiflow("act", ref, "attach_evidence", "--as", "zhang", "--file", str(file))
    rectiflow("act", ref, "request_extension", "--as", "zhang", "--set", "due=2026-12-31",
              "--set", "reason=材料未齐")  # fmt: skip
    rectiflow("act", ref, "hold", "--as", "coordinator", "--set", "until=2026-12-01",
              "--set", "reason=等待鉴定")  # fmt: skip
    page = rectiflow("show", ref).out
    for word in ("窗口推诿", "张三", "李四", "照片.jpg", "材料未齐", "等待鉴定", "2026-12-31",
                 "中止计时至", "2026-12-01", "服务窗口作风", "签收",
                 "2026-11-02 09:00"):  # fmt: skip
        assert word in page


def test_a_text_that_would_rewrite_the_terminal_is_made_harmless(
    rectiflow: Run, store: Stock
) -> None:
    evil = "好\x1b[2J\x07\u202e坏"
    ref = registered(rectiflow, title=evil)
    for words in (("list",), ("show", ref)):
        shown = rectiflow(*words).out
        assert "好" in shown
        assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert rectiflow("show", ref, "--json").document["item"]["title"] == evil


def test_brackets_in_a_title_are_no_markup(rectiflow: Run, store: Stock) -> None:
    ref = registered(rectiflow, title="[red]重要[/red] :smile:")
    assert "[red]重要[/red] :smile:" in rectiflow("show", ref).out
    assert "[red]重要[/red] :smile:" in rectiflow("list").out


@pytest.mark.parametrize("words", [("show",), ("agenda",)])
def test_an_unknown_item_is_named(rectiflow: Run, store: Stock, words: tuple[str, ...]) -> None:
    ran = rectiflow(*words, "ZG-00404", "--json")
    assert ran.code == 2
    assert "ZG-00404" in ran.document["error"]["message"]


def test_the_audit_finds_what_was_changed_and_ends_with_1(
    rectiflow: Run, store: Stock, engine: Engine
) -> None:
    ref = in_deadline(rectiflow)
    other = registered(rectiflow)
    whole = rectiflow("audit", "verify", "--json").document
    assert whole == {"intact": True, "items": 2, "events": 5, "broken": []}
    with writing(engine) as connection:
        connection.execute(text("UPDATE event SET kind = 'approved' WHERE item_id = 1 AND seq = 2"))
    ran = rectiflow("audit", "verify", "--json")
    assert (ran.code, ran.err) == (1, "")
    assert not ran.document["intact"]
    (found,) = ran.document["broken"]
    assert (found["ref"], found["seq"], found["problem"]) == (ref, 2, "hash")
    as_text = rectiflow("audit", "verify", ref)
    assert as_text.code == 1
    assert ref in as_text.out
    assert rectiflow("audit", "verify", other).code == 0
    assert rectiflow("audit", "verify", "ZG-00404").code == 2


def test_the_audit_reads_the_files_of_evidence_when_asked(
    rectiflow: Run, store: Stock, home: Path, tmp_path: Path
) -> None:
    ref = registered(rectiflow)
    file = tmp_path / "a.pdf"
    file.write_bytes(b"what was there")
    rectiflow("act", ref, "attach_evidence", "--as", "coordinator", "--file", str(file))
    assert rectiflow("audit", "verify", "--evidence").code == 0
    (kept,) = (path for path in (home / "evidence").rglob("*") if path.is_file())
    kept.chmod(0o600)
    kept.write_bytes(b"what was put there")
    assert rectiflow("audit", "verify").code == 0
    changed = rectiflow("audit", "verify", "--evidence", "--json")
    assert (changed.code, changed.document["broken"][0]["problem"]) == (1, "file")
    kept.unlink()
    gone = rectiflow("audit", "verify", ref, "--evidence", "--json")
    assert (gone.code, gone.document["broken"][0]["problem"]) == (1, "no_file")


def test_units_and_people_are_listed(rectiflow: Run, store: Stock, engine: Engine) -> None:
    with writing(engine) as connection:
        roster.add_unit(connection, "draft", "某新单位", 1, draft=True)
    units = rectiflow("units", "--json").document["units"]
    assert {unit["code"] for unit in units} == {*store.units, "office", "draft"}
    assert units[-1]["parent"] == {"code": "root", "name": "政法队伍教育整顿"}
    (draft,) = rectiflow("units", "--drafts", "--json").document["units"]
    assert (draft["code"], draft["draft"], draft["open_items"]) == ("draft", True, 0)
    people = rectiflow("people", "--json").document["people"]
    li = next(person for person in people if person["code"] == "li")
    assert li["roles"] == [{"role": "leader", "unit": {"code": "bureau", "name": "历山县公安局"}}]
    assert [p["code"] for p in rectiflow("people", "--drafts", "--json").document["people"]] == [
        "wang"
    ]
    assert "包案领导" in rectiflow("people").out
    assert "Leader" in rectiflow("people", "--lang", "en").out
