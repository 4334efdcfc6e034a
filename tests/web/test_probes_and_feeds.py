"""What machines ask for: whether it lives, whether it keeps up, and a person's calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import text

from config.clock import ManualClock, wall
from models import directory, feeds, heartbeats, people
from models.engine import reading, writing
from rules.vocabulary import Stage
from tasks.extras import item_page
from tasks.feeds import MOST, hashed, new_token
from tasks.health import STEP_LATE
from tasks.office import Office
from tests.conftest import MONDAY
from tests.tasks.staff import FAR, give, item_in, row


async def test_it_is_alive_whatever_the_state_of_the_rest(
    office: Office, browser: httpx.AsyncClient
) -> None:
    with writing(office.engine) as connection:
        connection.execute(text("DROP TABLE heartbeat"))
    answer = await browser.get("/healthz")
    assert (answer.status_code, answer.json()["alive"]) == (200, True)
    assert answer.json()["version"]
    assert (await browser.head("/healthz")).status_code == 200


def beat(office: Office, *parts: str, detail: str = "prefect reached") -> None:
    """Parts of the machinery have just done their work."""
    with writing(office.engine) as connection:
        for part in parts:
            heartbeats.beat(connection, part, wall(), "test", detail)


async def test_it_is_ready_while_the_machinery_runs_and_nothing_waits(
    office: Office, browser: httpx.AsyncClient
) -> None:
    still = await browser.get("/readyz")
    assert (still.status_code, still.json()["ready"]) == (503, False)
    beat(office, "clock", "sweep", "delivery")
    ready = await browser.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert all(part["ok"] for part in ready.json()["parts"].values())


async def test_people_do_not_wait_for_prefect(office: Office, browser: httpx.AsyncClient) -> None:
    beat(office, "clock", detail="no prefect")
    answer = await browser.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["prefect"]["ok"]) == (200, False)


async def test_a_step_that_is_not_fired_makes_it_unready_and_names_nobody(
    office: Office, browser: httpx.AsyncClient, clock: ManualClock
) -> None:
    beat(office, "clock")
    ref = item_in(office.engine, Stage.DEADLINE)
    with writing(office.engine) as connection:
        connection.execute(text("UPDATE event SET announced = true"))
        connection.execute(text("UPDATE item SET followed = moves"))
    due = row(office.engine, ref, "next_action_at")[0]
    clock.move_to(type(MONDAY).fromisoformat(due) + STEP_LATE)
    assert (await browser.get("/readyz")).status_code == 200
    clock.advance(timedelta(seconds=1))
    late = await browser.get("/readyz")
    assert (late.status_code, late.json()["parts"]["steps"]["ok"]) == (503, False)
    assert ref not in late.text
    assert "窗口" not in late.text


async def test_a_database_that_is_away_is_said_in_a_part(
    office: Office, browser: httpx.AsyncClient
) -> None:
    with writing(office.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = await browser.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]["database"]["ok"]) == (503, False)


def feed_of(office: Office, person: str) -> str:
    """The address of a new feed of this person's."""
    with writing(office.engine) as connection:
        person_id = directory.person(connection, person).id
        return f"/calendar/{new_token(connection, person_id, wall())}.ics"


async def entries(browser: httpx.AsyncClient, path: str) -> list[Any]:
    """What a calendar program finds at the address."""
    answer = await browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def _only_entry(answer: httpx.Response) -> Any:
    (entry,) = Calendar.from_ical(answer.content).walk("VEVENT")
    return entry


