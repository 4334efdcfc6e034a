"""Approvals: what waits for somebody, and what they decide."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from models.engine import reading
from rules.item import PersonFact
from rules.vocabulary import Role, Severity, Stage
from tasks.office import Office
from tests.tasks.staff import give, history, item_in, kinds, state, told
from tests.web.deciding import asking, form_of, strict
from tests.web.desks import Desk
from web.waiting import as_what
from web.words import WORDS


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    made = Desk(strict(office))
    yield made
    await made.close()
    made.office.engine.dispose()


async def decide(
    desk: Desk, who: str, ref: str, command: str, **fields: str | list[str]
) -> httpx.Response:
    """Open the page, fill the form in, and send it."""
    browser = desk.of(who)
    action = f"/approvals/{ref}/do/{command}"
    sent = form_of(await browser.get(f"/approvals/{ref}"), action)
    return await browser.post(action, data={**sent, **fields})


TICKED = {"f.checked": ["seen", "kept"]}


async def test_the_queue_leads_to_the_item_and_the_decision_to_the_next_one(desk: Desk) -> None:
    engine = desk.office.engine
    first, second = item_in(engine, Stage.CLOSURE), item_in(engine, Stage.CLOSURE)
    browser = desk.of("supervisor")
    queue = await browser.get("/approvals")
    assert queue.text.index(first) < queue.text.index(second)
    done = await decide(desk, "supervisor", first, "approve", **TICKED)
    assert done.status_code == 303
    assert done.headers["location"] == f"/approvals/{second}?done=approve&of={first}"
    page = await browser.get(done.headers["location"])
    assert f"{first}: Approve closure, done." in page.text
    assert state(engine, first).stage is Stage.CLOSED
    last = await decide(desk, "supervisor", second, "deny", **{"f.reason": "证据不足"})
    assert last.headers["location"] == f"/approvals?done=deny&of={second}"
    assert "All done" in (await browser.get(last.headers["location"])).text


async def test_what_was_ticked_stands_in_the_history(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE)
    await decide(desk, "supervisor", ref, "approve", **TICKED)
    event = history(desk.office.engine, ref)[-1]
    assert told(event) == {"outcome": "rectified", "checked": ["seen", "kept"]}


@pytest.mark.parametrize("ticked", [{}, {"f.checked": ["seen"]}, {"f.checked": ["nonsense"]}])
async def test_nothing_is_struck_off_before_every_line_is_ticked(
    desk: Desk, ticked: dict[str, list[str]]
) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE)
    late = await decide(desk, "supervisor", ref, "approve", **ticked)
    assert late.status_code == 409
    assert 'role="alert"' in late.text
    assert state(desk.office.engine, ref).stage is Stage.CLOSURE
    if "seen" in str(ticked):
        assert 'value="seen" required checked' in late.text, "what was ticked stays ticked"


async def test_the_items_own_page_asks_for_the_same_checklist(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE)
    browser, action = desk.of("supervisor"), f"/items/{ref}/do/approve"
    page = await browser.get(f"/items/{ref}")
    assert "Every piece was looked at" in page.text
    sent = form_of(page, action)
    assert (await browser.post(action, data=sent)).status_code == 409
    done = await browser.post(action, data={**sent, **TICKED})
    assert done.status_code == 303


async def test_without_a_checklist_one_tick_says_that_it_is_meant(office: Office) -> None:
    plain = Desk(office)
    ref = item_in(office.engine, Stage.CLOSURE)
    hasty = await decide(plain, "supervisor", ref, "approve")
    assert hasty.status_code == 409
    assert "tick what you have looked at" in hasty.text
    assert state(office.engine, ref).stage is Stage.CLOSURE
    assert (await decide(plain, "supervisor", ref, "approve", sure="1")).status_code == 303
    await plain.close()


async def test_a_return_needs_its_reason_and_keeps_what_was_typed(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE)
    late = await decide(desk, "supervisor", ref, "deny", **{"f.reason": "  ", "f.to": "deadline"})
    assert late.status_code == 409
    assert '<option value="deadline" selected>' in late.text
    done = await decide(desk, "supervisor", ref, "deny", **{"f.reason": "x", "f.to": "deadline"})
    assert done.status_code == 303
    assert kinds(desk.office.engine, ref)[-1] == "denied"


async def test_requests_for_time_and_for_holds_are_decided_here(desk: Desk) -> None:
    engine = desk.office.engine
    more, stop = asking(engine), asking(engine, "request_hold")
    page = await desk.of("coordinator").get(f"/approvals/{more}")
    assert "more time until 2027-01-08" in page.text
    assert "鉴定未完成" in page.text
    granted = await decide(desk, "coordinator", more, "grant_extension", **{"f.due": "2027-01-08"})
    assert granted.headers["location"].startswith(f"/approvals/{stop}?")
    await decide(desk, "coordinator", stop, "refuse_hold", **{"f.reason": "理由不足"})
    assert kinds(engine, more)[-1] == "extension_granted"
    assert kinds(engine, stop)[-1] == "hold_refused"


async def test_a_verifier_passes_or_fails_here_with_a_finding(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.VERIFICATION)
    give(desk.office.engine, ref, "appoint", "coordinator", verifier="second-verifier")
    page = await desk.of("second-verifier").get(f"/approvals/{ref}")
    assert "You are the appointed verifier" in page.text
    assert "照片.jpg" in page.text
    assert "已整改" in page.text
    assert f'href="/items/{ref}/evidence/' in page.text
    await decide(desk, "second-verifier", ref, "pass", **{"f.finding": "属实"})
    assert kinds(desk.office.engine, ref)[-1] == "passed"


async def test_the_page_says_why_the_reader_may_decide_and_why_not(desk: Desk) -> None:
    engine = desk.office.engine
    ref = item_in(engine, Stage.CLOSURE)
    mine = await desk.of("supervisor").get(f"/approvals/{ref}")
    assert "核查人 verified it, not you" in mine.text
    assert "You are not of the responsible unit" in mine.text
    theirs = await desk.of("colleague").get(f"/approvals/{ref}")
    assert "You are of the responsible unit" in theirs.text
    assert "Not for you to decide" in theirs.text
    assert "/do/approve" not in theirs.text
    give(engine, ref, "waive", "supervisor", person="colleague", reason="没有别人")
    assert "were exempted" in (await desk.of("colleague").get(f"/approvals/{ref}")).text


async def test_what_is_not_theirs_is_refused_even_when_it_is_sent(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE)
    sent = form_of(await desk.of("supervisor").get(f"/approvals/{ref}"),
                   f"/approvals/{ref}/do/approve")  # fmt: skip
    for who in ("colleague", "verifier", "responsible"):
        browser = desk.of(who)
        page = await browser.get("/mine")
        sent["csrf"] = form_of(page, "/logout")["csrf"]
        answer = await browser.post(f"/approvals/{ref}/do/approve", data={**sent, **TICKED})
        assert answer.status_code == 409
    assert state(desk.office.engine, ref).stage is Stage.CLOSURE


async def test_commands_that_decide_nothing_have_no_place_here(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE)
    browser = desk.of("supervisor")
    page = await browser.get(f"/approvals/{ref}")
    sent = form_of(page, f"/approvals/{ref}/do/approve")
    for command in ("withdraw", "comment", "fire", "nonsense"):
        answer = await browser.post(f"/approvals/{ref}/do/{command}", data=sent)
        assert answer.status_code == 404
    del sent["csrf"]
    answer = await browser.post(f"/approvals/{ref}/do/approve", data={**sent, **TICKED})
    assert answer.status_code == 403


async def test_an_item_that_moved_on_is_told_and_not_decided(desk: Desk) -> None:
    engine = desk.office.engine
    ref = item_in(engine, Stage.CLOSURE)
    browser = desk.of("supervisor")
    sent = form_of(await browser.get(f"/approvals/{ref}"), f"/approvals/{ref}/do/approve")
    give(engine, ref, "attach_evidence", "responsible", sha256="f" * 64, filename="late.jpg")
    late = await browser.post(f"/approvals/{ref}/do/approve", data={**sent, **TICKED})
    assert late.status_code == 409
    assert "has just moved on" in late.text
    assert "late.jpg" in late.text
    assert state(engine, ref).stage is Stage.CLOSURE


async def test_who_may_not_see_an_item_finds_nothing_at_its_address(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE, confidential=True)
    for who in ("viewer", "outsider", "nobody"):
        browser = desk.of(who)
        assert (await browser.get(f"/approvals/{ref}")).status_code == 404
        assert f"/approvals/{ref}" not in (await browser.get("/approvals")).text
        csrf = form_of(await browser.get("/mine"), "/logout")["csrf"]
        sent = {"csrf": csrf, "key": "0" * 32, "version": "7", **TICKED}
        answer = await browser.post(f"/approvals/{ref}/do/approve", data=sent)
        assert answer.status_code == 404


async def test_a_confidential_item_is_named_by_its_reference_and_its_reading_is_noted(
    desk: Desk,
) -> None:
    ref = item_in(desk.office.engine, Stage.CLOSURE, confidential=True, title="不宜外传")
    browser = desk.of("supervisor")
    queue = await browser.get("/approvals")
    assert ref in queue.text
    assert "不宜外传" not in queue.text
    assert "不宜外传" in (await browser.get(f"/approvals/{ref}")).text
    with reading(desk.office.engine) as connection:
        noted = connection.execute(text("SELECT what FROM access_log")).scalars().all()
    assert noted == ["confidential"]


async def test_the_number_beside_the_navigation_goes_down_with_each_decision(desk: Desk) -> None:
    engine = desk.office.engine
    refs = [item_in(engine, Stage.CLOSURE) for _ in range(2)]
    browser = desk.of("supervisor")
    assert '<span class="nav-count">2<' in (await browser.get("/mine")).text
    await decide(desk, "supervisor", refs[0], "approve", **TICKED)
    assert '<span class="nav-count">1<' in (await browser.get("/mine")).text
    await decide(desk, "supervisor", refs[1], "approve", **TICKED)
    page = await browser.get("/mine")
    assert "nav-count" not in page.text
    assert 'href="/approvals"' in page.text
    assert 'href="/approvals"' not in (await desk.of("viewer").get("/mine")).text


async def test_only_what_the_policy_allows_can_be_ticked_for_bulk(desk: Desk) -> None:
    engine = desk.office.engine
    general = item_in(engine, Stage.CLOSURE)
    major = item_in(engine, Stage.CLOSURE, severity=Severity.MAJOR)
    page = await desk.of("supervisor").get("/approvals")
    assert f'name="ref" value="{general}"' in page.text
    assert f'name="ref" value="{major}"' not in page.text


async def test_the_queue_can_be_narrowed_and_leads_on_within_what_was_chosen(desk: Desk) -> None:
    engine = desk.office.engine
    closing, more, other = item_in(engine, Stage.CLOSURE), asking(engine), asking(engine)
    browser = desk.of("supervisor")
    page = await browser.get("/approvals?kind=extension")
    assert f"/approvals/{closing}" not in page.text
    action = f"/approvals/{more}/do/refuse_extension"
    sent = form_of(await browser.get(f"/approvals/{more}?kind=extension"), action)
    done = await browser.post(action, data={**sent, "f.reason": "x"})
    assert done.headers["location"].startswith(f"/approvals/{other}?")
    assert "kind=extension" in done.headers["location"]


@pytest.mark.parametrize("query", ["cursor=x", "cursor=1.2.3.4.5.6"])
async def test_an_address_that_was_tampered_with_is_answered_calmly(desk: Desk, query: str) -> None:
    assert (await desk.of("supervisor").get(f"/approvals?{query}")).status_code == 400
    odd = await desk.of("supervisor").get("/approvals?kind=<b>&done=approve&of=<script>x")
    assert odd.status_code == 200
    assert "<script>x" not in odd.text
    assert "<b>" not in odd.text


async def test_pages_lead_on_by_a_cursor(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from web.routes import approvals

    monkeypatch.setattr(approvals, "SHOWN", 2)
    engine = desk.office.engine
    refs = [item_in(engine, Stage.CLOSURE) for _ in range(3)]
    browser = desk.of("supervisor")
    page = await browser.get("/approvals")
    assert refs[2] not in page.text
    following = page.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = await browser.get(following)
    assert refs[2] in second.text
    assert f"/approvals/{refs[0]}" not in second.text


@pytest.mark.parametrize(
    ("roles", "ending", "zh", "en"),
    [
        ((Role.SUPERVISOR,), "", "待我审批", "Approvals"),
        ((Role.COORDINATOR, Role.RESPONSIBLE), "", "待我审批", "Approvals"),
        ((Role.VERIFIER, Role.RESPONSIBLE), ".verify", "待我核查", "Verifications"),
        ((Role.VERIFIER, Role.SUPERVISOR), ".both", "待我核查、审批", "Verify and approve"),
    ],
)
def test_the_queue_is_called_by_what_its_reader_does(
    roles: tuple[Role, ...], ending: str, zh: str, en: str
) -> None:
    held = tuple((role, "/1/") for role in roles)
    assert as_what(PersonFact(1, "fang", "/1/", held)) == ending
    assert WORDS["approvals.nav" + ending] == (zh, en)
    keys = ("nav{}_count", "title{}", "start{}", "none{}", "none_more{}")
    assert {f"approvals.{key.format(ending)}" for key in keys} <= set(WORDS)


async def test_a_verifier_reads_of_verifying(desk: Desk) -> None:
    ref = item_in(desk.office.engine, Stage.VERIFICATION)
    give(desk.office.engine, ref, "appoint", "coordinator", verifier="second-verifier")
    queue = (await desk.of("second-verifier").get("/approvals?lang=zh")).text
    assert queue.count("待我核查") >= 3
    assert "逐项核查" in queue
    assert "审批" not in queue
    page = (await desk.of("second-verifier").get(f"/approvals/{ref}?lang=zh")).text
    assert f"<title>核查 {ref}" in page
    assert "待我审批" not in page
