"""Which run follows which item, and who is at work on it: what the follower reads and writes.

Each method is one transaction, in a thread, so that the event loop goes on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Concatenate, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from config.clock import wall
from flows.rectification import LEASE, ended_as, stage_name
from models import following, leases
from models.engine import reading, writing
from models.following import Followed, Lag, Seen
from rules.vocabulary import Stage
from tasks.office import Office
from tasks.presence import WHO

P = ParamSpec("P")
T = TypeVar("T")


class ItemRuns:
    """The items of one installation and their runs."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def anything(self) -> bool:
        """Whether any item lags or has no run yet."""
        return await self._read(following.anything, wall())

    async def take(self, room: int) -> list[Lag]:
        """Lease up to ``room`` items whose flow lags."""
        now = wall()
        return await self._write(following.take_lagging, WHO, now, now + LEASE, room)

    async def unstarted(self, size: int) -> list[Lag]:
        """Up to ``size`` items that have nothing to catch up with, but no run either."""
        return await self._read(following.unstarted, size)

    async def ours(self, lags: Collection[Lag]) -> set[int]:
        """Of which of these items we still have the lease."""
        return await self._read(leases.still_held, [lag.id for lag in lags], WHO)

    async def rest(self, lags: Collection[Lag], time: timedelta) -> None:
        """Leave these items alone for a while; then they are taken up as abandoned."""
        await self._write(leases.keep, [lag.id for lag in lags], WHO, wall() + time)

    async def release(self, lag: Lag) -> None:
        """The item has nothing to catch up with."""
        await self._write(leases.release, [lag.id], WHO)

    async def run_of(self, lag: Lag, life: int) -> UUID | None:
        """The run of another life of the item."""
        known = await self._read(following.run_of, lag.id, life)
        return UUID(known) if known else None

    async def attach(self, lag: Lag, run: UUID) -> None:
        """This run follows the item's life from now on; it sleeps."""
        state = stage_name(lag.stage)
        await self._write(following.attach, lag.id, lag.life, str(run), wall(), state)

    async def settle(self, run: UUID, lag: Lag | None, well: bool, rest: timedelta) -> bool:
        """An activation has ended: free its item, or let it rest; whether all is well."""
        return await self._write(_settle, str(run), lag, well, rest)

    async def runs_after(self, place: tuple[int, int], size: int) -> list[Followed]:
        """The next runs in order, but those known to have ended."""
        return await self._read(following.runs_after, place, ENDED, size)

    async def note(self, states: Collection[tuple[str, str]]) -> None:
        """What has been seen of runs."""
        await self._write(_note, states)

    async def doubt(self, runs: Collection[Followed]) -> int:
        """Have the runs of these items looked after, unless the items have moved since."""
        return await self._write(leases.doubt, [(run.item_id, run.moves) for run in runs])

    async def _read(
        self, ask: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def transaction() -> T:
            with reading(self._office.engine) as connection:
                return ask(connection, *args, **kwargs)

        return await asyncio.to_thread(transaction)

    async def _write(
        self, do: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def transaction() -> T:
            with writing(self._office.engine) as connection:
                return do(connection, *args, **kwargs)

        return await asyncio.to_thread(transaction)


GONE = "Gone"
"""In the place of a state: the run had ended and was cleared away on the server."""

ENDED = ("Completed", "Cancelled", GONE)
"""States in which a run was last seen and needs no more looking after."""


def _settle(connection: Connection, run: str, lag: Lag | None, well: bool, rest: timedelta) -> bool:
    found = following.item_of_run(connection, run)
    if found is None:
        return well
    item_id, life = found
    seen = following.seen(connection, item_id)
    well = well and (lag is None or seen.followed >= lag.moves)
    if well and seen.followed >= seen.moves:
        following.note_state(connection, run, _state_of(seen, life))
    if seen.life != life:
        return well
    if well:
        leases.release(connection, [item_id], WHO)
    else:
        # Its tasks failed beyond their retries, or its run may still stand as Running. The
        # lease runs out, and the run is set going anew; not at once, or it would spin.
        leases.keep(connection, [item_id], WHO, wall() + rest)
    return well


def _state_of(seen: Seen, life: int) -> str:
    """In which state the run of this life of the item is, once it has caught up."""
    if seen.life == life and seen.stage is not Stage.CLOSED:
        return stage_name(seen.stage)
    return ended_as(seen, life)


def _note(connection: Connection, states: Collection[tuple[str, str]]) -> None:
    for run, state in states:
        following.note_state(connection, run, state)
