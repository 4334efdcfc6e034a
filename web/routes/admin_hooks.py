"""Webhooks and channels: who is told besides by mail, what was given up, and a try of each."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from config.channels import read_channels
from models import admin_mails, contacts, webhooks
from models.admin_mails import PAGE
from models.engine import reading
from rules.errors import RectiflowError
from tasks.admin import posts
from web.admin_desk import EMPTY, Administering, Changing, Desk, go, status_of, wrong
from web.admin_desk import Form as Typed
from web.phrases.refusals import told

router = APIRouter(prefix="/admin/hooks")


@router.api_route("", methods=["GET", "HEAD"])
def listed(desk: Administering, before: int = 0) -> Response:
    """The receivers, the channels, and the calls that were given up."""
    return _list(desk, before)


@router.post("/{name}/{deed}")
def do(desk: Changing, name: str, deed: str) -> Response:
    """Make the calls again that were given up; call again who rested; try one call."""
    try:
        match deed:
            case "replay":
                posts.replay_calls(desk.admin, name)
            case "resume":
                posts.resume_hook(desk.admin, name)
            case "test":
                posts.try_hook(desk.admin, desk.office, name)
            case "channel":
                posts.try_channel(desk.admin, desk.office, name)
            case _:
                raise HTTPException(404)
    except RectiflowError as error:
        return _list(desk, 0, wrong(error, {}, desk.lang), status_of(error))
    return go("/admin/hooks", "reached" if deed in ("test", "channel") else deed)


def _list(desk: Desk, before: int, form: Typed = EMPTY, status: int = 200) -> Response:
    fault = ""
    try:
        known = sorted(read_channels(desk.office.settings))
    except RectiflowError as error:
        known, fault = [], told(error, desk.lang)
    with reading(desk.office.engine) as connection:
        hooks = webhooks.listing(connection)
        calls = admin_mails.dead_calls(connection, before or None)
        reached = contacts.listing(connection)
    names = dict.fromkeys([*known, *(one.channel for one in reached)])
    channels = [(name, name in known, sum(one.channel == name for one in reached))
                for name in names]  # fmt: skip
    more = f"/admin/hooks?before={calls[PAGE - 1].id}" if len(calls) > PAGE else ""
    return desk.page(
        "hooks.html", "hooks", status=status, hooks=hooks, calls=calls[:PAGE], channels=channels,
        fault=fault, form=form, more_page=more,
    )  # fmt: skip
