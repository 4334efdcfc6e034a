"""Approvals: what waits for somebody's decision, as a queue, and one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from models.engine import reading
from rules.vocabulary import Role
from rules.waiting import ANSWERS, Matter
from rules.wording import act_name
from tasks import approvals
from web import approval_page, deeds
from web.at_hand import InOffice
from web.deeds import form_of
from web.frame import framed
from web.item_forms import Tried
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing
from web.waiting import as_what
from web.words import say

router = APIRouter(prefix="/approvals")

SHOWN = 50
"""Items of one page of the queue."""

DECISIONS = frozenset(command for answers in ANSWERS.values() for command in answers)

OF_ROLE: Mapping[Role, tuple[Matter, ...]] = {
    Role.SUPERVISOR: (Matter.CLOSURE, Matter.EXTENSION, Matter.HOLD, Matter.VERIFICATION),
    Role.COORDINATOR: (Matter.EXTENSION, Matter.HOLD),
    Role.VERIFIER: (Matter.VERIFICATION,),
}
"""What may wait for somebody with this role."""


@router.api_route("", methods=["GET", "HEAD"])
def queue(
    request: Request, viewer: Viewing, office: InOffice, kind: str = "", cursor: str = "",
    done: str = "", of: str = "",
) -> Response:  # fmt: skip
    """The queue, what hurts most in front."""
    only = _only(kind)
    with reading(office.engine) as connection:
        page = approvals.queue_of(
            connection, viewer.person, office.clock.now(), SHOWN, cursor or None, only
        )
    return framed(
        request, viewer, "approvals/queue.html", "approvals", page=page, kind=kind,
        tabs=_tabs(viewer), part=as_what(viewer.person), paged=bool(cursor), done=_done(done, of),
        act_name=act_name, in_bulk=any(one.in_bulk for one in page.entries),
    )  # fmt: skip


@router.api_route("/{ref}", methods=["GET", "HEAD"])
def one(
    request: Request, viewer: Viewing, office: InOffice, ref: str, kind: str = "",
    done: str = "", of: str = "",
) -> Response:  # fmt: skip
    """One item: what was asked, what was shown, and the decision."""
    return approval_page.shown(request, viewer, office, ref, _only(kind), done=_done(done, of))


@router.post("/{ref}/do/{command}")
async def decide(
    request: Request, viewer: Acting, office: InOffice, ref: str, command: str
) -> Response:
    """Decide, once, on the item as it was seen; the next one follows by itself."""
    if command not in DECISIONS:
        raise HTTPException(404)
    form = await form_of(request)
    return await run_in_threadpool(_decide, request, viewer, office, ref, command, form)


def _decide(
    request: Request, viewer: Viewer, office: InOffice, ref: str, command: str,
    form: Mapping[str, str],
) -> Response:  # fmt: skip
    only, now = _only(form.get("kind", "")), office.clock.now()
    with reading(office.engine) as connection:
        place = approvals.place_of(connection, ref, viewer.person, now)
    tried = _unconfirmed(viewer, command, form) or deeds.do(viewer, office, ref, command, form)
    if tried is not None:
        return approval_page.shown(request, viewer, office, ref, only, tried=tried, status=409)
    with reading(office.engine) as connection:
        _, following = approvals.beside(connection, viewer.person, now, place, only)
        following = following or approvals.first(connection, viewer.person, now, only)
    told = {"done": command, "of": ref, "kind": form.get("kind", "")}
    query = urlencode({name: value for name, value in told.items() if value})
    where = f"/approvals/{following}" if following else "/approvals"
    return RedirectResponse(f"{where}?{query}", SEE_OTHER)


def _unconfirmed(viewer: Viewer, command: str, form: Mapping[str, str]) -> Tried | None:
    """Striking off is meant: every line of the checklist is ticked, or the one that stands for it.

    The lines are asked for by the rules; where a policy has none, the page asks.
    """
    if command != "approve" or form.get("sure") or "f.checked" in form:
        return None
    return Tried(command, deeds.values_in(form), say(viewer.lang, "approvals.tick"))


def _only(kind: str) -> Sequence[Matter]:
    """What is looked at: one kind of matter, or all of them."""
    known = tuple(matter for matter in Matter if matter.value == kind)
    return known or tuple(Matter)


def _tabs(viewer: Viewer) -> list[Matter]:
    held = {role for role, _ in viewer.person.roles}
    theirs = {matter for role in held for matter in OF_ROLE.get(role, ())}
    return [matter for matter in Matter if matter in theirs]


def _done(done: str, of: str) -> tuple[str, str]:
    """What was decided a moment ago, of which item; told as it was asked, so only if it is ours."""
    short = len(of) <= 32 and of.replace("-", "").replace("_", "").isalnum()
    return (done, of) if done in DECISIONS and short else ("", "")
