"""The command line in the tests: a home of its own, campaign time that stands still, two ways in.

``rectiflow`` runs commands in this process; ``started`` starts the real program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine

from cli.main import main
from config.clock import start_lapse
from tests.house.reading import ROOT
from tests.stock import Stock, staffed

PROGRAM = (sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())")
TODAY = date(2026, 11, 2)
"""The campaign's day in these tests: a Monday."""


class Ran(NamedTuple):
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home in which campaign time stands still; no other setting is set."""
    for name in [name for name in os.environ if name.startswith("RECTIFLOW_")]:
        monkeypatch.delenv(name)
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.setenv("RECTIFLOW_HOME", str(place))
    start_lapse(place, TODAY, seconds_per_day=1e9)
    return place


@pytest.fixture
def rectiflow(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process."""

    def run(*words: str) -> Ran:
        capfd.readouterr()
        code = main(words)
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run


@pytest.fixture
def started(home: Path) -> Run:
    """Starts the program and waits for its end."""

    def run(*words: str, **options: Any) -> Ran:
        done = subprocess.run(
            [*PROGRAM, *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
            **options,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def store(home: Path, engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Stock:
    """A founded store with units and people, of each kind of database; commands work on it."""
    monkeypatch.setenv("RECTIFLOW_DATABASE_URL", database_url)
    return staffed(engine)
