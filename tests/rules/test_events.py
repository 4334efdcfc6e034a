"""What the hash covers: everything, in one form, so that no change goes unseen."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.commands import COMMANDS
from rules.decide import Decision, decide
from rules.events import GENESIS, PAST, canonical, chained
from rules.item import SYSTEM
from rules.vocabulary import Outcome, Stage
from tests.cast import NOW, TODAY
from tests.rules.examples import GIVERS, example

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"))
    | st.dates() | st.datetimes(timezones=st.just(UTC))
)  # fmt: skip
KEYS = st.text("abcdefgh_", min_size=1, max_size=6)
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=5,
)
DATA = st.dictionaries(KEYS, NESTED, max_size=4)


# The canonical text


def test_the_canonical_text_is_json_without_spaces_in_the_order_of_the_keys() -> None:
    data = {"step": "rung", "due": TODAY, "planned": NOW, "理由": "材料\n未齐", "level": 0}
    assert canonical(data) == (
        '{"due":"2026-03-10","level":0,"planned":"2026-03-10T02:00:00+00:00","step":"rung",'
        '"理由":"材料\\n未齐"}'
    )
    assert canonical({}) == "{}"


@given(DATA)
def test_equal_data_has_one_text_however_it_is_put_together(data: dict[str, Any]) -> None:
    shuffled = dict(reversed(list(data.items())))
    assert canonical(shuffled) == canonical(data)


@given(DATA)
def test_what_was_stored_and_read_again_has_the_same_text(data: dict[str, Any]) -> None:
    text = canonical(data)
    assert canonical(json.loads(text)) == text
    assert "\n" not in text


def test_words_of_the_vocabulary_are_written_as_they_are_stored() -> None:
    assert canonical({"outcome": Outcome.RECTIFIED}) == '{"outcome":"rectified"}'
    assert canonical({"a": (1, 2)}) == canonical({"a": [1, 2]})


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", 1j])
def test_what_has_no_plain_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="an event cannot hold"):
        canonical({"x": value})


# The chain

FIRST: dict[str, Any] = {
    "previous": GENESIS,
    "ref": "R-2026-0100",
    "seq": 1,
    "at": NOW,
    "kind": "registered",
    "stage": "intake",
    "actor_id": 11,
    "step_key": None,
    "data": "{}",
}
OTHER: dict[str, Any] = {
    "previous": "1" + GENESIS[1:],
    "ref": "R-2026-0101",
    "seq": 2,
    "at": NOW + timedelta(microseconds=1),
    "kind": "accepted",
    "stage": "assignment",
    "actor_id": 12,
    "step_key": "chase/overdue/r1.d1",
    "data": '{"a":1}',
}


def test_the_hash_is_a_sha256_of_the_words_one_a_line() -> None:
    """Written out once, so that an auditor can recompute it with other tools."""
    text = (
        f"{GENESIS}\nR-2026-0100\n1\n2026-03-10T02:00:00.000000+00:00\nregistered\nintake\n11\n\n"
        "{}"
    )
    assert chained(**FIRST) == hashlib.sha256(text.encode()).hexdigest()
    assert re.fullmatch("[0-9a-f]{64}", chained(**FIRST))


@pytest.mark.parametrize("field", FIRST)
def test_a_change_of_any_single_word_changes_the_hash(field: str) -> None:
    assert chained(**{**FIRST, field: OTHER[field]}) != chained(**FIRST)


def test_the_instant_counts_and_not_the_zone_it_is_written_in() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=8)))
    assert chained(**{**FIRST, "at": elsewhere}) == chained(**FIRST)


Entry = tuple[str, datetime, int, dict[str, Any]]
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(sorted(PAST.values())),
        st.datetimes(timezones=st.just(UTC)),
        st.integers(0, 99),
        st.dictionaries(KEYS, SCALARS, max_size=2),
    ),
    min_size=1,
    max_size=5,
)


def hashes(entries: list[Entry]) -> list[str]:
    """The hashes of a whole history."""
    found, head = [], GENESIS
    for seq, (kind, when, actor, data) in enumerate(entries, 1):
        head = chained(head, "R-1", seq, when, kind, "deadline", actor, None, canonical(data))
        found.append(head)
    return found


@given(ENTRIES, st.data())
def test_any_change_shows_from_there_to_the_end(entries: list[Entry], data) -> None:
    where = data.draw(st.integers(0, len(entries) - 1))
    replacement = data.draw(ENTRIES)[0]
    kind, when, actor, said = entries[where]
    new_kind, new_when, new_actor, new_said = replacement
    assume((kind, when, actor, canonical(said)) != (
        new_kind, new_when, new_actor, canonical(new_said)))  # fmt: skip
    changed = [*entries[:where], replacement, *entries[where + 1 :]]
    before, after = hashes(entries), hashes(changed)
    assert before[:where] == after[:where]
    assert all(b != a for b, a in zip(before[where:], after[where:], strict=True))


@given(ENTRIES, st.data())
def test_an_entry_taken_out_or_two_exchanged_shows(entries: list[Entry], data) -> None:
    where = data.draw(st.integers(0, len(entries) - 1))
    short = hashes(entries[:where] + entries[where + 1 :])
    assert not short or where == len(entries) - 1 or short[-1] != hashes(entries)[-1]
    if where + 1 < len(entries):
        first, second = entries[where], entries[where + 1]
        told = [(e[0], e[1], e[2], canonical(e[3])) for e in (first, second)]
        assume(told[0] != told[1])
        exchanged = [*entries[:where], second, first, *entries[where + 2 :]]
        assert hashes(exchanged)[-1] != hashes(entries)[-1]


# What commands leave


def test_every_command_has_an_event_of_its_own_in_the_past_tense() -> None:
    assert set(PAST) == set(COMMANDS)
    assert len(set(PAST.values())) == len(PAST)
    assert all(re.fullmatch("[a-z_]+(d|n|t)", kind) for kind in PAST.values())


@pytest.mark.parametrize(
    ("stage", "command", "giver", "said"),
    [
        (Stage.INTAKE, "reject", "C", {"reason": "查无此事"}),
        (Stage.INTAKE, "merge", "C", {"into": "R-2026-0200", "reason": "同一事项"}),
        (Stage.INTAKE, "transfer", "C", {"to": "纪委监委", "reason": "不属职责范围"}),
        (Stage.ASSIGNMENT, "decline", "R", {"unit": 4, "reason": "职责不符"}),
        (Stage.DEADLINE, "request_extension", "R", {"due": "2026-04-10", "from": "2026-03-27",
                                                   "reason": "材料未齐"}),
        (Stage.DEADLINE, "grant_extension", "C", {"due": "2026-04-10", "from": "2026-03-27",
                                                 "asked": "2026-04-10"}),
        (Stage.DEADLINE, "refuse_extension", "S", {"asked": "2026-04-10", "reason": "理由不足"}),
        (Stage.VERIFICATION, "fail", "V", {"due": "2026-03-27", "reason": "未到位"}),
        (Stage.CLOSURE, "deny", "S", {"to": "verification", "reason": "证据不足"}),
        (Stage.CLOSURE, "approve", "S", {"outcome": "rectified"}),
        (Stage.DEADLINE, "hold", "C", {"until": "2026-04-10", "reason": "等待鉴定"}),
        (Stage.CLOSED, "reopen", "C", {"due": "2026-03-24", "was": "rectified",
                                       "reason": "问题反弹"}),
        (Stage.DEADLINE, "withdraw", "S", {"reason": "登记有误"}),
        (Stage.DEADLINE, "waive", "S", {"person": 23, "reason": "县里没有别人"}),
    ],
)  # fmt: skip
def test_what_was_decided_and_why_stands_in_the_history(stage, command, giver, said) -> None:
    decision = decide(example(stage, command, GIVERS[giver]))
    assert isinstance(decision, Decision)
    assert json.loads(canonical(decision.event.data)) == said
    assert decision.event.step_key is None


def test_a_fired_step_says_what_was_planned_when_and_what_it_overtook() -> None:
    decision = decide(example(Stage.DEADLINE, "fire", SYSTEM, now=datetime(2026, 4, 1, tzinfo=UTC)))
    assert isinstance(decision, Decision)
    assert decision.event.step_key == "chase/rung-1/r1.d1"
    assert json.loads(canonical(decision.event.data)) == {
        "step": "rung", "level": 1, "planned": "2026-03-31T01:00:00+00:00",
        "skipped": ["chase/remind-3/r1.d1", "chase/remind-1/r1.d1", "chase/overdue/r1.d1"],
        "why_skipped": decision.event.data["why_skipped"],
        "to": ["responsible", "leader", "coordinators"],
    }  # fmt: skip


def test_who_complained_does_not_stand_in_the_history() -> None:
    fields = {"title": "更正", "complainant": "王某", "description": "新"}
    decision = decide(example(Stage.DEADLINE, "correct", GIVERS["C"], fields))
    assert isinstance(decision, Decision)
    text = canonical(decision.event.data)
    assert "王某" not in text
    assert "complainant" in text
    assert decision.texts == {"complainant": "王某", "description": "新"}
    assert decision.item.title == "更正"


def test_a_day_is_written_as_a_day() -> None:
    assert canonical({"due": date(2026, 1, 2)}) == '{"due":"2026-01-02"}'
