"""One-purpose links: a page that says what will be done, with one button; only that acts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from rules.errors import Refusal
from rules.vocabulary import name
from tasks import links
from tasks.links import Seen, Standing
from web.at_hand import InOffice, caller_of
from web.pages import language, page, problem
from web.phrases.refusals import reason_of

router = APIRouter()

STATUS = {
    Standing.EXPIRED: HTTPStatus.GONE,
    Standing.MOVED_ON: HTTPStatus.CONFLICT,
    Standing.LEFT: HTTPStatus.GONE,
    Standing.UNSEATED: HTTPStatus.FORBIDDEN,
    Standing.REFUSED: HTTPStatus.CONFLICT,
    Standing.FORGED: HTTPStatus.NOT_FOUND,
}
"""How a link that cannot be used is answered."""

IN_OUR_WORDS = {"RequireRunningClock": "on_hold", "RequireUnconfirmedAct": "confirmed"}
"""Refusals that are to be expected, and what the pages say of them; others speak for themselves."""


@router.api_route("/l/{token}", methods=["GET", "HEAD"])
def show(request: Request, token: str, office: InOffice) -> Response:
    """What the link would do. Nothing is done: mail programs and scanners look, too."""
    return _told(request, links.look(office, token), links.form_token(office.settings, token))


@router.post("/l/{token}")
def act(
    request: Request, token: str, office: InOffice, form: Annotated[str, Form()] = ""
) -> Response:
    """Do it, once. A repetition is shown the first receipt."""
    elsewhere = request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if elsewhere or not links.form_is_ours(office.settings, token, form):
        return problem(request, HTTPStatus.FORBIDDEN, "form")
    return _told(request, links.use(office, token), form)


def _told(request: Request, seen: Seen, form: str) -> Response:
    lang = language(request, seen.reader.lang if seen.reader else "")
    if seen.standing is Standing.FORGED and not request.app.state.forged.may_try(
        caller_of(request)
    ):
        return problem(request, HTTPStatus.TOO_MANY_REQUESTS, "many", lang=lang)
    if seen.standing in (Standing.READY, Standing.DONE):
        return page(request, "link.html", lang=lang, seen=seen, form=form)
    key, values = _why_not(seen, lang)
    return problem(request, STATUS[seen.standing], key, lang=lang, **values)


def _why_not(seen: Seen, lang: str) -> tuple[str, dict[str, str]]:
    """What is said of a link that cannot be used, and what is filled in there."""
    match seen.standing, seen.refusal:
        case Standing.MOVED_ON, _:
            return "moved_on", {"ref": seen.ref, "stage": name(seen.stage, lang)}
        case Standing.UNSEATED, _:
            return "unseated", {"ref": seen.ref}
        case Standing.REFUSED, None:
            return "busy", {}
        case Standing.REFUSED, Refusal(rule=rule) if rule in IN_OUR_WORDS:
            return IN_OUR_WORDS[rule], {}
        case Standing.REFUSED, Refusal() as refusal:
            return "refused", {"reason": reason_of(refusal, lang)}
    return seen.standing.value, {}
