"""Which kinds of files evidence may be, by what they contain; and the name they are given out by.

A kind is found in the content, never in the name (``tasks.files.content``). A group of kinds is
allowed or not by the setting ``RECTIFLOW_EVIDENCE_KINDS``. Kinds that are not in the table, among
them programs, web pages and SVG, are never allowed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from rules.errors import InputError, Refusal


class Group(StrEnum):
    """Kinds that are allowed or refused together."""

    IMAGE = "image"
    PDF = "pdf"
    OFFICE = "office"
    TEXT = "text"
    AUDIO = "audio"
    VIDEO = "video"
    ARCHIVE = "archive"


class Kind(NamedTuple):
    """A media type, its group, and the endings under which it may be saved; the first is ours."""

    media_type: str
    group: Group
    endings: tuple[str, ...]


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_TEXTS = ("txt", "md", "log", "csv", "tsv", "json", "yaml", "yml")

KINDS = {
    media_type: Kind(media_type, group, endings)
    for media_type, group, endings in (
        ("image/jpeg", Group.IMAGE, ("jpg", "jpeg", "jpe", "jfif")),
        ("image/png", Group.IMAGE, ("png",)),
        ("image/gif", Group.IMAGE, ("gif",)),
        ("image/webp", Group.IMAGE, ("webp",)),
        ("image/bmp", Group.IMAGE, ("bmp", "dib")),
        ("image/tiff", Group.IMAGE, ("tif", "tiff")),
        ("image/avif", Group.IMAGE, ("avif",)),
        ("image/heif", Group.IMAGE, ("heic", "heif")),
        ("application/pdf", Group.PDF, ("pdf",)),
        (_WORD, Group.OFFICE, ("docx",)),
        (_SHEET, Group.OFFICE, ("xlsx",)),
        (_SLIDES, Group.OFFICE, ("pptx", "ppsx")),
        ("application/vnd.oasis.opendocument.text", Group.OFFICE, ("odt",)),
        ("application/vnd.oasis.opendocument.spreadsheet", Group.OFFICE, ("ods",)),
        ("application/vnd.oasis.opendocument.presentation", Group.OFFICE, ("odp",)),
        ("application/ofd", Group.OFFICE, ("ofd",)),
        ("application/msword", Group.OFFICE, ("doc", "wps")),
        ("application/vnd.ms-excel", Group.OFFICE, ("xls", "et")),
        ("application/vnd.ms-powerpoint", Group.OFFICE, ("ppt", "dps")),
        ("text/plain", Group.TEXT, _TEXTS),
        ("text/csv", Group.TEXT, ("csv", "tsv", "txt")),
        ("audio/mpeg", Group.AUDIO, ("mp3", "mpga")),
        ("audio/mp4", Group.AUDIO, ("m4a", "mp4")),
        ("audio/wav", Group.AUDIO, ("wav",)),
        ("audio/amr", Group.AUDIO, ("amr",)),
        ("video/mp4", Group.VIDEO, ("mp4", "m4v")),
        ("video/quicktime", Group.VIDEO, ("mov", "qt")),
        ("application/zip", Group.ARCHIVE, ("zip",)),
        ("application/vnd.rar", Group.ARCHIVE, ("rar",)),
        ("application/x-7z-compressed", Group.ARCHIVE, ("7z",)),
    )
}
"""Every kind that can be allowed, by its media type. OFD is the Chinese standard for fixed pages,
GB/T 33190; ``wps``, ``et`` and ``dps`` are the endings of WPS Office for the old formats."""

USUAL = frozenset({Group.IMAGE, Group.PDF, Group.OFFICE, Group.TEXT})
"""Allowed unless the setting says otherwise."""

_LONGEST_NAME = 120
_BESIDE_LETTERS = " .-_()（）[]【】《》、，+&"


def allowed_groups(text: str) -> frozenset[Group]:
    """The groups that a setting lists, with commas between; the usual ones when it is empty.

    Raises:
        InputError: a word is no group.
    """
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in set(Group):
            known = ", ".join(Group)
            where = "RECTIFLOW_EVIDENCE_KINDS"
            raise InputError(f"{word!r} is no group of kinds.", f"Known: {known}.", where)
    return frozenset(map(Group, words)) or USUAL


def allow_kind(media_type: str, allowed: frozenset[Group]) -> Refusal | None:
    """Evidence is of a kind that the office has allowed."""
    kind = KINDS.get(media_type)
    if kind is not None and kind.group in allowed:
        return None
    return Refusal(
        "AllowEvidenceKind",
        f"Files of this kind are not taken as evidence here: {media_type}.",
        f"Attach one of: {', '.join(group for group in Group if group in allowed)}.",
    )


def named_otherwise(filename: str, media_type: str) -> bool:
    """Whether the name's ending belongs to something else than what the file is."""
    kind = KINDS.get(media_type)
    return kind is not None and _ending(filename) not in kind.endings


def safe_name(filename: str, media_type: str) -> str:
    """The name under which the file is given out.

    Without paths and characters that could mislead a browser or a person, and with an ending
    that belongs to what the file is: a text called ``photo.bat`` becomes ``photo.bat.txt``.
    """
    base = filename.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c if c.isalnum() or c in _BESIDE_LETTERS else "_" for c in base).strip(" .")
    shown = shown[-_LONGEST_NAME:].lstrip(" .") or "evidence"
    kind = KINDS.get(media_type)
    if kind is None:
        return f"{shown}.bin"
    return shown if _ending(shown) in kind.endings else f"{shown}.{kind.endings[0]}"


def _ending(filename: str) -> str:
    return filename.rpartition(".")[2].lower() if "." in filename else ""
