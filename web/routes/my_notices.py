"""My notices: in which way I hear of what, and who hears for me while I am away."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from models import deliveries
from models.engine import reading, writing
from tasks import hearing
from tasks.office import Office
from web.admin_desk import EMPTY
from web.admin_desk import Form as Typed
from web.at_hand import InOffice
from web.deeds import form_of
from web.frame import framed
from web.hearing import DONE, day_in, leave_in, shown, tried, ways_in
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing

router = APIRouter(prefix="/me/notices")


@router.api_route("", methods=["GET", "HEAD"])
def mine(request: Request, viewer: Viewing, office: InOffice, done: str = "") -> Response:
    """When I am away, and how I hear."""
    return _page(request, viewer, office, done=done if done in DONE.values() else "")


@router.post("/away")
async def go_away(request: Request, viewer: Acting, office: InOffice) -> Response:
    """Enter an absence of mine, or change it."""
    return await run_in_threadpool(_go_away, request, viewer, office, await form_of(request))


def _go_away(request: Request, viewer: Viewer, office: Office, form: Mapping[str, str]) -> Response:
    given, was = leave_in(form)

    def deed() -> None:
        with writing(office.engine) as connection:
            on = hearing.today(connection, office.clock.now())
            hearing.go_away(connection, viewer.person, given, on, was)

    typed, status = tried(deed, form, viewer.lang)
    if status:
        return _page(request, viewer, office, leave=typed, status=status)
    return RedirectResponse("/me/notices?done=away", SEE_OTHER)


@router.post("/back")
async def come_back(request: Request, viewer: Acting, office: InOffice) -> Response:
    """End an absence of mine."""
    return await run_in_threadpool(_come_back, viewer, office, await form_of(request))


def _come_back(viewer: Viewer, office: Office, form: Mapping[str, str]) -> Response:
    was = day_in(form)
    with writing(office.engine) as connection:
        on = hearing.today(connection, office.clock.now())
        hearing.come_back(connection, viewer.person.id, on, was)
    return RedirectResponse("/me/notices?done=back", SEE_OTHER)


@router.post("/ways")
async def hear(request: Request, viewer: Acting, office: InOffice) -> Response:
    """Hear in these ways, and in this language, from now on."""
    return await run_in_threadpool(_hear, request, viewer, office, await form_of(request))


def _hear(request: Request, viewer: Viewer, office: Office, form: Mapping[str, str]) -> Response:
    def deed() -> None:
        with writing(office.engine) as connection:
            hearing.hear(connection, viewer.person.id, ways_in(form))
            if "lang" in form:
                hearing.write_in(connection, viewer.person.id, form["lang"])

    typed, status = tried(deed, form, viewer.lang)
    if status:
        return _page(request, viewer, office, ways=typed, status=status)
    return RedirectResponse("/me/notices?done=saved", SEE_OTHER)


def _page(
    request: Request, viewer: Viewer, office: Office, *, leave: Typed = EMPTY,
    ways: Typed = EMPTY, done: str = "", status: int = 200,
) -> Response:  # fmt: skip
    who = viewer.person.id
    with reading(office.engine) as connection:
        found = shown(connection, who, hearing.today(connection, office.clock.now()))
        lang = deliveries.addressees(connection, [who])[who].lang
    return framed(
        request, viewer, "my_notices.html", "me", status=status, hearing=found, mail_lang=lang,
        leave_form=leave, ways_form=ways, none_typed=EMPTY, done=done,
    )  # fmt: skip
