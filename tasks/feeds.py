"""A person's calendar feed: the address that is given once, and what it shows."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from models import directory, feeds
from models.engine import reading
from models.feeds import Dated
from notifications.addresses import Mailbox
from notifications.ics import Deadline, feed
from tasks.extras import item_page
from tasks.office import Office

TOKEN_BYTES = 32
"""256 bits, which nobody guesses."""

MOST = 1_000
"""Deadlines in a feed: more than anybody can have in sight, and a bound on the work."""


class Feed(NamedTuple):
    """A calendar and the tag by which a program knows whether it has changed."""

    octets: bytes
    tag: str


def new_token(connection: Connection, person_id: int, now: datetime) -> str:
    """A new token for this person, told this once; earlier ones are void. ``now`` is wall time."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    feeds.add(connection, person_id, hashed(token), now)
    return token


def hashed(token: str) -> str:
    """What is kept of a token. It is random and long: a plain digest cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def calendar_of(at: Office, token: str) -> Feed | None:
    """The feed of whoever was given the token; None for an unknown or revoked one.

    Raises:
        InputError: the sender's address is unusable.
        Unavailable: the database cannot be read.
    """
    with reading(at.engine) as connection:
        owner = feeds.owner(connection, hashed(token))
        if owner is None:
            return None
        person = directory.people_by_id(connection, [owner.person_id])[owner.person_id]
        found = feeds.deadlines(connection, person, MOST)
    lang = "en" if owner.lang.lower().startswith("en") else "zh-CN"
    entries = (_deadline(one, at.settings.public_url) for one in found)
    octets = feed(entries, Mailbox(at.settings.mail_from), lang)
    return Feed(octets, f'"{hashlib.sha256(octets).hexdigest()[:32]}"')


def _deadline(dated: Dated, site: str) -> Deadline:
    # Stamped with when the deadline was set, so that an unchanged feed is the same bytes.
    return Deadline(
        ref=dated.ref,
        due=dated.due,
        stamp=dated.plan_from,
        title="" if dated.confidential else dated.title,
        confidential=dated.confidential,
        life=dated.life,
        sequence=dated.due_version,
        url=item_page(site, dated.ref),
    )
