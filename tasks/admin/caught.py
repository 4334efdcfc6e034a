"""Mails that were written to files instead of being sent: listed, and read without harm."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import NamedTuple

PAGE = 50
LARGEST = 4 << 20
"""Octets of a mail that is opened."""

NAME = re.compile(r"[\w.@+=%-]{1,240}\.eml")


class Caught(NamedTuple):
    """One mail of the list."""

    file: str
    at: datetime
    subject: str
    to: str


class Opened(NamedTuple):
    """One mail: its headers and its parts. ``html`` is empty where it has none."""

    subject: str
    sender: str
    to: str
    date: str
    text: str
    html: str
    attached: tuple[str, ...]


def listed(folder: Path, skip: int = 0) -> tuple[list[Caught], bool]:
    """A page of the mails, the newest first, and whether there are more."""
    files = sorted(_files(folder), key=_written, reverse=True)
    return [_line(file) for file in files[skip : skip + PAGE]], len(files) > skip + PAGE


def opened(folder: Path, name: str) -> Opened | None:
    """The mail in this file of the folder; None when there is none."""
    if not NAME.fullmatch(name) or not (file := folder / name).is_file():
        return None
    mail = _read(file, LARGEST)
    attached = tuple(part.get_filename() or "?" for part in mail.iter_attachments())
    return Opened(
        str(mail["subject"] or ""), _people(mail, "from"), _people(mail, "to"),
        str(mail["date"] or ""), _part(mail, "plain"), _part(mail, "html"), attached,
    )  # fmt: skip


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (file for file in folder.glob("*.eml") if NAME.fullmatch(file.name))


def _written(file: Path) -> tuple[float, str]:
    try:
        return file.stat().st_mtime, file.name
    except OSError:
        return 0.0, file.name


def _line(file: Path) -> Caught:
    mail = _read(file, 16 << 10)
    at = datetime.fromtimestamp(_written(file)[0], UTC)
    return Caught(file.name, at, str(mail["subject"] or ""), _people(mail, "to"))


def _read(file: Path, most: int) -> EmailMessage:
    with file.open("rb") as opened_file:
        found = email.message_from_bytes(opened_file.read(most), policy=default)
    assert isinstance(found, EmailMessage)
    return found


def _people(mail: EmailMessage, name: str) -> str:
    """An address header as people read it.

    The library's own reading leaves a space between the encoded words of a name, which RFC 2047
    6.2 has nobody show.
    """
    written = next((str(raw) for key, raw in mail.raw_items() if key.lower() == name), "")
    try:
        return str(make_header(decode_header(written)))
    except (HeaderParseError, LookupError, ValueError):
        return str(mail[name] or "")


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        return ""
