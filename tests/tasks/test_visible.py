"""Who sees what: the database's condition says what the rule says, for anybody and any item."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select, text

from models import directory, helping, items, people
from models.engine import reading, writing
from models.items import ITEM
from models.visibility import BELOW, hidden_from, looked_up, visible_to
from rules.duties import may_see, may_see_complainant
from rules.errors import NotFound
from rules.vocabulary import Role, Stage
from tasks import visible
from tests import cast
from tests.conftest import MONDAY
from tests.tasks.staff import entered, give, item_in, state

PEOPLE = 6
ITEMS = 8


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A small random tree of units, people with roles somewhere in it, and items of any kind."""
    above = [draw(st.integers(0, place)) for place in range(7)]
    place = st.integers(0, len(above))
    roles = st.lists(st.tuples(st.sampled_from(list(Role)), place), max_size=3, unique=True)
    person = st.tuples(place, roles, st.booleans() | st.just(True))
    somebody = st.none() | st.integers(0, PEOPLE - 1)
    helpers = st.lists(place, max_size=2)
    item = st.tuples(st.none() | place, st.booleans(), helpers, somebody, somebody, somebody)
    return {
        "above": above,
        "people": draw(st.lists(person, min_size=PEOPLE, max_size=PEOPLE)),
        "items": draw(st.lists(item, min_size=ITEMS, max_size=ITEMS)),
    }


@settings(max_examples=40)
@given(world=worlds())
def test_the_database_shows_a_person_just_what_the_rule_lets_them_see(
    store: Engine, world: dict[str, Any]
) -> None:
    with writing(store) as connection:
        refs = _blank_items(connection)
        units = [people.root_id(connection)]
        paths = {units[0]: f"/{units[0]}/"}
        for number, above in enumerate(world["above"]):
            made, path = people.add_unit(connection, f"u{number}", "u", units[above])
            units.append(made)
            paths[made] = path
        known = [
            people.add_person(
                connection, f"p{n}", "p", units[home], [(role, units[at]) for role, at in roles]
            )
            for n, (home, roles, _) in enumerate(world["people"])
        ]
        for each, (_, _, active) in zip(known, world["people"], strict=True):
            people.change_person(connection, each, {"active": active})
        for ref, (unit, hidden, helpers, *seats) in zip(refs, world["items"], strict=True):
            unit_id = None if unit is None else units[unit]
            named = [None if seat is None else known[seat] for seat in seats]
            co_units = tuple(paths[units[each]] for each in helpers)
            helping.renew(connection, {_id_of(connection, ref): co_units})
            connection.execute(
                ITEM.update()
                .where(ITEM.c.ref == ref)
                .values(
                    unit_id=unit_id,
                    unit_path=None if unit_id is None else paths[unit_id],
                    co_unit_paths=co_units,
                    confidential=hidden,
                    responsible_id=named[0],
                    leader_id=named[1],
                    verifier_id=named[2],
                )
            )
        facts = directory.people_by_id(connection, known)
        states = [items.by_ref(connection, ref) for ref in refs]
        for person in facts.values():
            allowed = {one.item.ref for one in states if one and may_see(person, one.item)}
            for reach in (BELOW, looked_up(connection)):
                seen = visible_to(person, reach)
                statement = select(ITEM.c.ref).where(ITEM.c.ref.in_(refs), seen)
                assert set(connection.execute(statement).scalars()) == allowed
            statement = select(ITEM.c.ref).where(ITEM.c.ref.in_(refs), hidden_from(person))
            assert set(connection.execute(statement).scalars()) == set(refs) - allowed
        connection.rollback()


def _id_of(connection: Any, ref: str) -> int:
    return int(connection.execute(select(ITEM.c.id).where(ITEM.c.ref == ref)).scalar_one())


def _blank_items(connection: Any) -> list[str]:
    """References of items to be put anywhere; copied from one that there is."""
    first = connection.execute(select(ITEM).limit(1)).first()
    assert first is not None
    refs = [f"V-{number}" for number in range(ITEMS)]
    values = {key: value for key, value in first._mapping.items() if key != "id"}
    rows = [{**values, "ref": ref, "number": "", "flow_run_id": None} for ref in refs]
    connection.execute(insert(ITEM), rows)
    return refs


@pytest.fixture(scope="module", autouse=True)
def _an_item(store: Engine) -> None:
    entered(store, 1)


def test_what_may_not_be_seen_is_not_there(store: Engine) -> None:
    ref = item_in(store, Stage.DEADLINE, confidential=True)
    with reading(store) as connection:
        everybody = directory.people(connection, [one.code for one in cast.PEOPLE])
        for code in ("coordinator", "supervisor", "responsible", "leader", "colleague"):
            assert visible.item(connection, ref, everybody[code]).item.ref == ref
        for code in ("verifier", "viewer", "auditor", "outsider", "co-worker", "nobody"):
            with pytest.raises(NotFound) as hidden:
                visible.item(connection, ref, everybody[code])
            with pytest.raises(NotFound) as missing:
                visible.item(connection, "ZG-99999", everybody[code])
            assert str(hidden.value).replace(ref, "") == str(missing.value).replace("ZG-99999", "")


def test_a_complainant_is_told_to_the_office_alone_and_each_reading_is_noted(
    store: Engine,
) -> None:
    ref = item_in(store, Stage.DEADLINE, complainant="张三")
    at = MONDAY + timedelta(hours=1)
    with reading(store) as connection:
        everybody = directory.people(connection, [one.code for one in cast.PEOPLE])
    for code, told in (
        ("coordinator", "张三"), ("supervisor", "张三"), ("responsible", None), ("leader", None),
        # Holds every office, but sits in the unit that the complaint is about.
        ("colleague", None), ("viewer", None), ("auditor", None), ("verifier", None),
    ):  # fmt: skip
        assert visible.show_complainant(store, ref, everybody[code], at) == told, code
    item = state(store, ref)
    with reading(store) as connection:
        noted = connection.execute(
            text("SELECT person_id, what, via FROM access_log WHERE item_id = :of ORDER BY id"),
            {"of": item.id},
        ).all()
    ids = [everybody[code].id for code in ("coordinator", "supervisor")]
    assert [tuple(row) for row in noted] == [(one, "complainant", "web") for one in ids]
    assert not may_see_complainant(everybody["outsider"], item)
    give(store, ref, "comment", "coordinator", text="x")
