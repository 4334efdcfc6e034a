"""Whatever is changed in a stored history, the audit finds it and says where."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from models.audit import Attached, Breach, Verdict, attached, verify
from models.engine import open_engine, reading, writing
from rules.commands import Accept, AttachEvidence, Comment, Register
from rules.errors import NotFound
from tasks.act import act, register
from tests.conftest import MONDAY

DIGEST = "ab" * 32

TAMPERED = {
    "seq": "seq = 9",
    "kind": "kind = 'approved'",
    "at": "at = '2026-11-01T02:00:00.000000+00:00'",
    "actor": "actor_id = actor_id + 1",
    "stage": "stage = 'closed'",
    "data": 'data = \'{"text":"anders"}\'',
    "previous": f"previous = '{'0' * 63}1'",
    "hash": f"hash = '{'f' * 64}'",
    "step_key": "step_key = 'chase/overdue/r1.d1'",
}
"""One change to each thing that an event says."""


@pytest.fixture
def ref(engine: Engine) -> str:
    """An item with four events: registered, accepted, commented twice."""
    made = register(engine, Register(title="窗口推诿"), "coordinator", MONDAY).ref
    act(engine, made, Accept(category="service"), "coordinator", MONDAY)
    act(engine, made, Comment(text="请抓紧"), "coordinator", MONDAY)
    act(engine, made, Comment(text="请再抓紧"), "coordinator", MONDAY)
    return made


@pytest.fixture
def other(engine: Engine, ref: str) -> str:
    """A second item, entered after the first, that nobody touches."""
    return register(engine, Register(title="案卷混乱"), "coordinator", MONDAY).ref


def audited(engine: Engine, ref: str | None = None) -> Verdict:
    """What the audit finds."""
    with reading(engine) as connection:
        return verify(connection, ref)


def tamper(engine: Engine, statement: str) -> None:
    """Change the store behind the program's back."""
    with writing(engine) as connection:
        done = connection.execute(text(statement))
        assert done.rowcount > 0, statement


@pytest.fixture
def without_keys(engine: Engine) -> Iterator[Connection]:
    """A connection that is not held back by foreign keys."""
    if engine.dialect.name == "postgresql":
        with writing(engine) as connection:
            connection.execute(text("ALTER TABLE event DROP CONSTRAINT event_item_id_fkey"))
            yield connection
        return
    own = open_engine(str(engine.url))
    with own.connect() as connection:
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
        connection.info["writes"] = True
        with connection.begin():
            yield connection
    own.dispose()


def test_untouched_histories_are_intact(engine: Engine, ref: str, other: str) -> None:
    assert audited(engine) == Verdict(items=2, events=5, breaches=())
    assert audited(engine, ref) == Verdict(items=1, events=4, breaches=())


def test_an_empty_store_is_intact(engine: Engine) -> None:
    assert audited(engine) == Verdict(0, 0, ())


@pytest.mark.parametrize("what", TAMPERED)
@pytest.mark.parametrize("seq", [1, 3, 4])
def test_a_change_to_any_word_of_any_event_is_found_there(
    engine: Engine, ref: str, other: str, what: str, seq: int
) -> None:
    tamper(engine, f"UPDATE event SET {TAMPERED[what]} WHERE item_id = 1 AND seq = {seq}")
    (breach,) = audited(engine).breaches
    assert breach.ref == ref
    assert breach.seq == seq
    assert breach.problem == {"seq": "gap", "previous": "previous"}.get(what, "hash")
    assert audited(engine, other).breaches == ()


def test_a_rewritten_event_with_a_fresh_hash_breaks_the_chain_behind_it(
    engine: Engine, ref: str
) -> None:
    from rules.events import chained

    with reading(engine) as connection:
        row = connection.execute(text("SELECT * FROM event WHERE item_id = 1 AND seq = 2")).one()
        actor = int(row.actor_id)
    data = '{"category":"files","severity":"general"}'
    forged = chained(row.previous, ref, 2, MONDAY, "accepted", "assignment", actor, None, data)
    tamper(engine, f"UPDATE event SET data = '{data}', hash = '{forged}' WHERE seq = 2")
    assert audited(engine).breaches[0][:3] == (ref, 3, "previous")


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_a_removed_event_is_found_as_a_gap(engine: Engine, ref: str, seq: int) -> None:
    tamper(engine, f"DELETE FROM event WHERE item_id = 1 AND seq = {seq}")
    (breach,) = audited(engine).breaches
    assert breach[:3] == (ref, seq, "gap")


def test_a_history_cut_off_at_its_end_disagrees_with_the_item(engine: Engine, ref: str) -> None:
    tamper(engine, "DELETE FROM event WHERE item_id = 1 AND seq = 4")
    (breach,) = audited(engine).breaches
    assert breach[:3] == (ref, None, "version")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("version = 7", "version"),
        (f"head = '{'e' * 64}'", "head"),
        ("stage = 'closed'", "stage"),
    ],
)
def test_an_item_that_disagrees_with_its_newest_event_is_found(
    engine: Engine, ref: str, change: str, problem: str
) -> None:
    tamper(engine, f"UPDATE item SET {change} WHERE id = 1")
    (breach,) = audited(engine).breaches
    assert breach[:3] == (ref, None, problem)
    assert audited(engine, ref).breaches == (breach,)


def test_events_given_to_another_item_are_found_at_both(
    engine: Engine, ref: str, other: str
) -> None:
    tamper(engine, "UPDATE event SET item_id = 2, seq = 2 WHERE item_id = 1 AND seq = 4")
    assert [breach[:3] for breach in audited(engine).breaches] == [
        (ref, None, "version"),
        (other, 2, "previous"),
    ]


def test_an_item_without_any_history_is_found(engine: Engine, ref: str) -> None:
    tamper(engine, "DELETE FROM event WHERE item_id = 1")
    assert audited(engine).breaches[0][:3] == (ref, None, "no_history")


def test_events_whose_item_is_gone_are_found(
    engine: Engine, ref: str, other: str, without_keys: Connection
) -> None:
    without_keys.execute(text("DELETE FROM item WHERE id = 1"))
    assert verify(without_keys).breaches == (
        Breach("#1", None, "no_item", "There are events, but their item is gone."),
    )


@pytest.mark.parametrize("change", ["at = 'yesterday'", "stage = 'nowhere'", "actor_id = 'me'"])
def test_what_cannot_even_be_read_is_reported_and_does_not_stop_the_audit(
    engine: Engine, ref: str, other: str, change: str
) -> None:
    if engine.dialect.name == "postgresql" and "stage" not in change:
        pytest.skip("PostgreSQL does not take such a value")
    tamper(engine, f"UPDATE event SET {change} WHERE item_id = 1 AND seq = 2")
    verdict = audited(engine)
    assert verdict.items == 2
    assert [breach[:2] for breach in verdict.breaches] == [(ref, 2)]


def test_an_item_that_does_not_exist_is_named(engine: Engine, ref: str) -> None:
    with pytest.raises(NotFound, match="ZG-00009"):
        audited(engine, "ZG-00009")


def test_attached_files_are_known_from_the_hashed_history(engine: Engine, ref: str) -> None:
    command = AttachEvidence(sha256=DIGEST, filename="照片.jpg", size=3)
    seq = act(engine, ref, command, "coordinator", MONDAY).seq
    tamper(engine, f"UPDATE evidence SET sha256 = '{'cd' * 32}'")
    with reading(engine) as connection:
        assert list(attached(connection)) == [Attached(ref, seq, DIGEST)]
        assert list(attached(connection, "ZG-00009")) == []
