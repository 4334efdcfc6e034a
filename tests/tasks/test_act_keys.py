"""A command given twice under one key stands once, whoever repeats it and whenever."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import Engine, text

from models.engine import reading
from models.writes import Receipt
from rules.commands import Acknowledge, Comment, LoseContact, Register, Submit
from rules.errors import InputError, KeyReused, Refused
from rules.item import SYSTEM
from rules.vocabulary import Stage
from tasks.act import act, register
from tests.conftest import MONDAY
from tests.tasks.staff import give, history, item_in, kinds, require_sound_history, state, told

T = TypeVar("T")


def at_once(count: int, work: Callable[[int], T]) -> list[T | Exception]:
    """What comes of the work, done by ``count`` threads that start together."""
    start = Barrier(count)

    def run(number: int) -> T | Exception:
        start.wait()
        try:
            return work(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_a_repetition_returns_the_first_receipt(store: Engine) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    first = act(store, ref, Acknowledge(), "responsible", MONDAY, key=f"ack {ref}")
    later = MONDAY + timedelta(hours=3)
    assert act(store, ref, Acknowledge(), "responsible", later, key=f"ack {ref}") == first
    assert kinds(store, ref).count("acknowledged") == 1


def test_a_repetition_is_answered_although_the_item_has_moved_on(store: Engine) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    first = act(store, ref, Acknowledge(), "responsible", MONDAY, key=f"ack {ref}", version=3)
    give(store, ref, "withdraw", "supervisor", reason="登记有误")
    again = act(store, ref, Acknowledge(), "responsible", MONDAY, key=f"ack {ref}", version=3)
    assert again == first
    assert again.stage == "deadline", "the stage that it led to then"


def test_a_receipt_tells_where_the_event_stands(store: Engine) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    receipt = act(store, ref, Acknowledge(), "responsible", MONDAY)
    stored = history(store, ref)[-1]
    assert receipt == Receipt(ref, stored.seq, "acknowledged", "deadline", MONDAY, stored.hash)
    assert state(store, ref).head == receipt.hash


def test_a_key_used_on_another_item_is_refused(store: Engine) -> None:
    ref, other = item_in(store, Stage.DEADLINE), item_in(store, Stage.DEADLINE)
    act(store, ref, Comment(text="一"), "coordinator", MONDAY, key=f"k {ref}")
    with pytest.raises(InputError, match=f"was used for {ref}") as caught:
        act(store, other, Comment(text="一"), "coordinator", MONDAY, key=f"k {ref}")
    assert caught.value.where == "key"


def test_a_key_used_for_another_command_is_refused(store: Engine) -> None:
    ref = item_in(store, Stage.ASSIGNMENT)
    act(store, ref, Acknowledge(), "responsible", MONDAY, key=f"k {ref}")
    with pytest.raises(InputError, match="acknowledged"):
        act(store, ref, Comment(text="一"), "responsible", MONDAY, key=f"k {ref}")


def test_a_key_that_comes_back_with_other_words_is_refused(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    act(store, ref, Comment(text="一"), "coordinator", MONDAY, key=f"k {ref}")
    with pytest.raises(KeyReused, match=f"was used for {ref}"):
        act(store, ref, Comment(text="二"), "coordinator", MONDAY, key=f"k {ref}")
    assert kinds(store, ref).count("commented") == 1


def test_what_the_program_asks_again_may_be_worded_anew(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    first = act(store, ref, LoseContact(reason="退信"), SYSTEM, MONDAY, key=f"k {ref}")
    again = act(store, ref, LoseContact(reason="又退信"), SYSTEM, MONDAY, key=f"k {ref}")
    assert again == first


def test_a_refused_command_uses_no_key_up(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    with pytest.raises(Refused):
        act(store, ref, Submit(), "responsible", MONDAY, key=f"k {ref}")
    give(store, ref, "attach_evidence", "responsible", sha256="a" * 64, filename="a")
    assert act(store, ref, Submit(), "responsible", MONDAY, key=f"k {ref}").kind == "submitted"


def test_commands_without_a_key_are_all_different(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    for _ in range(2):
        act(store, ref, Comment(text="一"), "coordinator", MONDAY)
    assert kinds(store, ref).count("commented") == 2


@pytest.mark.parametrize("key", ["连接 connection: no such table", "k" * 128, " ", "a'b\"c%s:x"])
def test_a_key_may_be_any_text(store: Engine, key: str) -> None:
    ref = item_in(store, Stage.DEADLINE)
    mine = f"{key[: 128 - len(ref)]}{ref}"
    first = act(store, ref, Comment(text="一"), "coordinator", MONDAY, key=mine)
    assert act(store, ref, Comment(text="一"), "coordinator", MONDAY, key=mine) == first


@pytest.mark.parametrize("key", ["k" * 129, "a\0b"])
def test_a_key_that_cannot_be_stored_is_refused(store: Engine, key: str) -> None:
    ref = item_in(store, Stage.DEADLINE)
    with pytest.raises(InputError) as caught:
        act(store, ref, Comment(text="一"), "coordinator", MONDAY, key=key)
    assert caught.value.where == "key"


def test_repetitions_at_the_same_moment_make_one_event(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    receipts = at_once(
        6,
        lambda _: act(store, ref, Comment(text="一"), "coordinator", MONDAY, key=f"once {ref}"),
    )
    assert len(set(receipts)) == 1
    assert isinstance(receipts[0], Receipt)
    assert kinds(store, ref).count("commented") == 1
    require_sound_history(store, ref)


def test_one_key_on_two_items_at_the_same_moment_is_accepted_for_one(store: Engine) -> None:
    refs = [item_in(store, Stage.DEADLINE) for _ in range(4)]
    results = at_once(
        4,
        lambda n: act(
            store, refs[n], Comment(text="一"), "coordinator", MONDAY, key=f"one of {refs[0]}"
        ),
    )
    accepted = [each for each in results if isinstance(each, Receipt)]
    assert len(accepted) == 1
    assert all(isinstance(each, InputError) for each in results if each not in accepted)
    assert sum(kinds(store, ref).count("commented") for ref in refs) == 1


def require_one_done(results: list[Receipt | Exception]) -> Receipt:
    """One was carried out, and each of the others was told that the key is taken."""
    done = [each for each in results if isinstance(each, Receipt)]
    assert len(done) == 1, results
    assert all(isinstance(each, KeyReused) for each in results if each not in done), results
    return done[0]


def test_of_different_words_under_one_key_at_the_same_moment_one_is_done(store: Engine) -> None:
    for turn in range(4):
        ref = item_in(store, Stage.DEADLINE)
        results = at_once(
            4,
            lambda n: act(store, ref, Comment(text=f"{n}"), "coordinator", MONDAY, key=f"w {ref}"),  # noqa: B023
        )
        done = require_one_done(results)
        said = told(history(store, ref)[-1])["text"]
        assert kinds(store, ref).count("commented") == 1, turn
        assert results[int(said)] == done
        require_sound_history(store, ref)


def test_of_different_registrations_under_one_key_at_the_same_moment_one_is_done(
    store: Engine,
) -> None:
    results = at_once(
        4,
        lambda n: register(
            store, Register(title=f"同一幂等键 {n}"), "coordinator", MONDAY, key="register other"
        ),
    )
    done = require_one_done(results)
    with reading(store) as connection:
        entered = text("SELECT ref FROM item WHERE title LIKE '同一幂等键%'")
        assert connection.execute(entered).scalars().all() == [done.ref]


def test_a_registration_repeated_at_the_same_moment_makes_one_item(store: Engine) -> None:
    command = Register(title="只登记一次", number="dup-1")
    results = at_once(
        4, lambda _: register(store, command, "coordinator", MONDAY, key="register dup-1")
    )
    assert len(set(results)) == 1
    with reading(store) as connection:
        count = text("SELECT count(*) FROM item WHERE title = '只登记一次'")
        assert connection.execute(count).scalar_one() == 1
