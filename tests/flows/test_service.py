"""All parts as one: up whatever is down, at work whatever goes away, and gone when stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect import task
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from sqlalchemy import text

from config.clock import ManualClock
from config.settings import Settings
from flows.bootstrap import pool_of
from flows.rectification import AUTOMATIC
from flows.server import EmbeddedServer, enter_environment
from flows.server_home import listen
from flows.service import Service
from models import following
from models.engine import reading, writing
from notifications.catcher import Catcher
from rules.errors import Unavailable
from rules.vocabulary import Stage
from tasks.office import Office
from tests.conftest import MONDAY
from tests.flows.installation import PATIENCE, founded, warnings_of
from tests.flows.relay import Relay
from tests.tasks.staff import CHASED, FAR, PATH_TO, entered, give, item_in, kinds

ROOT = Path(__file__).resolve().parents[2]


class House:
    """A store with the cast, and the service that is tried on it."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        quick = {"sweep_seconds": 0.2, "delivery_seconds": 0.2, **settings}
        chosen = Settings(home=folder, **quick)
        self.office = Office(chosen, founded(chosen.database), ManualClock(MONDAY))
        self.engine = self.office.engine
        with writing(self.engine) as connection:
            connection.execute(text("UPDATE person SET email = code || '@rectiflow.example'"))

    def due(self) -> str:
        """An item with a step that is due now."""
        [ref] = entered(self.engine, 1, due=FAR)
        assert isinstance(self.office.clock, ManualClock)
        self.office.clock.move_to(CHASED)
        return ref

    def fired(self, ref: str) -> bool:
        """Whether a due step of the item has been fired."""
        return "step_fired" in kinds(self.engine, ref)

    def followed(self, ref: str) -> bool:
        """Whether the item's run has seen its last move."""
        statement = "SELECT followed >= moves AND lease_until IS NULL FROM item WHERE ref = :ref"
        with reading(self.engine) as connection:
            return bool(connection.execute(text(statement), {"ref": ref}).scalar_one())

    def mails(self) -> dict[str, int]:
        """How many mails are in each state."""
        statement = "SELECT state, count(*) FROM delivery GROUP BY state"
        with reading(self.engine) as connection:
            return {row[0]: row[1] for row in connection.execute(text(statement))}

    def house(self) -> str:
        """The installation's name."""
        with reading(self.engine) as connection:
            return str(following.house(connection))


def until(
    what: Callable[[], bool], why: str = "it did not happen", within: float = PATIENCE
) -> None:
    """Wait for what happens in another thread or process; fails when it does not."""
    end = time.monotonic() + within
    while not what():
        assert time.monotonic() < end, why
        time.sleep(0.03)


@pytest.fixture(autouse=True)
def nothing_left(server: EmbeddedServer) -> Iterator[None]:
    """When a test is over, none of its threads is left; the next ones have the server again."""
    before = set(threading.enumerate())
    yield
    enter_environment(server.home, server.api_url)
    end = time.monotonic() + PATIENCE
    while left := [t for t in threading.enumerate() if t not in before and is_ours(t)]:
        assert time.monotonic() < end, left
        time.sleep(0.02)


def is_ours(thread: threading.Thread) -> bool:
    """Whether the service should have ended the thread; Prefect keeps one loop of its own."""
    return thread.name.startswith(("prefect", "bring-up", "asyncio"))


