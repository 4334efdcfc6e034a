"""The board and ledger: find items, filter, sort, choose columns, take them along."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, RedirectResponse, Response
from sqlalchemy import Connection
from starlette.background import BackgroundTask

from models import policies, suggestions
from models.engine import reading
from models.ledger import Order
from rules.errors import InputError
from rules.vocabulary import rung_name
from tasks import board, board_query, board_views
from tasks.board import MOST_EXPORTED, Board
from tasks.board_export import export
from tasks.board_query import Query
from web import board_page
from web.at_hand import InOffice
from web.frame import framed
from web.routes import board_views as views_router
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing
from web.words import say

router = APIRouter()
router.include_router(views_router.router)

SUFFIXES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@router.api_route("/board", methods=["GET", "HEAD"])
def show(
    request: Request, viewer: Viewing, office: InOffice, after: str = "", before: str = ""
) -> Response:
    """The items that fit, in their order, a page of them."""
    account = viewer.here.account.id
    with reading(office.engine) as connection:
        views = board_views.offered(connection, account, viewer.person)
        choice = board_views.choice(connection, account)
        opens = next((view for view in views if view.id == choice.view_id), None)
        if not request.url.query and opens is not None:
            query = board_query.read(opens.query)
            return RedirectResponse(board_page.address(query, view=str(opens.id)), SEE_OTHER)
        query = board_query.read_pairs(request.query_params.multi_items())
        found, lost = _page(connection, viewer, query, office.clock.now(), after[:80], before[:80])
        told = _told(connection, viewer, query)
    return framed(
        request, viewer, "board/board.html", "board", query=query, board=found, lost=lost,
        columns=board_page.heads_of(choice.columns, query, viewer.lang), views=views,
        every_column=[(one, say(viewer.lang, f"board.c.{one}")) for one in board_views.COLUMNS],
        always=board_views.ALWAYS, opens=choice.view_id,
        view=next((v for v in views if str(v.id) == request.query_params.get("view")), None),
        office=board_views.of_office(viewer.person), address=board_page.address,
        count=board_page.counted(found, viewer.lang), rung_name=rung_name,
        odd=[_label(one, viewer.lang) for one in (*query.odd, *found.odd)], **told,
    )  # fmt: skip


def _page(
    connection: Connection, viewer: Viewer, query: Query, now: Any, after: str, before: str
) -> tuple[Board, bool]:
    """The page, or the first one where the place asked for is none; whether it is."""
    try:
        found = board.page_of(connection, viewer.person, query, now, after=after, before=before)
    except InputError:
        return board.page_of(connection, viewer.person, query, now), True
    if before and not found.rows:
        return board.page_of(connection, viewer.person, query, now), False
    return found, False


def _told(connection: Connection, viewer: Viewer, query: Query) -> dict[str, Any]:
    """The form and the chips."""
    campaigns = policies.campaigns(connection)
    names = [(one.code, f"{one.code} {one.title}") for one in campaigns]
    chosen = query.one("campaign")
    under = next((one for one in campaigns if one.code == chosen), campaigns[0])
    policy = policies.policy(connection, under.policy_id)
    near, far = board_page.filters_of(query, policy, names, viewer.lang)
    return {
        "near": near, "far": far, "units": suggestions.units(connection, closed=True),
        "chips": board_page.chips_of(query, policy, names, viewer.lang),
        "orders": list(Order),
    }  # fmt: skip


def _label(name: str, lang: str) -> str:
    return say(lang, "board.odd_query" if name == "query" else f"board.f.{name}")


@router.post("/board/columns")
async def choose_columns(request: Request, viewer: Acting, office: InOffice) -> Response:
    """Keep which columns the account wants."""
    form = await request.form()
    columns = [str(one) for one in form.getlist("column")][: len(board_views.COLUMNS)]
    account = viewer.here.account.id
    await run_in_threadpool(board_views.keep_columns, office.engine, account, columns)
    query = board_query.read(str(form.get("query", "")))
    return RedirectResponse(board_page.address(query), SEE_OTHER)


@router.get("/board/export.{suffix}")
def take_along(request: Request, viewer: Viewing, office: InOffice, suffix: str) -> Response:
    """Exactly what the board shows under this query, as a file."""
    if suffix not in SUFFIXES:
        raise HTTPException(404)
    query = board_query.read_pairs(request.query_params.multi_items())
    with reading(office.engine) as connection:
        columns = board_views.choice(connection, viewer.here.account.id).columns
    every = (*board_views.COLUMNS, "days", "confidential")
    heads = {one: say(viewer.lang, f"board.c.{one}") for one in every}
    heads["sheet"] = say(viewer.lang, "board.nav")
    heads["cut"] = say(viewer.lang, "board.export_cut", n=f"{MOST_EXPORTED:,}")
    now = office.clock.now()
    folder = tempfile.TemporaryDirectory(prefix="rectiflow-", ignore_cleanup_errors=True)
    try:
        path = Path(folder.name) / f"board-{now:%Y%m%d-%H%M}.{suffix}"
        export(
            office.engine, path, viewer.person, query, columns, heads, viewer.lang, now,
            request.app.state.wall(),
        )  # fmt: skip
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path, media_type=SUFFIXES[suffix], filename=path.name,
        background=BackgroundTask(folder.cleanup),
    )  # fmt: skip
