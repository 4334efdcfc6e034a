"""The delivery flow: derives notices from events and sends what is due, until nothing is left."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

from prefect import flow, task

from config.clock import wall
from models import deliveries
from models.engine import reading
from notifications.channels.base import Channel
from notifications.channels.file import FileChannel
from notifications.channels.smtp import SmtpChannel
from notifications.smtp_url import parse_smtp_url
from rules.item import ItemState
from tasks.at_hand import in_office, office
from tasks.attached_papers import paper_for
from tasks.delivery import announce, deliver
from tasks.ends import Delivered
from tasks.extras import Extras
from tasks.links import link_for
from tasks.office import Office
from tasks.own_words import telling

BATCH = 200
"""Mails claimed, rendered and sent together."""

LINK_LASTS = timedelta(days=14)
"""For how long a link in a mail can be used (campaign time), if the item does not move before."""


@flow(name="delivery", persist_result=False, validate_parameters=False)
async def delivery() -> None:
    """Announce every event and send every mail that is due."""
    await announce_events()
    await send_mails()


@task(name="announce events")
async def announce_events() -> None:
    """Derive the deliveries of all events that have none."""
    await in_office(announce_all)


@task(name="send mails")
async def send_mails() -> None:
    """Hand over every mail that is due."""
    await send_all()


def announce_all(at: Office) -> int:
    """Announce until nothing is left; how many events."""
    total = 0
    while taken := announce(at.engine, wall()):
        total += taken
    return total


async def send_all() -> Delivered:
    """Send until nothing is due; what could not be sent waits for its next attempt."""
    at = office()
    sender, extras = at.settings.mail_from, extras_of(at)
    ended = Delivered()
    async with channel_for(at) as channel:
        while True:
            now = at.clock.now()
            with telling(at, wall()) as texts:
                batch = await deliver(
                    at.engine, channel, sender, wall(), BATCH, texts, campaign=now, extras=extras
                )
            ended = Delivered(*(a + b for a, b in zip(ended, batch, strict=True)))
            if batch.total < BATCH:
                return ended


def channel_for(at: Office) -> Channel:
    """The way out: SMTP when a server is set, else files in the home.

    Raises:
        InputError: the SMTP URL is unusable.
    """
    if at.settings.smtp_url:
        return SmtpChannel(parse_smtp_url(at.settings.smtp_url))
    return FileChannel(at.settings.mail_folder)


def extras_of(at: Office) -> Extras:
    """The links and papers that mails bring here: links where a web server can be reached."""

    def link(person_id: int, item: ItemState, command: str) -> str:
        return link_for(at, person_id, item, command, at.clock.now() + LINK_LASTS)

    site = at.settings.public_url
    return Extras(link if site else None, partial(paper_for, at), site)


def something_waits(at: Office) -> bool:
    """Whether an event is unannounced, or a mail is due or to be planned."""
    with reading(at.engine) as connection:
        due = deliveries.has_due(connection, wall(), at.clock.now())
        return due or deliveries.has_unannounced(connection)


async def run_plainly() -> None:
    """The same work without Prefect, for when its server is away: mails still leave."""
    await asyncio.to_thread(announce_all, office())
    await send_all()
