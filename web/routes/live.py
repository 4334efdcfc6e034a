"""Live updates: that something has changed, told to pages that are open (server-sent events).

Nothing is told but references of items that the listener may see. A stream does not keep its
session alive, and ends with it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import NamedTuple

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse

from models import news
from models.engine import reading
from models.items import Loaded
from rules.item import PersonFact
from tasks import signing_in, visible
from tasks.office import Office
from web.at_hand import InOffice
from web.live import MOST_NEWS, Listener, Live
from web.viewer import SignInFirst, token_of, viewer_of

router = APIRouter()

HEARTBEAT_SECONDS = 15.0
"""Proxies end what is silent; and so often it is asked whether the session is still good."""
RETRY_MILLISECONDS = 5000
MOST_REFS = 50
"""References told at once; a page with a list needs no more to know that it is old."""

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Ear(NamedTuple):
    """Who listens, and to what: one item, or everything that they may see."""

    office: Office
    token: str
    request: Request
    item: Loaded | None
    seen: int
    """The item's version, or the newest event, that the page knows; 0 when it does not say."""


@router.get("/live")
async def live(request: Request, office: InOffice, item: str = "", seen: int = 0) -> Response:
    """The stream of a page that shows an item, or a list; nothing for who is not signed in.

    An answer without content tells browsers not to ask again.
    """
    try:
        viewer = await run_in_threadpool(viewer_of, request, office)
    except SignInFirst:
        return Response(status_code=204)
    shown = await run_in_threadpool(_shown, office, item, viewer.person) if item else None
    told = request.headers.get("last-event-id", "")
    seen = int(told) if shown is None and told.isdecimal() and len(told) < 19 else seen
    ear = Ear(office, token_of(request), request, shown, seen)
    hub: Live = request.app.state.live
    return StreamingResponse(
        _stream(hub, ear, viewer.here.session.id), media_type="text/event-stream", headers=HEADERS
    )


async def _stream(hub: Live, ear: Ear, session: int) -> AsyncIterator[str]:
    with hub.listening(session) as listener:
        if listener is None:
            yield _event("full", {}, hub.place)
            return
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        await hub.ready()
        if missed := await run_in_threadpool(_missed, ear):
            yield _event("changed", missed, hub.place)
        else:
            yield _event("hello", {}, hub.place)
        async for each in _listened(hub, ear, listener):
            yield each


async def _listened(hub: Live, ear: Ear, listener: Listener) -> AsyncIterator[str]:
    """What the listener hears until the session or the server ends."""
    while not hub.stopped:
        try:
            await asyncio.wait_for(listener.woken.wait(), HEARTBEAT_SECONDS)
        except TimeoutError:
            if await run_in_threadpool(_person, ear) is None:
                break
            yield ": here\n\n"
            continue
        changed, everything = listener.take()
        if ear.item is not None and ear.item.item.id not in changed and not everything:
            continue
        person = await run_in_threadpool(_person, ear)
        if person is None:
            break
        told = await run_in_threadpool(_told, ear, person, changed, everything)
        if told and not hub.stopped:
            yield _event("changed", told, hub.place)
    if not hub.stopped:
        yield _event("over", {}, hub.place)


def _shown(office: Office, ref: str, person: PersonFact) -> Loaded:
    with reading(office.engine) as connection:
        return visible.item(connection, ref, person)


def _person(ear: Ear) -> PersonFact | None:
    """The listener with the duties of this moment; None once the session is over."""
    at = ear.request.app.state.wall()
    here = signing_in.present(ear.office.engine, ear.token, at, use=False)
    return None if here is None else here.person


def _missed(ear: Ear) -> dict[str, object]:
    """What has changed since the page was made, or heard the last."""
    if ear.item is not None:
        item = ear.item.item
        return {"refs": [item.ref]} if ear.seen and item.version > ear.seen else {}
    person = _person(ear) if ear.seen > 0 else None
    if person is None:
        return {}
    with reading(ear.office.engine) as connection:
        found = news.since(connection, ear.seen, MOST_NEWS)
    return _told(ear, person, {one.item_id for one in found}, len(found) >= MOST_NEWS)


def _told(ear: Ear, person: PersonFact, changed: set[int], everything: bool) -> dict[str, object]:
    """What this listener is told of the items that have changed; empty for nothing."""
    ids = sorted(changed) if ear.item is None else [ear.item.item.id]
    with reading(ear.office.engine) as connection:
        seen = visible.only_visible(connection, ids[:MOST_NEWS], person)
        refs = news.refs(connection, sorted(seen)[:MOST_REFS])
    if not refs:
        return {"refs": [], "more": True} if everything and ear.item is None else {}
    return {"refs": refs, "more": everything or len(seen) > MOST_REFS}


def _event(kind: str, data: dict[str, object], place: int) -> str:
    return f"id: {place}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
