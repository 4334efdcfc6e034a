"""One item: what it is, where it stands, what comes next, and what the reader may do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from models import suggestions
from models.engine import reading
from models.history import HistoryEntry
from rules.agenda import Step, StepKind
from rules.commands import COMMANDS, SYSTEM_COMMANDS, parse
from rules.errors import Conflict, InputError, RectiflowError, Refused
from rules.vocabulary import NAMES, Stage, name
from rules.wording import act_name, step_reason, step_sentence
from tasks import visible
from tasks.act import act
from tasks.mywork import AT_WORK
from tasks.paper_numbers import NAMES as PAPERS
from tasks.sheet import NOT_BY_FORM, Sheet, sheet_of
from web.at_hand import InOffice
from web.frame import framed
from web.item_forms import Tried, actions, label_of
from web.phrases.refusals import told
from web.viewer import SEE_OTHER, Acting, Viewer, Viewing
from web.words import say

router = APIRouter(prefix="/items")

STEPS_SHOWN = 6

TOLD = ("reason", "text", "percent", "from", "due", "unit", "responsible", "leader", "verifier",
        "person", "outcome", "into", "to", "until", "filename", "summary", "finding", "level",
        "document", "serial", "how", "on", "minutes", "note")  # fmt: skip
"""What is told of an event. Who complained is not: events of corrections hold it, too."""

KEY = re.compile(r"[0-9a-f]{32}")


@router.api_route("/{ref}", methods=["GET", "HEAD"])
def show(request: Request, viewer: Viewing, office: InOffice, ref: str, done: str = "") -> Response:
    """The item's page. That a confidential item was read is noted."""
    what = done if done in COMMANDS else ""
    return _page(request, viewer, office, ref, done=what)


@router.post("/{ref}/complainant")
def complainant(request: Request, viewer: Acting, office: InOffice, ref: str) -> Response:
    """Tell who complained, and note that it was told."""
    at = request.app.state.wall()
    name = visible.show_complainant(office.engine, ref, viewer.person, at)
    return _page(request, viewer, office, ref, complainant=name or "")


