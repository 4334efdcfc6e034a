"""A life over the API in each kind of database: listed, registered, acted on, repeated, refused."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from config.clock import ManualClock
from config.settings import Settings
from rules.vocabulary import Stage
from tasks.office import Office
from tests.conftest import MONDAY
from tests.stock import entered, led_by, staffed
from tests.tasks.staff import kinds
from tests.web.api.conftest import Programs, refs, require_problem
from web.app import create_app

AT_ONCE = 6


@pytest.fixture
def programs(engine: Engine, tmp_path: Path) -> Programs:
    office = Office(Settings(home=tmp_path, secret_key="s" * 40), engine, ManualClock(MONDAY))
    return Programs(office, create_app(office))


async def test_a_life_is_the_same_in_both_databases(programs: Programs) -> None:
    engine = programs.office.engine
    stock = staffed(engine)
    hidden = entered(engine, [led_by(stock, "court", Stage.DEADLINE, confidential=True)])
    office, zhang = programs.of("coordinator"), programs.of("zhang")
    key = {"idempotency-key": "once"}
    made, again = [
        await office.post("/items", json={"title": "窗口推诿"}, headers=key) for _ in "12"
    ]
    assert (made.status_code, made.content) == (201, again.content)
    other = await office.post("/items", json={"title": "别的"}, headers=key)
    require_problem(other, 422, "key-reused")
    ref = made.json()["ref"]

    async def do(who: httpx.AsyncClient, command: str, **fields: object) -> httpx.Response:
        return await who.post(f"/items/{ref}/commands/{command}", json=fields)

    assert (await do(office, "accept", category="service")).status_code == 200
    named = {"unit": "bureau", "responsible": "zhang", "due": "2026-12-18"}
    assert (await do(office, "assign", **named)).status_code == 200
    tag = (await zhang.get(f"/items/{ref}")).headers["etag"]
    assert (await zhang.get(f"/items/{ref}", headers={"if-none-match": tag})).status_code == 304
    stale = {"if-match": '"1"'}
    refused = await zhang.post(f"/items/{ref}/commands/acknowledge", headers=stale)
    require_problem(refused, 412, "stale")
    assert (await do(zhang, "acknowledge")).json()["stage"] == "deadline"
    require_problem(await do(zhang, "submit"), 409, "refused")
    sent = await zhang.post(f"/items/{ref}/evidence", files={"file": ("说明.txt", b"done")})
    assert sent.status_code == 201
    assert (await do(zhang, "submit", summary="已整改")).json()["stage"] == "verification"
    assert refs((await zhang.get("/items?scope=open")).json()) == [ref]
    both = (await office.get("/items?sort=opened&limit=1")).json()
    assert both["total"] == 2
    require_problem(await zhang.get(f"/items/{hidden[0]}"), 404, "not-found")
    for word in ("窗口", "推诿"):
        assert refs((await zhang.get("/items", params={"q": word})).json()) == [ref]
    for path in ("history", "agenda", "commands", "evidence", "papers", "deliveries"):
        assert (await zhang.get(f"/items/{ref}/{path}")).status_code == 200
    require_problem(await zhang.get("/items?person=a%00b"), 400, "malformed")
    await programs.close()


async def answers_of(posts: list[Any], key: str) -> Counter[int]:
    """How often each answer came to requests that were sent at the same moment."""
    told = await asyncio.gather(*(post({"idempotency-key": key}) for post in posts))
    for answer in told:
        if answer.status_code >= 400:
            require_problem(answer, 422, "key-reused")
    return Counter(answer.status_code for answer in told)


async def test_of_different_requests_under_one_key_at_the_same_moment_one_is_done(
    programs: Programs,
) -> None:
    engine = programs.office.engine
    staffed(engine)
    office = programs.of("coordinator")
    posts = [partial(_sent, office, "/items", json={"title": f"并发 {n}"}) for n in range(AT_ONCE)]
    assert await answers_of(posts, "one") == {201: 1, 422: AT_ONCE - 1}
    [ref] = refs((await office.get("/items?scope=open")).json())
    path = f"/items/{ref}/commands/comment"
    posts = [partial(_sent, office, path, json={"text": f"{n}"}) for n in range(AT_ONCE)]
    assert await answers_of(posts, "two") == {200: 1, 422: AT_ONCE - 1}
    evidence = f"/items/{ref}/evidence"
    posts = [
        partial(_sent, office, evidence, files={"file": ("a.txt", f"第{n}次".encode())})
        for n in range(AT_ONCE)
    ]
    assert await answers_of(posts, "three") == {201: 1, 422: AT_ONCE - 1}
    assert kinds(engine, ref) == ["registered", "commented", "evidence_attached"]
    await programs.close()


async def test_the_same_request_sent_at_the_same_moment_gets_one_receipt(
    programs: Programs,
) -> None:
    staffed(programs.office.engine)
    office = programs.of("coordinator")
    key = {"idempotency-key": "same"}
    told = await asyncio.gather(
        *(_sent(office, "/items", key, json={"title": "并发"}) for _ in range(AT_ONCE))
    )
    assert {(one.status_code, one.content) for one in told} == {(201, told[0].content)}
    assert len(refs((await office.get("/items?scope=open")).json())) == 1
    await programs.close()


async def _sent(
    program: httpx.AsyncClient, path: str, key: dict[str, str], **body: Any
) -> httpx.Response:
    return await program.post(path, headers=key, **body)
