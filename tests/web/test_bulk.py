"""Many items at once: choose, look ahead, confirm, and see what became of each."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest

from rules.bulk import IN_BULK, ONE_BY_ONE
from rules.commands import COMMANDS, SYSTEM_COMMANDS
from rules.vocabulary import Severity, Stage
from tasks.office import Office
from tests.tasks.staff import everything, give, item_in, kinds, state
from tests.web.deciding import form_of, strict
from tests.web.desks import Desk


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    made = Desk(strict(office))
    yield made
    await made.close()
    made.office.engine.dispose()


async def csrf(desk: Desk, who: str) -> str:
    return form_of(await desk.of(who).get("/mine"), "/logout")["csrf"]


async def previewed(
    desk: Desk, who: str, refs: list[str], command: str, **fields: str | list[str]
) -> tuple[str, dict[str, str | list[str]]]:
    """The preview's page, and what its form would send."""
    browser = desk.of(who)
    token = await csrf(desk, who)
    chosen = await browser.post("/bulk", data={"csrf": token, "ref": refs})
    assert chosen.status_code == 200
    sent = {"csrf": token, "refs": " ".join(refs), "command": command, **fields}
    page = await browser.post("/bulk/preview", data=sent)
    assert page.status_code == 200, page.text
    seen = re.findall(r'name="seen" value="([^"]+)"', page.text)
    return page.text, {**form_of(page, "/bulk/do"), "seen": seen}


async def test_many_are_done_at_once_after_a_look_ahead(desk: Desk) -> None:
    engine = desk.office.engine
    refs = [item_in(engine, Stage.ASSIGNMENT), item_in(engine, Stage.ASSIGNMENT)]
    late = item_in(engine, Stage.CLOSURE)
    fields = {"f.unit": "bureau", "f.responsible": "responsible", "f.due": "2026-12-18"}
    before = everything(engine)
    page, sent = await previewed(desk, "coordinator", [*refs, late], "assign", **fields)
    assert everything(engine) == before
    assert "2 will be done" in page
    assert "1 cannot be done" in page
    assert f"{late} is in closure: no assign there." in page
    done = await desk.of("coordinator").post("/bulk/do", data=sent)
    assert "2 done" in done.text
    assert all(f'href="/items/{ref}"' in done.text for ref in refs)
    assert [kinds(engine, ref)[-1] for ref in refs] == ["assigned", "assigned"]
    again = await desk.of("coordinator").post("/bulk/do", data=sent)
    assert "2 done" in again.text
    assert [kinds(engine, ref).count("assigned") for ref in refs] == [2, 2]


async def test_what_was_refused_is_kept_for_a_second_try(desk: Desk) -> None:
    engine = desk.office.engine
    refs = [item_in(engine, Stage.DEADLINE), item_in(engine, Stage.DEADLINE)]
    _, sent = await previewed(desk, "coordinator", refs, "comment", **{"f.text": "抓紧"})
    give(engine, refs[1], "comment", "leader", text="meanwhile")
    done = await desk.of("coordinator").post("/bulk/do", data=sent)
    assert "1 done" in done.text
    assert "was changed by somebody else" in done.text
    assert form_of(done, "/bulk")["refs"] == refs[1]
    assert kinds(engine, refs[1]).count("commented") == 1


async def test_what_is_unticked_in_the_preview_is_left_alone(desk: Desk) -> None:
    engine = desk.office.engine
    refs = [item_in(engine, Stage.DEADLINE), item_in(engine, Stage.DEADLINE)]
    _, sent = await previewed(desk, "coordinator", refs, "comment", **{"f.text": "x"})
    sent["seen"] = sent["seen"][:1]
    await desk.of("coordinator").post("/bulk/do", data=sent)
    assert kinds(engine, refs[0])[-1] == "commented"
    assert kinds(engine, refs[1])[-1] != "commented"


async def test_closures_are_approved_together_only_as_the_policy_allows(desk: Desk) -> None:
    engine = desk.office.engine
    general = item_in(engine, Stage.CLOSURE)
    major = item_in(engine, Stage.CLOSURE, severity=Severity.MAJOR)
    refs = [general, major]
    page, _ = await previewed(desk, "supervisor", refs, "approve")
    assert "Not everything on the checklist" in page
    ticked = {"f.checked": ["seen", "kept"]}
    page, sent = await previewed(desk, "supervisor", refs, "approve", **ticked)
    assert "is not struck off in bulk" in page
    assert "Every piece was looked at; Lasting measures are in place" in page
    # Somebody adds what the preview has left out.
    sent["seen"] = [*sent["seen"], f"{major}:{state(engine, major).version}"]
    done = await desk.of("supervisor").post("/bulk/do", data=sent)
    assert "1 done" in done.text
    assert state(engine, general).stage is Stage.CLOSED
    assert state(engine, major).stage is Stage.CLOSURE


async def test_reasons_are_told_in_the_readers_language(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE, severity=Severity.MAJOR)
    desk.of("supervisor", "zh-CN")
    page, _ = await previewed(desk, "supervisor", [ref, "ZG-99999"], "approve")
    assert "须逐项审批，不能批量批准销号" in page
    assert "没有这个事项" in page


