"""A real Prefect server for the tests of this folder, started once."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import PrefectClient, get_client

from flows.prefect_thread import send_the_rest
from flows.server import EmbeddedServer, enter_environment


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A started server, perhaps not answering yet; tests may kill it, it comes back by itself."""
    home = tmp_path_factory.mktemp("home")
    server = EmbeddedServer(home)
    server.start()
    before = dict(os.environ)
    enter_environment(home, server.api_url)
    yield server
    send_the_rest()
    server.stop()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session")
def server(embedded: EmbeddedServer) -> EmbeddedServer:
    """The server, answering."""
    embedded.wait_healthy(90)
    return embedded


@pytest.fixture
async def client(server: EmbeddedServer) -> AsyncIterator[PrefectClient]:
    """A client of the server."""
    async with get_client() as found:
        yield found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home, for servers of a test's own."""
    return tmp_path / "home"
