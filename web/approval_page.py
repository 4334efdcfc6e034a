"""One item that waits for a decision: what was asked beside what was shown, and what to tick."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import Connection

from models import history
from models.engine import reading
from models.waiting import Place
from rules.duties import OFFICE_ROLES, covers, is_independent
from rules.item import PersonFact
from rules.vocabulary import Role
from rules.waiting import ANSWERS, Matter, matters_of, since, waiting_for
from tasks import approvals, visible
from tasks.office import Office
from tasks.sheet import Sheet, sheet_of
from web.exhibits import Exhibit, exhibits
from web.frame import framed
from web.item_forms import Actions, ItemForm, Tried, actions
from web.item_story import Asked, Told, asked, told
from web.phrases.refusals import reason_of
from web.viewer import Viewer
from web.waiting import as_what

RETURNS = frozenset({"failed", "denied", "declined"})


REPORTS = 3
"""Reports of progress that are shown to whoever decides on more time."""


class Why(NamedTuple):
    """One reason why the reader may decide, or why not. ``key`` is a key of the words."""

    holds: bool
    key: str
    who: str = ""


class Answer(NamedTuple):
    """One matter with the forms that say yes and no, as far as the reader may."""

    matter: Matter
    since: datetime
    forms: tuple[ItemForm, ...]
    refused: str
    """Why the reader may not decide; empty when they may."""
    asked: Asked | None
    """What was asked, where something was."""


class Seen(NamedTuple):
    """What is read for the page in one view of the database."""

    sheet: Sheet
    exhibits: list[Exhibit]
    asked: list[Asked]
    before: str
    behind: str


def shown(
    request: Request, viewer: Viewer, office: Office, ref: str, only: Sequence[Matter], *,
    tried: Tried | None = None, done: tuple[str, str] = ("", ""), status: int = 200,
) -> Response:  # fmt: skip
    """The page, with what was just ``tried``, or is ``done`` (command and reference)."""
    now = office.clock.now()
    with reading(office.engine) as connection:
        seen = _read(connection, viewer, ref, only, now)
    sheet = seen.sheet
    if sheet.item.confidential and request.method != "HEAD":
        at = request.app.state.wall()
        visible.note(office.engine, viewer.person, sheet.item.id, visible.CONFIDENTIAL, at)
    forms = actions(sheet, viewer.lang, tried)
    events = told(sheet, viewer.lang)
    return framed(
        request, viewer, "approvals/one.html", "approvals", status=status, sheet=sheet,
        item=sheet.view, zone=sheet.policy.zone, actions=forms, lists={},
        answers=_answers(seen, viewer, forms, now), why=_why(sheet, viewer.person),
        exhibits=[one for one in seen.exhibits if one.piece.round == sheet.item.round],
        earlier=[one for one in seen.exhibits if one.piece.round != sheet.item.round],
        said=_latest(events, "submitted"), finding=_latest(events, "passed"),
        returned=[one for one in reversed(events) if one.entry.kind in RETURNS],
        progress=_progress(events),
        checklist=bool(sheet.policy.closure_checklist), tried=tried, done=done,
        part=as_what(viewer.person), before=seen.before, behind=seen.behind, only=_only(only),
    )  # fmt: skip


def _read(
    connection: Connection, viewer: Viewer, ref: str, only: Sequence[Matter], now: datetime
) -> Seen:
    person = viewer.person
    sheet = sheet_of(connection, ref, person, now)
    place: Place = approvals.place_of(connection, ref, person, now)
    before, behind = approvals.beside(connection, person, now, place, only)
    requests = asked(sheet, history.extensions(connection, sheet.item.id), viewer.lang)
    shown = exhibits(connection, sheet.item, person, sheet.calendar, viewer.lang)
    return Seen(sheet, shown, requests, before, behind)


def _answers(seen: Seen, viewer: Viewer, forms: Actions, now: datetime) -> list[Answer]:
    """What is to be decided here, first what this reader may decide."""
    sheet = seen.sheet
    theirs = waiting_for(sheet.item, viewer.person, now, sheet.policy, sheet.calendar)
    known = {one.command: one for one in (*forms.first, *forms.others)}
    found = []
    for matter in sorted(matters_of(sheet.item), key=lambda each: each not in theirs):
        refused = "" if matter in theirs else _refused(sheet, matter, viewer.lang)
        given = tuple(known[name] for name in ANSWERS[matter] if name in known)
        pending = (one for one in seen.asked if one.kind == matter and one.decision == "pending")
        waits = since(sheet.item, matter)
        found.append(Answer(matter, waits, () if refused else given, refused, next(pending, None)))
    return found


def _refused(sheet: Sheet, matter: Matter, lang: str) -> str:
    yes = ANSWERS[matter][0]
    stands = (one.refusal for one in sheet.prospects if one.command == yes and one.refusal)
    return next((reason_of(refusal, lang) for refusal in stands), "")


def _why(sheet: Sheet, person: PersonFact) -> list[Why]:
    """What makes the reader somebody who may decide here, and what does not."""
    item, found = sheet.item, []
    if Matter.VERIFICATION in matters_of(item):
        found.append(Why(person.id == item.verifier_id, "verifier"))
    elif Matter.CLOSURE in matters_of(item):
        found.append(Why(covers(person, Role.SUPERVISOR, item), "supervisor"))
        verified = next((one for one in reversed(sheet.history) if one.kind == "passed"), None)
        who = verified.actor.name if verified and verified.actor else ""
        found.append(Why(item.passed_by != person.id, "verified" if who else "apart", who))
    else:
        found.append(Why(any(covers(person, role, item) for role in OFFICE_ROLES), "office"))
    if person.id == item.waived and is_independent(person, item):
        return [*found, Why(True, "waived")]
    return [*found, Why(is_independent(person, item), "independent")]


def _latest(events: Sequence[Told], kind: str) -> Told | None:
    """The newest event of this kind, unless what it says was overtaken by a return."""
    told = [one for one in events if one.entry.kind in (kind, "failed", "reopened")]
    return told[-1] if told and told[-1].entry.kind == kind else None


def _progress(events: Sequence[Told]) -> list[Told]:
    """The newest reports, where nothing has been submitted since."""
    found: list[Told] = []
    for one in reversed(events):
        if one.entry.kind in ("submitted", "assigned") or len(found) == REPORTS:
            break
        if one.entry.kind == "progress_reported":
            found.append(one)
    return found


def _only(only: Sequence[Matter]) -> str:
    return only[0].value if len(only) == 1 else ""
