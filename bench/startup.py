"""How long the command line takes to answer: whole processes, from the start to the exit.

Beside it, what an interpreter takes that does nothing, and one that only imports the library
without which no item can be read.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.figure import Figure
from bench.stores import NOW, openings, staff
from config.profiles import load_profile
from models.engine import open_engine
from rules.vocabulary import Stage
from tasks.founding import found

ROOT = Path(__file__).resolve().parents[1]
ITEMS = 6000
ROUNDS = 7
SOON = 0.6
"""Seconds in which the command line should have answered."""

RECTIFLOW = (sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())")
PROCESSES = {
    "nothing": (sys.executable, "-c", "pass"),
    "sqlalchemy": (sys.executable, "-c", "import sqlalchemy"),
    "help": (*RECTIFLOW, "--help"),
    "list": (*RECTIFLOW, "list", "--limit", "20"),
}


def run() -> list[Figure]:
    """The median of seven starts of each, which take turns."""
    with TemporaryDirectory() as folder:
        _stock(Path(folder))
        environment = {**os.environ, "RECTIFLOW_HOME": folder, "PYTHONPATH": str(ROOT)}
        for command in PROCESSES.values():
            _seconds(command, environment)  # once for the caches of disk and interpreter
        measured: dict[str, list[float]] = {name: [] for name in PROCESSES}
        for _ in range(ROUNDS):
            for name, command in PROCESSES.items():
                measured[name].append(_seconds(command, environment))
    took = {name: median(seconds) for name, seconds in measured.items()}
    return [
        Figure("rectiflow --help", took["help"], "s", took["nothing"], "python -c pass", most=SOON),
        Figure(f"rectiflow list --limit 20, of {ITEMS:,} items", took["list"], "s",
               took["sqlalchemy"], "import sqlalchemy", most=SOON),
    ]  # fmt: skip


def _stock(home: Path) -> None:
    """A home with a store of many items."""
    engine = open_engine(f"sqlite:///{home / 'rectiflow.db'}")
    found(engine, load_profile("education-rectification"), NOW)
    staff(engine)
    openings(engine, ITEMS, Stage.DEADLINE, date(2027, 3, 1))[1].enter(engine, 1000)
    engine.dispose()


def _seconds(command: tuple[str, ...], environment: Mapping[str, str]) -> float:
    start = perf_counter()
    subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - start
