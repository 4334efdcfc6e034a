"""Which channels a person is reached by: their own, and once that of their unit's group."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine, text

from models import contacts, directory
from models.engine import reading, writing
from tasks.contacts import Channels, channels_for


@pytest.fixture
def engine(store: Engine) -> Engine:
    with writing(store) as connection:
        connection.execute(text("DELETE FROM contact"))
    return store


def person(connection: Connection, code: str) -> int:
    return directory.person(connection, code).id


def unit(connection: Connection, code: str) -> int:
    return directory.units(connection, [code])[code].id


def reached(engine: Engine, *codes: str) -> tuple[Channels, list[int]]:
    """The channels of these people, and their ids."""
    with reading(engine) as connection:
        ids = [person(connection, code) for code in codes]
        return channels_for(connection, ids), ids


def test_a_person_is_reached_by_their_own_channels_for_the_kinds_they_take(engine: Engine) -> None:
    with writing(engine) as connection:
        who = person(connection, "responsible")
        contacts.enter(connection, "wecom-lin", ("overdue", "escalated"), person_id=who)
        contacts.enter(connection, "sms", (), person_id=who)
    channels, (who, other) = reached(engine, "responsible", "verifier")
    assert channels.of(who, "overdue") == ("wecom-lin", "sms")
    assert channels.of(who, "due_soon") == ("sms",)
    assert channels.of(other, "overdue") == ()


def test_a_units_group_hears_of_a_thing_once(engine: Engine) -> None:
    with writing(engine) as connection:
        contacts.enter(connection, "bureau-group", (), unit_id=unit(connection, "bureau"))
    channels, (who, leader, outsider) = reached(engine, "responsible", "leader", "supervisor")
    assert channels.of(who, "overdue", 7) == ("bureau-group",)
    assert channels.of(leader, "overdue", 7) == ()
    assert channels.of(leader, "overdue", 8) == ("bureau-group",)
    assert channels.of(leader, "failed", 7) == ("bureau-group",)
    assert channels.of(outsider, "overdue", 9) == ()


def test_a_channel_of_both_the_person_and_the_unit_is_used_once(engine: Engine) -> None:
    with writing(engine) as connection:
        contacts.enter(connection, "robot", (), unit_id=unit(connection, "bureau"))
        contacts.enter(connection, "robot", (), person_id=person(connection, "responsible"))
    channels, (who,) = reached(engine, "responsible")
    assert channels.of(who, "overdue", 7) == ("robot",)


def test_entering_again_replaces_the_kinds_and_removing_says_whether_there_was_one(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        who = person(connection, "responsible")
        contacts.enter(connection, "sms", (), person_id=who)
        contacts.enter(connection, "sms", ("overdue",), person_id=who)
        listed = contacts.listing(connection)
        assert [(c.person, c.unit, c.channel, c.kinds) for c in listed] == [
            ("responsible", None, "sms", ("overdue",))
        ]
        assert contacts.used(connection) == ["sms"]
        assert contacts.remove(connection, "sms", person_id=who)
        assert not contacts.remove(connection, "sms", person_id=who)


def test_kinds_that_nobody_asks_about_are_left_out(engine: Engine) -> None:
    with writing(engine) as connection:
        who = person(connection, "responsible")
        contacts.enter(connection, "sms", ("overdue",), person_id=who)
        assert channels_for(connection, [who], ["failed"]).of(who, "overdue") == ()
        assert channels_for(connection, [who], ["failed", "overdue"]).of(who, "overdue") == ("sms",)
