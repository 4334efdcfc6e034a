"""Which policy versions are stored, what they are in force for, and which items they are pinned to.

Reads for those who move items from one policy to another, or work their deadlines out anew; the
moving itself goes through ``tasks.act``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select, update

from models.event import EventRow
from models.items import ITEM, STATE_COLUMNS, Loaded
from models.policies import CAMPAIGN, POLICY, policy
from rules.errors import NotFound
from rules.item import ItemState
from rules.policy import Policy
from rules.vocabulary import Stage

EVENT = EventRow.__table__  # type: ignore[attr-defined]
CHUNK = 500


class Version(NamedTuple):
    """One stored version of a policy."""

    id: int
    name: str
    version: int
    created_at: datetime
    campaigns: tuple[str, ...]
    """Codes of the campaigns whose new items start under it."""
    open_items: int

    @property
    def called(self) -> str:
        """How people and events call it: ``audit@2``."""
        return f"{self.name}@{self.version}"


def stored(connection: Connection) -> list[Version]:
    """All stored versions, by name, the newest of each first; open items are not counted (-1),
    which takes long where there are many."""
    campaigns = connection.execute(
        select(CAMPAIGN.c.policy_id, CAMPAIGN.c.code).order_by(CAMPAIGN.c.id)
    ).all()
    found = connection.execute(
        select(POLICY.c.id, POLICY.c.name, POLICY.c.version, POLICY.c.created_at).order_by(
            POLICY.c.name, POLICY.c.version.desc()
        )
    )
    return [
        Version(
            row.id, row.name, row.version, row.created_at,
            tuple(code for key, code in campaigns if key == row.id), -1,
        )
        for row in found
    ]  # fmt: skip


def versions(connection: Connection) -> list[Version]:
    """All stored versions, by name, the newest of each first."""
    counts = (
        select(ITEM.c.policy_id, func.count())
        .where(ITEM.c.stage != Stage.CLOSED.value)
        .group_by(ITEM.c.policy_id)
    )
    open_items = {row[0]: int(row[1]) for row in connection.execute(counts).all()}
    known = stored(connection)
    return [one._replace(open_items=open_items.get(one.id, 0)) for one in known]


def version(connection: Connection, word: str) -> tuple[int, Policy]:
    """The stored policy called ``name@version``, or the newest version of ``name``.

    Raises:
        NotFound: there is no such policy here.
    """
    name, _, number = word.partition("@")
    for known in stored(connection):
        if known.name == name and number in ("", str(known.version)):
            return known.id, policy(connection, known.id)
    names = ", ".join(known.called for known in stored(connection)) or "none"
    raise NotFound(
        f"There is no policy {word!r} here.",
        f"Stored: {names}. Bring a file in with: rectiflow policy import FILE.",
    )


def put_in_force(connection: Connection, campaign_id: int, policy_id: int) -> None:
    """Let new items of the campaign start under this policy; others keep theirs."""
    connection.execute(
        update(CAMPAIGN).where(CAMPAIGN.c.id == campaign_id).values(policy_id=policy_id)
    )


_OPEN = (
    select(*STATE_COLUMNS, ITEM.c.policy_id)
    .where(
        ITEM.c.campaign_id == bindparam("campaign"),
        ITEM.c.stage != Stage.CLOSED.value,
        ITEM.c.id > bindparam("after"),
    )
    .order_by(ITEM.c.id)
    .limit(CHUNK)
)
_WORKED_OUT = _OPEN.where(ITEM.c.due_from.is_not(None))


def open_items(
    connection: Connection, campaign_id: int, *, worked_out: bool = False
) -> Iterator[list[Loaded]]:
    """The campaign's open items in chunks, oldest first; or those whose deadline was worked out."""
    statement, after = (_WORKED_OUT if worked_out else _OPEN), 0
    while True:
        rows = connection.execute(statement, {"campaign": campaign_id, "after": after}).all()
        if not rows:
            return
        found = [Loaded(ItemState._make(row[:-1]), row[-1]) for row in rows]
        after = found[-1].item.id
        yield found


def others(connection: Connection, campaign_id: int, policy_id: int) -> int:
    """How many of the campaign's open items are under another policy than this one."""
    where = (
        ITEM.c.campaign_id == campaign_id,
        ITEM.c.stage != Stage.CLOSED.value,
        ITEM.c.policy_id != policy_id,
    )
    found = connection.execute(select(func.count()).select_from(ITEM).where(*where))
    return int(found.scalar_one())


class Adoption(NamedTuple):
    """That an item has gone on under another policy: when, and the one it left (``audit@1``)."""

    at: datetime
    left: str


def adoptions(connection: Connection, items: Iterable[int]) -> dict[int, list[Adoption]]:
    """By the item's id, its moves from policy to policy, oldest first."""
    rows = connection.execute(_ADOPTED, {"items": list(items)}).all()
    found: dict[int, list[Adoption]] = {}
    for item_id, at, data in rows:
        found.setdefault(item_id, []).append(Adoption(at, str(json.loads(data)["from"])))
    return found


_ADOPTED = (
    select(EVENT.c.item_id, EVENT.c.at, EVENT.c.data)
    .where(
        EVENT.c.item_id.in_(bindparam("items", expanding=True)),
        EVENT.c.kind == "policy_adopted",
    )
    .order_by(EVENT.c.item_id, EVENT.c.seq)
)
