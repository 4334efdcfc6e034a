"""Everybody begins on the page of their kind."""

from __future__ import annotations

import httpx
import pytest

from config.clock import wall
from tasks import accounts
from tasks.office import Office
from tests import cast
from tests.web.conftest import PUBLIC, form_in
from web.app import Tryout, create_app
from web.landing import FRONT, front_of

KINDS = [
    ("coordinator", "/board"),
    ("supervisor", "/approvals"),
    ("verifier", "/approvals"),
    ("leader", "/overview"),
    ("viewer", "/overview"),
    ("auditor", "/overview"),
    ("responsible", "/mine"),
]


@pytest.mark.parametrize(("who", "page"), KINDS)
async def test_one_click_leads_to_the_page_that_this_kind_of_user_begins_with(
    office: Office, who: str, page: str
) -> None:
    accounts.add(office.engine, who, wall())
    transport = httpx.ASGITransport(create_app(office, [Tryout(who, who, who, "user")]))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
        form = form_in(await browser.get("/login"))
        signed = await browser.post("/login/demo", data={**form, "who": who})
        assert signed.headers["location"] == "/"
        assert (await browser.get("/")).headers["location"] == page
        assert (await browser.get(page)).status_code == 200


async def test_a_demonstration_leads_everybody_to_its_mails_and_flow_runs(office: Office) -> None:
    accounts.add(office.engine, "responsible", wall())
    record = office.settings.home / "prefect" / "server.json"
    record.parent.mkdir()
    record.write_text('{"port": 4299}', encoding="utf-8")
    app = create_app(office, [Tryout("responsible", "r", "responsible", "user")])
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as browser:
        form = form_in(await browser.get("/login"))
        await browser.post("/login/demo", data={**form, "who": "responsible"})
        page = (await browser.get("/mine")).text
    assert '<a href="/admin/mails">' in page
    assert '<a href="http://127.0.0.1:4299"' in page


def test_of_several_roles_the_one_that_steers_leads() -> None:
    known = {person.code: person for person in cast.PEOPLE}
    coordinator, leader = known["coordinator"], known["leader"]
    both = leader._replace(roles=(*leader.roles, *coordinator.roles))
    assert front_of(both) == "/board"
    assert front_of(leader._replace(roles=())) == "/mine"
    assert set(FRONT.values()) == {"/board", "/approvals", "/overview"}
