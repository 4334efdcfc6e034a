"""Links in mails that do one thing: signed, expiring, for one person, one item, one command.

    link_for(office, person_id, item, "acknowledge", expires)   ->  https://.../l/<token>

A link carries references only. It is void once the item has moved on from what its mail was
about, and it never does more than the person could do anyhow: it is carried out by ``act``, which
asks the rules. Looking at a link changes nothing; mail programs and scanners look at all of them.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import Connection

from config.logging import log_context
from config.secrets import secret_key
from config.settings import Settings
from models import directory, given, given_keys, items, policies
from models.engine import reading
from models.given import Reader
from models.given_keys import Receipt
from models.items import Loaded
from rules.commands import parse
from rules.decide import refusal_for
from rules.duties import relations
from rules.errors import Conflict, InputError, Refusal, Refused
from rules.item import ItemState, PersonFact
from rules.lifecycle import TABLE
from tasks.act import act, case_for
from tasks.office import Office

log = logging.getLogger("rectiflow.links")

PURPOSE = "rectiflow.link.v1"
"""Salt of the signature: what is signed for another purpose is no link."""
FORM = "rectiflow.form.v1"
"""Salt of the token in a link's form."""

COMMANDS = ("acknowledge", "confirm")
"""What a link may do: confirm that something has been received, and nothing else."""

LONGEST_TOKEN = 256
"""Characters of a token; anything longer is not ours and is not even looked at."""

TRIES = 3
"""How often a link is looked at anew when the item changes at the same moment."""


class Link(NamedTuple):
    """What a link says: who may do what to which item, while it stands as it did, until when.

    ``moves`` is the item's counter of stage changes, assignments and rungs at the time of the
    mail; ``expires`` is campaign time.
    """

    person_id: int
    item_id: int
    command: str
    moves: int
    expires: datetime

    @property
    def key(self) -> str:
        """The idempotency key: the same for every link of the same purpose, whenever it expires."""
        return f"link/{self.command}/i{self.item_id}.p{self.person_id}.m{self.moves}"


class Standing(StrEnum):
    """How it stands with a link."""

    READY = "ready"
    DONE = "done"
    EXPIRED = "expired"
    MOVED_ON = "moved_on"
    LEFT = "left"
    """The person is no longer active."""
    UNSEATED = "unseated"
    """The person no longer holds the seat that may give the command."""
    REFUSED = "refused"
    """A rule is against it for now."""
    FORGED = "forged"
    """Not signed by us for this purpose, or cut off on the way."""


class Seen(NamedTuple):
    """A link as a page shows it. The item is named only to whoever may still act on it."""

    standing: Standing
    link: Link | None = None
    reader: Reader | None = None
    ref: str = ""
    title: str = ""
    """Empty when the item is confidential."""
    confidential: bool = False
    unit: str = ""
    stage: str = ""
    version: int = 0
    actor: PersonFact | None = None
    zone: str = "UTC"
    """In which the campaign tells the time."""
    receipt: Receipt | None = None
    refusal: Refusal | None = None


@lru_cache(maxsize=16)
def _signing(settings: Settings, purpose: str) -> URLSafeSerializer:
    digest = {"digest_method": hashlib.sha256}
    return URLSafeSerializer(secret_key(settings), salt=purpose, signer_kwargs=digest)


def link_for(at: Office, person_id: int, item: ItemState, command: str, expires: datetime) -> str:
    """The address of a link for this person; empty where nobody can reach the web server.

    Equal arguments give the same address. ``expires`` is campaign time, to the second.

    Raises:
        InputError: links do not give this command, or the secret is unusable.
        Unavailable: the secret cannot be read or kept.
    """
    if not at.settings.public_url:
        return ""
    token = token_for(at.settings, person_id, item, command, expires)
    return f"{at.settings.public_url.rstrip('/')}/l/{token}"


def token_for(
    settings: Settings, person_id: int, item: ItemState, command: str, expires: datetime
) -> str:
    """The signed part of the address; see :func:`link_for`."""
    if command not in COMMANDS:
        raise InputError(f"A link does not {command}.", f"It may: {', '.join(COMMANDS)}.")
    said = [person_id, item.id, COMMANDS.index(command), item.moves, int(expires.timestamp())]
    return str(_signing(settings, PURPOSE).dumps(said))


