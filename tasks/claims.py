"""A claim on deliveries, kept alive while its taker is at work, given back when the work breaks."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

from sqlalchemy import Engine

from config.logging import log_context
from models import deliveries
from models.engine import writing
from rules.errors import RectiflowError
from tasks.presence import WHO

log = logging.getLogger("rectiflow.delivery")

RENEWALS = 3
"""A claim is renewed this often before it would run out, so that one may fail."""


class Holding:
    """Deliveries that have been claimed at ``since`` (wall time) for ``length``.

    However slow the mail server is, nobody takes them over while this is entered. When it is
    left by an exception, what nothing has been tried with is free again at once; what was in
    flight stays claimed, since nobody knows how that has ended, until the claim runs out.
    """

    def __init__(
        self, engine: Engine, ids: Iterable[int], since: datetime, length: timedelta
    ) -> None:
        self._engine = engine
        self._ids = frozenset(ids)
        self._untried = set(self._ids)
        self._since = since
        self._length = length
        self._started = time.monotonic()
        self._over = asyncio.Event()

    def trying(self, ids: Iterable[int]) -> None:
        """These are being handed over from now on."""
        self._untried.difference_update(ids)

    async def __aenter__(self) -> Self:
        self._renewing = asyncio.create_task(self._renew())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        if exc_type is not None and self._untried:
            # Not in a thread: whoever is being cancelled may not get to await it. What fails here
            # must not hide what went wrong before; then the claims run out by themselves.
            with suppress(Exception), writing(self._engine) as connection:
                deliveries.release(connection, self._untried, WHO)
        await self._renewing

    async def _renew(self) -> None:
        while not await self._left_within(self._length.total_seconds() / RENEWALS):
            passed = timedelta(seconds=time.monotonic() - self._started)
            try:
                await asyncio.to_thread(self._extend, self._since + passed + self._length)
            except RectiflowError as error:
                log.warning("A claim was not renewed: %s %s", error, log_context("deliver"))

    async def _left_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)
        return self._over.is_set()

    def _extend(self, until: datetime) -> None:
        with writing(self._engine) as connection:
            deliveries.renew(connection, self._ids, WHO, until)
