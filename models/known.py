"""Which rows of a ledger are known here: items by their number, or by their reference."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, text

from models.item import NUMBERED
from models.items import ITEM


class Known(NamedTuple):
    """An item that a ledger's row names: what every ledger said of it when it was imported last
    (``ledger``), and when it was opened."""

    ref: str
    ledger: str
    opened_at: datetime


_COLUMNS = (ITEM.c.ref, ITEM.c.ledger, ITEM.c.opened_at)
_BY_NUMBER = select(ITEM.c.number, *_COLUMNS).where(
    text(NUMBERED),
    ITEM.c.campaign_id == bindparam("campaign"),
    ITEM.c.number.in_(bindparam("words", expanding=True)),
)
_BY_REF = select(ITEM.c.ref.label("word"), *_COLUMNS).where(
    ITEM.c.ref.in_(bindparam("words", expanding=True)),
    ITEM.c.campaign_id == bindparam("campaign"),
    ITEM.c.number == "",
)


def by_number(connection: Connection, campaign_id: int, numbers: Sequence[str]) -> dict[str, Known]:
    """The items of a campaign with these numbers, by number."""
    values = {"campaign": campaign_id, "words": list(numbers)}
    return {number: Known(*rest) for number, *rest in connection.execute(_BY_NUMBER, values)}


def by_reference(connection: Connection, campaign_id: int, refs: Sequence[str]) -> dict[str, Known]:
    """The items of a campaign that have no number, by reference: exports number them so."""
    values = {"campaign": campaign_id, "words": list(refs)}
    return {ref: Known(*rest) for ref, *rest in connection.execute(_BY_REF, values)}
