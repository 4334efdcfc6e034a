"""Asking the whole application without a network: the store, who is signed in, how long it takes.

A SQLite store of 100,000 items with 20,000 open is made for the run (half a minute). A store that
is there already, like one of a million items in PostgreSQL, is named by ``BENCH_STORE``; see
``python -m bench.seeded``.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx
from sqlalchemy import Engine, text

from bench.seeded import seed
from config.clock import wall
from models.engine import open_engine, reading
from rules.errors import InputError
from tasks import accounts, signing_in

ITEMS, STILL_OPEN = 100_000, 20_000
TIMES, WARM = 60, 5
PAGE, DEED = 150.0, 50.0
"""Milliseconds within which 95 of 100 answers are to be made."""
HERE = "http://rectiflow.example"


@contextmanager
def store() -> Iterator[Engine]:
    """The store that is named, or one that is made for the run."""
    with TemporaryDirectory() as folder:
        given = os.environ.get("BENCH_STORE", "")
        engine = open_engine(given or f"sqlite:///{Path(folder) / 'rectiflow.db'}")
        if not given:
            seed(engine, ITEMS, STILL_OPEN, wall())
        yield engine
        engine.dispose()


def size_of(engine: Engine) -> str:
    """How large the store is, and of which kind, as figures tell it."""
    with reading(engine) as connection:
        count = connection.execute(text("SELECT count(*) FROM item")).scalar_one()
    return f"of {count:,} in {engine.dialect.name}"


def entered(engine: Engine, person: str, *, administrator: bool = False) -> str:
    """The token of a session of this person's, with an account if they had none."""
    now = wall()
    with suppress(InputError):  # an earlier run has made the account
        accounts.add(engine, person, now, administrator=administrator)
    with reading(engine) as connection:
        account = accounts.named(connection, person)
    signed = signing_in.enter(engine, account.id, now, signing_in.From("bench", "127.0.0.1"))
    assert signed is not None
    return signed.token


async def slow(
    ask: Callable[[], Awaitable[httpx.Response]], *, fine: int = 200, times: int = TIMES,
    warm: int = WARM,
) -> float:  # fmt: skip
    """Milliseconds within which 95 of 100 answers come: the 95th of a hundred in order of size.

    Raises:
        InputError: an answer is not what it should be.
    """
    took = []
    for turn in range(warm + times):
        began = perf_counter()
        answer = await ask()
        if turn >= warm:
            took.append((perf_counter() - began) * 1000)
        if answer.status_code != fine:
            raise InputError(f"{answer.request.url} answered {answer.status_code}.")
    return sorted(took)[ceil(0.95 * len(took)) - 1]
