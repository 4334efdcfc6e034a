"""Units that help with an item: who of them hears of it, and where they find it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from models import directory, people
from models.engine import reading, writing
from models.helping import HELPS
from rules.digest import Part
from rules.vocabulary import Role, Stage
from tasks.mywork import desk_of
from tests.conftest import MONDAY
from tests.tasks import post
from tests.tasks.post import announced, change, happen, told
from tests.tasks.staff import FAR, give, item_in, state


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def engine(furnished: Engine) -> Iterator[Engine]:
    """Without roles over the court, but for that of the cast."""
    post.tidy(furnished)
    yield furnished
    role = "DELETE FROM membership WHERE person_id = (SELECT id FROM person WHERE code = 'nobody')"
    change(furnished, role)


def helped(engine: Engine, *co_units: str, **first: object) -> str:
    """An item of the bureau with which these units help."""
    ref = item_in(engine, Stage.INTAKE, **first)
    give(engine, ref, "accept", "coordinator", category="conduct")
    give(engine, ref, "assign", "coordinator", unit="bureau", responsible="responsible",
         leader="leader", co_units=co_units, due=FAR)  # fmt: skip
    return ref


def appoint(engine: Engine, role: Role, unit: str) -> None:
    """``nobody`` is somebody."""
    with writing(engine) as connection:
        who = directory.person(connection, "nobody")
        over = directory.units(connection, [unit])[unit]
        people.add_role(connection, who.id, over.id, role)


def helpers(engine: Engine, event: int | None = None) -> set[tuple[str, str]]:
    """Which notices went to whom for a co-unit."""
    announced(engine)
    found = told(engine, event) if event else told(engine)
    return {(kind, person) for kind, seat, person in found if seat == "helpers"}


def test_a_unit_that_helps_hears_of_the_assignment_and_of_the_end(engine: Engine) -> None:
    ref = helped(engine, "court")
    assert helpers(engine) == {("assigned", "co-worker")}
    approved, withdrawn = happen(engine, ref, "approved"), happen(engine, ref, "withdrawn")
    returned = happen(engine, ref, "failed")
    assert helpers(engine, approved) == {("closed", "co-worker")}
    assert helpers(engine, withdrawn) == {("withdrawn", "co-worker")}
    assert helpers(engine, returned) == set()


@pytest.mark.parametrize("role", [Role.LEADER, Role.COORDINATOR])
def test_its_coordinators_hear_for_it_else_its_leaders_else_who_works_there(
    engine: Engine, role: Role
) -> None:
    appoint(engine, role, "court")
    helped(engine, "court")
    assert helpers(engine) == {("assigned", "nobody")}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SUPERVISOR])
def test_readers_and_judges_do_not_hear_for_it(engine: Engine, role: Role) -> None:
    appoint(engine, role, "court")
    helped(engine, "court")
    assert helpers(engine) == {("assigned", "co-worker")}


def test_who_steers_the_item_itself_does_not_hear_for_a_unit_that_helps(engine: Engine) -> None:
    """The county lies above both: its coordinators have the item on their board."""
    helped(engine, "parallel")
    assert helpers(engine) == set()


def test_of_a_confidential_item_a_unit_that_helps_hears_nothing(engine: Engine) -> None:
    ref = helped(engine, "court", confidential=True)
    assert helpers(engine) == set()
    assert helpers(engine, happen(engine, ref, "withdrawn")) == set()


def test_an_assignment_is_told_to_the_units_that_it_named(engine: Engine) -> None:
    ref = helped(engine, "court")
    give(engine, ref, "assign", "coordinator", unit="bureau", responsible="responsible")
    assert helpers(engine) == set()


def test_what_a_unit_helps_with_is_kept_by_its_id(engine: Engine) -> None:
    ref = helped(engine, "court", "parallel")
    with reading(engine) as connection:
        ids = directory.units(connection, ["court", "parallel", "bureau"])
        kept = select(HELPS.c.unit_id).where(HELPS.c.item_id == state(engine, ref).id)
        assert set(connection.execute(kept).scalars()) == {ids["court"].id, ids["parallel"].id}
    give(engine, ref, "assign", "coordinator", unit="bureau", responsible="responsible",
         co_units=("court",))  # fmt: skip
    with reading(engine) as connection:
        assert list(connection.execute(kept).scalars()) == [ids["court"].id]


def test_what_a_unit_helps_with_is_watched_behind_everything_else(engine: Engine) -> None:
    own = item_in(engine, Stage.INTAKE)
    give(engine, own, "accept", "coordinator", category="conduct")
    give(engine, own, "assign", "coordinator", unit="court", responsible="co-worker", due=FAR)
    refs = {name: helped(engine, unit, **first) for name, unit, first in (
        ("helped", "court", {}), ("secret", "court", {"confidential": True}),
        ("foreign", "parallel", {}),
    )}  # fmt: skip
    with reading(engine) as connection:
        desk = desk_of(connection, directory.person(connection, "co-worker"), MONDAY)
        watched = [(task.view.ref, task.why, task.todo) for task in desk.parts[Part.WATCH]]
        done = [task.view.ref for task in desk.parts[Part.DO]]
        office = desk_of(connection, directory.person(connection, "c-one"), MONDAY)
    assert (refs["helped"], "helping", "") in watched
    shown = {ref for ref, *_ in watched}
    assert not shown & {own, refs["secret"], refs["foreign"]}
    assert own in done
    assert all(task.why != "helping" for task in office.parts[Part.WATCH])
