"""The web application over a store with the cast, asked as a browser asks."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from config.clock import ManualClock
from config.settings import Settings
from models.engine import open_engine
from tasks.links import token_for
from tasks.office import Office
from tests.conftest import MONDAY
from tests.tasks.staff import staffed, state
from web.app import create_app

if TYPE_CHECKING:
    from tests.web.desks import Desk

SOON = MONDAY + timedelta(days=14)
"""When the links of these tests expire."""

PUBLIC = "https://zg.example.org"


@pytest.fixture(scope="session")
def staffed_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with the cast, to be copied."""
    path = tmp_path_factory.mktemp("web") / "rectiflow.db"
    engine = open_engine(f"sqlite:///{path}")
    staffed(engine)
    engine.dispose()
    return path


@pytest.fixture
def office(staffed_file: Path, tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    """An installation of its own, whose clock stands still."""
    shutil.copy(staffed_file, tmp_path / "rectiflow.db")
    settings = Settings(
        home=tmp_path, secret_key="s" * 40, public_url=PUBLIC, mail_from="zgb@example.org"
    )
    engine = open_engine(settings.database)
    yield Office(settings, engine, clock)
    engine.dispose()


@pytest.fixture
async def browser(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who looks at pages; reads Chinese."""
    transport = httpx.ASGITransport(create_app(office))
    headers = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"}
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC, headers=headers) as client:
        yield client


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    """Browsers in which members of the cast are signed in."""
    from tests.web.desks import Desk

    made = Desk(office)
    yield made
    await made.close()


@pytest.fixture
async def chief(browser: httpx.AsyncClient, office: Office) -> httpx.AsyncClient:
    """An administrator's browser, whose forms are of their session."""
    from tests.web.test_admin_pages import entered_as

    browser.headers["x-csrf-token"] = await entered_as(
        browser, office, "second-supervisor", administrator=True
    )
    return browser


def token(office: Office, ref: str, command: str = "acknowledge", person_id: int = 0) -> str:
    """A link's token for the item as it stands, for its responsible person or another."""
    item = state(office.engine, ref)
    return token_for(office.settings, person_id or item.responsible_id or 0, item, command, SOON)


def form_in(page: httpx.Response) -> dict[str, str]:
    """What the page's form would send."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page.text)
    return dict(found)