def form_token(settings: Settings, token: str) -> str:
    """What the form of this link must bring along, so that only its own page can send it."""
    return str(_signing(settings, FORM).dumps(_digest(token)))


def form_is_ours(settings: Settings, token: str, brought: str) -> bool:
    """Whether the form was made for this link."""
    return bool(_loaded(settings, FORM, brought) == _digest(token))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def look(at: Office, token: str) -> Seen:
    """How it stands with a link now; changes nothing.

    Raises:
        Unavailable: the database or the secret cannot be read.
    """
    link = read(at.settings, token)
    if link is None:
        return Seen(Standing.FORGED)
    with reading(at.engine) as connection:
        return _seen(connection, link, at.clock.now())


def use(at: Office, token: str) -> Seen:
    """Do what the link says, once; a repetition shows the first receipt.

    Raises:
        Unavailable: the database or the secret cannot be read or written.
    """
    for _ in range(TRIES):
        seen = look(at, token)
        if seen.standing is not Standing.READY or seen.link is None or seen.actor is None:
            return seen
        try:
            receipt = act(
                at.engine, seen.ref, parse(seen.link.command, {}), seen.actor, at.clock.now(),
                key=seen.link.key, version=seen.version,
            )  # fmt: skip
        except Conflict:
            continue
        except Refused as error:
            return seen._replace(standing=Standing.REFUSED, refusal=error.refusal)
        log.info("A link was used. %s", log_context(seen.link.command, item=seen.ref))
        return seen._replace(standing=Standing.DONE, stage=receipt.stage, receipt=receipt)
    return seen._replace(standing=Standing.REFUSED)


def read(settings: Settings, token: str) -> Link | None:
    """What the token says; None when it is not signed by us for this purpose."""
    said = _loaded(settings, PURPOSE, token)
    match said:
        case [int(person), int(item), int(command), int(moves), int(expires)] if (
            0 <= command < len(COMMANDS)
        ):
            until = datetime.fromtimestamp(expires, UTC)
            return Link(person, item, COMMANDS[command], moves, until)
    return None


def _loaded(settings: Settings, purpose: str, token: str) -> Any:
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    try:
        return _signing(settings, purpose).loads(token)
    except BadData:
        return None


def _seen(connection: Connection, link: Link, now: datetime) -> Seen:
    loaded = items.by_id(connection, link.item_id)
    person = directory.people_by_id(connection, [link.person_id]).get(link.person_id)
    if loaded is None or person is None:
        # Signed by us, but for another database, or for what is there no more.
        return Seen(Standing.FORGED)
    item = loaded.item
    seen = Seen(
        Standing.READY, link, given.reader(connection, person.id), item.ref, actor=person,
        stage=item.stage.value, zone=policies.policy(connection, loaded.policy_id).zone,
    )  # fmt: skip
    if known := given_keys.under(connection, link.key):
        return seen._replace(standing=Standing.DONE, receipt=known.receipt)
    if not person.active:
        return seen._replace(standing=Standing.LEFT)
    if not any(relations(person, item) & seat for seat in _SEATS.get(link.command, ())):
        return seen._replace(standing=Standing.UNSEATED)
    if now >= link.expires:
        return seen._replace(standing=Standing.EXPIRED)
    if item.moves != link.moves:
        return seen._replace(standing=Standing.MOVED_ON)
    return _judged(connection, loaded, seen, person, now)


_SEATS = {
    command: [seat for row in TABLE if row.command == command for seat in row.who]
    for command in COMMANDS
}


def _judged(
    connection: Connection, loaded: Loaded, seen: Seen, person: PersonFact, now: datetime
) -> Seen:
    """What the rules say of it, and what the page may tell of the item."""
    assert seen.link is not None
    item = loaded.item
    case = case_for(connection, loaded, parse(seen.link.command, {}), person, now)
    refusal = refusal_for(case)
    if refusal is not None and refusal.rule == "FollowTheLifecycle":
        return seen._replace(standing=Standing.MOVED_ON)
    return seen._replace(
        standing=Standing.REFUSED if refusal else Standing.READY,
        refusal=refusal,
        title="" if item.confidential else item.title,
        confidential=item.confidential,
        unit="" if item.confidential else given.unit_name(connection, item.unit_id),
        version=item.version,
    )
