"""A coordinator decides what becomes of the mail that the cap has stopped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine

from models import directory, planning, stops
from models.engine import writing
from rules.errors import InputError, NotFound, Refusal, Refused
from rules.vocabulary import Role


def release(engine: Engine, who: str, campaign: datetime) -> int:
    """Let the mail go on, with everything that the cap holds; how many notices.

    ``campaign`` is campaign time. Quiet hours and windows hold as ever.

    Raises:
        NotFound: the mail has not stopped, or there is no such person.
        Refused: they are no coordinator.
    """
    with writing(engine) as connection:
        by = _decided_by(connection, who)
        kept = stops.release(connection, campaign)
        stops.end(connection, campaign, by, stops.RELEASED)
    return kept


def discard(engine: Engine, who: str, campaign: datetime, reason: str) -> int:
    """Let the mail go on without what the cap holds, which is skipped; how many notices.

    Raises:
        InputError: there is no reason.
        NotFound: the mail has not stopped, or there is no such person.
        Refused: they are no coordinator.
    """
    if not reason.strip():
        raise InputError("A reason is missing.", "Say why these mails are not sent.", "--reason")
    with writing(engine) as connection:
        by = _decided_by(connection, who)
        kept = stops.discard(connection, f"Discarded by {who}: {reason}")
        stops.end(connection, campaign, by, stops.DISCARDED, reason)
    return kept


def _decided_by(connection: Connection, who: str) -> int:
    planning.alone(connection, patient=True)
    person = directory.person(connection, who)
    if stops.current(connection) is None:
        raise NotFound("The mail has not stopped.", "See: rectiflow status.")
    if not person.active or not any(role is Role.COORDINATOR for role, _ in person.roles):
        raise Refused(
            Refusal(
                "LetCoordinatorsDecide",
                f"{who} is no coordinator.",
                "Ask one of those: rectiflow people.",
            )
        )
    return person.id
