"""The digest flow: writes the day's digests once they are due; the delivery flow sends them."""

from __future__ import annotations

import asyncio

from prefect import flow

from config.clock import wall
from tasks.at_hand import in_office, office
from tasks.digest import due_now, write_digests
from tasks.office import Office
from tasks.own_words import telling


@flow(name="digest", persist_result=False, validate_parameters=False)
async def digest() -> int:
    """Write the digest of the day; how many people get one."""
    return await in_office(write_all)


def write_all(at: Office) -> int:
    """Write every digest that is due; how many."""
    with telling(at, wall()) as texts:
        return write_digests(at.engine, at.settings.mail_from, wall(), at.clock.now(), texts)


def is_due(at: Office) -> bool:
    """Whether a digest is due that has not been written."""
    return due_now(at.engine, at.clock.now()) is not None


async def run_plainly() -> int:
    """The same work without Prefect."""
    return await asyncio.to_thread(write_all, office())
