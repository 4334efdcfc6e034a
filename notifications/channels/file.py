"""Mail into a folder, for an office without a mail server: one .eml file a message."""

from __future__ import annotations

import asyncio
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from notifications.addresses import address_problem
from notifications.channels.base import (
    AlwaysOpen,
    Deferred,
    Envelope,
    Outcome,
    Rejected,
    Retry,
    Sent,
)

# File systems allow 255 bytes; the temporary file beside it is shorter.
_LONGEST_NAME = 200


class FileChannel(AlwaysOpen):
    """Writes every message to ``folder``, whole or not at all, named after its Message-ID.

    A repeat replaces the file by the same bytes. Files are readable by their owner only.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def deliver(self, envelope: Envelope) -> Outcome:
        """Write the message; deferred, as an outage, when the folder cannot be written to."""
        if problem := address_problem(envelope.recipient):
            return Rejected(problem)
        return await asyncio.to_thread(self._write, envelope)

    async def deliver_many(self, envelopes: Sequence[Envelope]) -> list[Outcome]:
        """Write the messages one after the other."""
        return [await self.deliver(envelope) for envelope in envelopes]

    def path_of(self, message_id: str) -> Path:
        """The file of the message with this identifier."""
        name = quote(message_id.strip("<>"), safe="@")
        if len(name) > _LONGEST_NAME:
            name = hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()
        return self.folder / f"{name}.eml"

    def _write(self, envelope: Envelope) -> Outcome:
        path = self.path_of(envelope.message_id)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(path, envelope.data)
        except OSError as error:
            return Deferred(
                f"The mail folder {self.folder} cannot be written to: {error.strerror or error}.",
                Retry.OUTAGE,
            )
        return Sent(path.name)


def _write_whole(path: Path, data: bytes) -> None:
    """Write beside and rename, so that a reader and a crash see all of the file or none of it."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
