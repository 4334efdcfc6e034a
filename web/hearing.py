"""How somebody hears, as pages show it and as forms say it: for oneself, and in administration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from fastapi import HTTPException
from sqlalchemy import Connection

from models import deliveries, directory, suggestions, wishes
from rules.errors import InputError, RectiflowError
from rules.mailing import ALL, DIGEST, Way
from rules.notice_names import KIND_NAMES, kind_name
from rules.notices import MANDATORY
from tasks.hearing import UNSET, Leave
from web.admin_desk import EMPTY, status_of, wrong
from web.admin_desk import Form as Typed
from web.bringing import fields_of
from web.phrases.refusals import told

LEAVE = ("first", "until", "substitute", "was")
"""The fields of an absence; ``was`` is the first day of the one that is changed."""

DONE = {"away": "away", "back": "back", "ways": "saved"}
"""What a page says when a form was sent: a key of ``admin.done``."""

CARRIED = "bundle"
"""Several notices in one mail: how these are heard of is asked for each."""

_EVERY = (UNSET, *Way)
_BUT_OFF = (UNSET, Way.NOW, Way.DIGEST)


class AwayLine(NamedTuple):
    """An absence, and who stands in; the handle is what forms say."""

    first: date
    last: date
    code: str
    name: str


class Choice(NamedTuple):
    """One kind of notice, the way that is set, and those that there are."""

    kind: str
    way: str
    offered: tuple[str, ...]


def shown(connection: Connection, person_id: int, on: date) -> dict[str, Any]:
    """What the forms need: absences that are not over, ways, and who might stand in."""
    away = wishes.absences(connection, on).get(person_id, [])
    ids = {person_id, *(one.substitute_id for one in away)}
    known, called = directory.people_by_id(connection, ids), deliveries.addressees(connection, ids)
    lines = [
        AwayLine(one.first, one.last, known[other].code, called[other].name)
        for one in away
        if (other := one.substitute_id) in known
    ]
    kept = wishes.wishes(connection).get(person_id, {})
    choices = [
        Choice(kind, kept.get(kind, UNSET), _offered(kind))
        for kind in (ALL, *KIND_NAMES)
        if kind != CARRIED
    ]
    colleagues = suggestions.people(connection, known[person_id].unit_path)
    colleagues = [each for each in colleagues if each[0] != known[person_id].code]
    return {"away": lines, "ways": choices, "colleagues": colleagues}


def _offered(kind: str) -> tuple[str, ...]:
    if kind == DIGEST:
        return (UNSET, Way.OFF)
    return _BUT_OFF if kind in MANDATORY else _EVERY


def leave_in(form: Mapping[str, str]) -> tuple[Leave, date | None]:
    """The absence that a form tells, and the first day of the one that it changes."""
    first, until, substitute, _ = (form.get(field, "")[:200] for field in LEAVE)
    return Leave(first, until, substitute), day_in(form)


def day_in(form: Mapping[str, str]) -> date | None:
    """The first day of the absence that a form is about; None where it is a new one.

    Raises:
        HTTPException: the form is none of ours.
    """
    try:
        return date.fromisoformat(form["was"]) if form.get("was") else None
    except ValueError:
        raise HTTPException(400) from None


def ways_in(form: Mapping[str, str]) -> dict[str, str]:
    """The ways that a form tells, by kind."""
    return fields_of(form, "way.")


def tried(deed: Callable[[], object], form: Mapping[str, str], lang: str) -> tuple[Typed, int]:
    """Do what a form says. The form with what was refused at its field, and the status of the
    answer; 0 when it was done."""
    try:
        deed()
    except RectiflowError as error:
        kind = error.where if isinstance(error, InputError) else ""
        if kind in KIND_NAMES:
            return Typed(form, {f"way.{kind}": told(error, lang, kind_name(kind, lang))}), 400
        return wrong(error, form, lang), status_of(error)
    return EMPTY, 0