async def test_items_out_of_sight_are_told_as_unknown_and_stay_as_they_are(desk: Desk) -> None:
    engine = desk.office.engine
    hidden = item_in(engine, Stage.DEADLINE, confidential=True, title="不宜外传")
    seen = item_in(engine, Stage.DEADLINE)
    page, sent = await previewed(desk, "viewer", [hidden, seen], "comment", **{"f.text": "x"})
    assert "不宜外传" not in page
    assert f"There is no item &#39;{hidden}&#39;." in page
    sent["seen"] = [f"{hidden}:{state(engine, hidden).version}"]
    done = await desk.of("viewer").post("/bulk/do", data=sent)
    assert f"There is no item &#39;{hidden}&#39;." in done.text
    assert "commented" not in kinds(engine, hidden)


async def test_titles_of_confidential_items_stand_on_none_of_the_pages(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.DEADLINE, confidential=True, title="不宜外传")
    browser = desk.of("coordinator")
    token = await csrf(desk, "coordinator")
    chosen = await browser.post("/bulk", data={"csrf": token, "ref": [ref]})
    page, sent = await previewed(desk, "coordinator", [ref], "comment", **{"f.text": "x"})
    done = await browser.post("/bulk/do", data=sent)
    assert ref in chosen.text
    assert not any("不宜外传" in each for each in (chosen.text, page, done.text))


async def test_a_form_of_another_person_does_nothing(desk: Desk) -> None:
    engine = desk.office.engine
    ref = item_in(engine, Stage.DEADLINE)
    _, sent = await previewed(desk, "coordinator", [ref], "comment", **{"f.text": "x"})
    assert (await desk.of("leader").post("/bulk/do", data=sent)).status_code == 403
    sent["csrf"] = await csrf(desk, "leader")
    # The same going, by somebody else, is a going of their own.
    assert "1 done" in (await desk.of("leader").post("/bulk/do", data=sent)).text
    assert kinds(engine, ref).count("commented") == 1


async def test_what_is_typed_wrongly_is_told_beside_its_field_and_kept(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.ASSIGNMENT)
    token = await csrf(desk, "coordinator")
    sent = {"csrf": token, "refs": ref, "command": "assign", "f.unit": "no <b>such",
            "f.responsible": "responsible"}  # fmt: skip
    late = await desk.of("coordinator").post("/bulk/preview", data=sent)
    assert late.status_code == 409
    assert 'role="alert"' in late.text
    assert "no &lt;b&gt;such" in late.text
    sent["f.due"] = "tomorrow"
    assert (await desk.of("coordinator").post("/bulk/preview", data=sent)).status_code == 409


@pytest.mark.parametrize("command", [*ONE_BY_ONE, *sorted(SYSTEM_COMMANDS), "nonsense", ""])
async def test_what_is_for_one_item_at_a_time_has_no_place_here(desk: Desk, command: str) -> None:
    token = await csrf(desk, "supervisor")
    sent = {"csrf": token, "refs": "ZG-00001", "command": command}
    assert (await desk.of("supervisor").post("/bulk/preview", data=sent)).status_code == 404
    sent |= {"batch": "0" * 32, "seen": "ZG-00001:1"}
    assert (await desk.of("supervisor").post("/bulk/do", data=sent)).status_code == 404


def test_every_command_of_people_is_for_many_or_for_one() -> None:
    assert set(IN_BULK) | set(ONE_BY_ONE) == set(COMMANDS) - SYSTEM_COMMANDS
    assert not set(IN_BULK) & set(ONE_BY_ONE)


@pytest.mark.parametrize("seen", ["ZG-1", "ZG-1:x", ":1", "ZG-1:" + "1" * 10, "a b:1"])
async def test_a_form_that_was_tampered_with_is_not_understood(desk: Desk, seen: str) -> None:
    token = await csrf(desk, "supervisor")
    sent = {"csrf": token, "command": "comment", "f.text": "x", "batch": "0" * 32, "seen": seen}
    assert (await desk.of("supervisor").post("/bulk/do", data=sent)).status_code == 400
    sent |= {"seen": "ZG-1:1", "batch": "x"}
    assert (await desk.of("supervisor").post("/bulk/do", data=sent)).status_code == 400


async def test_whoever_comes_with_nothing_is_told_how_to_choose(desk: Desk) -> None:
    assert "Nothing is chosen" in (await desk.of("coordinator").get("/bulk")).text
    token = await csrf(desk, "coordinator")
    page = await desk.of("coordinator").post("/bulk", data={"csrf": token})
    assert "Nothing is chosen" in page.text


async def test_everything_that_a_search_of_the_board_finds_can_be_chosen(desk: Desk) -> None:
    engine = desk.office.engine
    seen = [item_in(engine, Stage.DEADLINE) for _ in range(3)]
    other = item_in(engine, Stage.INTAKE)
    hidden = item_in(engine, Stage.DEADLINE, confidential=True)
    token = await csrf(desk, "viewer")
    data = {"csrf": token, "query": "stage=deadline"}
    page = await desk.of("viewer").post("/bulk", data=data)
    assert page.status_code == 200
    assert "3 items chosen" in page.text
    assert all(f"/items/{ref}" in page.text for ref in seen)
    assert f"/items/{other}" not in page.text
    assert f"/items/{hidden}" not in page.text
