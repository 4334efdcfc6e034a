"""The one writer: what is accepted stands exactly once, what is refused leaves nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from models import items, policies
from models.engine import writing
from rules.commands import COMMANDS, Assign, Comment, Correct, Decline
from rules.decide import Decision, decide
from rules.errors import Conflict, InputError, NotFound, Refused
from rules.notices import ANNOUNCED
from rules.vocabulary import Outcome, Stage
from tasks.act import act, case_for
from tests import cast
from tests.conftest import MONDAY
from tests.rules.examples import FIELDS
from tests.tasks.staff import (
    FAR,
    everything,
    give,
    history,
    item_in,
    just_before,
    kinds,
    require_sound_history,
    row,
    state,
    told,
)

NOW = MONDAY


def at_nine(day: str) -> datetime:
    """The opening of the office on a day."""
    return cast.at(f"{day} 09:00")


# Whole lives


def test_a_straight_life_leaves_its_history_and_ends_struck_off(store: Engine) -> None:
    ref = item_in(store, Stage.CLOSED)
    assert kinds(store, ref) == [
        "registered", "accepted", "assigned", "acknowledged", "evidence_attached", "submitted",
        "passed", "approved",
    ]  # fmt: skip
    assert [e.stage for e in history(store, ref)] == [
        "intake", "assignment", "assignment", "deadline", "deadline", "verification", "closure",
        "closed",
    ]  # fmt: skip
    item = state(store, ref)
    assert (item.outcome, item.round, item.life, item.level) == (Outcome.RECTIFIED, 1, 1, 0)
    assert (item.closed_at, item.due, item.due_original) == (NOW, FAR, FAR)
    require_sound_history(store, ref)
    with writing(store) as connection:
        waiting = connection.execute(
            text("SELECT next_action_at FROM item WHERE ref = :ref"), {"ref": ref}
        ).scalar_one()
    look_back = datetime.fromisoformat(waiting) if isinstance(waiting, str) else waiting
    assert look_back == at_nine("2027-02-01"), "90 days after Monday 2 November is a Sunday"


def test_a_returned_item_starts_its_next_round_with_nothing_in_hand(store: Engine) -> None:
    ref = item_in(store, Stage.VERIFICATION)
    give(store, ref, "fail", "verifier", reason="未到位", due=date(2026, 12, 24))
    item = state(store, ref)
    assert (item.stage, item.round, item.evidence, item.due) == (
        Stage.DEADLINE, 2, 0, date(2026, 12, 24),
    )  # fmt: skip
    assert item.due_original == FAR, "figures are scored against the first deadline"
    with pytest.raises(Refused) as caught:
        give(store, ref, "submit", "responsible")
    assert caught.value.rule == "RequireEvidence"
    give(store, ref, "attach_evidence", "responsible", sha256=cast.DIGEST, filename="b.jpg")
    give(store, ref, "submit", "responsible")
    give(store, ref, "pass", "verifier")
    give(store, ref, "approve", "supervisor", outcome=Outcome.LONG_TERM)
    assert state(store, ref).outcome is Outcome.LONG_TERM
    require_sound_history(store, ref)


def test_a_relapse_begins_another_life_under_a_new_deadline(store: Engine) -> None:
    ref = item_in(store, Stage.CLOSED)
    give(store, ref, "reopen", "coordinator", at_nine("2027-03-01"), reason="问题反弹")
    item = state(store, ref)
    assert (item.stage, item.life, item.round, item.outcome, item.closed_at) == (
        Stage.DEADLINE, 2, 2, None, None,
    )  # fmt: skip
    assert item.due == date(2027, 3, 15)
    require_sound_history(store, ref)


def test_a_declined_assignment_goes_back_and_can_be_given_to_others(store: Engine) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    act(store, ref, Decline(reason="职责不符"), "leader", NOW)
    assert state(store, ref).responsible_id is None
    give(store, ref, "accept", "coordinator")
    other = Assign(unit="court", responsible="co-worker", co_units=("parallel", "station"))
    act(store, ref, other, "coordinator", NOW)
    item = state(store, ref)
    assert item.stage is Stage.ASSIGNMENT
    assert len(item.co_unit_paths) == 2
    assert all(path.startswith("/") and path.endswith("/") for path in item.co_unit_paths)
    require_sound_history(store, ref)


def test_a_correction_changes_texts_and_keeps_the_complainant_out_of_the_history(
    store: Engine,
) -> None:
    ref = item_in(store, Stage.DEADLINE, complainant="群众甲")
    correct = Correct(title="更正后的标题", description="新描述", complainant="群众乙")
    act(store, ref, correct, "coordinator", NOW)
    found = row(store, ref, "title", "description", "complainant", "requirement")
    assert tuple(found) == ("更正后的标题", "新描述", "群众乙", "")
    assert all("群众" not in each.data for each in history(store, ref))


# Refusals


@pytest.mark.parametrize("stage", list(Stage))
def test_every_refusal_names_its_rule_and_leaves_nothing_behind(
    store: Engine, stage: Stage
) -> None:
    ref, refused = item_in(store, stage), 0
    before = everything(store)
    for name, who in product(COMMANDS, ("coordinator", "responsible", "outsider", "nobody")):
        command = COMMANDS[name](**_fields(name, ref))
        with writing(store) as connection:
            loaded = items.by_ref(connection, ref)
            assert loaded is not None
            decision = decide(case_for(connection, loaded, command, who, NOW))
        if isinstance(decision, Decision):
            continue
        with pytest.raises(Refused) as caught:
            act(store, ref, command, who, NOW, key=f"{ref}-{name}-{who}")
        assert caught.value.refusal == decision
        assert caught.value.message.endswith("."), "a sentence"
        refused += 1
    assert refused > 50
    assert everything(store) == before


def _fields(name: str, ref: str) -> dict[str, Any]:
    if name == "register":
        return {"title": "再登记"}
    return {**FIELDS[name], **({"into": ref} if name == "merge" else {})}


@pytest.mark.parametrize(
    ("ref", "who", "command"),
    [
        ("ZG-99999", "coordinator", Comment(text="有人吗")),
        ("", "coordinator", Comment(text="有人吗")),
        (None, "stranger", Comment(text="有人吗")),
        (None, "", Comment(text="有人吗")),
        (None, "coordinator", Assign(unit="nowhere", responsible="responsible")),
        (None, "coordinator", Assign(unit="bureau", responsible="stranger")),
        (None, "coordinator", Assign(unit="bureau", responsible="responsible", leader="stranger")),
        (None, "coordinator", Assign(unit="bureau", responsible="responsible", co_units=("x",))),
    ],
)
def test_who_or_what_is_not_there_is_said_and_leaves_nothing(
    store: Engine, ref: str | None, who: str, command: Any
) -> None:
    known = item_in(store, Stage.ASSIGNMENT)
    before = everything(store)
    with pytest.raises(NotFound, match="There is no"):
        act(store, known if ref is None else ref, command, who, NOW)
    assert everything(store) == before


@pytest.mark.parametrize(
    ("command", "where"),
    [
        (Correct(title="题" * 501), "title"),
        (Correct(complainant="甲" * 201), "complainant"),
        (Comment(text="a\0b"), "text"),
        (Comment(text="报\udcff"), "text"),
        (COMMANDS["attach_evidence"](sha256=cast.DIGEST, filename="片" * 256), "filename"),
        (COMMANDS["attach_evidence"](sha256=cast.DIGEST, filename="a", note="n" * 1001), "note"),
        (Decline(reason="因" * 2001), "reason"),
        (COMMANDS["attach_evidence"](sha256=cast.DIGEST, filename="a", size=2**31), "size"),
        (COMMANDS["report_progress"](text="a", percent=-(2**40)), "percent"),
    ],
)
def test_a_text_that_cannot_be_stored_is_refused_alike_by_both(
    store: Engine, command: Any, where: str
) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    before = everything(store)
    with pytest.raises(InputError) as caught:
        act(store, ref, command, "coordinator", NOW)
    assert caught.value.where == where
    assert everything(store) == before


def test_a_long_text_is_stored_whole(store: Engine) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    act(store, ref, Comment(text="长𠮷\n" * 30_000), "coordinator", NOW)
    assert told(history(store, ref)[-1])["text"] == "长𠮷\n" * 30_000
    require_sound_history(store, ref)


def test_whoever_has_left_gives_no_more_commands(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    update = text("UPDATE person SET active = :active WHERE code = 'responsible'")
    with writing(store) as connection:
        connection.execute(update, {"active": False})
    try:
        with pytest.raises(Refused) as caught:
            give(store, ref, "report_progress", "responsible", text="进展")
        assert caught.value.rule == "HoldTheDuty"
    finally:
        with writing(store) as connection:
            connection.execute(update, {"active": True})


def test_a_role_that_was_taken_away_counts_at_once(store: Engine) -> None:
    ref = item_in(store, Stage.INTAKE)
    with writing(store) as connection:
        held = connection.execute(
            text(
                "SELECT membership.id, membership.unit_id FROM membership"
                " JOIN person ON person.id = person_id WHERE code = 'coordinator'"
            )
        ).one()
        nowhere = connection.execute(text("SELECT id FROM unit WHERE code = 'court'")).scalar_one()
        move = text("UPDATE membership SET unit_id = :unit WHERE id = :id")
        connection.execute(move, {"unit": nowhere, "id": held.id})
    give(store, ref, "accept", "coordinator")  # an item of no unit yet is everybody's
    with pytest.raises(Refused):
        act(store, item_in(store, Stage.DEADLINE), Comment(text="请抓紧"), "coordinator", NOW)
    with writing(store) as connection:
        connection.execute(move, {"unit": held.unit_id, "id": held.id})


# What a command may look at


def test_a_command_for_another_version_is_refused(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    seen = state(store, ref).version
    act(store, ref, Comment(text="一"), "coordinator", NOW, version=seen)
    with pytest.raises(Conflict, match=ref):
        act(store, ref, Comment(text="二"), "coordinator", NOW, version=seen)
    assert state(store, ref).version == seen + 1


def test_an_instant_of_any_zone_is_the_same_instant(store: Engine) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    local = NOW.astimezone(timezone(timedelta(hours=-9)))
    receipt = give(store, ref, "acknowledge", "responsible", local)
    assert receipt.at == NOW
    assert state(store, ref).acknowledged_at == NOW
    assert state(store, ref).stage_since.tzinfo is UTC
    require_sound_history(store, ref)


def test_a_clock_set_back_breaks_no_history(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    for days in (3, -40, 1, -1):
        act(store, ref, Comment(text="请抓紧"), "coordinator", NOW + timedelta(days=days))
    require_sound_history(store, ref)


# What follows from an event


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_an_event_waits_for_its_notices_only_if_there_are_any(store: Engine, name: str) -> None:
    """The outbox is the mark on the event: one that nobody hears of is done at once."""
    ref = _ready_for(store, name)
    receipt = give(store, ref, *GIVEN[name], **_fields(name, ref) | SPECIAL.get(name, {}))
    event_row = history(store, ref)[-1]
    assert event_row.kind == receipt.kind
    assert bool(event_row.announced) is (receipt.kind not in ANNOUNCED)


def _ready_for(store: Engine, name: str) -> str:
    ref = item_in(store, WHERE[name])
    if name == "merge":
        SPECIAL["merge"] = {"into": item_in(store, Stage.DEADLINE)}
    if name in ("grant_extension", "refuse_extension"):
        give(store, ref, "request_extension", "responsible", due=date(2026, 12, 25), reason="忙")
    if name == "refuse_hold":
        give(store, ref, "request_hold", "responsible", until=date(2026, 12, 1), reason="鉴定")
    if name == "regain_contact":
        give(store, ref, "lose_contact", "system", reason="550")
    if name == "lift_stay":
        give(store, ref, "stay", "supervisor", until=date(2026, 12, 1), reason="住院")
    if name == "recompute":
        due = {"unit": "bureau", "responsible": "responsible", "leader": "leader"}
        give(store, ref, "assign", "coordinator", at_nine("2026-12-20"), **due)
        SPECIAL["recompute"] = {"due": date(2027, 1, 5)}
    if name in ("serve", "confirm"):
        give(store, ref, "fire", "system", at_nine("2026-12-22"))
    if name == "adopt":
        with writing(store) as connection:
            other = cast.policy(name="other", version=2)
            policies.store_policy(connection, other, NOW)
    if name == "resume":
        give(store, ref, "hold", "coordinator", until=date(2026, 12, 1), reason="鉴定")
    if name == "submit":
        give(store, ref, "attach_evidence", "responsible", sha256=cast.DIGEST, filename="a")
    return ref


WHERE = {
    **dict.fromkeys(("screen", "accept", "reject", "merge", "transfer"), Stage.INTAKE),
    **dict.fromkeys(("assign", "acknowledge", "decline"), Stage.ASSIGNMENT),
    **dict.fromkeys(("appoint", "pass", "fail"), Stage.VERIFICATION),
    **dict.fromkeys(("approve", "deny"), Stage.CLOSURE),
    "reopen": Stage.CLOSED,
    **dict.fromkeys(
        ("report_progress", "attach_evidence", "request_extension", "grant_extension",
         "refuse_extension", "submit", "hold", "resume", "withdraw", "waive", "comment",
         "correct", "relist", "reseat", "record", "fire", "serve", "confirm", "stay", "lift_stay",
         "request_hold", "refuse_hold", "lose_contact", "regain_contact", "recompute", "adopt"),
        Stage.DEADLINE,
    ),
}  # fmt: skip
GIVEN: dict[str, tuple[Any, ...]] = {
    name: (name, who)
    for who, names in {
        "coordinator": ("accept", "reject", "merge", "transfer", "assign", "grant_extension",
                        "refuse_extension", "hold", "resume", "reopen", "comment", "correct",
                        "serve", "refuse_hold"),
        "responsible": ("acknowledge", "decline", "report_progress", "attach_evidence",
                        "request_extension", "submit", "confirm", "request_hold"),
        "verifier": ("pass", "fail"),
        "supervisor": ("approve", "deny", "withdraw", "waive", "appoint", "stay", "lift_stay"),
        "system": ("screen", "relist", "reseat", "record", "lose_contact", "regain_contact",
                   "recompute", "adopt"),
    }.items()
    for name in names
}  # fmt: skip
GIVEN["fire"] = ("fire", "system", at_nine("2026-12-15"))
SPECIAL: dict[str, dict[str, Any]] = {
    "assign": {"due": FAR},
    "request_extension": {"due": date(2026, 12, 25)},
    "hold": {"until": date(2026, 12, 1)},
    "request_hold": {"until": date(2026, 12, 1)},
    "stay": {"until": date(2026, 12, 1)},
}


def test_every_command_is_among_those_given_here() -> None:
    assert set(GIVEN) == set(COMMANDS) - {"register"}


def _rows(store: Engine, table: str, ref: str) -> list[Any]:
    statement = f"SELECT t.* FROM {table} t JOIN item ON item.id = item_id WHERE ref = :ref"
    with writing(store) as connection:
        return list(connection.execute(text(f"{statement} ORDER BY t.id"), {"ref": ref}))


def test_evidence_is_listed_with_its_round_and_its_place_in_the_history(store: Engine) -> None:
    ref = item_in(store, Stage.VERIFICATION)
    give(store, ref, "fail", "verifier", reason="未到位")
    give(store, ref, "attach_evidence", "leader", sha256="f" * 64, filename="乙.pdf", note="复核")
    found = _rows(store, "evidence", ref)
    assert [(e.round, e.sha256, e.filename, e.note) for e in found] == [
        (1, cast.DIGEST, "照片.jpg", ""),
        (2, "f" * 64, "乙.pdf", "复核"),
    ]
    attached = [e.seq for e in history(store, ref) if e.kind == "evidence_attached"]
    assert [e.seq for e in found] == attached


def test_a_request_for_more_time_is_listed_with_its_decision(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    asked = date(2026, 12, 25)
    give(store, ref, "request_extension", "responsible", due=asked, reason="材料未齐")
    give(store, ref, "refuse_extension", "coordinator", reason="理由不足")
    give(store, ref, "request_extension", "leader", due=asked, reason="仍未齐")
    give(store, ref, "grant_extension", "supervisor", due=date(2026, 12, 22))
    give(store, ref, "request_extension", "leader", due=asked, reason="还差一件")
    give(store, ref, "attach_evidence", "leader", sha256=cast.DIGEST, filename="a")
    give(store, ref, "submit", "leader")
    found = _rows(store, "extension_request", ref)
    assert [r.decision for r in found] == ["refused", "granted", "dropped"]
    assert [str(r.due_granted) for r in found] == ["None", "2026-12-22", "None"]
    assert [str(r.due_before) for r in found] == ["2026-12-18", "2026-12-18", "2026-12-22"]
    assert state(store, ref).due == date(2026, 12, 22)


def test_a_request_that_nobody_decides_is_listed_as_lapsed(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    give(store, ref, "request_extension", "responsible", due=date(2026, 12, 25), reason="材料未齐")
    give(store, ref, "fire", "system", at_nine("2026-12-15"))  # a reminder leaves it alone
    assert [r.decision for r in _rows(store, "extension_request", ref)] == [""]
    for _ in range(2):  # the day it asks for has passed
        give(store, ref, "fire", "system", at_nine("2026-12-28"))
    assert [(r.decision, r.due_granted) for r in _rows(store, "extension_request", ref)] == [
        ("lapsed", None)
    ]


@pytest.mark.parametrize(
    ("command", "who", "fields"),
    [
        ("assign", "coordinator", {"unit": "bureau", "responsible": "responsible", "due": FAR}),
        ("withdraw", "supervisor", {"reason": "登记有误"}),
    ],
)
def test_whatever_ends_a_pending_request_drops_it(
    store: Engine, command: str, who: str, fields: dict[str, Any]
) -> None:
    ref = item_in(store, Stage.DEADLINE)
    asked = date(2026, 12, 25)
    give(store, ref, "request_extension", "responsible", due=asked, reason="材料未齐")
    give(store, ref, command, who, **fields)
    assert [r.decision for r in _rows(store, "extension_request", ref)] == ["dropped"]
    assert state(store, ref).extension_due is None


def test_a_hold_keeps_a_pending_request(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    asked = date(2026, 12, 25)
    give(store, ref, "request_extension", "responsible", due=asked, reason="材料未齐")
    give(store, ref, "hold", "coordinator", until=date(2026, 12, 1), reason="鉴定")
    give(store, ref, "resume", "coordinator", at_nine("2026-11-05"))
    assert [r.decision for r in _rows(store, "extension_request", ref)] == [""]
    assert state(store, ref).extension_due == asked


# Crashes


class PowerCut(BaseException):
    """The process ends here."""


def cut() -> None:
    """Cut the power."""
    raise PowerCut


@pytest.mark.parametrize("words", ["INSERT INTO event", "INSERT INTO extension_request", "COMMIT"])
def test_a_crash_anywhere_inside_leaves_nothing_and_the_command_can_be_repeated(
    store: Engine, words: str
) -> None:
    ref = item_in(store, Stage.DEADLINE)
    stands = everything(store)
    request = {"due": date(2026, 12, 25), "reason": "材料未齐"}

    def cut_at_commit(_connection: Connection) -> None:
        cut()

    if words == "COMMIT":
        event.listen(store, "commit", cut_at_commit)
    try:
        with just_before(store, words, cut), pytest.raises(PowerCut):
            give(store, ref, "request_extension", "responsible", **request)
    finally:
        if words == "COMMIT":
            event.remove(store, "commit", cut_at_commit)
    assert everything(store) == stands
    give(store, ref, "request_extension", "responsible", **request)
    require_sound_history(store, ref)


def test_an_instant_without_a_zone_is_our_own_mistake_and_not_explained_away(
    store: Engine,
) -> None:
    ref = item_in(store, Stage.DEADLINE)
    before = everything(store)
    with pytest.raises(ValueError, match="an instant must know its zone"):
        give(store, ref, "record", "system", datetime(2026, 11, 2), document="letter")  # noqa: DTZ001
    assert everything(store) == before
