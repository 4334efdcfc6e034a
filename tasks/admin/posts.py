"""Mails, calls of webhooks and channels in an administrator's hands: again, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from config.channels import read_channels
from models import mails, webhooks
from models.engine import reading, writing
from models.webhooks import Hook
from notifications import brief
from notifications.brief import Brief
from notifications.channels.apprise import AppriseChannel, address_problem
from notifications.channels.base import Envelope, Outcome, Sent
from rules.errors import InputError, NotFound, Unavailable
from tasks import deciding
from tasks.admin.desk import Admin, deed
from tasks.office import Office
from tasks.webhooks import try_out


def replay(admin: Admin, ids: Sequence[int], campaign: datetime) -> int:
    """Send deliveries again that were tried; how many. ``campaign`` is campaign time.

    Raises:
        Refused: they may not.
        InputError: none is named.
    """
    if not ids:
        raise InputError("No mail was chosen.", "Tick some.")
    about = ", ".join(map(str, ids[:20]))
    with deed(admin, "mail.replay", about), writing(admin.engine) as connection:
        return mails.replay(connection, sorted(set(ids)), admin.at, campaign)


def release(admin: Admin, campaign: datetime) -> int:
    """Let the mail go on that the cap has stopped; how many notices. It takes a coordinator."""
    with deed(admin, "mail.release", "", office=True):
        return deciding.release(admin.engine, admin.person.code, campaign)


def discard(admin: Admin, campaign: datetime, reason: str) -> int:
    """Let the mail go on without what the cap has stopped. It takes a coordinator, and a reason."""
    if not reason.strip():
        raise InputError("A reason is missing.", "Say why they are not sent.", where="reason")
    with deed(admin, "mail.discard", "", reason[:400], office=True):
        return deciding.discard(admin.engine, admin.person.code, campaign, reason[:400])


def replay_calls(admin: Admin, name: str) -> int:
    """Make all calls of a webhook again that were given up; how many."""
    with deed(admin, "webhook.replay", name), writing(admin.engine) as connection:
        return webhooks.replay(connection, _hook(admin, name).id, (), admin.at)


def resume_hook(admin: Admin, name: str) -> None:
    """Call a receiver again that wanted no more, or was found resting."""
    with deed(admin, "webhook.resume", name), writing(admin.engine) as connection:
        webhooks.switch(connection, _hook(admin, name).id, active=True)


def try_hook(admin: Admin, office: Office, name: str) -> str:
    """Make one call now; what the receiver answered.

    Raises:
        Unavailable: it could not be made.
    """
    with deed(admin, "webhook.test", name):
        outcome = asyncio.run(try_out(office.settings, _hook(admin, name), admin.at))
        return _arrived(outcome)


def try_channel(admin: Admin, office: Office, name: str) -> str:
    """Send a short message by a channel now.

    Raises:
        NotFound: there is no such channel.
        Unavailable: the gateway did not take it.
    """
    with deed(admin, "channel.test", name):
        urls = read_channels(office.settings)
        if name not in urls:
            raise NotFound(f"There is no channel {name!r} in the file of channels.", "See there.")
        if problem := address_problem(urls[name]):
            raise InputError(problem, f"Correct {name} in the file of channels.")
        words = Brief("Rectiflow 测试 / test", f"{name} {admin.at:%Y-%m-%d %H:%M} UTC")
        message = brief.envelope("", office.settings.mail_from, name, words)
        return _arrived(asyncio.run(_sent(AppriseChannel(urls), message)))


async def _sent(gateways: AppriseChannel, message: Envelope) -> Outcome:
    async with gateways:
        return await gateways.deliver(message)


def _arrived(outcome: Outcome) -> str:
    if not isinstance(outcome, Sent):
        raise Unavailable(outcome.reason, "Nothing was kept; try again later.")
    return outcome.detail


def _hook(admin: Admin, name: str) -> Hook:
    with reading(admin.engine) as connection:
        found = webhooks.by_name(connection, name)
    if found is None:
        raise NotFound(f"There is no webhook {name!r}.", "See the list of them.")
    return found
