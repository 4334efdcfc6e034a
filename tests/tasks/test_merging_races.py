"""Whoever names a draft at the moment of its merger is seen by it, or sees that it is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine

from models import directory, people
from models.engine import reading, writing
from models.writes import Receipt
from rules.errors import NotFound
from rules.item import ItemState
from rules.vocabulary import Role, Stage
from tasks.merging import merge_people, merge_units
from tests.conftest import MONDAY
from tests.tasks.staff import FAR, give, item_in, just_before, require_sound_history, state
from tests.tasks.test_act_keys import at_once
from tests.tasks.test_merging import draft_person, draft_unit, ident

A_MOMENT = 0.3
"""Seconds in which whoever need not wait is through."""

Merger = Callable[..., object]


def drafts(engine: Engine, name: str) -> None:
    """A draft of a unit, and of people for each seat of an item."""
    draft_unit(engine, f"单位{name}", "bureau")
    draft_person(engine, f"责任人{name}", f"单位{name}")
    draft_person(engine, f"包案人{name}")
    judge = draft_person(engine, f"核查员{name}", "city-office")
    with writing(engine) as connection:
        people.add_role(connection, judge, people.root_id(connection), Role.VERIFIER)


NAMING: Mapping[str, tuple[Stage, str, str, Mapping[str, Any], Merger, str]] = {
    "unit": (Stage.ASSIGNMENT, "单位", "bureau", {"responsible": "责任人"}, merge_units, "assign"),
    "co_units": (Stage.ASSIGNMENT, "单位", "court",
                 {"unit": "bureau", "responsible": "responsible"}, merge_units, "assign"),
    "responsible": (Stage.ASSIGNMENT, "责任人", "responsible", {"unit": "bureau"}, merge_people,
                    "assign"),
    "leader": (Stage.ASSIGNMENT, "包案人", "leader",
               {"unit": "bureau", "responsible": "responsible"}, merge_people, "assign"),
    "verifier": (Stage.VERIFICATION, "核查员", "verifier", {}, merge_people, "appoint"),
}  # fmt: skip
"""Each way of naming a draft on an item: where, which draft, what it really is, and how."""


class Meeting:
    """A command that names a draft on an item, and the draft's merger."""

    def __init__(self, store: Engine, field: str, name: str) -> None:
        stage, draft, self.into, others, self._merge, self._command = NAMING[field]
        self.store, self.ref, self.draft = store, item_in(store, stage), f"{draft}{name}"
        said = (self.draft,) if field == "co_units" else self.draft
        due = {} if stage is Stage.VERIFICATION else {"due": FAR}
        mine = {k: f"{v}{name}" if v == "责任人" else v for k, v in others.items()}
        self._fields = {**mine, **due, field: said}
        self._unit = self._merge is merge_units
        self.draft_id = ident(store, self.draft, unit=self._unit)

    def name_it(self) -> Receipt:
        return give(self.store, self.ref, self._command, "coordinator", **self._fields)

    def merge_it(self) -> object:
        return self._merge(self.store, self.draft, self.into, "coordinator", MONDAY)

    def require_whole(self) -> None:
        """The item does not name the draft, which is gone."""
        item = state(self.store, self.ref)
        assert self.draft_id not in named_on(item), item
        with pytest.raises(NotFound):
            ident(self.store, self.draft, unit=self._unit)
        require_sound_history(self.store, self.ref)


def named_on(item: ItemState) -> set[int | None]:
    units = {int(path.rstrip("/").rpartition("/")[2]) for path in item.co_unit_paths}
    return {item.unit_id, item.responsible_id, item.leader_id, item.verifier_id, *units}


@contextmanager
def meanwhile(store: Engine, words: str, work: Callable[[], object]) -> Iterator[list[object]]:
    """Others work from just before a statement with these words, as far as they need not wait."""
    came: list[object] = []
    others: list[Thread] = []

    def run() -> None:
        try:
            came.append(work())
        except Exception as error:
            came.append(error)

    def begin() -> None:
        if not others:
            others.append(Thread(target=run))
            others[0].start()
            others[0].join(A_MOMENT)

    with just_before(store, words, begin):
        yield came
    assert others, f"nobody has said {words!r}"
    others[0].join()


@pytest.mark.parametrize("field", NAMING)
def test_a_draft_that_is_merged_before_the_item_is_written_is_replaced_on_it(
    store: Engine, field: str
) -> None:
    drafts(store, f"甲{field}")
    met = Meeting(store, field, f"甲{field}")
    with meanwhile(store, "UPDATE item SET", met.merge_it) as came:
        met.name_it()
    assert not any(isinstance(each, Exception) for each in came), came
    met.require_whole()


@pytest.mark.parametrize("field", NAMING)
def test_a_draft_that_is_named_while_it_is_merged_is_not_there_any_more(
    store: Engine, field: str
) -> None:
    drafts(store, f"乙{field}")
    met = Meeting(store, field, f"乙{field}")
    with meanwhile(store, "SET code=", met.name_it) as came:
        met.merge_it()
    assert [type(each) for each in came] == [NotFound]
    met.require_whole()


def test_drafts_named_and_merged_at_the_same_moment_stand_on_no_item(store: Engine) -> None:
    for turn in range(3):
        drafts(store, f"丙{turn}")
        for met in [Meeting(store, field, f"丙{turn}") for field in ("co_units", "leader")]:
            results = at_once(2, lambda n: (met.name_it, met.merge_it)[n]())  # noqa: B023
            named, merged = results
            assert isinstance(named, Receipt | NotFound), named
            assert not isinstance(merged, Exception), merged
            met.require_whole()


def test_a_command_that_names_a_draft_again_does_not_wait_for_its_merger_in_turn(
    store: Engine,
) -> None:
    """The item is the draft's already: the merger writes it as well, in the same order."""
    drafts(store, "丁")
    met = Meeting(store, "responsible", "丁")
    met.name_it()
    with meanwhile(store, "UPDATE item SET", met.merge_it) as came:
        met.name_it()
    assert not any(isinstance(each, Exception) for each in came), came
    met.require_whole()
    with reading(store) as connection:
        real = directory.person(connection, "responsible").id
    assert state(store, met.ref).responsible_id == real
