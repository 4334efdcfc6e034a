"""Templates: each notice as it reads, each paper as it is drawn up; an office's own papers."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from notifications.context import KINDS, LANGUAGES
from notifications.gathered import GATHERED
from notifications.preview import preview_gathered, preview_notice
from notifications.render import Rendered
from rules.errors import NotFound, RectiflowError
from tasks.admin import papers
from tasks.letters import worded
from tasks.own_words import words_of
from tasks.paper_numbers import NAMES
from web.admin_desk import EMPTY, Administering, Changing, Desk, go, status_of, wrong
from web.admin_desk import Form as Typed

router = APIRouter(prefix="/admin/templates")

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

CAGE = {
    # What is shown in the frame runs nothing, loads nothing, and sends nothing anywhere.
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
    "x-frame-options": "SAMEORIGIN",
}
"""Headers of a mail's HTML part in a frame of ours."""


@router.api_route("", methods=["GET", "HEAD"])
def listed(desk: Administering) -> Response:
    """Every notice and every paper."""
    return _list(desk)


@router.api_route("/notices/{kind}/{lang}", methods=["GET", "HEAD"])
def notice(desk: Administering, kind: str, lang: str) -> Response:
    """A notice with invented words in it, as text, and as HTML in a frame."""
    rendered, faulty = _rendered(desk, kind, lang)
    return desk.page(
        "notice.html", "templates", kind=kind, of=lang, rendered=rendered, faulty=faulty,
        languages=LANGUAGES,
    )  # fmt: skip


@router.api_route("/notices/{kind}/{lang}/frame", methods=["GET", "HEAD"])
def frame(desk: Administering, kind: str, lang: str) -> Response:
    """The HTML part of a notice alone."""
    return HTMLResponse(_rendered(desk, kind, lang)[0].html, headers=CAGE)


@router.api_route("/papers/{name}", methods=["GET", "HEAD"])
def paper(desk: Administering, name: str) -> Response:
    """A paper with invented words in it, to be saved."""
    try:
        made = papers.preview(desk.office.settings, name)
    except NotFound:
        raise HTTPException(404) from None
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(made, media_type=DOCX, headers=headers)


@router.post("/papers/{name}")
async def put(desk: Changing, name: str, file: UploadFile | None = None) -> Response:
    """Put an own template in place, if it can be used."""
    content = await file.read() if file is not None else b""
    return await run_in_threadpool(_put, desk, name, content)


@router.post("/papers/{name}/drop")
def drop(desk: Changing, name: str) -> Response:
    """Use ours again."""
    try:
        papers.drop(desk.admin, desk.office.settings, name, desk.admin.at)
    except RectiflowError as error:
        return _list(desk, name, wrong(error, {}, desk.lang), status_of(error))
    return go("/admin/templates", "dropped")


def _put(desk: Desk, name: str, content: bytes) -> Response:
    try:
        papers.put(desk.admin, desk.office.settings, name, content, desk.admin.at)
    except RectiflowError as error:
        return _list(desk, name, wrong(error, {}, desk.lang), status_of(error))
    return go("/admin/templates", "put")


def _list(desk: Desk, name: str = "", form: Typed = EMPTY, status: int = 200) -> Response:
    lines, others, variables = papers.listed(desk.office.settings)
    return desk.page(
        "templates.html", "templates", status=status, kinds=(*KINDS, *GATHERED),
        languages=LANGUAGES, lines=lines, others=others, variables=variables, names=NAMES,
        tried=name, form=form,
    )  # fmt: skip


def _rendered(desk: Desk, kind: str, lang: str) -> tuple[Rendered, bool]:
    """A notice as mails have it now, and whether the office's own wording cannot be used."""
    if lang not in LANGUAGES or kind not in (*KINDS, *GATHERED):
        raise HTTPException(404)
    words = words_of(desk.office)
    notice = preview_gathered(kind, lang) if kind in GATHERED else preview_notice(kind, lang)
    return worded(notice, words), bool(words.faults)
