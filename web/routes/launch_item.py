"""One finding, entered by form."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from models import policies
from models.engine import reading
from models.texts import COMMAND as LENGTHS
from rules.commands import Register, parse
from rules.errors import InputError, KeyReused, NotFound, RectiflowError, Refused
from rules.policy import Policy
from rules.vocabulary import Severity, Source, name
from tasks.act import register
from tasks.office import Office
from web.at_hand import InOffice
from web.bringing import Bringing, Looking, fields_of
from web.frame import framed
from web.phrases.refusals import told
from web.viewer import SEE_OTHER, Viewer
from web.words import say

router = APIRouter(prefix="/launch/item")

KEY = re.compile(r"[0-9a-f]{32}")

AGAIN = ("category", "severity", "source")
"""What stays when another one is entered."""

LONGEST = 4000


class Entry(NamedTuple):
    """One field of the form."""

    name: str
    kind: str
    value: str
    choices: tuple[tuple[str, str], ...] = ()
    longest: int = LONGEST


@router.api_route("", methods=["GET", "HEAD"])
def ask(
    request: Request, viewer: Looking, office: InOffice, campaign: str = "", after: str = ""
) -> Response:
    """The empty form; with what stays from the one before."""
    kept = {name: request.query_params.get(name, "") for name in AGAIN}
    return _page(request, viewer, office, campaign, kept, after=after[:64])


@router.post("")
async def enter(request: Request, viewer: Bringing, office: InOffice) -> Response:
    """Register the item, once."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    return await run_in_threadpool(_enter, request, viewer, office, form)


def _enter(request: Request, viewer: Viewer, office: Office, form: Mapping[str, str]) -> Response:
    key, campaign = form.get("key", ""), form.get("campaign", "")
    if not KEY.fullmatch(key):
        raise HTTPException(400)
    values = {name: text for name, text in fields_of(form, "f.").items() if text.strip()}
    try:
        words: dict[str, object] = {**values}
        if "confidential" in values:
            words["confidential"] = True
        command = parse(Register.name, {"title": "", **words})
        assert isinstance(command, Register)
        receipt = register(
            office.engine, command, viewer.person.code, office.clock.now(), campaign=campaign,
            key=f"web/{viewer.here.account.id}/{key}",
        )  # fmt: skip
    except (Refused, InputError) as error:
        wrong = _wrong(error, viewer.lang)
        return _page(request, viewer, office, campaign, values, wrong=wrong, status=409)
    if form.get("then") == "again":
        stay = {name: values[name] for name in AGAIN if name in values}
        query = urlencode({**stay, "campaign": campaign, "after": receipt.ref})
        return RedirectResponse(f"/launch/item?{query}", SEE_OTHER)
    return RedirectResponse(f"/items/{receipt.ref}?done=register", SEE_OTHER)


def _wrong(error: RectiflowError, lang: str) -> tuple[str, str]:
    """The field that is wrong, and the sentence about it."""
    if isinstance(error, KeyReused):
        return "", say(lang, "item.sent_before")
    if isinstance(error, Refused):
        return ("title" if error.rule == "RequireTitle" else "", told(error, lang))
    where = error.where if isinstance(error, InputError) else ""
    if where == "number":
        return "number", say(lang, "launch.number_taken")
    if where == "title" and "needs" in error.message:
        return "title", say(lang, "launch.required")
    if where in LENGTHS and " characters; " in error.message:
        return where, say(lang, "launch.too_long", most=LENGTHS[where])
    if isinstance(error, NotFound):
        return "campaign", say(lang, "launch.no_campaign")
    return where, say(lang, "launch.unusable")


def _page(
    request: Request, viewer: Viewer, office: Office, campaign: str, values: Mapping[str, str], *,
    wrong: tuple[str, str] = ("", ""), after: str = "", status: int = 200,
) -> Response:  # fmt: skip
    with reading(office.engine) as connection:
        known = policies.campaigns(connection)
        if not known:
            raise NotFound("There is no campaign yet.", "Run: rectiflow init.")
        chosen = next((one for one in known if one.code == campaign), known[-1])
        policy = policies.policy(connection, chosen.policy_id)
    return framed(
        request, viewer, "launch/item.html", "launch", status=status,
        fields=_fields(policy, values, viewer.lang), wrong_field=wrong[0], wrong=wrong[1],
        campaigns=known, campaign=chosen, key=secrets.token_hex(16), after=after,
    )  # fmt: skip


def _fields(policy: Policy, values: Mapping[str, str], lang: str) -> tuple[Entry, ...]:
    zh = lang.startswith("zh")
    none = ("", say(lang, "launch.not_chosen"))
    categories = tuple((one.code, one.zh if zh else one.en) for one in policy.categories)
    severities = tuple((one.value, name(one, lang)) for one in Severity)
    sources = tuple((one.value, name(one, lang)) for one in Source)
    choices = {"category": (none, *categories) if categories else (), "severity": severities,
               "source": sources}  # fmt: skip
    usual = {"severity": Severity.GENERAL.value, "source": Source.INSPECTION.value}
    kinds = (
        *(("title", "text"), ("description", "area"), ("requirement", "area")),
        *(("category", "select"), ("severity", "select"), ("source", "select")),
        *(("number", "text"), ("due", "date"), ("due_superior", "date")),
        *(("complainant", "text"), ("confidential", "check")),
    )
    return tuple(
        Entry(
            field, kind if choices.get(field, True) else "text",
            values.get(field) or usual.get(field, ""), choices.get(field, ()),
            LENGTHS.get(field, LONGEST),
        )
        for field, kind in kinds
    )  # fmt: skip
