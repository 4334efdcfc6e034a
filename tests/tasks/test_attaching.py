"""A file becomes evidence once, in the round that was seen, by who may; and news of it, in both
databases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from models import accounts, directory, news
from models.engine import reading
from rules.errors import Conflict, InputError, NotFound, Refused
from rules.item import PersonFact
from rules.vocabulary import Stage
from tasks import attaching, visible
from tasks.attaching import Turn, attach, turn_of
from tasks.evidence import Kept
from tests.conftest import MONDAY
from tests.tasks.staff import give, item_in, kinds, state

FILE = Kept("ab" * 32, "照片.jpg", 7)


def who(store: Engine, code: str) -> PersonFact:
    """This member of the cast."""
    with reading(store) as connection:
        return directory.person(connection, code)


def test_the_same_key_attaches_once_and_the_next_place_in_the_history_is_taken(
    store: Engine,
) -> None:
    ref = item_in(store, Stage.DEADLINE)
    seen, person = turn_of(state(store, ref)), who(store, "responsible")
    places = {
        attach(store, ref, FILE, "n", person, MONDAY, key=f"k/{ref}", seen=seen).seq
        for _ in range(2)
    }
    assert places == {len(kinds(store, ref))}
    assert kinds(store, ref).count("evidence_attached") == 1


def test_what_others_write_at_the_same_moment_hinders_nobody(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    seen, person = turn_of(state(store, ref)), who(store, "responsible")
    failed: list[Exception] = []

    def comment() -> None:
        for _ in range(8):
            try:
                give(store, ref, "comment", "coordinator", text="x")
            except Exception as error:
                failed.append(error)

    beside = threading.Thread(target=comment)
    beside.start()
    for number in range(4):
        attach(store, ref, FILE, "", person, MONDAY, key=f"{ref}/{number}", seen=seen)
    beside.join()
    assert (failed, kinds(store, ref).count("evidence_attached")) == ([], 4)


def test_a_file_for_another_round_or_life_is_not_attached(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    for seen in (Turn(1, 2), Turn(2, 1)):
        with pytest.raises(Conflict):
            attach(store, ref, FILE, "", who(store, "responsible"), MONDAY, key="k", seen=seen)
    assert "evidence_attached" not in kinds(store, ref)


def test_who_may_not_is_told_before_and_after_and_who_may_not_see_learns_nothing(
    store: Engine,
) -> None:
    ref = item_in(store, Stage.DEADLINE, confidential=True)
    seen = turn_of(state(store, ref))
    outsider, colleague = who(store, "outsider"), who(store, "leader")
    with reading(store) as connection:
        assert attaching.hindrance(connection, ref, colleague, MONDAY) is None
        with pytest.raises(NotFound):
            attaching.hindrance(connection, ref, outsider, MONDAY)
    with pytest.raises(NotFound):
        attach(store, ref, FILE, "", outsider, MONDAY, key="k", seen=seen)
    plain = item_in(store, Stage.DEADLINE)
    viewer = who(store, "viewer")
    with reading(store) as connection:
        refusal = attaching.hindrance(connection, plain, viewer, MONDAY)
    assert refusal is not None
    assert refusal.rule == "HoldTheDuty"
    with pytest.raises(Refused):
        attach(store, plain, FILE, "", viewer, MONDAY, key="k", seen=Turn(1, 1))


def test_a_note_longer_than_its_column_is_refused(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE)
    seen, person = turn_of(state(store, ref)), who(store, "responsible")
    attach(store, ref, FILE, "长" * 1000, person, MONDAY, key=f"{ref}/long", seen=seen)
    with pytest.raises(InputError):
        attach(store, ref, FILE, "长" * 1001, person, MONDAY, key=f"{ref}/longer", seen=seen)


def test_news_are_events_after_one_in_their_order(store: Engine) -> None:
    with reading(store) as connection:
        before = news.newest(connection)
    refs = [item_in(store, Stage.INTAKE) for _ in range(3)]
    with reading(store) as connection:
        found = news.since(connection, before, 2)
        assert news.newest(connection) > found[-1].id > before
        assert news.refs(connection, [one.item_id for one in found]) == refs[:2]
        assert news.since(connection, news.newest(connection), 9) == []


def test_parts_of_a_page_are_noted_as_one_reading(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE, confidential=True)
    person, item_id = who(store, "leader"), state(store, ref).id
    later = MONDAY + timedelta(seconds=30)
    visible.note(store, person, item_id, visible.CONFIDENTIAL, MONDAY)
    visible.note_once(store, person, item_id, visible.CONFIDENTIAL, later)
    with reading(store) as connection:
        at = accounts.has_read(connection, person.id, item_id, visible.CONFIDENTIAL, later)
        assert not at
    much_later = MONDAY + visible.MOMENT + timedelta(seconds=1)
    visible.note_once(store, person, item_id, visible.CONFIDENTIAL, much_later)
    with reading(store) as connection:
        assert accounts.has_read(connection, person.id, item_id, visible.CONFIDENTIAL, much_later)
