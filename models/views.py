"""One item as it is shown: with names instead of ids, and its light.

``rectiflow list`` must answer in a fraction of a second, start included. Therefore the tables are
named here by the columns that are read, without the classes of SQLModel (which take longer to
import than the answer may); a test compares them with the real ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Date,
    Integer,
    String,
    case,
    column,
    select,
    table,
)

from models.types import Instant, Keys
from rules.errors import NotFound
from rules.vocabulary import Light, Stage

_NUMBERS = ("id", "campaign_id", "policy_id", "unit_id", "responsible_id", "leader_id",
            "verifier_id", "round", "life", "level", "served", "confirmed",
            "version")  # fmt: skip
_TEXTS = ("ref", "number", "title", "description", "requirement", "category", "severity", "source",
          "stage", "outcome", "head")  # fmt: skip
_DAYS = ("due_original", "due", "due_superior", "hold_until", "extension_due")
_INSTANTS = ("opened_at", "closed_at", "stage_since", "next_action_at", "yellow_at", "red_at")

ITEM = table(
    "item",
    *(column(name, Integer) for name in _NUMBERS),
    *(column(name, String) for name in _TEXTS),
    *(column(name, Date) for name in _DAYS),
    *(column(name, Instant) for name in _INSTANTS),
    *(column(name, Boolean) for name in ("on_hold", "confidential")),
    column("co_unit_paths", Keys),
)
_ROW = ("id", "merged_into")
UNIT = table(
    "unit",
    *(column(name, Integer) for name in _ROW),
    *(column(name, String) for name in ("code", "name", "path")),
)
PERSON = table(
    "person",
    *(column(name, Integer) for name in _ROW),
    *(column(name, String) for name in ("code", "name")),
)
CAMPAIGN = table("campaign", column("id", Integer), column("code", String))
POLICY = table("policy", *(column(n, Integer) for n in ("id", "version")), column("name", String))
TABLES = (ITEM, UNIT, PERSON, CAMPAIGN, POLICY)


class Named(NamedTuple):
    """A unit or a person: the code that commands take, and the name that people read."""

    code: str
    name: str


class ItemView(NamedTuple):
    """One item as it is shown. Instants are UTC, days the campaign's; words as they are stored."""

    id: int
    ref: str
    number: str
    title: str
    description: str
    requirement: str
    category: str
    severity: str
    source: str
    stage: str
    outcome: str | None
    light: str | None
    round: int
    life: int
    level: int
    served: int
    """The highest rung whose act counts as served."""
    confirmed: int
    unit: Named | None
    co_units: tuple[Named, ...]
    responsible: Named | None
    leader: Named | None
    verifier: Named | None
    due_original: date | None
    due: date | None
    due_superior: date | None
    opened_at: datetime
    closed_at: datetime | None
    stage_since: datetime
    on_hold: bool
    hold_until: date | None
    extension_requested: date | None
    """The day asked for in the undecided extension request."""
    confidential: bool
    version: int
    next_action_at: datetime | None
    campaign: str
    policy: str
    policy_version: int
    head: str


def view(connection: Connection, ref: str, now: datetime) -> ItemView:
    """The item with this reference, with its light at ``now``.

    Raises:
        NotFound: there is no such item.
    """
    item_id = connection.execute(select(ITEM.c.id).where(ITEM.c.ref == ref)).scalar()
    if item_id is None:
        raise NotFound(f"There is no item {ref!r}.", "See: rectiflow list.")
    return views(connection, [item_id], now)[0]


def views(connection: Connection, ids: Sequence[int], now: datetime) -> tuple[ItemView, ...]:
    """The items with these ids, in this order."""
    if not ids:
        return ()
    rows = connection.execute(_details(now).where(ITEM.c.id.in_(ids))).all()
    units = _units_at(connection, {path for row in rows for path in row.co_unit_paths})
    by_id = {row.id: _viewed(row, units) for row in rows}
    return tuple(by_id[item_id] for item_id in ids)


def light_at(now: datetime) -> ColumnElement[str | None]:
    """The light of an item at ``now``, as ``rules.deadlines.light`` has it."""
    return case(
        (ITEM.c.stage == Stage.CLOSED.value, None),
        (ITEM.c.red_at <= now, Light.RED.value),
        (ITEM.c.yellow_at <= now, Light.YELLOW.value),
        else_=Light.GREEN.value,
    )


_LEAD = UNIT.alias("lead")
_SEATS = {name: PERSON.alias(name) for name in ("responsible", "leader", "verifier")}


def _details(now: datetime) -> Any:
    people = [
        col.label(f"{name}_{col.name}")
        for name, seat in _SEATS.items()
        for col in (seat.c.code, seat.c.name)
    ]
    return (
        select(
            ITEM,
            light_at(now).label("light"),
            _LEAD.c.code.label("unit_code"),
            _LEAD.c.name.label("unit_name"),
            *people,
            CAMPAIGN.c.code.label("campaign"),
            POLICY.c.name.label("policy"),
            POLICY.c.version.label("policy_version"),
        )
        .join(CAMPAIGN, CAMPAIGN.c.id == ITEM.c.campaign_id)
        .join(POLICY, POLICY.c.id == ITEM.c.policy_id)
        .outerjoin(_LEAD, _LEAD.c.id == ITEM.c.unit_id)
        .outerjoin(_SEATS["responsible"], _SEATS["responsible"].c.id == ITEM.c.responsible_id)
        .outerjoin(_SEATS["leader"], _SEATS["leader"].c.id == ITEM.c.leader_id)
        .outerjoin(_SEATS["verifier"], _SEATS["verifier"].c.id == ITEM.c.verifier_id)
    )


def _viewed(row: Any, units: dict[str, Named]) -> ItemView:
    values = row._mapping
    seats = {
        name: Named(values[f"{name}_code"], values[f"{name}_name"])
        if values[f"{name}_code"] is not None
        else None
        for name in ("unit", *_SEATS)
    }
    co_units = tuple(units[path] for path in row.co_unit_paths if path in units)
    others = {"co_units": co_units, "extension_requested": row.extension_due, **seats}
    return ItemView._make(
        others[field] if field in others else values[field] for field in ItemView._fields
    )


def _units_at(connection: Connection, paths: Iterable[str]) -> dict[str, Named]:
    """The units at these paths, by path."""
    wanted = sorted(paths)
    if not wanted:
        return {}
    statement = select(UNIT.c.path, UNIT.c.code, UNIT.c.name).where(UNIT.c.path.in_(wanted))
    return {row.path: Named(row.code, row.name) for row in connection.execute(statement)}
