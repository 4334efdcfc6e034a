"""Files on their way in from a browser: each is kept as it comes, or refused for itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from contextlib import ExitStack
from typing import NamedTuple

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.status import HTTP_413_CONTENT_TOO_LARGE as TOO_LARGE

from rules.errors import Refusal, Refused
from tasks.evidence import Kept, Upload
from tasks.files.draft import too_large
from tasks.files.storage import CHUNK
from tasks.office import Office
from web.multipart import Part, pieces
from web.viewer import NotOurForm

FILES = "files"
"""The field of the form that holds the files."""

MOST_FILES = 20
"""Files of one form that are looked at; the others are refused."""

MOST_FIELD = 8 * 1024
"""Octets of a field."""


class Turned(NamedTuple):
    """A file that was not taken, and why."""

    filename: str
    why: Refused


class Received(NamedTuple):
    """A form that was read: its fields, the files that are in the store, those that are not."""

    fields: dict[str, str]
    kept: list[Kept]
    turned: list[Turned]


async def received(
    request: Request, office: Office, ours: Callable[[str], bool], *, known: bool
) -> Received:
    """Read a form with files.

    ``ours`` tells whether a form's ``csrf`` is of this session; unless that is ``known`` already,
    the field has to come before the first file.

    Raises:
        NotOurForm: the form is not one of this session's; nothing was kept.
        HTTPException: it is no such form.
        ClientDisconnect: the browser has gone; the file on its way leaves nothing behind.
        Unavailable: nothing can be stored.
    """
    with ExitStack() as held:
        reader = _Receiver(request, office, held)
        try:
            async for part, data in pieces(request):
                if part.filename is None:
                    reader.field(part.name, data)
                    continue
                known = known or ours(reader.fields.get("csrf", ""))
                if not known:
                    raise NotOurForm
                await reader.file(part, data)
        except HTTPException as error:
            # What came before is not lost because the whole is too much.
            if error.status_code != TOO_LARGE or not known:
                raise
            reader.cut_off()
    if not known and not ours(reader.fields.get("csrf", "")):
        raise NotOurForm
    return Received(reader.fields, reader.kept, reader.turned)


def told_name(filename: str) -> str:
    """The name that a file comes with, without what no name is written with."""
    shown = "".join("_" if unicodedata.category(c) in ("Cc", "Cs") else c for c in filename)
    return shown.strip() or "?"


class _Receiver:
    """The form so far. ``held`` lets go of the file on its way, whatever happens."""

    def __init__(self, request: Request, office: Office, held: ExitStack) -> None:
        self._office = office
        self._looks = request.app.state.looks
        self._held = held
        self._upload: Upload | None = None
        self._name = ""
        self._begun = False
        self._buffer = bytearray()
        self._files = 0
        self._most = office.settings.evidence_megabytes * 1_000_000
        self.fields: dict[str, str] = {}
        self.kept: list[Kept] = []
        self.turned: list[Turned] = []
        self._raw: dict[str, bytes] = {}

    def field(self, name: str, data: bytes | None) -> None:
        """Some of a field, or its end."""
        if data is None:
            self.fields[name] = self._raw.pop(name, b"").decode("utf-8", "replace")
            return
        self._raw[name] = self._raw.get(name, b"") + data
        if len(self._raw[name]) > MOST_FIELD:
            raise HTTPException(400)

    async def file(self, part: Part, data: bytes | None) -> None:
        """Some of a file, or its end. A form without a chosen file brings one without a name."""
        if part.name != FILES or not part.filename:
            return
        try:
            if not self._begun:
                await self._begin(told_name(part.filename))
            await (self._end() if data is None else self._write(data))
        except Refused as error:
            self._turn(error)
        if data is None:
            self._begun = False

    def cut_off(self) -> None:
        """The rest of the form does not come any more."""
        if self._upload is not None:
            self._turn(Refused(too_large(self._most)))

    async def _begin(self, name: str) -> None:
        self._begun, self._name, self._files = True, name, self._files + 1
        self._buffer.clear()
        if self._files > MOST_FILES:
            reason = f"No more than {MOST_FILES} files are taken at once."
            raise Refused(Refusal("LimitFilesAtOnce", reason, "Send the others afterwards."))
        made = await run_in_threadpool(Upload, self._office, name)
        self._upload = self._held.enter_context(made)

    async def _write(self, data: bytes) -> None:
        if self._upload is None:
            return
        self._buffer += data
        if len(self._buffer) >= CHUNK:
            await self._flush()

    async def _flush(self) -> None:
        if self._upload is not None and self._buffer:
            await run_in_threadpool(self._upload.write, bytes(self._buffer))
        self._buffer.clear()

    async def _end(self) -> None:
        await self._flush()
        if self._upload is None:
            return
        async with self._looks:
            self.kept.append(await run_in_threadpool(self._upload.keep))
        self._let_go()

    def _turn(self, why: Refused) -> None:
        self.turned.append(Turned(self._name, why))
        # What still comes of it is read, and not kept: browsers hear no answer before.
        self._let_go()

    def _let_go(self) -> None:
        self._upload = None
        self._held.close()
