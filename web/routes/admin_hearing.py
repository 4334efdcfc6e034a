"""Somebody's absences and ways to hear, entered for them by an administrator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from models.engine import reading
from tasks.admin import hearing
from tasks.hearing import today
from web.admin_desk import EMPTY, Changing, Desk, go
from web.deeds import form_of
from web.hearing import DONE, leave_in, tried, ways_in
from web.routes.admin_people import sheet

router = APIRouter(prefix="/admin/people")


@router.post("/{code:path}/notices/{deed}")
async def do(request: Request, desk: Changing, code: str, deed: str) -> Response:
    """Enter, change or end an absence; let them hear in other ways."""
    return await run_in_threadpool(_do, desk, code, deed, await form_of(request))


def _do(desk: Desk, code: str, deed: str, form: Mapping[str, str]) -> Response:
    with reading(desk.office.engine) as connection:
        on = today(connection, desk.office.clock.now())
    given, was = leave_in(form)
    deeds: Mapping[str, Callable[[], None]] = {
        "away": lambda: hearing.go_away(desk.admin, code, given, on, was),
        "back": lambda: hearing.come_back(desk.admin, code, on, was),
        "ways": lambda: hearing.hear(desk.admin, code, ways_in(form)),
    }
    if deed not in deeds:
        raise HTTPException(404)
    typed, status = tried(deeds[deed], form, desk.lang)
    if status:
        leave, ways = (EMPTY, typed) if deed == "ways" else (typed, EMPTY)
        return sheet(desk, code, status=status, leave=leave, ways=ways)
    return go(f"/admin/people/{quote(code)}", DONE[deed])
