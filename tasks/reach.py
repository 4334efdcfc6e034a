"""People to whom no mail arrives: found out, kept, told to their items, and put right.

    refused or bounced -> person undeliverable -> their open items lose contact (the ladder stands
    still, the coordinators are told) -> address corrected -> items regain contact

Who is undeliverable is written with the end of the delivery that showed it. The items follow from
that at every tick, so that none is missed: one that gets such a person later, or another person.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from config.logging import log_context
from models import unreachable
from models.engine import reading
from notifications.addresses import Mailbox
from rules.commands import Command, LoseContact, RegainContact
from rules.errors import InputError, Refused
from rules.item import SYSTEM
from tasks.act import act

log = logging.getLogger("rectiflow.delivery")


class Followed(NamedTuple):
    """How many items have lost contact, and how many have regained it."""

    lost: int = 0
    regained: int = 0


def cannot_be_reached(
    connection: Connection, person_id: int, address: str, why: str, now: datetime
) -> bool:
    """Nothing arrives at ``address``; the person is undeliverable if they still have it.

    ``now`` is wall time. Mails that wait for them are skipped. False when it changes nothing.
    """
    if not same_address(unreachable.address_of(connection, person_id), address):
        return False
    if not unreachable.mark(connection, person_id, now, why):
        return False
    skipped = unreachable.skip_waiting(connection, person_id, f"Nothing arrives there: {why}")
    context = log_context("reach", person=person_id, skipped=skipped)
    log.warning("Mail does not arrive at a person's address any more. %s", context)
    return True


def can_be_reached(connection: Connection, person_id: int) -> list[int]:
    """Mail arrives there again; the deliveries that were skipped meanwhile and can be replayed."""
    since = unreachable.since_when(connection, person_id)
    if since is None or not unreachable.clear(connection, person_id):
        return []
    return list(unreachable.skipped_since(connection, person_id, since))


def same_address(entered: str, other: str) -> bool:
    """Whether two addresses lead to the same place, however they are written."""
    return _normal(entered) == _normal(other)


def _normal(address: str) -> str:
    try:
        return Mailbox(address).address.lower()
    except InputError:
        return address.strip().lower()


def follow(engine: Engine, now: datetime) -> Followed:
    """Let the open items follow what is known about their responsible people.

    ``now`` is campaign time. Idempotent; an item that moves meanwhile is met at the next call.
    """
    with reading(engine) as connection:
        lost, regained = unreachable.lost(connection), unreachable.regained(connection)
    return Followed(
        sum(_given(engine, one.ref, LoseContact(reason=_reason(one)), now) for one in lost),
        sum(_given(engine, ref, RegainContact(), now) for ref in regained),
    )


def _reason(lost: unreachable.Lost) -> str:
    return f"{lost.code}: {lost.why}"[:500]


def _given(engine: Engine, ref: str, command: Command, now: datetime) -> bool:
    """Whether the item took the command; one that does not any more keeps none from it."""
    try:
        act(engine, ref, command, SYSTEM, now)
    except Refused as error:
        log.info("%s %s", error, log_context("reach", item=ref))
        return False
    except InputError as error:
        log.error("%s %s", error, log_context("reach", item=ref))
        return False
    return True
