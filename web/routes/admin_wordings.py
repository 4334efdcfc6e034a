"""The wording of a notice, put in the place of ours: written, tried, kept, taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import HTMLResponse, Response

from models import wordings
from models.engine import reading
from notifications.context import LANGUAGES
from notifications.gathered import GATHERED, GATHERED_VARIABLES
from notifications.own_words import LONGEST, PARTS, Mistake, Wording
from notifications.view import VARIABLES
from rules.errors import InputError, NotFound, RectiflowError
from tasks.admin import wordings as deeds
from web.admin_desk import EMPTY, Administering, Changing, Desk, go, status_of, wrong
from web.admin_desk import Form as Typed
from web.routes.admin_templates import CAGE

router = APIRouter(prefix="/admin/templates/notices/{kind}/{lang}/wording")

Text = Annotated[str, Form(max_length=LONGEST + 1)]


@router.api_route("", methods=["GET", "HEAD"])
def show(desk: Administering, kind: str, lang: str, version: int = 0) -> Response:
    """The wording in force, to be changed; or an earlier version of it."""
    with reading(desk.office.engine) as connection:
        known = wordings.versions(connection, kind, lang)
    chosen = next((one for one in known if one.own and version in (0, one.id)), None)
    if version == 0 and known and not known[0].own:
        chosen = None
    if chosen is None:
        _require(kind, lang)
        return _sheet(desk, kind, lang, deeds.house(kind, lang, _folder(desk)))
    return _sheet(desk, kind, lang, Wording(chosen.subject, chosen.text, chosen.html))


@router.post("/try")
def try_out(
    desk: Changing, kind: str, lang: str, subject: Text = "", text: Text = "", html: Text = ""
) -> Response:
    """What is wrong with it, or how it reads; nothing is kept."""
    return _tried(desk, kind, lang, _sent(subject, text, html))


@router.post("/frame")
def frame(
    desk: Changing, kind: str, lang: str, subject: Text = "", text: Text = "", html: Text = ""
) -> Response:
    """How the HTML part reads, alone and caged; empty where the wording cannot be used."""
    _require(kind, lang)
    try:
        rendered, _ = deeds.tried(kind, lang, _sent(subject, text, html), _folder(desk))
    except InputError:
        return HTMLResponse("", 400, headers=CAGE)
    return HTMLResponse(rendered.html, headers=CAGE)


@router.post("")
def put(
    desk: Changing, kind: str, lang: str, subject: Text = "", text: Text = "", html: Text = ""
) -> Response:
    """Put it in force, if it can be used."""
    wording = _sent(subject, text, html)
    try:
        deeds.put(desk.admin, kind, lang, wording, _folder(desk))
    except NotFound:
        raise HTTPException(404) from None
    except InputError:
        return _tried(desk, kind, lang, wording)
    except RectiflowError as error:
        form = wrong(error, {}, desk.lang)
        return _sheet(desk, kind, lang, wording, form=form, status=status_of(error))
    return go(f"/admin/templates/notices/{kind}/{lang}", "worded")


@router.post("/drop")
def drop(desk: Changing, kind: str, lang: str) -> Response:
    """Use the built-in wording again."""
    _require(kind, lang)
    deeds.drop(desk.admin, kind, lang)
    return go(f"/admin/templates/notices/{kind}/{lang}", "unworded")


def _require(kind: str, lang: str) -> None:
    try:
        deeds.require_known(kind, lang)
    except NotFound:
        raise HTTPException(404) from None


def _folder(desk: Desk) -> Path | None:
    folder = desk.office.settings.home / "templates"
    return folder if folder.is_dir() else None


def _sent(subject: str, text: str, html: str) -> Wording:
    """What browsers send has line ends of its own."""
    return Wording(*(part.replace("\r\n", "\n") for part in (subject, text, html)))


def _tried(desk: Desk, kind: str, lang: str, wording: Wording) -> Response:
    _require(kind, lang)
    found = deeds.wrong(kind, lang, wording, _folder(desk))
    seen = None if found else deeds.tried(kind, lang, wording, _folder(desk))
    status = 400 if found else 200
    return _sheet(desk, kind, lang, wording, mistakes=found, seen=seen, status=status)


def _sheet(
    desk: Desk, kind: str, lang: str, wording: Wording, *, form: Typed = EMPTY,
    mistakes: list[Mistake] | None = None, seen: object = None, status: int = 200,
) -> Response:  # fmt: skip
    _require(kind, lang)
    with reading(desk.office.engine) as connection:
        known = wordings.versions(connection, kind, lang)
    names = GATHERED_VARIABLES if kind in GATHERED else VARIABLES
    return desk.page(
        "wording.html", "templates", status=status, kind=kind, of=lang, form=form,
        parts=list(zip(("subject", "text", "html"), PARTS, wording, strict=True)),
        mistakes=mistakes or [], seen=seen, versions=known, languages=LANGUAGES,
        names=sorted(names), longest=LONGEST, own=bool(known and known[0].own),
    )  # fmt: skip
