"""Commands for many items: the preview tells what the deed does, and the deed is done once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from models import directory
from models.engine import open_engine, reading
from rules.commands import Command, parse
from rules.errors import InputError, NotFound
from rules.events import PAST
from rules.item import PersonFact
from rules.vocabulary import Severity, Stage
from tasks import bulk
from tests import cast
from tests.conftest import MONDAY
from tests.tasks.staff import everything, give, item_in, just_before, kinds, staffed, state

STAGES = tuple(stage for stage in Stage if stage is not Stage.REMINDER)
WHO = ("coordinator", "supervisor", "verifier", "responsible", "colleague", "outsider", "viewer")
SAID: dict[str, dict[str, object]] = {
    "accept": {"category": "conduct"},
    "assign": {"unit": "bureau", "responsible": "responsible", "due": "2026-12-18"},
    "acknowledge": {},
    "appoint": {"verifier": "second-verifier"},
    "serve": {"how": "in_person"},
    "confirm": {},
    "hold": {"until": "2026-11-20", "reason": "汛期"},
    "resume": {},
    "stay": {"until": "2026-11-20", "reason": "汛期"},
    "lift_stay": {},
    "comment": {"text": "请抓紧"},
    "approve": {},
}


def test_every_command_of_people_is_told_to_be_for_many_or_for_one() -> None:
    assert set(SAID) == set(bulk.IN_BULK)


def person(engine: Engine, code: str) -> PersonFact:
    with reading(engine) as connection:
        return directory.person(connection, code)


def foreseen(engine: Engine, who: str, refs: list[str], command: Command) -> dict[str, str]:
    """Reference -> the rule that would refuse it, empty where it would be done."""
    with reading(engine) as connection:
        found = bulk.preview(connection, person(engine, who), refs, command, MONDAY)
    return {one.ref: one.refusal.rule if one.refusal else "" for one in found}


def done(
    engine: Engine, who: str, refs: list[str], command: Command, batch: str, **seen: int
) -> dict[str, str]:
    """Reference -> the rule that refused it; on the items as they stand, but for those given."""
    versions = [(ref, seen.get(ref.replace("-", "_"), _version(engine, ref))) for ref in refs]
    dealt = bulk.carry_out(engine, person(engine, who), versions, command, MONDAY, batch)
    return {one.ref: one.refusal.rule if one.refusal else "" for one in dealt}


def _version(engine: Engine, ref: str) -> int:
    return state(engine, ref).version if ref.startswith("ZG-0") else 1


@given(data=st.data())
def test_the_preview_says_exactly_what_is_then_done(store: Engine, data: st.DataObject) -> None:
    who = data.draw(st.sampled_from(WHO))
    name = data.draw(st.sampled_from([*SAID, "withdraw", "correct"]))
    stages = data.draw(st.lists(st.sampled_from(STAGES), min_size=1, max_size=4))
    fields = {**SAID, "withdraw": {"reason": "x"}, "correct": {"title": "y"}}[name]
    refs = [item_in(store, stage) for stage in stages]
    if data.draw(st.booleans()):
        item_in(store, Stage.INTAKE, confidential=True)
        refs.append("ZG-99999")
    command = parse(name, fields)
    before = everything(store)
    expected = foreseen(store, who, refs, command)
    assert everything(store) == before, "the preview writes nothing"
    assert done(store, who, refs, command, f"b/{refs[0]}") == expected
    for ref, rule in expected.items():
        if ref != "ZG-99999":
            assert (kinds(store, ref)[-1] == PAST[name]) or rule
            assert state(store, ref).version == _seen(before, ref) + (rule == "")


def _seen(before: dict[str, list[tuple[object, ...]]], ref: str) -> int:
    (row,) = [row for row in before["item"] if ref in row]
    return sum(1 for event in before["event"] if event[1] == row[0])


def test_a_second_confirmation_does_nothing_more_and_says_the_same(store: Engine) -> None:
    refs = [item_in(store, Stage.DEADLINE), item_in(store, Stage.INTAKE)]
    seen = [(ref, state(store, ref).version) for ref in refs]
    who, command = person(store, "responsible"), parse("confirm", {})
    comment = parse("comment", {"text": "once"})
    first = bulk.carry_out(store, who, seen, comment, MONDAY, "twice")
    assert bulk.carry_out(store, who, seen, comment, MONDAY, "twice") == first
    assert kinds(store, refs[0]).count("commented") == 1
    assert kinds(store, refs[1]).count("commented") <= 1
    with pytest.raises(InputError):
        bulk.carry_out(store, who, seen, command, MONDAY, "twice")


def test_what_has_moved_on_since_the_preview_is_told_and_left_as_it_is(store: Engine) -> None:
    stays, moved = item_in(store, Stage.ASSIGNMENT), item_in(store, Stage.ASSIGNMENT)
    seen = [(ref, state(store, ref).version) for ref in (stays, moved)]
    give(store, moved, "assign", "coordinator", unit="court", responsible="co-worker")
    order = parse("assign", SAID["assign"])
    dealt = bulk.carry_out(store, person(store, "coordinator"), seen, order, MONDAY, "moved")
    assert [one.refusal and one.refusal.rule for one in dealt] == [None, "OneWriterAtATime"]
    assert state(store, moved).unit_path == cast_path(store, "court")
    assert state(store, stays).unit_path == cast_path(store, "bureau")


def test_a_reminder_that_has_left_since_the_preview_counts_for_nothing(store: Engine) -> None:
    ref = item_in(store, Stage.REMINDER)
    seen = [(ref, state(store, ref).version)]
    again = cast.at("2026-12-17 09:00")
    give(store, ref, "fire", "system", again)
    comment = parse("comment", {"text": "meanwhile reminded"})
    dealt = bulk.carry_out(store, person(store, "coordinator"), seen, comment, again, "reminded")
    assert [one.refusal for one in dealt] == [None]
    assert kinds(store, ref)[-2:] == ["step_fired", "commented"]


def cast_path(engine: Engine, code: str) -> str:
    with reading(engine) as connection:
        return directory.units(connection, [code])[code].path


def test_a_change_in_the_very_moment_of_the_deed_is_told_too(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    seen, raced = [(ref, state(store, ref).version)], []

    def meanwhile() -> None:
        if not raced:
            raced.append(True)
            give(store, ref, "comment", "coordinator", text="meanwhile")

    if store.dialect.name == "sqlite":
        pytest.skip("a writing transaction is alone in SQLite")
    with just_before(store, "UPDATE item", meanwhile):
        (one,) = bulk.carry_out(
            store, person(store, "coordinator"), seen, parse("comment", {"text": "x"}), MONDAY,
            "raced",
        )  # fmt: skip
    assert one.refusal is not None
    assert one.refusal.rule == "OneWriterAtATime"
    assert kinds(store, ref)[-1] == "commented"
    assert kinds(store, ref).count("commented") == 1


def test_an_item_that_may_not_be_seen_is_told_as_one_that_is_not_there(store: Engine) -> None:
    hidden = item_in(store, Stage.DEADLINE, confidential=True)
    command = parse("comment", {"text": "x"})
    for ref in (hidden, "ZG-99999"):
        with reading(store) as connection:
            (one,) = bulk.preview(connection, person(store, "viewer"), [ref], command, MONDAY)
        assert (one.version, one.title) == (0, "")
        assert one.refusal is not None
        assert one.refusal.reason == f"There is no item {ref!r}."
    assert done(store, "viewer", [hidden], command, "hidden") == {hidden: "KnowTheItem"}
    assert "commented" not in kinds(store, hidden)


def test_a_command_that_moves_an_item_out_of_sight_is_still_told_as_done(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE, confidential=True)
    with reading(store) as connection:
        assert bulk.preview(
            connection, person(store, "leader"), [ref], parse("comment", {"text": "x"}), MONDAY
        )[0].refusal is None  # fmt: skip
    seen = [(ref, state(store, ref).version)]
    who, command = person(store, "leader"), parse("comment", {"text": "x"})
    bulk.carry_out(store, who, seen, command, MONDAY, "sight")
    give(store, ref, "assign", "coordinator", unit="court", responsible="co-worker")
    (again,) = bulk.carry_out(store, who, seen, command, MONDAY, "sight")
    assert again.refusal is None
    (other,) = bulk.carry_out(store, who, seen, command, MONDAY, "another")
    assert other.refusal is not None
    assert other.refusal.rule == "KnowTheItem"


@pytest.mark.parametrize("allowed", [(), (Severity.GENERAL,)])
def test_items_are_struck_off_together_only_where_the_policy_says_so(
    database_url: str, allowed: tuple[Severity, ...], request: pytest.FixtureRequest
) -> None:
    engine = open_engine(database_url)
    request.addfinalizer(engine.dispose)
    lines = (
        {"code": "seen", "zh": "已看", "en": "Seen"}, {"code": "kept", "zh": "已存", "en": "Kept"},
    )  # fmt: skip
    staffed(engine, cast.policy(bulk_approval=allowed, closure_checklist=lines))
    general = item_in_closure(engine, "general")
    serious = item_in_closure(engine, "serious")
    refs = [general, serious]
    ticked = parse("approve", {"checked": "seen, kept"})
    rule = "" if allowed else "ForbidBulkApproval"
    assert foreseen(engine, "supervisor", refs, ticked) == {
        general: rule, serious: "ForbidBulkApproval",
    }  # fmt: skip
    if allowed:
        bare = foreseen(engine, "supervisor", refs, parse("approve", {"checked": "seen"}))
        assert bare[general] == "RequireChecklist"
    assert done(engine, "supervisor", refs, ticked, "strike")[serious] == "ForbidBulkApproval"
    assert (state(engine, general).stage is Stage.CLOSED) is bool(allowed)
    assert state(engine, serious).stage is Stage.CLOSURE


def item_in_closure(engine: Engine, severity: str) -> str:
    return item_in(engine, Stage.CLOSURE, severity=Severity(severity))


def test_a_selection_offers_what_at_least_one_item_permits(store: Engine) -> None:
    refs = [item_in(store, Stage.INTAKE), item_in(store, Stage.DEADLINE), "ZG-99999"]
    with reading(store) as connection:
        offer = bulk.offer(connection, person(store, "coordinator"), refs, MONDAY)
    assert [one.refusal is None for one in offer.items] == [True, True, False]
    assert dict(offer.commands) == {"accept": 1, "assign": 1, "hold": 1, "comment": 2}
    assert [policy.name for policy in offer.policies] == ["test"]


def test_more_than_fits_into_one_go_is_refused_before_anything_is_done(store: Engine) -> None:
    refs = [f"ZG-{number:05d}" for number in range(bulk.MOST + 1)]
    with pytest.raises(InputError, match="5001 items"), reading(store) as connection:
        bulk.preview(connection, person(store, "viewer"), refs, parse("confirm", {}), MONDAY)


def test_names_that_nobody_has_are_told_before_any_item_is_looked_at(store: Engine) -> None:
    order = parse("assign", {"unit": "bureau", "responsible": "who-is-this"})
    with pytest.raises(NotFound), reading(store) as connection:
        bulk.preview(connection, person(store, "coordinator"), [], order, MONDAY)
