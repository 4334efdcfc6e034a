"""What an item's page tells of rounds, of what was asked, of papers, and where its run is shown."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import httpx
import pytest
from sqlalchemy import text

from config.clock import wall
from models.engine import reading, writing
from rules.vocabulary import Stage
from tasks.office import Office
from tests import cast
from tests.conftest import MONDAY
from tests.tasks.staff import give, item_in, state
from tests.web.conftest import PUBLIC
from tests.web.desks import COOKIE, Desk, token_of
from web.app import create_app

RUN = "0f8f6a52-0000-4000-8000-000000000001"


def part(page: str, ident: str) -> str:
    """One round, or one section, of the page."""
    found = re.search(rf'id="{ident}".*?(?=<div class="round|</section>)', page, re.DOTALL)
    assert found, ident
    return found[0]


async def test_each_round_has_its_evidence_and_how_it_ended(desk: Desk, office: Office) -> None:
    engine = office.engine
    ref = item_in(engine, Stage.CLOSURE)
    give(engine, ref, "deny", "supervisor", reason="look again", to="verification")
    give(engine, ref, "pass", "verifier", finding="seen again")
    give(engine, ref, "deny", "supervisor", reason="do it again", to="deadline")
    give(engine, ref, "attach_evidence", "responsible", sha256="cd" * 32, filename="second.jpg")
    give(engine, ref, "submit", "responsible", summary="done again")
    give(engine, ref, "pass", "verifier", finding="now it is")
    give(engine, ref, "approve", "supervisor")
    give(engine, ref, "reopen", "coordinator", reason="relapsed")
    page = (await desk.of("supervisor").get(f"/items/{ref}")).text
    first, second, third = (part(page, f"round-{number}") for number in (1, 2, 3))
    assert state(engine, ref).round == 3
    assert "照片.jpg" in first
    assert "second.jpg" not in first
    assert "look again" in first  # back to verification is no other round
    assert "do it again" in first
    assert "second.jpg" in second
    assert "Approved" in second
    assert "under way" in third
    assert "no evidence of this round" in third


async def test_what_was_asked_is_told_with_what_came_of_it(desk: Desk, office: Office) -> None:
    engine = office.engine
    ref = item_in(engine, Stage.DEADLINE)
    give(engine, ref, "request_extension", "responsible", due=date(2027, 1, 8), reason="rain")
    page = (await desk.of("leader").get(f"/items/{ref}")).text
    assert "pending" in part(page, "asked")
    give(engine, ref, "refuse_extension", "coordinator", reason="no")
    give(engine, ref, "request_hold", "responsible", until=date(2026, 11, 20), reason="flood")
    give(engine, ref, "hold", "coordinator", until=date(2026, 11, 18), reason="flood")
    told = part((await desk.of("leader").get(f"/items/{ref}")).text, "asked")
    assert told.index("A hold until 2026-11-20") < told.index("More time until 2027-01-08")
    assert "granted" in told.partition("More time")[0]
    assert "until 2026-11-18" in told
    assert "refused" in told.partition("A hold until")[2] or "refused" in told
    assert "rain" in told


async def test_papers_tell_whether_they_were_served(desk: Desk, office: Office) -> None:
    engine = office.engine
    ref = item_in(engine, Stage.DEADLINE)
    item = state(engine, ref)
    values = {"item": item.id, "at": MONDAY.isoformat(timespec="microseconds")}
    with writing(engine) as connection:
        for serial, served in (("ZG-letter-2026-0001", None), ("ZG-letter-2026-0002", "mail")):
            connection.execute(text(
                "INSERT INTO formal_notice (item_id, kind, life, round, level, occasion, serial,"
                " file, issued_at, served_at, served_how, minutes) VALUES (:item, 'letter', 1, 1,"
                " 1, :nth, :serial, 'x.docx', :at, :served, :how, '')"
            ), {**values, "nth": int(serial[-1]), "serial": serial, "how": served or "",
                "served": values["at"] if served else None})  # fmt: skip
    told = part((await desk.of("leader").get(f"/items/{ref}")).text, "papers")
    assert "not served yet" in told
    assert "served 2026-11-02 10:00 (by mail)" in told
    gone = await desk.of("leader").get(f"/items/{ref}/papers/ZG-letter-2026-0001")
    assert gone.status_code == 404


def follow(office: Office, ref: str) -> None:
    """A flow run follows the item."""
    at = wall().isoformat(timespec="microseconds")
    with writing(office.engine) as connection:
        connection.execute(
            text(
                "INSERT INTO flow_run (item_id, life, flow_run_id, state, created_at)"
                " VALUES (:item, 1, :run, 'Deadline', :at)"
            ),
            {"item": state(office.engine, ref).id, "run": RUN, "at": at},
        )


async def test_the_run_is_linked_for_those_who_look_after_it_and_without_passwords(
    office: Office,
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    follow(office, ref)
    api = "https://user:secret@prefect.example.org:4443/deep/api"
    desk = Desk(office._replace(settings=replace(office.settings, prefect_api_url=api)))
    page = (await desk.of("coordinator").get(f"/items/{ref}")).text
    assert f'href="https://prefect.example.org:4443/deep/runs/flow-run/{RUN}"' in page
    assert "secret" not in page
    assert RUN not in (await desk.of("responsible").get(f"/items/{ref}")).text
    await desk.close()


@pytest.mark.parametrize(("caller", "linked"), [("127.0.0.1", True), ("203.0.113.9", False)])
async def test_pages_of_this_machine_are_linked_for_those_who_sit_at_it(
    office: Office, caller: str, linked: bool
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    follow(office, ref)
    folder = office.settings.home / "prefect"
    folder.mkdir()
    (folder / "server.json").write_text('{"port": 4321}')
    transport = httpx.ASGITransport(create_app(office), client=(caller, 1))
    cookie = f"{COOKIE}={token_of(office, 'coordinator')}"
    async with httpx.AsyncClient(
        transport=transport, base_url=PUBLIC, headers={"cookie": cookie}
    ) as browser:
        page = (await browser.get(f"/items/{ref}")).text
    assert (f"http://127.0.0.1:4321/runs/flow-run/{RUN}" in page) is linked


async def test_a_reference_and_digests_can_be_copied_and_events_linked_to(
    desk: Desk, office: Office
) -> None:
    ref = item_in(office.engine, Stage.VERIFICATION)
    page = (await desk.of("leader").get(f"/items/{ref}")).text
    item = state(office.engine, ref)
    for words in (ref, cast.DIGEST, item.head):
        assert f'data-copy="{words}"' in page
    with reading(office.engine) as connection:
        count = connection.execute(text("SELECT count(*) FROM event")).scalar_one()
    for seq in range(1, count + 1):
        assert f'id="event-{seq}"' in page
        assert f'href="#event-{seq}"' in page
