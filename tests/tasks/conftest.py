"""A staffed store for each module: its tests work on items of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from models.engine import open_engine
from tests.tasks.staff import staffed


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A store with the cast in it, of each kind in turn, shared by the module's tests."""
    if request.param == "sqlite":
        engine = staffed(open_engine(f"sqlite:///{tmp_path_factory.mktemp('store')}/rectiflow.db"))
        yield engine
        engine.dispose()
        return
    server = open_engine(request.getfixturevalue("postgres"))
    autocommit = server.execution_options(isolation_level="AUTOCOMMIT")
    name = f"m{uuid.uuid4().hex[:12]}"
    with autocommit.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = open_engine(server.url.set(database=name).render_as_string(hide_password=False))
    yield staffed(engine)
    engine.dispose()
    with autocommit.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()
