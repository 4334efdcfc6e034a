"""One sweep in a process of its own, whose memory is its own: ``python -m bench.morning URL``.

Fires everything that is due at the earliest instant at which anything is, as the sweep flow does,
without Prefect; prints how many steps, how many seconds, and the process's peak memory in KiB.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from config.clock import ManualClock
from config.settings import load
from models.engine import open_engine, reading
from models.items import next_due
from tasks.office import Office

ROOT = Path(__file__).resolve().parents[1]


class Morning(NamedTuple):
    """What a sweep took."""

    fired: int
    seconds: float
    peak: int
    """KiB of memory at most, everything included."""


def morning(url: str) -> Morning:
    """Sweep the store at ``url`` in a new process."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        (sys.executable, "-m", "bench.morning", url), cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return Morning(*json.loads(done.stdout.splitlines()[-1]))


def main(url: str) -> None:
    """Sweep, and print what it took."""
    from flows.sweep import fire_all

    engine = open_engine(url)
    with reading(engine) as connection:
        now = next_due(connection)
    assert now is not None
    office = Office(load(), engine, ManualClock(now))
    start = perf_counter()
    tally = fire_all(office)
    seconds = perf_counter() - start
    assert not tally.failed
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(json.dumps(Morning(tally.fired, seconds, peak)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
