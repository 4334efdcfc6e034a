"""The cast at work in a store: people to give commands, items to give them on, ways to look."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from config.calendars import calendar_for
from models import directory, items, people, policies
from models.engine import reading, writing
from models.prepared import Prepared
from models.writes import Receipt
from rules.commands import COMMANDS, Register
from rules.item import SYSTEM, ItemState
from rules.opening import Opening, opened
from rules.policy import Policy
from rules.vocabulary import Source, Stage
from tasks.act import act, enter, reference, register
from tasks.founding import found
from tests import cast
from tests.conftest import MONDAY

FAR = date(2026, 12, 18)
"""A Friday far enough ahead for anything."""

CHASED = cast.at("2026-12-15 09:00")
"""The first reminder before FAR."""

PATH_TO: Mapping[Stage, Sequence[tuple[str, str, Mapping[str, Any]]]] = {
    Stage.INTAKE: (),
    Stage.ASSIGNMENT: (
        ("accept", "coordinator", {"category": "conduct"}),
        ("assign", "coordinator",
         {"unit": "bureau", "responsible": "responsible", "leader": "leader", "due": FAR}),
    ),
    Stage.DEADLINE: (("acknowledge", "responsible", {}),),
    Stage.VERIFICATION: (
        ("attach_evidence", "responsible",
         {"sha256": cast.DIGEST, "filename": "照片.jpg", "size": 10}),
        ("submit", "responsible", {"summary": "已整改"}),
    ),
    Stage.CLOSURE: (("pass", "verifier", {"finding": "属实"}),),
    Stage.CLOSED: (("approve", "supervisor", {}),),
}  # fmt: skip
"""The straight way of an item, by ordinary commands; reminder lies beside it."""


def staffed(engine: Engine, policy: Policy | None = None) -> Engine:
    """Found the store under the cast's policy, with the cast beside the founded office."""
    found(engine, policy or cast.policy(), MONDAY)
    with writing(engine) as connection:
        root = directory.units(connection, ["root"])["root"]
        ids = {"": root.id}
        for unit in cast.UNITS:
            parent = next((u.path for u in cast.UNITS if unit.path == f"{u.path}{unit.id}/"), "")
            ids[unit.path], _ = people.add_unit(connection, unit.code, unit.code, ids[parent])
        for person in cast.PEOPLE:
            if person.code not in ("coordinator", "verifier", "supervisor"):
                roles = [(role, ids[path]) for role, path in person.roles]
                home = ids[person.unit_path]
                people.add_person(connection, person.code, person.code, home, roles)
    return engine


def give(
    engine: Engine, ref: str, command: str, who: str, now: datetime = MONDAY, **fields: Any
) -> Receipt:
    """A person, or the program under the name ``system``, gives a command."""
    actor = SYSTEM if who == "system" else who
    return act(engine, ref, COMMANDS[command](**fields), actor, now)


def item_in(engine: Engine, stage: Stage, now: datetime = MONDAY, **first: Any) -> str:
    """The reference of a new item, driven into ``stage``; ``first`` are fields to register."""
    values = {"title": "窗口推诿", "category": "conduct", **first}
    ref = register(engine, Register(**values), "coordinator", now).ref
    for reached, way in PATH_TO.items():
        for command, who, fields in way:
            give(engine, ref, command, who, now, **fields)
        if reached is stage:
            break
        if stage is Stage.REMINDER and reached is Stage.DEADLINE:
            give(engine, ref, "fire", "system", CHASED)
            break
    return ref


def state(engine: Engine, ref: str) -> ItemState:
    """The item as the rules see it."""
    with reading(engine) as connection:
        loaded = items.by_ref(connection, ref)
    assert loaded is not None, ref
    return loaded.item


def row(engine: Engine, ref: str, *columns: str) -> Any:
    """Columns of the item's row, as the database tells them."""
    with reading(engine) as connection:
        statement = f"SELECT {', '.join(columns)} FROM item WHERE ref = :ref"
        return connection.execute(text(statement), {"ref": ref}).one()


