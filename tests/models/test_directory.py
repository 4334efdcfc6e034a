"""Units and people are found by what people call them; who is meant is never guessed."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, update
from sqlalchemy.exc import IntegrityError, NoResultFound

from models import directory, people
from models.engine import writing
from rules.errors import NotFound
from rules.item import within
from rules.vocabulary import Role


@pytest.fixture
def place(engine: Engine) -> Engine:
    """A store with two counties that have a bureau of the same name, and namesakes in them."""
    with writing(engine) as connection:
        root = directory.units(connection, ["root"])["root"]
        for county in ("north", "south"):
            unit, _ = people.add_unit(connection, county, f"{county} county", root.id)
            bureau, _ = people.add_unit(connection, f"{county}-bureau", "公安局", unit)
            people.add_person(
                connection, f"{county}-wang", "王伟", bureau, [(Role.RESPONSIBLE, bureau)]
            )
        people.add_person(connection, "li", "李娜", root.id)
        people.add_person(connection, "王伟伟", "赵强", root.id)
    return engine


def test_a_unit_is_found_by_its_code_and_by_a_name_of_its_own(place: Engine) -> None:
    with writing(place) as connection:
        found = directory.units(connection, ["north", "south county", "north"])
    assert {word: unit.code for word, unit in found.items()} == {
        "north": "north",
        "south county": "south",
    }


def test_a_name_that_several_share_names_their_codes(place: Engine) -> None:
    with writing(place) as connection:
        with pytest.raises(NotFound, match="More than one unit is called '公安局'") as unit:
            directory.units(connection, ["公安局"])
        with pytest.raises(NotFound, match="More than one person is called '王伟'") as person:
            directory.person(connection, "王伟")
    assert unit.value.hint == "Use a code: north-bureau, south-bureau."
    assert person.value.hint == "Use a code: north-wang, south-wang."


def test_nobody_is_found_by_half_a_name(place: Engine) -> None:
    with writing(place) as connection:
        for word in ("王", "north-", "NORTH", ""):
            with pytest.raises(NotFound, match="There is no"):
                directory.person(connection, word)
            with pytest.raises(NotFound, match="There is no unit"):
                directory.units(connection, [word])


def test_a_code_goes_before_the_same_name(place: Engine) -> None:
    with writing(place) as connection:
        unit = directory.units(connection, ["north"])["north"]
        people.add_person(connection, "other", "li", unit.id)
        assert directory.person(connection, "li").code == "li"
        assert directory.people(connection, ["li"])["li"].code == "li"


def test_a_person_comes_with_every_role_and_where_it_is_held(place: Engine) -> None:
    with writing(place) as connection:
        found = directory.units(connection, ["north", "south-bureau"])
        north, south = found["north"], found["south-bureau"]
        ident = people.add_person(connection, "zhou", "周洁", north.id, [(Role.VERIFIER, north.id)])
        people.add_role(connection, ident, south.id, Role.SUPERVISOR)
        zhou = directory.person(connection, "周洁")
    assert zhou.unit_path == north.path
    assert set(zhou.roles) == {(Role.VERIFIER, north.path), (Role.SUPERVISOR, south.path)}


def test_somebody_without_a_role_is_found_all_the_same(place: Engine) -> None:
    with writing(place) as connection:
        assert directory.person(connection, "li").roles == ()
        ident = directory.person(connection, "li").id
        assert directory.people_by_id(connection, [ident, 9999])[ident].code == "li"


def test_whoever_has_left_is_known_as_such(place: Engine) -> None:
    with writing(place) as connection:
        leave(connection, "north-wang")
        assert directory.person(connection, "north-wang").active is False


def test_a_name_whose_other_bearer_has_left_is_no_longer_ambiguous(place: Engine) -> None:
    with writing(place) as connection:
        leave(connection, "north-wang")
        assert directory.person(connection, "王伟").code == "south-wang"
        leave(connection, "south-wang")
        with pytest.raises(NotFound, match="More than one"):
            directory.person(connection, "王伟")


def leave(connection: Connection, code: str) -> None:
    """Mark the person as no longer active."""
    table = directory.PERSON
    connection.execute(update(table).where(table.c.code == code).values(active=False))


def test_paths_lead_from_the_root_and_never_into_a_neighbour(place: Engine) -> None:
    with writing(place) as connection:
        root = directory.units(connection, ["root"])["root"]
        for number in range(12):
            people.add_unit(connection, f"u{number}", f"unit {number}", root.id)
        found = directory.units(connection, [f"u{number}" for number in range(12)])
    assert root.path == f"/{root.id}/"
    for unit in found.values():
        assert unit.path == f"{root.path}{unit.id}/"
        assert [u for u in found.values() if within(u.path, unit.path)] == [unit]


def test_a_code_is_taken_once(place: Engine) -> None:
    with pytest.raises(IntegrityError), writing(place) as connection:
        people.add_unit(connection, "north", "another", None)


def test_a_role_is_held_once_in_a_unit(place: Engine) -> None:
    with writing(place) as connection:
        unit = directory.units(connection, ["north-bureau"])["north-bureau"]
        person = directory.person(connection, "north-wang")
    with pytest.raises(IntegrityError), writing(place) as connection:
        people.add_role(connection, person.id, unit.id, Role.RESPONSIBLE)


def test_nobody_belongs_to_a_unit_that_does_not_exist(place: Engine) -> None:
    with pytest.raises(NoResultFound), writing(place) as connection:
        people.add_person(connection, "ghost", "无名", 9999)