@router.post("/{ref}/do/{command}")
async def do(
    request: Request, viewer: Acting, office: InOffice, ref: str, command: str
) -> Response:
    """Carry out a command: once, and only on the item as the reader saw it."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    return await run_in_threadpool(_do, request, viewer, office, ref, command, form)


def _do(
    request: Request, viewer: Viewer, office: InOffice, ref: str, command: str,
    form: Mapping[str, str],
) -> Response:  # fmt: skip
    if command not in COMMANDS or command in SYSTEM_COMMANDS | NOT_BY_FORM:
        raise HTTPException(404)
    key, version = form.get("key", ""), form.get("version", "")
    if not KEY.fullmatch(key) or not version.isdecimal() or len(version) > 9:
        raise HTTPException(400)
    values = {name: text for name, text in form.items() if name.startswith("f.") and text.strip()}
    values = {name.removeprefix("f."): text for name, text in values.items()}
    with reading(office.engine) as connection:
        # Nobody learns from a refusal that an item is there which they may not see.
        visible.item(connection, ref, viewer.person)
    try:
        act(
            office.engine, ref, parse(command, values), viewer.person, office.clock.now(),
            key=f"web/{viewer.here.account.id}/{key}", version=int(version),
        )  # fmt: skip
    except (Refused, InputError) as error:
        said = _why_not(error, viewer.lang)
        return _page(request, viewer, office, ref, tried=Tried(command, values, said), status=409)
    return RedirectResponse(f"/items/{ref}?done={command}", SEE_OTHER)


def _why_not(error: RectiflowError, lang: str) -> str:
    if isinstance(error, Conflict):
        return say(lang, "item.changed")
    where = error.where if isinstance(error, InputError) else ""
    return told(error, lang, label_of(where, lang))


def _page(
    request: Request, viewer: Viewer, office: InOffice, ref: str, *,
    tried: Tried | None = None, done: str = "", complainant: str | None = None, status: int = 200,
) -> Response:  # fmt: skip
    now = office.clock.now()
    with reading(office.engine) as connection:
        sheet = sheet_of(connection, ref, viewer.person, now)
        lists = _lists(connection, sheet)
    if sheet.item.confidential and request.method != "HEAD":
        at = request.app.state.wall()
        visible.note(office.engine, viewer.person, sheet.item.id, visible.CONFIDENTIAL, at)
    return framed(
        request, viewer, "item.html", "item", status=status, sheet=sheet, item=sheet.view,
        actions=actions(sheet, viewer.lang, tried), tried=tried, done=done, lists=lists,
        shown_complainant=complainant, zone=sheet.policy.zone, stages=_stages(sheet),
        steps=_steps(sheet, viewer.lang, now), events=_events(sheet, viewer.lang),
        papers=PAPERS, category=_category(sheet, viewer.lang),
        act=act_name(sheet.item.level, sheet.policy, viewer.lang), days=_days(sheet, now),
    )  # fmt: skip


def _stages(sheet: Sheet) -> list[tuple[Stage, str]]:
    """The way of an item: each stage with whether it is past, here or to come."""
    way = [stage for stage in Stage if stage is not Stage.REMINDER or sheet.item.stage is stage]
    here = way.index(sheet.item.stage)
    return [
        (stage, "past" if place < here else "here" if place == here else "ahead")
        for place, stage in enumerate(way)
    ]


def _steps(sheet: Sheet, lang: str, now: datetime) -> list[dict[str, Any]]:
    """What happens by itself, as the vertical line draws it."""
    return [
        {
            "at": step.at,
            "sentence": step_sentence(step, sheet.policy, lang),
            "reason": step_reason(step, lang),
            "kind": step.kind.value,
            "level": step.level,
            "due": step.at <= now,
            "provisional": sheet.calendar.is_provisional(sheet.calendar.day_of(step.at)),
        }
        for step in sheet.steps
    ]


def _events(sheet: Sheet, lang: str) -> list[dict[str, Any]]:
    """The history, the newest first, each with what it says."""
    return [
        {"entry": one, "words": " · ".join(_fired(one, sheet, lang) or _words(one.data, lang))}
        for one in reversed(sheet.history)
    ]


def _fired(entry: HistoryEntry, sheet: Sheet, lang: str) -> list[str]:
    """What has happened by the clock."""
    kind, level = entry.data.get("step"), entry.data.get("level")
    if entry.kind != "step_fired" or kind not in set(StepKind):
        return []
    step = Step(entry.at, "", StepKind(kind), level if isinstance(level, int) else 0, "")
    return [step_sentence(step, sheet.policy, lang)]


def _words(data: Mapping[str, Any], lang: str) -> list[str]:
    found = []
    for field in TOLD:
        value = data.get(field)
        values = value if isinstance(value, list) else [value]
        for each in values:
            if isinstance(each, bool) or each in (None, "", 0):
                continue
            text = getattr(each, "name", None) or str(each)
            if text in NAMES:
                text = name(text, lang)
            elif text in PAPERS:
                text = PAPERS[text][0 if lang.startswith("zh") else 1]
            found.append(f"{text} %" if field == "percent" else text)
    return found


def _category(sheet: Sheet, lang: str) -> str:
    found = sheet.policy.category(sheet.view.category)
    if found is None:
        return sheet.view.category
    return found.zh if lang.startswith("zh") else found.en


def _days(sheet: Sheet, now: datetime) -> int | None:
    item = sheet.item
    if item.due is None or item.on_hold or item.stage not in AT_WORK:
        return None
    return sheet.calendar.between(sheet.calendar.day_of(now), item.due)


def _lists(connection: Connection, sheet: Sheet) -> dict[str, list[tuple[str, str]]]:
    """Suggestions for names that have to be typed, where any form asks for some."""
    asked = {one.command for one in sheet.prospects if one.refusal is None}
    if not asked & {"assign", "appoint", "waive"}:
        return {}
    path = sheet.item.unit_path
    return {"people": suggestions.people(connection, path), "units": suggestions.units(connection)}
