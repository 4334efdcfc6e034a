"""The sweep: fires what is due, for all items, in chunks. One flow run whenever anything is due."""

from __future__ import annotations

import logging
from typing import NamedTuple

from prefect import flow

from config.logging import log_context
from models import items
from models.engine import reading
from tasks.act import fire_due
from tasks.at_hand import in_office
from tasks.office import Office

log = logging.getLogger("rectiflow.sweep")

CHUNK = 500
"""Items in one transaction."""

BARREN = 100
"""Chunks in a row in which steps were only planned anew, before a sweep leaves the rest."""


class Tally(NamedTuple):
    """What a sweep did."""

    fired: int
    skipped: int
    failed: tuple[str, ...]


@flow(name="sweep", persist_result=False, validate_parameters=False)
async def sweep() -> Tally:
    """Fire every step that is due now."""
    return await in_office(fire_all)


def something_is_due(at: Office) -> bool:
    """Whether any item has a step due now: one look at an index."""
    with reading(at.engine) as connection:
        earliest = items.next_due(connection)
    return earliest is not None and earliest <= at.clock.now()


def fire_all(at: Office) -> Tally:
    """Fire everything that is due, chunk by chunk, each in its own transaction.

    The time is taken once: what becomes due while a long sweep runs is the next one's. An item
    may have several steps due; it comes again until none is left.
    """
    now = at.clock.now()
    fired = skipped = barren = 0
    failed: frozenset[str] = frozenset()
    while barren < BARREN:
        swept = fire_due(at.engine, now, CHUNK, failed)
        fired += swept.fired
        skipped += swept.skipped
        failed |= set(swept.failed)
        if not swept.fired and not swept.more:
            break
        # Every pass takes something out of what is due; should one not, the loop still ends.
        barren = 0 if swept.fired or swept.failed else barren + 1
    if fired:
        log.info("Steps fired. %s", log_context("sweep", fired=fired, skipped=skipped))
    return Tally(fired, skipped, tuple(sorted(failed)))
