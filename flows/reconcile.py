"""Compares the runs on Prefect's server with their items, slowly, all of them again and again.

For what nobody could notice when it happened: a run deleted or cancelled by hand, a server that
was set up anew or put back to yesterday, a run that stands as Running though its worker died.
The follower sees to each of them as to an item whose holder has died.
"""

from __future__ import annotations

import asyncio
import logging
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from config.logging import log_context
from flows.item_runs import GONE, ItemRuns
from flows.rectification import stage_name
from flows.suspension import RunState, describe, resume
from models.following import Followed
from rules.vocabulary import Stage

log = logging.getLogger("rectiflow.follower")

PAGE = 200
"""Runs compared at a time: one request."""

EVERY_SECONDS = 60.0
"""How often a page of them is compared."""

BEGINNING = (0, 0)


class Reconciler:
    """Walks through the runs of one installation."""

    def __init__(self, runs: ItemRuns, every: float = EVERY_SECONDS) -> None:
        self._runs = runs
        self._every = every
        self._place = BEGINNING
        self._next = 0.0

    async def step(self, client: PrefectClient) -> None:
        """Compare the next page, if it is time to."""
        now = asyncio.get_running_loop().time()
        if now >= self._next:
            self._next = now + self._every
            await self.compare(client)

    async def compare(self, client: PrefectClient) -> int:
        """Compare the next page of runs with their items; how many are not as they should be."""
        page = await self._runs.runs_after(self._place, PAGE)
        self._place = (page[-1].item_id, page[-1].life) if len(page) == PAGE else BEGINNING
        if not page:
            return 0
        states = await describe(client, [UUID(one.run) for one in page])
        seen = {one: states.get(UUID(one.run)) for one in page}
        named = {one: GONE if state is None else state.name for one, state in seen.items()}
        await self._runs.note(
            [(one.run, name) for one, name in named.items()
             if is_right(one, seen[one]) and name != one.state]
        )  # fmt: skip
        wrong = [one for one, state in seen.items() if not is_right(one, state)]
        for one in wrong:
            if one.life < one.present:
                await resume(client, UUID(one.run), recover=True)
        present = [one for one in wrong if one.life == one.present and one.quiet]
        doubted = await self._runs.doubt(present)
        if doubted:
            log.warning(
                "Runs are not where their items are. %s", log_context("reconcile", runs=doubted)
            )
        return doubted


def is_right(one: Followed, state: RunState | None) -> bool:
    """Whether a run stands where its item does."""
    over = one.life < one.present or one.stage is Stage.CLOSED
    if over:
        # One that was cleared away after its time is as good as ended.
        return state is None or state.ended
    return state is not None and state.suspended and state.name == stage_name(one.stage)
