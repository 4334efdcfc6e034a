"""The chats flow: sends what is due by chats and other gateways, beside the mails."""

from __future__ import annotations

from prefect import flow

from config.channels import read_channels
from config.clock import wall
from flows.delivery import BATCH
from models import deliveries
from models.engine import reading
from notifications.channels.apprise import AppriseChannel
from rules.errors import InputError
from tasks.at_hand import office
from tasks.delivery import deliver
from tasks.ends import Delivered
from tasks.office import Office
from tasks.own_words import telling


@flow(name="chats", persist_result=False, validate_parameters=False)
async def chats() -> None:
    """Send every message that is due by another channel than mail."""
    await run_plainly()


def something_waits(at: Office) -> bool:
    """Whether any message for another channel than mail is due."""
    with reading(at.engine) as connection:
        return deliveries.has_due_chats(connection, wall())


async def run_plainly() -> Delivered:
    """Send until nothing is due; what could not be sent waits for its next attempt."""
    at = office()
    ended = Delivered()
    async with gateways(at) as channel:
        while True:
            with telling(at, wall()) as texts:
                batch = await deliver(
                    at.engine, channel, at.settings.mail_from, wall(), BATCH, texts,
                    campaign=at.clock.now(), chats=True,
                )  # fmt: skip
            ended = Delivered(*(a + b for a, b in zip(ended, batch, strict=True)))
            if batch.total < BATCH:
                return ended


def gateways(at: Office) -> AppriseChannel:
    """The gateways of the installation; closed while the file of channels is unusable."""
    try:
        return AppriseChannel(read_channels(at.settings))
    except InputError as error:
        return AppriseChannel({}, closed=str(error))
