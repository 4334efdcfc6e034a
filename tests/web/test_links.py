"""Links in mails: looking changes nothing, the button acts once, and whatever is wrong is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from itsdangerous import URLSafeSerializer

from config.clock import ManualClock
from models import people
from models.engine import writing
from rules.errors import InputError
from rules.vocabulary import Stage
from tasks import links
from tasks.links import PURPOSE, Link, Standing, link_for, token_for
from tasks.office import Office
from tests.tasks.staff import give, history, item_in, kinds, row, state
from tests.web.conftest import PUBLIC, SOON, form_in, token


@pytest.fixture
def ref(office: Office) -> str:
    """An item that waits for its acknowledgement."""
    return item_in(office.engine, Stage.ASSIGNMENT)


async def test_a_link_says_what_it_does_and_its_button_does_it(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    path = f"/l/{token(office, ref)}"
    shown = await browser.get(path)
    assert shown.status_code == 200
    for words in (ref, "窗口推诿", "确认签收", "交办"):
        assert words in shown.text
    assert kinds(office.engine, ref)[-1] == "assigned"
    done = await browser.post(path, data=form_in(shown))
    assert done.status_code == 200
    assert "已签收" in done.text
    assert "<form" not in done.text
    event = history(office.engine, ref)[-1]
    responsible = state(office.engine, ref).responsible_id
    assert (event.kind, event.actor_id) == ("acknowledged", responsible)


async def test_looking_at_a_link_changes_nothing_however_it_is_looked_at(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    path = f"/l/{token(office, ref)}"
    before = history(office.engine, ref)
    for method in ("GET", "HEAD", "GET"):
        answer = await browser.request(method, path, headers={"sec-purpose": "prefetch"})
        assert answer.status_code == 200
    assert (await browser.request("PUT", path)).status_code == 405
    assert history(office.engine, ref) == before


async def test_a_repetition_is_shown_the_first_receipt(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    path = f"/l/{token(office, ref)}"
    form = form_in(await browser.get(path))
    first = await browser.post(path, data=form)
    events = history(office.engine, ref)
    for again in (await browser.post(path, data=form), await browser.get(path)):
        assert again.status_code == 200
        assert "已签收" in again.text
        assert f"第 {events[-1].seq} 条" in again.text
    assert f"第 {events[-1].seq} 条" in first.text
    assert history(office.engine, ref) == events


async def test_two_mails_about_the_same_thing_do_it_once(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    item = state(office.engine, ref)
    paths = [
        f"/l/{token_for(office.settings, item.responsible_id or 0, item, 'acknowledge', until)}"
        for until in (SOON, SOON + timedelta(days=1))
    ]
    assert paths[0] != paths[1]
    forms = [form_in(await browser.get(path)) for path in paths]
    for path, form in zip(paths, forms, strict=True):
        assert "已签收" in (await browser.post(path, data=form)).text
    assert kinds(office.engine, ref).count("acknowledged") == 1


@pytest.mark.parametrize(
    ("early", "status"),
    [(timedelta(seconds=1), 200), (timedelta(0), 410), (timedelta(seconds=-1), 410)],
    ids=["just before", "at", "just after"],
)
async def test_a_link_expires_at_its_instant(
    office: Office,
    browser: httpx.AsyncClient,
    clock: ManualClock,
    ref: str,
    early: timedelta,
    status: int,
) -> None:
    path = f"/l/{token(office, ref)}"
    form = form_in(await browser.get(path))
    clock.move_to(SOON - early)
    assert (await browser.get(path)).status_code == status
    answer = await browser.post(path, data=form)
    assert answer.status_code == status
    done = "acknowledged" in kinds(office.engine, ref)
    assert done is (status == 200)


async def test_a_used_link_shows_its_receipt_even_after_it_has_expired(
    office: Office, browser: httpx.AsyncClient, clock: ManualClock, ref: str
) -> None:
    path = f"/l/{token(office, ref)}"
    await browser.post(path, data=form_in(await browser.get(path)))
    clock.move_to(SOON + timedelta(days=400))
    assert "已签收" in (await browser.get(path)).text


def forged(office: Office, ref: str) -> dict[str, str]:
    """Tokens that nobody was given."""
    good = token(office, ref)
    item = state(office.engine, ref)
    said = [item.responsible_id, item.id, 0, item.moves, int(SOON.timestamp())]
    key = office.settings.secret_key
    form = links.form_token(office.settings, good)
    return {
        "changed": good[:3] + ("A" if good[3] != "A" else "B") + good[4:],
        "cut": good[:-2],
        "another secret": str(URLSafeSerializer("x" * 40, salt=PURPOSE).dumps(said)),
        "another digest": str(URLSafeSerializer(key, salt=PURPOSE).dumps(said)),
        "another purpose": form,
        "unsigned": good.partition(".")[0],
        "empty": ".",
        "long": good + "A" * 500,
        "not ascii": "整改",
        "blanks": "%20%0d%0aSet-Cookie:%20x=1",
    }


async def test_a_forged_link_is_not_known_and_tells_nothing(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    for what, each in forged(office, ref).items():
        answer = await browser.get(f"/l/{each}")
        assert answer.status_code == 404, what
        assert ref not in answer.text
        assert "set-cookie" not in answer.headers
        good_form = links.form_token(office.settings, unquote(each))
        posted = await browser.post(f"/l/{each}", data={"form": good_form})
        assert posted.status_code == 404, what
    assert kinds(office.engine, ref)[-1] == "assigned"


def test_what_is_signed_for_a_link_but_says_something_else_is_none(office: Office) -> None:
    sign = links._signing(office.settings, PURPOSE)
    for said in ("x", [], [1, 2, 0, 3], [1, 2, 9, 3, 4], [1, 2, -1, 3, 4], [1, "2", 0, 3, 4]):
        assert links.read(office.settings, str(sign.dumps(said))) is None, said
    assert links.read(office.settings, str(sign.dumps([1, 2, 0, 3, 0]))) is not None


async def test_whoever_guesses_is_asked_to_wait_and_a_good_link_still_works(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    answers = [await browser.get(f"/l/guess{n}") for n in range(21)]
    assert [answer.status_code for answer in answers] == [404] * 20 + [429]
    assert (await browser.get(f"/l/{token(office, ref)}")).status_code == 200


async def test_a_form_from_elsewhere_does_nothing(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    path = f"/l/{token(office, ref)}"
    form = form_in(await browser.get(path))
    other = item_in(office.engine, Stage.ASSIGNMENT)
    foreign = form_in(await browser.get(f"/l/{token(office, other)}"))
    for sent in ({}, {"form": ""}, {"form": "x"}, foreign, {"form": path[3:]}):
        assert (await browser.post(path, data=sent)).status_code == 403
    cross = await browser.post(path, data=form, headers={"sec-fetch-site": "cross-site"})
    assert cross.status_code == 403
    assert kinds(office.engine, ref)[-1] == "assigned"
    own = await browser.post(path, data=form, headers={"sec-fetch-site": "same-origin"})
    assert own.status_code == 200


async def test_a_link_is_void_once_the_item_has_moved_on(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    path = f"/l/{token(office, ref)}"
    form = form_in(await browser.get(path))
    give(office.engine, ref, "acknowledge", "leader")
    for answer in (await browser.get(path), await browser.post(path, data=form)):
        assert answer.status_code == 409
        assert "限期整改" in answer.text
        assert "窗口推诿" not in answer.text
    assert kinds(office.engine, ref).count("acknowledged") == 1


async def test_a_link_is_void_for_the_person_whom_the_item_was_taken_from(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    path = f"/l/{token(office, ref)}"
    form = form_in(await browser.get(path))
    give(office.engine, ref, "assign", "coordinator", unit="court", responsible="co-worker")
    for answer in (await browser.get(path), await browser.post(path, data=form)):
        assert answer.status_code == 403
        assert "窗口推诿" not in answer.text
    assert "acknowledged" not in kinds(office.engine, ref)


async def test_a_link_for_somebody_who_never_had_the_seat_does_nothing(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    with writing(office.engine) as connection:
        verifier = people.add_person(connection, "stranger", "路人", 1, [])
    answer = await browser.get(f"/l/{token(office, ref, person_id=verifier)}")
    assert answer.status_code == 403


async def test_a_link_is_void_for_who_has_left(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    path = f"/l/{token(office, ref)}"
    form = form_in(await browser.get(path))
    with writing(office.engine) as connection:
        gone = state(office.engine, ref).responsible_id
        assert gone is not None
        people.change_person(connection, gone, {"active": False})
    for answer in (await browser.get(path), await browser.post(path, data=form)):
        assert answer.status_code == 410
        assert ref not in answer.text
    assert kinds(office.engine, ref)[-1] == "assigned"


async def test_what_a_rule_is_against_is_said(
    office: Office, browser: httpx.AsyncClient, ref: str
) -> None:
    path = f"/l/{token(office, ref)}"
    form = form_in(await browser.get(path))
    until = (SOON + timedelta(days=30)).date()
    give(office.engine, ref, "hold", "supervisor", until=until, reason="等待判决")
    answer = await browser.post(path, data=form)
    assert answer.status_code == 409
    assert "恢复后再办" in answer.text


async def test_receipt_of_a_formal_act_is_confirmed_once_by_whoever_is_first(
    office: Office, browser: httpx.AsyncClient
) -> None:
    ref = item_in(office.engine, Stage.REMINDER)
    while state(office.engine, ref).level < 1:
        due = datetime.fromisoformat(row(office.engine, ref, "next_action_at")[0])
        give(office.engine, ref, "fire", "system", due)
    item = state(office.engine, ref)
    paths = [
        f"/l/{token(office, ref, 'confirm', person or 0)}"
        for person in (item.leader_id, item.responsible_id)
    ]
    forms = [form_in(await browser.get(path)) for path in paths]
    first = await browser.post(paths[0], data=forms[0])
    assert "已确认收到" in first.text
    assert kinds(office.engine, ref)[-1] == "confirmed"
    late = await browser.post(paths[1], data=forms[1])
    assert (late.status_code, "已有人确认" in late.text) == (409, True)
    assert kinds(office.engine, ref).count("confirmed") == 1


async def test_a_link_about_one_act_does_not_confirm_the_next(
    office: Office, browser: httpx.AsyncClient
) -> None:
    ref = item_in(office.engine, Stage.REMINDER)
    paths = []
    for level in (1, 2):
        while state(office.engine, ref).level < level:
            due = datetime.fromisoformat(row(office.engine, ref, "next_action_at")[0])
            give(office.engine, ref, "fire", "system", due)
        paths.append(f"/l/{token(office, ref, 'confirm')}")
    assert (await browser.get(paths[0])).status_code == 409
    assert (await browser.get(paths[1])).status_code == 200


async def test_of_a_confidential_item_only_the_number_is_shown(
    office: Office, browser: httpx.AsyncClient
) -> None:
    ref = item_in(office.engine, Stage.ASSIGNMENT, confidential=True, title="某人受贿线索")
    path = f"/l/{token(office, ref)}"
    shown = await browser.get(path)
    done = await browser.post(path, data=form_in(shown))
    for answer in (shown, done):
        assert ref in answer.text
        assert "[保密]" in answer.text
        assert "受贿" not in answer.text


async def test_a_title_is_shown_as_it_is_and_runs_nothing(
    office: Office, browser: httpx.AsyncClient
) -> None:
    ref = item_in(office.engine, Stage.ASSIGNMENT, title="<script>alert(1)</script>&\"'")
    shown = await browser.get(f"/l/{token(office, ref)}")
    assert "<script>alert" not in shown.text
    assert "&lt;script&gt;" in shown.text


@pytest.mark.parametrize(
    ("accepted", "query", "said"),
    [
        ("en-GB,en;q=0.9", "", "Acknowledge an assignment"),
        ("zh-TW", "", "签收交办事项"),
        ("fr", "", "签收交办事项"),
        ("en;q=0.1, zh;q=0.9", "", "签收交办事项"),
        ("zh", "?lang=en", "Acknowledge an assignment"),
        ("en", "?lang=zh-CN", "签收交办事项"),
        ("en;q=x,;;,", "?lang=../etc", "签收交办事项"),
    ],
)
async def test_a_page_speaks_the_language_that_is_asked_for(
    office: Office, browser: httpx.AsyncClient, ref: str, accepted: str, query: str, said: str
) -> None:
    headers = {"accept-language": accepted}
    shown = await browser.get(f"/l/{token(office, ref)}{query}", headers=headers)
    assert said in shown.text


def test_a_link_is_made_only_where_people_can_reach_it(office: Office, ref: str) -> None:
    item = state(office.engine, ref)
    nowhere = office._replace(settings=type(office.settings)(home=office.settings.home))
    assert link_for(nowhere, 1, item, "acknowledge", SOON) == ""
    made = link_for(office, 1, item, "acknowledge", SOON)
    assert made == link_for(office, 1, item, "acknowledge", SOON)
    assert made.startswith(f"{PUBLIC}/l/")
    assert len(urlsplit(made).path) < 120
    said = links.read(office.settings, made.rpartition("/")[2])
    assert said == Link(1, item.id, "acknowledge", item.moves, SOON)


@pytest.mark.parametrize("command", ["approve", "pass", "fire", "register", ""])
def test_a_link_does_nothing_but_confirm_a_receipt(office: Office, ref: str, command: str) -> None:
    with pytest.raises(InputError, match="does not"):
        link_for(office, 1, state(office.engine, ref), command, SOON)


def test_a_changed_secret_makes_every_link_void(office: Office, ref: str) -> None:
    settings = type(office.settings)(home=office.settings.home, secret_key="t" * 40)
    seen = links.look(office._replace(settings=settings), token(office, ref))
    assert seen.standing is Standing.FORGED