def history(engine: Engine, ref: str) -> list[Any]:
    """The item's events, oldest first."""
    statement = text(
        "SELECT event.*, item.ref FROM event JOIN item ON item.id = event.item_id"
        " WHERE item.ref = :ref ORDER BY event.seq"
    )
    with reading(engine) as connection:
        return list(connection.execute(statement, {"ref": ref}))


def kinds(engine: Engine, ref: str) -> list[str]:
    """The kinds of the item's events, oldest first."""
    return [event.kind for event in history(engine, ref)]


def told(event: Any) -> dict[str, Any]:
    """What the event says."""
    said: dict[str, Any] = json.loads(event.data)
    return said


def require_sound_history(engine: Engine, ref: str) -> None:
    """The history has no gap, each hash covers what its event says, and the item is at its end.

    Written from the description of the chain, not with the function that makes it.
    """
    events, item = history(engine, ref), state(engine, ref)
    previous = "0" * 64
    for seq, each in enumerate(events, 1):
        assert each.seq == seq, f"{ref}: a gap before {each.seq}"
        assert each.previous == previous, f"{ref}: {seq} is not chained to the event before it"
        at = datetime.fromisoformat(each.at) if isinstance(each.at, str) else each.at
        words = (
            previous, ref, str(seq), at.astimezone(UTC).isoformat(timespec="microseconds"),
            each.kind, each.stage, str(each.actor_id), each.step_key or "", each.data,
        )  # fmt: skip
        previous = hashlib.sha256("\n".join(words).encode()).hexdigest()
        assert each.hash == previous, f"{ref}: {seq} does not say what was hashed"
    assert (item.version, item.head, item.stage) == (len(events), previous, events[-1].stage)


@contextmanager
def just_before(engine: Engine, words: str, happens: Callable[[], Any]) -> Iterator[None]:
    """Let something happen just before each statement with these words goes to the database."""
    run = Prepared.run

    def watched(self: Prepared, connection: Connection, *given: Any) -> int:
        if words in self._ready(connection.dialect).sql:
            happens()
        return run(self, connection, *given)

    def listen(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if words in statement:
            happens()

    event.listen(engine, "before_cursor_execute", listen)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Prepared, "run", watched)
        yield
    event.remove(engine, "before_cursor_execute", listen)


def everything(engine: Engine) -> dict[str, list[Any]]:
    """All rows of all tables that commands may touch."""
    names = ("item", "event", "evidence", "extension_request", "campaign", "series", "delivery")
    with reading(engine) as connection:
        return {
            name: [tuple(r) for r in connection.execute(text(f"SELECT * FROM {name} ORDER BY 1"))]
            for name in names
        }


def entered(engine: Engine, count: int, now: datetime = MONDAY, **changes: Any) -> list[str]:
    """References of ``count`` items taken over in the middle of their lives, led by the bureau."""
    with writing(engine) as connection:
        campaign = policies.campaign(connection)
        policy = policies.policy(connection, campaign.policy_id)
        unit = directory.units(connection, ["bureau"])["bureau"]
        who = directory.people(connection, ["responsible", "leader"])
        opening = Opening(
            **{
                "title": "窗口推诿", "category": "conduct", "stage": Stage.DEADLINE,
                "unit_id": unit.id, "unit_path": unit.path, "due": FAR,
                "responsible_id": who["responsible"].id, "leader_id": who["leader"].id,
                **changes,
            }
        )  # fmt: skip
        first = policies.take_numbers(connection, campaign.id, count)
        refs = [reference(campaign.code, number) for number in range(first, first + count)]
        calendar = calendar_for(policy)
        decisions = [
            opened(opening, {}, ref=ref, campaign_id=campaign.id, now=now, policy=policy,
                   calendar=calendar)
            for ref in refs
        ]  # fmt: skip
        enter(connection, decisions, [_described(campaign.policy_id, now)] * count, 0, now)
    return refs


def _described(policy_id: int, now: datetime) -> dict[str, Any]:
    return {
        "policy_id": policy_id, "number": "", "description": "", "requirement": "",
        "source": Source.INSPECTION, "complainant": "", "extra": "{}", "ledger": "",
        "opened_at": now, "followed": 1,
    }  # fmt: skip
