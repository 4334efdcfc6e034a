"""Files handed out so that no browser runs, draws or guesses anything: attachments only."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from fastapi import HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from tasks.evidence import content
from tasks.files.storage import open_store
from tasks.office import Office

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

SEALED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
"""Whoever opens it inside a browser nevertheless: it runs and loads nothing, and has no origin."""


def disposition(filename: str) -> str:
    """The header that makes a browser save a file under this name (RFC 6266, RFC 5987).

    Only letters of ASCII stand in it as they are: no name ends the header, or begins another.
    """
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def handed_out(
    request: Request, office: Office, sha256: str, media_type: str, filename: str
) -> Response:
    """A file of the store, to be saved.

    Raises:
        HTTPException: it is gone from the store (404); the histories still tell its digest.
        Unavailable: the store cannot be read.
    """
    headers = {"content-disposition": disposition(filename)}
    return stored(request, office, sha256, media_type, headers)


def stored(
    request: Request, office: Office, sha256: str, media_type: str, headers: dict[str, str]
) -> Response:
    """A file of the store as it is, under its digest as a tag."""
    tag = f'"{sha256}"'
    headers = {**headers, "content-security-policy": SEALED, "etag": tag}
    if request.headers.get("if-none-match", "") == tag:
        return Response(status_code=304, headers=headers)
    size = open_store(office.settings).size(sha256)
    if size is None:
        raise HTTPException(404)
    headers["content-length"] = str(size)
    if request.method == "HEAD":
        return Response(media_type=media_type, headers=headers)
    return StreamingResponse(_chunks(office, sha256), media_type=media_type, headers=headers)


def _chunks(office: Office, sha256: str) -> Iterator[bytes]:
    """Its content; a file that is gone in this moment breaks the answer off."""
    yield from content(office.settings, sha256)
