"""The post room of the tests: people with addresses, events to announce, mails to look at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Engine, text

from models import directory, people
from models.engine import reading, writing
from notifications.channels.base import AlwaysOpen, Envelope, Outcome, Sent
from rules.vocabulary import Role
from tasks.delivery import announce, deliver
from tasks.ends import Delivered
from tests.conftest import MONDAY

SENDER = "office@rectiflow.example"
WALL = MONDAY + timedelta(hours=1)
"""Wall time of the tests; the campaign's clock stands elsewhere, as in a demonstration."""

STAFF = (
    ("second-coordinator", "office", Role.COORDINATOR, "root"),
    ("c-one", "county", Role.COORDINATOR, "county"),
    ("c-two", "county", Role.COORDINATOR, "county"),
    ("county-supervisor", "county", Role.SUPERVISOR, "county"),
    ("insider", "bureau", Role.SUPERVISOR, "bureau"),
)
"""Beside the cast: code, unit, role, and the unit it is held over."""


def furnish(engine: Engine) -> Engine:
    """Two levels of offices beside the cast, and an address for everybody."""
    with writing(engine) as connection:
        units = directory.units(
            connection, {place for _, *places in STAFF for place in places[::2]}
        )
        for code, home, role, over in STAFF:
            roles = [(role, units[over].id)]
            people.add_person(connection, code, code, units[home].id, roles)
        connection.execute(text("UPDATE person SET email = code || '@rectiflow.example'"))
    return engine


def tidy(engine: Engine) -> None:
    """Nothing is left to announce or to send, and everybody is there and can be written to."""
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM delivery"))
        connection.execute(text("DELETE FROM event WHERE previous = 'invented'"))
        connection.execute(text("UPDATE event SET announced = true"))
        connection.execute(
            text(
                "UPDATE person SET email = code || '@rectiflow.example', active = true,"
                " lang = 'zh-CN', undeliverable_since = NULL, undeliverable_why = ''"
            )
        )


def change(engine: Engine, statement: str, **values: Any) -> None:
    """A change that no command makes."""
    with writing(engine) as connection:
        connection.execute(text(statement), values)


def ask(engine: Engine, statement: str, **values: Any) -> list[Any]:
    """Rows of a plain question."""
    with reading(engine) as connection:
        return list(connection.execute(text(statement), values))


def person_id(engine: Engine, code: str) -> int:
    """The id of the person with this code; 0 for the program."""
    if code == "system":
        return 0
    return int(ask(engine, "SELECT id FROM person WHERE code = :code", code=code)[0].id)


def happen(engine: Engine, ref: str, kind: str, actor: str = "system", data: Any = None) -> int:
    """An invented event of the item, unannounced; its id. The item itself does not change."""
    said = data if isinstance(data, str) else json.dumps(data or {})
    with writing(engine) as connection:
        inserted = connection.execute(
            text(
                "INSERT INTO event (item_id, seq, kind, at, actor_id, stage, data, previous, hash,"
                " announced) SELECT id, (SELECT max(seq) + 1 FROM event WHERE item_id = item.id),"
                " :kind, stage_since, :actor, stage, :data, 'invented', :hash, false"
                " FROM item WHERE ref = :ref RETURNING id, seq"
            ),
            {
                "ref": ref, "kind": kind, "actor": person_id(engine, actor), "data": said,
                "hash": hashlib.sha256(f"{ref} {kind} {said}".encode()).hexdigest(),
            },
        ).one()  # fmt: skip
    return int(inserted.id)


class Row(NamedTuple):
    """A delivery, with the handle of its person."""

    id: int
    event_id: int
    kind: str
    seat: str
    who: str
    state: str
    reason: str
    attempts: int
    address: str
    message_id: str
    message: bytes | None
    claimed_by: str | None


def rows(engine: Engine) -> list[Row]:
    """Every delivery, oldest first."""
    found = ask(
        engine,
        "SELECT delivery.id, event_id, kind, seat, person.code AS who, state, reason, attempts,"
        " address, message_id, message, claimed_by FROM delivery"
        " JOIN person ON person.id = person_id ORDER BY delivery.id",
    )
    return [Row(*row) for row in found]


def told(engine: Engine, *events: int) -> set[tuple[str, str, str]]:
    """Kind, seat and handle of every delivery, of these events if any are given."""
    return {
        (row.kind, row.seat, row.who)
        for row in rows(engine)
        if not events or row.event_id in events
    }


def states(engine: Engine) -> list[str]:
    """The states of all deliveries, oldest first."""
    return [row.state for row in rows(engine)]


def announced(engine: Engine, *refs: str) -> list[Row]:
    """Everything announced; the deliveries."""
    while announce(engine, WALL):
        pass
    return rows(engine)


class Tray(AlwaysOpen):
    """A channel that keeps what it is given, and answers as it was told to."""

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        self.envelopes: list[Envelope] = []
        self._outcomes = iter(outcomes)

    async def deliver(self, envelope: Envelope) -> Outcome:
        self.envelopes.append(envelope)
        return next(self._outcomes, Sent("taken"))

    async def deliver_many(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        return [await self.deliver(envelope) for envelope in envelopes]


async def sent_by(engine: Engine, channel: Any, after: timedelta = timedelta(0)) -> Delivered:
    """One batch, so long after ``WALL``."""
    return await deliver(engine, channel, SENDER, WALL + after)