async def test_a_feed_tells_whoever_answers_for_an_item_and_nobody_else(
    office: Office, browser: httpx.AsyncClient
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    item_in(office.engine, Stage.CLOSED)
    item_in(office.engine, Stage.INTAKE)
    for person in ("responsible", "leader"):
        (entry,) = await entries(browser, feed_of(office, person))
        assert entry["SUMMARY"] == f"整改期限 {ref} 窗口推诿"
        assert entry["DTSTART"].dt == FAR
        assert entry.get("URL", "") == item_page(office.settings.public_url, ref)
    for person in ("outsider", "coordinator", "verifier", "colleague"):
        assert await entries(browser, feed_of(office, person)) == []


async def test_a_verifier_sees_what_they_verify_and_a_supervisor_what_is_to_be_struck_off(
    office: Office, browser: httpx.AsyncClient
) -> None:
    ref = item_in(office.engine, Stage.VERIFICATION)
    give(office.engine, ref, "appoint", "coordinator", verifier="verifier")
    assert len(await entries(browser, feed_of(office, "verifier"))) == 1
    assert await entries(browser, feed_of(office, "supervisor")) == []
    give(office.engine, ref, "pass", "verifier", finding="属实")
    assert len(await entries(browser, feed_of(office, "supervisor"))) == 1
    assert await entries(browser, feed_of(office, "outsider")) == []


async def test_a_feed_does_not_tell_what_is_confidential(
    office: Office, browser: httpx.AsyncClient
) -> None:
    item_in(office.engine, Stage.DEADLINE, confidential=True, title="某人受贿线索")
    answer = await browser.get(feed_of(office, "responsible"))
    assert "受贿" not in answer.text
    assert "[保密]" in answer.text


async def test_an_unchanged_feed_is_the_same_bytes_and_is_not_sent_again(
    office: Office, browser: httpx.AsyncClient, clock: ManualClock
) -> None:
    ref = item_in(office.engine, Stage.DEADLINE)
    path = feed_of(office, "responsible")
    first = await browser.get(path)
    clock.advance(timedelta(days=1))
    give(office.engine, ref, "report_progress", "responsible", text="一半")
    tag = {"if-none-match": f'"other", {first.headers["etag"]}'}
    again = await browser.get(path, headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    later = FAR + timedelta(days=7)
    give(office.engine, ref, "request_extension", "responsible", due=later, reason="雨季")
    give(office.engine, ref, "grant_extension", "supervisor", due=later)
    moved = await browser.get(path, headers=tag)
    assert moved.status_code == 200
    before, after = (_only_entry(each) for each in (first, moved))
    assert (after["UID"], after["DTSTART"].dt) == (before["UID"], later)
    assert after["SEQUENCE"] > before["SEQUENCE"]


async def test_an_unknown_revoked_replaced_or_left_persons_feed_is_not_there(
    office: Office, browser: httpx.AsyncClient
) -> None:
    item_in(office.engine, Stage.DEADLINE)
    first, second = feed_of(office, "responsible"), feed_of(office, "responsible")
    assert (await browser.get(second)).status_code == 200
    with writing(office.engine) as connection:
        person_id = directory.person(connection, "responsible").id
        assert feeds.revoke(connection, person_id, wall()) == 1
    third = feed_of(office, "responsible")
    with writing(office.engine) as connection:
        people.change_person(connection, person_id, {"active": False})
    for path in (
        first,
        second,
        third,
        "/calendar/.ics",
        "/calendar/整改.ics",
        "/calendar/a%00.ics",
    ):
        assert (await browser.get(path)).status_code == 404, path


async def test_a_token_is_kept_as_a_digest_only(office: Office) -> None:
    token = feed_of(office, "leader").removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) >= 43
    with reading(office.engine) as connection:
        kept = connection.execute(text("SELECT * FROM feed_token")).all()
    assert token not in str(kept)
    assert hashed(token) in str(kept)


async def test_a_feed_is_bounded_and_keeps_the_nearest_deadlines(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST == 1_000
    refs = [item_in(office.engine, Stage.DEADLINE) for _ in range(3)]
    with reading(office.engine) as connection:
        person = directory.person(connection, "responsible")
        found = feeds.deadlines(connection, person, 2)
    assert [each.ref for each in found] == refs[:2]
