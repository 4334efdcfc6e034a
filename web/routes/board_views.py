"""Saved views of the board: saved, renamed, shared, opened on, deleted."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from models.engine import reading
from rules.errors import InputError, NotFound
from tasks import board_query, board_views
from web import board_page
from web.at_hand import InOffice
from web.frame import framed
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing

router = APIRouter(prefix="/board/views")


@router.api_route("", methods=["GET", "HEAD"])
def views(request: Request, viewer: Viewing, office: InOffice, done: str = "") -> Response:
    """One's own views, and those that others share."""
    return _shown(request, viewer, office, saved=done == "saved")


@router.post("")
async def save(request: Request, viewer: Acting, office: InOffice) -> Response:
    """Save the board as it is under a name."""
    form = await request.form()
    query = str(form.get("query", ""))[: board_query.LONGEST_QUERY]
    try:
        made = await run_in_threadpool(
            board_views.save, office.engine, viewer.here.account.id, viewer.person,
            str(form.get("name", "")), query, shared="shared" in form, opens="opens" in form,
            at=request.app.state.wall(),
        )  # fmt: skip
    except NotFound:
        raise
    except InputError as error:
        return await run_in_threadpool(_shown, request, viewer, office, error=error)
    return RedirectResponse(board_page.address(board_query.read(query), view=str(made)), SEE_OTHER)


@router.post("/{view_id:int}")
async def change(request: Request, viewer: Acting, office: InOffice, view_id: int) -> Response:
    """Give a view of one's own another name, share it or no longer."""
    form = await request.form()
    try:
        await run_in_threadpool(
            board_views.change, office.engine, viewer.here.account.id, viewer.person, view_id,
            str(form.get("name", "")), shared="shared" in form, at=request.app.state.wall(),
        )  # fmt: skip
    except NotFound:
        raise
    except InputError as error:
        return await run_in_threadpool(_shown, request, viewer, office, error=error)
    return RedirectResponse("/board/views?done=saved", SEE_OTHER)


@router.post("/{view_id:int}/delete")
def delete(viewer: Acting, office: InOffice, view_id: int) -> Response:
    """Delete a view of one's own."""
    board_views.delete(office.engine, viewer.here.account.id, view_id)
    return RedirectResponse("/board/views", SEE_OTHER)


@router.post("/{view_id:int}/open")
def open_on(viewer: Acting, office: InOffice, view_id: int) -> Response:
    """The board opens on this view from now on; 0: as usual."""
    account = viewer.here.account.id
    board_views.open_on(office.engine, account, viewer.person, view_id or None)
    return RedirectResponse("/board/views?done=saved", SEE_OTHER)


def _shown(
    request: Request, viewer: Viewer, office: InOffice, *,
    saved: bool = False, error: InputError | None = None,
) -> Response:  # fmt: skip
    account = viewer.here.account.id
    with reading(office.engine) as connection:
        found = board_views.offered(connection, account, viewer.person)
        opens = board_views.choice(connection, account).view_id
    return framed(
        request, viewer, "board/views.html", "board", status=400 if error else 200, views=found,
        opens=opens, saved=saved, said=f"board.view_bad.{error.where}" if error else "",
        office=board_views.of_office(viewer.person),
        addresses={
            view.id: board_page.address(board_query.read(view.query), view=str(view.id))
            for view in found
        },
    )  # fmt: skip
