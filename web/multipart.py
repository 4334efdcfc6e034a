"""Forms with files, read as they come: a file is handed on piece by piece and never held whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, NamedTuple

from fastapi import HTTPException, Request
from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 60


class Part(NamedTuple):
    """One field of a form; ``filename`` is None for one that is no file."""

    name: str
    filename: str | None


Piece = tuple[Part, bytes | None]
"""Some of a part's content; None at its end."""


async def pieces(request: Request) -> AsyncIterator[Piece]:
    """The form's parts in the order in which the browser sends them.

    Raises:
        HTTPException: it is no such form (400), or larger than this address takes (413).
        ClientDisconnect: the browser has gone.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 70:
        raise HTTPException(400)
    reader = _Reader()
    parser = MultipartParser(boundary, reader.callbacks())
    try:
        async for chunk in request.stream():
            parser.write(chunk)
            for each in reader.taken():
                yield each
        parser.finalize()
    except MultipartParseError as error:
        raise HTTPException(400) from error
    if not reader.ended:
        raise HTTPException(400)


class _Reader:
    """What the parser has found, until somebody takes it. It bounds what stands before a part."""

    def __init__(self) -> None:
        self._found: list[Piece] = []
        self._field = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._part = Part("", None)
        self._parts = 0
        self.ended = False

    def callbacks(self) -> MultipartCallbacks:
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._name,
            "on_header_value": self._said,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._all,
        }

    def taken(self) -> list[Piece]:
        """What has been found since."""
        found, self._found = self._found, []
        return found

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise HTTPException(400)
        self._headers = {}

    def _name(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _said(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field = self._value = b""

    def _headers_end(self) -> None:
        said = self._headers.get(b"content-disposition", b"")
        _, options = parse_options_header(said)
        file = options.get(b"filename")
        name = options.get(b"name", b"").decode("utf-8", "replace")
        self._part = Part(name, None if file is None else file.decode("utf-8", "replace"))
        # Whoever reads it knows that it has begun, should nothing of it ever come.
        self._found.append((self._part, b""))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._found.append((self._part, data[start:end]))

    def _end(self) -> None:
        self._found.append((self._part, None))

    def _all(self) -> None:
        self.ended = True
