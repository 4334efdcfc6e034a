"""A mail server that delivers nothing: it catches every mail in a folder, and can misbehave.

For the demo, where nobody is to be written to, and for tests, which need a server that refuses,
greylists, stalls and hangs up.
"""

from __future__ import annotations

import email.policy
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from notifications.catcher_server import CatchingController

_MESSAGE_ID = re.compile(rb"^Message-ID:[ \t\r\n]*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail that arrived; a repeat is one more."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    path: Path
    encrypted: bool

    @property
    def data(self) -> bytes:
        """The message as it came over the wire."""
        return self.path.read_bytes()

    def parsed(self) -> EmailMessage:
        """The message taken apart."""
        return BytesParser(policy=email.policy.default).parsebytes(self.data)


@dataclass(slots=True)
class Faults:
    """How the server misbehaves; may be changed while it runs.

    ``busy``: connections yet to be turned away. ``refuse``: recipients that get 550.
    ``greylist``: recipients yet to get 451. ``mail_reply`` and ``data_reply``: the answer to every
    sender and every message. ``drop_after_data``: messages yet to be caught with the connection
    dropped in place of an answer. ``stall_at``: the command (``EHLO``, ``MAIL``, ``RCPT``,
    ``DATA``) that is never answered. ``goodbye_after``: mails that a connection may bring before
    it gets 421, 0 for any number.
    """

    busy: int = 0
    refuse: frozenset[str] = frozenset()
    greylist: int = 0
    data_reply: str = ""
    mail_reply: str = ""
    drop_after_data: int = 0
    stall_at: str = ""
    goodbye_after: int = 0


@dataclass(slots=True)
class Catcher:
    """The server, listening on ``host`` in a thread of its own between ``start`` and ``stop``.

    Port 0 takes a free one. ``users`` (name to password) makes a login necessary.
    ``tls`` offers STARTTLS, or encrypts from the first byte with ``implicit_tls``.
    """

    folder: Path
    host: str = "127.0.0.1"
    port: int = 0
    users: Mapping[str, str] | None = None
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    faults: Faults = field(default_factory=Faults)
    mails: list[Caught] = field(default_factory=list, init=False)
    connections: int = field(default=0, init=False)
    _controller: CatchingController | None = field(default=None, init=False)

    def start(self) -> Self:
        """Listen. Raises ``OSError`` when the port is taken or the folder cannot be made."""
        self.folder.mkdir(parents=True, exist_ok=True)
        controller = CatchingController(self)
        controller.start()
        self.port = controller.port
        # Starting makes one connection to see that the server answers.
        self.connections = 0
        self._controller = controller
        return self

    def stop(self) -> None:
        """Hang up on everybody and stop listening. The mails stay in the folder."""
        if self._controller is not None:
            self._controller.hang_up()
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its address as a value of ``RECTIFLOW_SMTP_URL``, without user and password."""
        scheme = "smtps" if self.implicit_tls else "smtp"
        return f"{scheme}://{self.host}:{self.port}"

    def keep(
        self, sender: str, recipients: tuple[str, ...], data: bytes, *, encrypted: bool = False
    ) -> Caught:
        """Write a mail into the folder and note it; numbered, since repeats are kept apart."""
        found = _MESSAGE_ID.search(data)
        message_id = found[1].decode("ascii", "replace") if found else ""
        name = quote(message_id.strip("<>"), safe="@")[:180]
        number = len(self.mails) + 1
        while (path := self.folder / f"{number:06d}-{name}.eml").exists():
            number += 1
        path.write_bytes(data)
        caught = Caught(message_id, sender, recipients, path, encrypted)
        self.mails.append(caught)
        return caught
