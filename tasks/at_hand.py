"""The installation that this process works for, for tasks that Prefect calls with references only.

Flows and tasks get an item's id and nothing else; whatever they need besides is at hand here,
put in place once by the process that runs them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from config.logging import log_context
from models import items
from models.engine import reading
from models.items import Loaded
from rules.commands import Command
from rules.errors import Conflict, NotFound, RectiflowError, Refused
from rules.item import SYSTEM
from tasks.act import act
from tasks.office import Office

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("rectiflow.work")

_office: list[Office] = []

RETRIES = 3
RETRY_DELAYS = (1.0, 5.0, 15.0)
"""How often, and after how many seconds, a task that failed is tried again."""


def install(office: Office) -> None:
    """From now on this process works for ``office``."""
    _office[:] = [office]


def office() -> Office:
    """The installation at hand.

    Raises:
        LookupError: nothing has been put in place; a task was called outside our worker.
    """
    if not _office:
        raise LookupError("No office is at hand: tasks run inside Rectiflow's own worker.")
    return _office[0]


async def in_office(
    work: Callable[Concatenate[Office, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Do blocking work for the office in a thread, so that other flows go on meanwhile.

    Prefect keeps the words of an error and whatever led to it, and may not know of an item's
    content. What nobody has foreseen is told to it by its kind alone.

    Raises:
        RectiflowError: its sentence is made of references.
        RuntimeError: anything else went wrong.
    """
    try:
        return await asyncio.to_thread(work, office(), *args, **kwargs)
    except RectiflowError as error:
        raise error from None
    except Exception as error:
        name = getattr(work, "__name__", "work").strip("_")
        log.exception("The automatic work failed. %s", log_context(name))
        raise RuntimeError(f"{type(error).__name__} in {name}; see Rectiflow's log.") from None


def load(at: Office, item_id: int) -> Loaded:
    """The item as it stands.

    Raises:
        NotFound: there is no such item (another database?).
    """
    with reading(at.engine) as connection:
        loaded = items.by_id(connection, item_id)
    if loaded is None:
        raise NotFound(f"There is no item with the id {item_id} in this database.")
    return loaded


def once(loaded: Loaded, work: str) -> str:
    """The idempotency key of a stage's automatic work: once for each move of the item."""
    return f"auto/{loaded.item.ref}/{loaded.item.moves}/{work}"


def carry_out(at: Office, loaded: Loaded, command: Command, key: str) -> bool:
    """Give a command of the stage's automatic work; False when the item has moved on meanwhile.

    What the rules refuse because of that is no failure: the next stage has work of its own.

    Raises:
        Refused: the rules refuse it although the item stands where it stood.
    """
    item = loaded.item
    try:
        act(at.engine, item.ref, command, SYSTEM, at.clock.now(), key=key)
    except Conflict:
        raise
    except Refused:
        if load(at, item.id).item.moves == item.moves:
            raise
        return False
    return True
