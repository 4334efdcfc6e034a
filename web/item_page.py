"""The page of one item, put together for its reader; and the same on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import Connection

from models import history, suggestions
from models.engine import reading
from models.history import ExtensionView
from models.items import Loaded
from rules.errors import Refusal
from rules.vocabulary import Stage
from rules.wording import act_name
from tasks import attaching, visible
from tasks.attaching import Turn
from tasks.mywork import AT_WORK
from tasks.office import Office
from tasks.paper_numbers import NAMES as PAPERS
from tasks.sheet import Sheet, sheet_of
from tasks.step_words import SEATS
from web.exhibits import Exhibit, exhibits
from web.frame import framed
from web.item_agenda import coming, line
from web.item_forms import Tried, actions
from web.item_runs import RunLink, run_links
from web.item_story import asked, rounds, told
from web.viewer import Viewer

STEPS_SHOWN = 6


class Uploaded(NamedTuple):
    """A file that somebody has sent: ``said`` tells why it was refused, by which ``rule``."""

    filename: str
    said: str
    rule: str


class Seen(NamedTuple):
    """What is read for the page in one view of the database."""

    sheet: Sheet
    exhibits: list[Exhibit]
    extensions: Sequence[ExtensionView]
    lists: Mapping[str, list[tuple[str, str]]]
    runs: list[RunLink]
    brings: Refusal | None
    """What stands against the reader's attaching evidence."""


def shown(
    request: Request, viewer: Viewer, office: Office, ref: str, *,
    tried: Tried | None = None, done: str = "", complainant: str | None = None,
    uploaded: Sequence[Uploaded] = (), status: int = 200,
) -> Response:  # fmt: skip
    """The item's page, with what was just ``tried`` or ``uploaded``, or is ``done``."""
    now = office.clock.now()
    seen = _read(request, viewer, office, ref, now)
    return framed(
        request, viewer, "item.html", "item", status=status, tried=tried, done=done,
        actions=actions(seen.sheet, viewer.lang, tried), lists=seen.lists, uploaded=uploaded,
        shown_complainant=complainant, brings=seen.brings is None, turn=_turn(seen.sheet),
        most=office.settings.evidence_megabytes, **_told(seen, viewer, now),
    )  # fmt: skip


def printed(request: Request, viewer: Viewer, office: Office, ref: str) -> Response:
    """The item on paper: everything that its page tells, and nothing to press."""
    now = office.clock.now()
    seen = _read(request, viewer, office, ref, now)
    return framed(
        request, viewer, "item_print.html", "item", shown_complainant=None, now=now,
        **_told(seen, viewer, now),
    )  # fmt: skip


def _read(request: Request, viewer: Viewer, office: Office, ref: str, now: datetime) -> Seen:
    """Everything about the item. That a confidential one was read is noted."""
    with reading(office.engine) as connection:
        sheet = sheet_of(connection, ref, viewer.person, now)
        item = sheet.item
        loaded = visible.item(connection, ref, viewer.person)
        seen = Seen(
            sheet, exhibits(connection, item, viewer.person, sheet.calendar, viewer.lang),
            history.extensions(connection, item.id), _lists(connection, sheet),
            run_links(request, viewer, office, connection, item),
            _brings(connection, loaded, viewer, now),
        )  # fmt: skip
    if item.confidential and request.method != "HEAD":
        at = request.app.state.wall()
        visible.note(office.engine, viewer.person, item.id, visible.CONFIDENTIAL, at)
    return seen


def _brings(
    connection: Connection, loaded: Loaded, viewer: Viewer, now: datetime
) -> Refusal | None:
    return attaching.against(connection, loaded, viewer.person, now)


def _told(seen: Seen, viewer: Viewer, now: datetime) -> dict[str, Any]:
    """What page and paper have in common."""
    sheet, lang = seen.sheet, viewer.lang
    events, steps = told(sheet, lang), coming(sheet, lang, now)
    return {
        "sheet": sheet, "item": sheet.view, "zone": sheet.policy.zone, "stages": _stages(sheet),
        "steps": steps, "drawn": line(sheet, steps, now), "events": list(reversed(events)),
        "rounds": rounds(sheet, events, seen.exhibits), "papers": PAPERS, "seats": SEATS,
        "asked": asked(sheet, seen.extensions, lang), "runs": seen.runs,
        "category": _category(sheet, lang), "days": _days(sheet, now),
        "act": act_name(sheet.item.level, sheet.policy, lang), "steps_shown": STEPS_SHOWN,
    }  # fmt: skip


def _turn(sheet: Sheet) -> str:
    """The round that the page shows, as the form for evidence brings it back."""
    turn: Turn = attaching.turn_of(sheet.item)
    return f"{turn.life}.{turn.round}"


def _stages(sheet: Sheet) -> list[tuple[Stage, str]]:
    """The way of an item: each stage with whether it is past, here or to come."""
    way = [stage for stage in Stage if stage is not Stage.REMINDER or sheet.item.stage is stage]
    here = way.index(sheet.item.stage)
    return [
        (stage, "past" if place < here else "here" if place == here else "ahead")
        for place, stage in enumerate(way)
    ]


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
    asked_for = {one.command for one in sheet.prospects if one.refusal is None}
    if not asked_for & {"assign", "appoint", "waive"}:
        return {}
    path = sheet.item.unit_path
    return {"people": suggestions.people(connection, path), "units": suggestions.units(connection)}
