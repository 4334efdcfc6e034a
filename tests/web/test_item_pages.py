"""My work and an item: what people see there, and what they do about it."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import text

from models.engine import reading
from rules.commands import COMMANDS, SYSTEM_COMMANDS
from rules.digest import Part
from rules.errors import Refusal
from rules.events import PAST
from rules.vocabulary import Stage
from tasks.mywork import desk_of
from tests import cast
from tests.tasks.staff import CHASED, give, item_in, kinds, state
from tests.web.desks import Desk
from web.phrases import refusals
from web.words import FAMILIES, WORDS


def form_of(page: httpx.Response, command: str) -> dict[str, str]:
    """What the form of this command would send, its visible fields left out."""
    found = re.search(rf'action="[^"]*/do/{command}">(.*?)</form>', page.text, re.DOTALL)
    assert found, command
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[1]))


async def do(desk: Desk, who: str, ref: str, command: str, **fields: str) -> httpx.Response:
    """Open the page, fill the form in, and send it."""
    browser = desk.of(who)
    sent = form_of(await browser.get(f"/items/{ref}"), command)
    sent |= {f"f.{name}": value for name, value in fields.items()}
    return await browser.post(f"/items/{ref}/do/{command}", data=sent)


async def test_a_whole_life_is_led_from_the_pages(desk: Desk) -> None:
    engine = desk.office.engine
    ref = item_in(engine, Stage.INTAKE)
    await do(desk, "coordinator", ref, "accept", category="conduct")
    await do(desk, "coordinator", ref, "assign", unit="bureau", responsible="responsible",
             leader="leader", due="2026-12-18")  # fmt: skip
    await do(desk, "responsible", ref, "acknowledge")
    give(engine, ref, "attach_evidence", "responsible", sha256=cast.DIGEST, filename="a.jpg")
    await do(desk, "responsible", ref, "submit", summary="done")
    await do(desk, "coordinator", ref, "appoint", verifier="verifier")
    await do(desk, "verifier", ref, "pass", finding="seen")
    done = await do(desk, "supervisor", ref, "approve", outcome="rectified")
    assert (done.status_code, done.headers["location"]) == (303, f"/items/{ref}?done=approve")
    page = await desk.of("supervisor").get(done.headers["location"])
    assert "Done: Approve closure." in page.text
    assert state(engine, ref).stage is Stage.CLOSED
    assert kinds(engine, ref)[-1] == "approved"


async def test_a_form_that_is_sent_twice_acts_once(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE)
    browser = desk.of("responsible")
    sent = form_of(await browser.get(f"/items/{ref}"), "comment") | {"f.text": "only once"}
    answers = [await browser.post(f"/items/{ref}/do/comment", data=sent) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert kinds(desk.office.engine, ref).count("commented") == 1


async def test_an_item_that_has_moved_on_is_shown_anew_and_what_was_typed_is_kept(
    desk: Desk,
) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE)
    browser = desk.of("responsible")
    sent = form_of(await browser.get(f"/items/{ref}"), "comment") | {"f.text": "typed <b>"}
    give(desk.office.engine, ref, "comment", "coordinator", text="meanwhile")
    late = await browser.post(f"/items/{ref}/do/comment", data=sent)
    assert late.status_code == 409
    assert "has just moved on" in late.text
    assert "typed &lt;b&gt;</textarea>" in late.text
    assert "typed <b>" not in late.text


AGAIN = cast.at("2026-12-17 09:00")
"""The second reminder before FAR."""


async def test_a_reminder_that_left_meanwhile_makes_no_form_old(desk: Desk) -> None:
    engine = desk.office.engine
    ref = item_in(engine, Stage.REMINDER)
    browser = desk.of("responsible")
    sent = form_of(await browser.get(f"/items/{ref}"), "comment") | {"f.text": "typed"}
    give(engine, ref, "fire", "system", AGAIN)
    assert kinds(engine, ref)[-1] == "step_fired"
    done = await browser.post(f"/items/{ref}/do/comment", data=sent)
    assert done.status_code == 303
    assert kinds(engine, ref)[-2:] == ["step_fired", "commented"]


async def test_a_reminder_after_somebody_has_acted_hides_nothing(desk: Desk) -> None:
    engine = desk.office.engine
    ref = item_in(engine, Stage.REMINDER)
    browser = desk.of("responsible")
    sent = form_of(await browser.get(f"/items/{ref}"), "comment") | {"f.text": "typed"}
    give(engine, ref, "comment", "coordinator", text="meanwhile")
    give(engine, ref, "fire", "system", AGAIN)
    assert (await browser.post(f"/items/{ref}/do/comment", data=sent)).status_code == 409


async def test_a_step_that_moves_the_item_on_makes_a_form_old(desk: Desk) -> None:
    engine = desk.office.engine
    ref = item_in(engine, Stage.DEADLINE)
    browser = desk.of("responsible")
    sent = form_of(await browser.get(f"/items/{ref}"), "comment") | {"f.text": "typed"}
    give(engine, ref, "fire", "system", CHASED)
    assert state(engine, ref).stage is Stage.REMINDER
    assert (await browser.post(f"/items/{ref}/do/comment", data=sent)).status_code == 409


async def test_a_refusal_stands_beside_its_form_in_the_readers_language(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE)
    said = await do(desk, "responsible", ref, "request_extension", due="2026-12-01", reason="x")
    assert said.status_code == 409
    assert "is no extension of" in said.text
    browser = desk.of("leader", "zh-CN")
    sent = form_of(await browser.get(f"/items/{ref}"), "request_extension")
    late = await browser.post(
        f"/items/{ref}/do/request_extension", data=sent | {"f.due": "2026-12-01", "f.reason": "x"}
    )
    assert "新期限须晚于现行期限" in late.text
    wrong = await browser.post(f"/items/{ref}/do/request_extension", data=sent | {"f.due": "soon"})
    assert (wrong.status_code, "“期限”填写有误" in wrong.text) == (409, True)


async def test_what_is_mine_but_cannot_be_done_says_why_at_once(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE)
    page = (await desk.of("responsible").get(f"/items/{ref}")).text
    assert "No evidence has been attached in this round." in page
    assert "/do/submit" not in page
    assert "/do/grant_extension" not in page
    other = (await desk.of("verifier").get(f"/items/{ref}")).text
    assert "/do/comment" in other
    assert "/do/report_progress" not in other
    assert "/do/" not in (await desk.of("viewer").get(f"/items/{ref}")).text


async def test_whoever_helps_tells_and_shows_something_on_the_page(desk: Desk) -> None:
    engine = desk.office.engine
    ref = item_in(engine, Stage.DEADLINE)
    assert (await desk.of("co-worker").get(f"/items/{ref}")).status_code == 404
    give(engine, ref, "assign", "coordinator", unit="bureau", responsible="responsible",
         co_units=("court",))  # fmt: skip
    give(engine, ref, "acknowledge", "responsible")
    page = (await desk.of("co-worker").get(f"/items/{ref}")).text
    assert set(re.findall(r"/do/(\w+)", page)) == {"comment", "report_progress"}
    said = await do(desk, "co-worker", ref, "report_progress", text="已配合", percent="20")
    assert said.status_code == 303
    assert kinds(engine, ref)[-1] == "progress_reported"
    for path in ("/mine", "/board?helping=yes"):
        assert ref in (await desk.of("co-worker").get(path)).text
    assert ref not in (await desk.of("responsible").get("/board?helping=yes")).text


async def test_no_route_lets_anybody_do_what_the_page_does_not_offer(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE)
    before = len(kinds(desk.office.engine, ref))
    for who in ("leader", "responsible", "verifier"):
        browser = desk.of(who)
        sent = form_of(await browser.get(f"/items/{ref}"), "comment")
        assert (await browser.post(f"/items/{ref}/do/approve", data=sent)).status_code == 409
    sent["csrf"] = "x"
    assert (await browser.post(f"/items/{ref}/do/comment", data=sent)).status_code == 403
    assert len(kinds(desk.office.engine, ref)) == before


@pytest.mark.parametrize("command", [*sorted(SYSTEM_COMMANDS), "register", "nothing"])
async def test_the_programs_own_commands_have_no_address(desk: Desk, command: str) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE)
    browser = desk.of("coordinator")
    sent = form_of(await browser.get(f"/items/{ref}"), "comment")
    assert (await browser.post(f"/items/{ref}/do/{command}", data=sent)).status_code == 404


async def test_a_confidential_item_is_there_for_those_who_may_see_it_alone(desk: Desk) -> None:
    engine = desk.office.engine
    ref = item_in(engine, Stage.DEADLINE, confidential=True, title="SECRET MATTER")
    hidden = await desk.of("viewer").get(f"/items/{ref}")
    missing = await desk.of("viewer").get("/items/ZG-99999")
    assert (hidden.status_code, hidden.text) == (404, missing.text.replace("ZG-99999", ref))
    found = await desk.of("viewer").get("/find", params={"q": ref})
    assert found.headers["location"] == f"/board?scope=all&q={ref}"
    searched = await desk.of("viewer").get(found.headers["location"])
    assert f"/items/{ref}" not in searched.text
    listed = await desk.of("responsible").get("/mine")
    assert ref in listed.text
    assert "SECRET MATTER" not in listed.text
    assert _readings(desk, ref) == []
    assert "SECRET MATTER" in (await desk.of("responsible").get(f"/items/{ref}")).text
    assert _readings(desk, ref) == ["confidential"]


async def test_a_complainant_is_shown_on_request_and_the_reading_is_noted(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE, complainant="Ada Plaintiff")
    page = await desk.of("coordinator").get(f"/items/{ref}")
    assert "Ada Plaintiff" not in page.text
    csrf = form_of(page, "comment")["csrf"]
    told = await desk.of("coordinator").post(f"/items/{ref}/complainant", data={"csrf": csrf})
    assert "Ada Plaintiff" in told.text
    assert _readings(desk, ref) == ["complainant"]
    mine = await desk.of("responsible").get(f"/items/{ref}")
    assert "not shown" in mine.text
    csrf = form_of(mine, "comment")["csrf"]
    refused = await desk.of("responsible").post(f"/items/{ref}/complainant", data={"csrf": csrf})
    assert "Ada Plaintiff" not in refused.text
    assert len(_readings(desk, ref)) == 1


def _readings(desk: Desk, ref: str) -> list[str]:
    with reading(desk.office.engine) as connection:
        rows = connection.execute(
            text("SELECT what FROM access_log JOIN item ON item.id = item_id WHERE ref = :ref"),
            {"ref": ref},
        )
        return list(rows.scalars())


async def test_everybody_finds_their_own_work_first_and_why(desk: Desk) -> None:
    engine, now = desk.office.engine, desk.office.clock.now()
    at = {stage: item_in(engine, stage) for stage in (Stage.INTAKE, Stage.DEADLINE, Stage.CLOSURE)}
    expected: dict[str, dict[Part, set[str]]] = {
        "coordinator": {Part.DO: {at[Stage.INTAKE]}},
        "responsible": {Part.DO: {at[Stage.DEADLINE]}, Part.WATCH: {at[Stage.CLOSURE]}},
        "leader": {Part.WATCH: {at[Stage.DEADLINE], at[Stage.CLOSURE]}},
        "supervisor": {Part.APPROVE: {at[Stage.CLOSURE]}},
        "viewer": {},
    }
    from models import directory

    for who, parts in expected.items():
        with reading(engine) as connection:
            found = desk_of(connection, directory.person(connection, who), now)
        shown = {part: {one.view.ref for one in tasks} for part, tasks in found.parts.items()}
        assert {part: refs for part, refs in shown.items() if refs} == parts, who
    page = (await desk.of("supervisor").get("/mine")).text
    assert "closure to decide" in page
    assert "All done" in (await desk.of("viewer").get("/mine")).text


async def test_titles_and_comments_are_words_and_no_markup(desk: Desk) -> None:
    evil = "<script>alert(1)</script>"
    ref = item_in(desk.office.engine, Stage.DEADLINE, title=evil, description=evil)
    give(desk.office.engine, ref, "comment", "coordinator", text=evil)
    for path in ("/mine", f"/items/{ref}", f"/find?q={evil}", f"/items/{ref}?done={evil}"):
        assert evil not in (await desk.of("responsible").get(path)).text


async def test_a_reference_is_found_in_any_case(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE)
    found = await desk.of("coordinator").get("/find", params={"q": f" {ref.lower()} "})
    assert found.headers["location"] == f"/items/{ref}"


def test_every_command_field_event_and_refusal_has_its_words() -> None:
    people = set(COMMANDS) - SYSTEM_COMMANDS - {"register"}
    assert {f"do.{command}" for command in people} <= set(WORDS)
    assert {f"event.{kind}" for kind in PAST.values()} <= set(WORDS)
    assert sum(len(family) for family in FAMILIES) == len(WORDS)


def test_who_it_takes_is_said_in_chinese() -> None:
    refusal = Refusal("HoldTheDuty", "x may not.", "It takes its responsible person or its leader.")
    assert refusals.reason_of(refusal, "zh-CN") == "须由责任人、包案领导办理。"
    assert refusals.reason_of(refusal, "en") == str(refusal)
