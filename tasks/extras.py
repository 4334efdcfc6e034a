"""What a mail brings besides its words: a link that does one thing, the deadline as a file.

None of it ever keeps a mail from leaving: what cannot be made is left out, and the log says why.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from typing import NamedTuple
from urllib.parse import quote

from config.logging import log_context
from models.deliveries import Claimed, Told
from notifications.addresses import Mailbox
from notifications.context import NoticeContext
from notifications.ics import CONTENT_TYPE, Deadline, Method, deadline_event
from notifications.message import Attachment
from rules.errors import RectiflowError
from rules.item import ItemState
from rules.notices import Seat

log = logging.getLogger("rectiflow.delivery")

DATED = frozenset(
    {"assigned", "extension_granted", "failed", "reopened", "resumed", "hold_expired",
     "due_recomputed"}
)  # fmt: skip
"""Kinds by which a deadline is set or moved."""

UNDATED = frozenset({"closed", "withdrawn"})
"""Kinds after which there is no deadline any more."""

LINKED = frozenset({"acknowledge", "confirm"})
"""Commands that a link may give (``tasks.links``)."""

CHARSET = f"{CONTENT_TYPE}; charset=utf-8; method={{method}}"


def item_page(site: str, ref: str) -> str:
    """The address of the item's page; empty where nobody reaches a web server."""
    return f"{site.rstrip('/')}/items/{quote(ref)}" if site else ""


MakeLink = Callable[[int, ItemState, str], str]
"""From person, item and command to an address; empty where there is no web server."""
FindPaper = Callable[[int], Attachment | None]
"""From the id of an event to the paper that was issued for it, if it is there."""


class Extras(NamedTuple):
    """Where extras come from in this installation."""

    make_link: MakeLink | None = None
    find_paper: FindPaper | None = None
    site: str = ""
    """Address of the web server; empty where nobody reaches one."""

    def page(self, ref: str) -> str | None:
        """The address of the item's page, which shows it to whoever may see it."""
        return item_page(self.site, ref) or None

    def link(self, person_id: int, item: ItemState, command: str) -> str:
        """The address that gives this command for the person; empty when there is none."""
        if self.make_link is None or command not in LINKED:
            return ""
        try:
            return self.make_link(person_id, item, command)
        except RectiflowError as error:
            log.error("A mail has no link: %s %s", error, log_context("deliver", item=item.ref))
            return ""

    def attachments(
        self, claimed: Claimed, item: ItemState, event: Told, told: NoticeContext, sender: Mailbox
    ) -> tuple[Attachment, ...]:
        """The files of one mail."""
        found = [_deadline(claimed, item, event, told, sender), self._paper(claimed, item)]
        return tuple(one for one in found if one is not None)

    def _paper(self, claimed: Claimed, item: ItemState) -> Attachment | None:
        """The act; not that of a confidential item, whose title is in it."""
        if self.find_paper is None or claimed.kind != "escalated" or item.confidential:
            return None
        try:
            return self.find_paper(claimed.event_id or 0)
        except (RectiflowError, OSError) as error:
            log.error("A mail has no paper: %s %s", error, log_context("deliver"))
            return None


NO_EXTRAS = Extras()


def _deadline(
    claimed: Claimed, item: ItemState, event: Told, told: NoticeContext, sender: Mailbox
) -> Attachment | None:
    """The deadline as a calendar entry, for those in whose calendar it belongs."""
    due: date | None = told.due
    gone = claimed.kind in UNDATED
    if claimed.seat not in (Seat.RESPONSIBLE, Seat.LEADER) or due is None:
        return None
    if not gone and claimed.kind not in DATED:
        return None
    method = Method.CANCEL if gone else Method.PUBLISH
    entry = Deadline(
        ref=item.ref, due=due, stamp=event.at, title=item.title, confidential=item.confidential,
        life=item.life, sequence=item.due_version + gone, url=told.url or "",
    )  # fmt: skip
    content_type = CHARSET.format(method=method.value)
    return Attachment(
        "deadline.ics", content_type, deadline_event(entry, sender, told.lang, method)
    )
