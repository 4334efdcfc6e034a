"""How somebody hears, and who hears instead: what they say of it, checked before it is kept.

People say it themselves in the console, administrators and the command line for them; all of it
comes through here. Days are those of the campaign.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import directory, people, policies, wishes
from rules.absences import Away
from rules.errors import InputError, NotFound
from rules.item import PersonFact
from rules.mailing import ALL, Way
from rules.notice_names import KIND_NAMES
from rules.notices import MANDATORY
from rules.words import word
from tasks.admin.checked import lang_of

UNSET = "default"
"""As the way of a kind: as the policy has it."""


class Leave(NamedTuple):
    """An absence as it is typed: its first and last day, and by handle or name who stands in."""

    first: str
    until: str
    substitute: str


def today(connection: Connection, now: datetime) -> date:
    """The campaign's day; of several campaigns the earliest."""
    known = (policies.policy(connection, one.policy_id) for one in policies.campaigns(connection))
    return min((calendar_for(each).day_of(now) for each in known), default=now.date())


def go_away(
    connection: Connection, person: PersonFact, given: Leave, on: date, was: date | None = None
) -> None:
    """Enter an absence, on this day; what there was for the same days is replaced, as is the one
    that began on ``was``.

    Raises:
        InputError: a field is not usable; ``where`` names it.
    """
    first, until = _day(given.first, "first"), _day(given.until, "until")
    other = _substitute(connection, given.substitute.strip())
    if other.id == person.id:
        said = f"{person.code} cannot stand in for themself."
        raise InputError(said, "Name somebody else.", where="substitute")
    if not other.active:
        said = f"{other.code} is no longer active."
        raise InputError(said, "Name somebody else.", where="substitute")
    if until < first:
        said = "The last day comes before the first."
        raise InputError(said, "They would be back before they go.", where="until")
    if until < on:
        raise InputError("The last day is over.", "Give today or a later day.", where="until")
    if was is not None:
        wishes.cancel_absences(connection, person.id, on, was)
    wishes.enter_absence(connection, Away(person.id, first, until, other.id))


def come_back(connection: Connection, person_id: int, on: date, was: date | None = None) -> int:
    """Somebody is back, or does not go: absences that are not over on this day end, or only the
    one that began on ``was``; how many."""
    return wishes.cancel_absences(connection, person_id, on, was)


def news_in(connection: Connection, person_id: int, ways: Mapping[str, str]) -> dict[str, str]:
    """Those of these ways by kind that are not the person's yet."""
    kept = wishes.wishes(connection).get(person_id, {})
    return {kind: way for kind, way in ways.items() if way != kept.get(kind, UNSET)}


def hear(connection: Connection, person_id: int, ways: Mapping[str, str]) -> None:
    """Let a person hear of these kinds in these ways from now on.

    Raises:
        InputError: there is no such kind or way, or the kind is never off; ``where`` names it.
    """
    wishes.wish(connection, person_id, {kind: _way(kind, way) for kind, way in ways.items()})


def write_in(connection: Connection, person_id: int, lang: str) -> None:
    """Write mails to a person in this language.

    Raises:
        InputError: it is none of ours.
    """
    people.change_person(connection, person_id, {"lang": lang_of(lang)})


def _substitute(connection: Connection, text: str) -> PersonFact:
    if not text:
        raise _missing("substitute")
    try:
        return directory.people(connection, [text], hold=True)[text]
    except NotFound as error:
        error.where = "substitute"
        raise


def _day(text: str, where: str) -> date:
    if not text.strip():
        raise _missing(where)
    day = word(where, text, "date")
    assert isinstance(day, date)
    return day


def _missing(where: str) -> InputError:
    return InputError("It is missing.", "Give both days and who stands in.", where=where)


def _way(kind: str, way: str) -> Way | None:
    if kind != ALL and kind not in KIND_NAMES:
        known = ", ".join((ALL, *KIND_NAMES))
        raise InputError(f"There is no notice {kind!r}.", f"Known: {known}.", where=kind)
    if way == UNSET:
        return None
    if way not in tuple(Way):
        known = ", ".join((*Way, UNSET))
        raise InputError(f"There is no way {way!r} to hear.", f"Known: {known}.", where=kind)
    if way == Way.OFF and kind in MANDATORY:
        said = f"Notices of the kind {kind} cannot be switched off."
        raise InputError(said, "They can wait for the digest.", where=kind)
    return Way(way)
