"""A command that somebody gives from a page: read from their form, done once, or told why not."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fastapi import HTTPException, Request

from models.engine import reading
from rules.commands import COMMANDS, SYSTEM_COMMANDS, parse
from rules.errors import Conflict, InputError, KeyReused, RectiflowError, Refused
from tasks import visible
from tasks.act import act
from tasks.office import Office
from tasks.seen import version_for
from tasks.sheet import NOT_BY_FORM
from web.item_forms import Tried, label_of
from web.phrases.refusals import told
from web.viewer import Viewer
from web.words import say

KEY = re.compile(r"[0-9a-f]{32}")
"""What a form brings along so that it is done once."""


async def form_of(request: Request) -> dict[str, str]:
    """What the form says; what was ticked under one name stands in one text, with commas."""
    sent = await request.form()
    return {name: ",".join(str(value) for value in sent.getlist(name)) for name in sent}


def values_in(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of the command: what was left empty was not given."""
    return {
        name.removeprefix("f."): text
        for name, text in form.items()
        if name.startswith("f.") and text.strip()
    }


def given_by_form(command: str) -> bool:
    """Whether people give this command by a form of an item."""
    return command in COMMANDS and command not in SYSTEM_COMMANDS | NOT_BY_FORM


def do(
    viewer: Viewer, office: Office, ref: str, command: str, form: Mapping[str, str]
) -> Tried | None:
    """Carry out a command, once, on the item as the reader saw it; what was refused, if it was.

    Raises:
        HTTPException: there is no such command, or the form is none of ours.
        NotFound: there is no such item, as far as the reader is concerned.
    """
    if not given_by_form(command):
        raise HTTPException(404)
    key, seen = form.get("key", ""), form.get("version", "")
    if not KEY.fullmatch(key) or not seen.isdecimal() or len(seen) > 9:
        raise HTTPException(400)
    values = values_in(form)
    with reading(office.engine) as connection:
        # Nobody learns from a refusal that an item is there which they may not see.
        loaded = visible.item(connection, ref, viewer.person)
        version = version_for(connection, loaded.item, int(seen))
    try:
        act(
            office.engine, ref, parse(command, values), viewer.person, office.clock.now(),
            key=f"web/{viewer.here.account.id}/{key}", version=version,
        )  # fmt: skip
    except (Refused, InputError) as error:
        return Tried(command, values, why_not(error, viewer.lang))
    return None


def why_not(error: RectiflowError, lang: str) -> str:
    """Why it was not done, in the reader's language."""
    if isinstance(error, Conflict):
        return say(lang, "item.changed")
    if isinstance(error, KeyReused):
        return say(lang, "item.sent_before")
    where = error.where if isinstance(error, InputError) else ""
    return told(error, lang, label_of(where, lang))