def test_a_wrong_address_of_prefect_is_said_at_once(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        house = House(tmp_path, prefect_api_url=f"http://127.0.0.1:{port}/api")
        began = time.monotonic()
        with pytest.raises(Unavailable, match=f"No Prefect API is reached at .*{port}.*Set RECTIF"):
            Service(house.office).start()
    assert time.monotonic() - began < 5


def test_an_existing_server_is_used_and_left_running(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    house = House(tmp_path, prefect_api_url=server.api_url)
    ref = item_in(house.engine, Stage.INTAKE)
    with Service(house.office) as service:
        assert service.ui_url == server.ui_url
        until(lambda: house.followed(ref))
        assert service.connected
        due = house.due()
        until(lambda: house.fired(due))
        service.nudge()
        until(lambda: house.followed(due))
        until(lambda: house.mails().keys() == {"sent"})
    assert service.trouble == ""
    assert server.is_healthy(5)
    assert not (tmp_path / "prefect" / "server.json").exists(), "no server of our own"


def test_prefect_may_go_away_and_come_back(server: EmbeddedServer, tmp_path: Path) -> None:
    with Relay(server.api_url) as relay:
        house = House(tmp_path, prefect_api_url=relay.url)
        first = item_in(house.engine, Stage.INTAKE)
        with Service(house.office) as service:
            until(lambda: house.followed(first))
            relay.close()
            moved = item_in(house.engine, Stage.ASSIGNMENT)
            due = house.due()
            until(lambda: house.fired(due), "time waited for Prefect")
            until(lambda: house.mails().get("sent", 0) > 0, "mails waited for Prefect")
            until(lambda: not service.connected)
            assert not house.followed(moved)
            relay.open()
            for ref in (moved, due):
                until(lambda ref=ref: house.followed(ref), "it was not caught up with")
            assert service.connected


def test_stopping_takes_no_longer_because_prefect_hangs(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    with Relay(server.api_url) as relay:
        house = House(tmp_path, prefect_api_url=relay.url)
        service = Service(house.office)
        # It answers when it is checked, and never again: Prefect is still to come up.
        service.start()
        relay.close()
        relay.open(silent=True)
        due = house.due()
        until(lambda: house.fired(due), "time waited for Prefect")
        assert not service.connected
        with pytest.raises(Unavailable, match=f"Prefect was not reached at {relay.url} within 0.1"):
            service.wait_connected(0.1)
        began = time.monotonic()
        service.stop()
        assert time.monotonic() - began < 15


def test_stopping_at_once_leaves_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    service = Service(house.office)
    service.start()
    child = service._server
    assert child is not None
    service.stop()
    assert child.pid is None
    service.stop()


gate = threading.Event()


@task(name="lasting")
async def lasting(item_id: int) -> None:
    """Automatic work that takes until the test opens the gate."""
    while not gate.is_set():  # noqa: ASYNC110
        await asyncio.sleep(0.02)


def test_stopping_ends_within_its_grace_and_what_was_cut_off_is_caught_up_with(
    server: EmbeddedServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flows.service.GRACE_SECONDS", 0.5)
    monkeypatch.setitem(AUTOMATIC, Stage.INTAKE, (lasting,))  # type: ignore[arg-type]
    gate.clear()
    house = House(tmp_path, prefect_api_url=server.api_url)
    refs = [item_in(house.engine, Stage.INTAKE) for _ in range(3)]
    service = Service(house.office)
    service.start()
    until(lambda: service._worker is not None and service._worker.running == 3)
    began = time.monotonic()
    service.stop()
    assert time.monotonic() - began < 15
    gate.set()
    assert not any(house.followed(ref) for ref in refs)
    with Service(house.office):
        for ref in refs:
            until(lambda ref=ref: house.followed(ref), f"{ref} was forgotten")


def test_it_starts_while_the_mail_server_is_down_and_mails_leave_when_it_is_up(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    with listen(0) as free:
        port = free.getsockname()[1]
    house = House(tmp_path, prefect_api_url=server.api_url, smtp_url=f"smtp://127.0.0.1:{port}")
    with Service(house.office):
        due = house.due()
        until(lambda: house.fired(due))
        until(lambda: house.followed(due))
        until(lambda: sum(house.mails().values()) > 0)
        assert "sent" not in house.mails()
        with Catcher(tmp_path / "caught", port=port) as catcher:
            with writing(house.engine) as connection:
                # The pause after an outage is a minute.
                again = {"at": "2000-01-01T00:00:00.000000+00:00"}
                connection.execute(text("UPDATE delivery SET next_attempt_at = :at"), again)
            until(lambda: house.mails().keys() == {"sent"})
            assert len(catcher.mails) == house.mails()["sent"]


def test_a_database_that_is_away_at_the_start_is_waited_for(
    server: EmbeddedServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("flows.service.RETRY_SECONDS", 0.1)
    house = House(tmp_path, prefect_api_url=server.api_url)
    ref = item_in(house.engine, Stage.INTAKE)
    house.engine.dispose()
    file = tmp_path / "rectiflow.db"
    file.rename(tmp_path / "away.db")
    with Service(house.office) as service:
        until(lambda: bool(warnings_of(caplog.records, "rectiflow.service")))
        house.engine.dispose()
        file.unlink(missing_ok=True)
        (tmp_path / "away.db").rename(file)
        until(lambda: house.followed(ref))
        assert service.trouble == ""


def test_a_pool_that_is_not_ours_is_told_as_trouble(server: EmbeddedServer, tmp_path: Path) -> None:
    house = House(tmp_path, prefect_api_url=server.api_url)
    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name=pool_of(house.house()), type="process"))
    with Service(house.office) as service:
        until(lambda: "of type 'process', not ours" in service.trouble)


def test_a_store_without_a_campaign_is_told_as_trouble(
    server: EmbeddedServer, tmp_path: Path
) -> None:
    house = House(tmp_path, prefect_api_url=server.api_url)
    with writing(house.engine) as connection:
        connection.execute(text("DELETE FROM campaign"))
    with Service(house.office) as service:
        end = time.monotonic() + PATIENCE
        while not service.trouble:
            assert time.monotonic() < end
            time.sleep(0.02)
        assert service.trouble == "There is no campaign to work for. Run: rectiflow init."


SHARE = """
import signal, sys, threading
from flows.service import Service
from tasks.office import open_office

class Counting(Service):
    ended = 0
    def _activation_ended(self, run_id, well):
        self.ended += 1
        super()._activation_ended(run_id, well)

stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
with Counting(open_office()) as service:
    service.wait_connected(120)
    print("connected", flush=True)
    stop.wait()
print(service.ended, flush=True)
"""


@pytest.mark.slow
def test_two_processes_share_the_items_of_one_database(
    server: EmbeddedServer, tmp_path: Path, database_url: str
) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("several processes share a PostgreSQL database")
    house = House(tmp_path, database_url=database_url)
    refs = entered(house.engine, 40)
    environment = {
        **os.environ,
        "RECTIFLOW_HOME": str(tmp_path),
        "RECTIFLOW_DATABASE_URL": database_url,
        "RECTIFLOW_PREFECT_API_URL": server.api_url,
        "RECTIFLOW_WORKER_LIMIT": "2",
    }
    command = [sys.executable, "-c", SHARE]
    children = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "connected\n"
        for ref in refs:
            for command_name, who, fields in PATH_TO[Stage.VERIFICATION]:
                give(house.engine, ref, command_name, who, MONDAY, **fields)
        until(lambda: all(house.followed(ref) for ref in refs), "not all were followed", 120)
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        shares = [int(child.communicate(timeout=60)[0]) for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert all(kinds(house.engine, ref).count("appointed") == 1 for ref in refs)
    assert min(shares) >= 5, shares
    assert sum(shares) < 80, "items were set going again and again"
    house.engine.dispose()
