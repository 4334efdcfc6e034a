"""Overview for leaders: a campaign in figures and pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from rules.figures import AGES
from rules.overview import FEW, PERIODS
from tasks.overview import Asked, Overview, overview_of
from tasks.recounting import Recounter
from web.at_hand import InOffice
from web.frame import framed
from web.overview_files import KINDS, written
from web.overview_links import Links
from web.overview_table import Value
from web.overview_tables import tables
from web.pages import problem
from web.viewer import Viewer, Viewing

router = APIRouter()


def asked_for(campaign: str = "", unit: str = "", period: str = "") -> Asked:
    """What the address asks for."""
    return Asked(campaign[:64], unit[:64], period[:32])


InAddress = Annotated[Asked, Depends(asked_for)]


@router.get("/overview")
def overview(request: Request, viewer: Viewing, office: InOffice, asked: InAddress) -> Response:
    """The figures of a unit and what lies below it, to look at and to print."""
    found = _found(request, viewer, office, asked)
    if found is None:
        return framed(request, viewer, "overview_nobody.html", "overview", status=403)
    here: dict[str, Any] = {"overview": found, "periods": PERIODS, "zone": found.policy.zone}
    if found.tally is None:
        return framed(request, viewer, "overview_counting.html", "overview", **here)
    links = Links(found)
    group = found.tally.group(found.period.label)
    return framed(
        request, viewer, "overview.html", "overview", **here, links=links, few=FEW,
        figures=group.figures, now=found.tally.whole["now"], tables=tables(found, viewer.lang),
        tiles=_tiles(found, links), ladder=found.policy.ladder, ages=AGES,
    )  # fmt: skip


@router.get("/overview/state")
def state(request: Request, viewer: Viewing, office: InOffice, asked: InAddress) -> Response:
    """As of when the figures are, for a page that waits for newer ones; null before there are
    any."""
    found = _found(request, viewer, office, asked)
    return JSONResponse({"as_of": found and found.stamp}, 200 if found else 403)


@router.get("/overview/tables.{kind}")
def download(
    request: Request, viewer: Viewing, office: InOffice, asked: InAddress, kind: str,
    table: str = "",
) -> Response:  # fmt: skip
    """The tables as a workbook, or as one text with commas."""
    found = _found(request, viewer, office, asked)
    if found is None:
        return framed(request, viewer, "overview_nobody.html", "overview", status=403)
    if kind not in KINDS:
        return problem(request, 404, lang=viewer.lang)
    if found.tally is None:
        return problem(request, 503, lang=viewer.lang)
    wanted = tables(found, viewer.lang)
    if table:
        wanted = {key: each for key, each in wanted.items() if key == table}
    content = written(kind, found, wanted, viewer.lang)
    name = f"overview-{found.campaign.code}-{found.period.last}.{kind}"
    headers = {"content-disposition": f'attachment; filename="{_plain(name)}"'}
    return Response(content, media_type=KINDS[kind], headers=headers)


def _found(request: Request, viewer: Viewer, office: InOffice, asked: Asked) -> Overview | None:
    """The overview; what is out of date is counted again behind it."""
    found = overview_of(office, viewer.person, asked, request.app.state.wall())
    if found is not None and found.outdated:
        recounter(request, office).ask(found.campaign.id, found.outdated)
    return found


def recounter(request: Request, office: InOffice) -> Recounter:
    """The one that counts for this application."""
    state = request.app.state
    if not hasattr(state, "recounter"):
        # Two at the same moment would do no harm: a count is claimed in the database.
        state.recounter = Recounter(office, state.wall)
    made: Recounter = state.recounter
    return made


def _tiles(found: Overview, links: Links) -> list[dict[str, Any]]:
    """The head figures: key, number, where it leads, and what it is made of."""
    assert found.tally is not None
    now = found.tally.whole["now"]
    group = found.tally.group(found.period.label)
    tiles: list[dict[str, Any]] = [
        _tile("open", now["open"], links.now("open")),
        _tile("overdue_in_force", now["overdue_in_force"], links.now("overdue_in_force")),
        _tile("overdue", now["overdue"], links.now("overdue")),
        _tile("yellow", now["yellow"], links.now("yellow")),
        _tile("escalated", sum(now[f"rung{level}"] for level in range(1, 5)), ""),
        _tile("waiting", now["to_verify"] + now["to_close"], ""),
        _tile("on_hold", now["on_hold"], links.now("on_hold")),
        _tile("closed", group.numbers["closed"], links.closed()),
    ]
    by_key = {tile["key"]: tile for tile in tiles}
    by_key["escalated"]["made_of"] = [
        (rung.act, Value(now[f"rung{level}"], links.now(f"rung{level}")))
        for level, rung in enumerate(found.policy.ladder, 1)
    ]
    by_key["waiting"]["made_of"] = [
        (f"overview.{key}", Value(now[key], links.now(key))) for key in ("to_verify", "to_close")
    ]
    return tiles


def _tile(key: str, number: int, href: str) -> dict[str, Any]:
    return {"key": key, "value": Value(number, href), "made_of": []}


def _plain(name: str) -> str:
    """A file name that every header can carry."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "_" for c in name)
