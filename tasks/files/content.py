"""What a file really is, by its content alone: a media type of our table, or a refusal.

puremagic knows the beginnings of some thousand formats. It is asked about what is neither text nor
a package; what it is known to get wrong is looked at here: packages by what is in them, old Office
files by their streams, texts by every byte, and files that are two things at once.
"""

from __future__ import annotations

import codecs
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from rules.errors import Refusal, Refused
from rules.evidence_kinds import KINDS, Group
from tasks.files import packages
from tasks.files.storage import CHUNK

HEAD = 8192
"""Bytes at the beginning that are shown to puremagic."""

OTHERWISE_CALLED = {
    "image/x-ms-bmp": "image/bmp", "image/heic": "image/heif", "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav", "video/x-m4v": "video/mp4", "audio/x-m4a": "audio/mp4",
    "application/x-rar-compressed": "application/vnd.rar",
}  # fmt: skip
"""Names that puremagic has for media types of our table."""

OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STREAMS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
"""The stream that tells an old Office file's program, in the file's directory in UTF-16."""

MARKUP = re.compile(
    rb"<(?:script|html|iframe|body|head|object|embed|!doctype\s+html|\?php)[\s>/]"
    rb"|<svg[\s>][^<>]{0,400}(?:xmlns|onload)"
    rb"|http://www\.w3\.org/(?:1999/xhtml|2000/svg)[\"']",
    re.IGNORECASE,
)
"""What a browser would run or draw. XMP in photos is markup, too, and has none of these."""

_OVERLAP = 512
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe",
            b"\xce\xfa\xed\xfe", b"\0asm", b"#!", b"L\0\0\0\x01\x14\x02\0", b"dex\n")  # fmt: skip
"""Beginnings of programs, scripts and shortcuts of Windows, Linux, macOS, Java, Android."""

_ARCHIVE_END = b"PK\x05\x06\0\0\0\0"
_ARCHIVE_TAIL = 22 + 65535
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")
"""Control characters that no text has; the end of file of old (0x1a) is in some."""


def recognise(file: Path) -> str:
    """The media type of what is in the file: one of ``rules.evidence_kinds.KINDS``.

    Raises:
        Refused: it is of no kind that could be allowed, or of two kinds at once, or does
            something by itself.
    """
    with file.open("rb") as source:
        head = source.read(HEAD)
    if head.startswith(PROGRAMS):
        raise Refused(_active("The file is a program or a script."))
    if head.startswith(packages.BEGINS):
        return packages.look_into(file)
    if head.startswith(OLD_OFFICE):
        media_type = _old_office(file)
    elif head[:16].lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        media_type = "application/pdf"
    elif (encoding := _encoding(file)) is not None:
        media_type = _text(file, encoding)
    else:
        media_type = _by_beginning(head)
    if KINDS[media_type].group is not Group.ARCHIVE:
        _refuse_two_at_once(file, head, media_type)
    return media_type


def _by_beginning(head: bytes) -> str:
    """What puremagic says of a file that is neither text nor a package."""
    import puremagic

    try:
        matches = puremagic.magic_stream(io.BytesIO(head))
    except puremagic.PureError:
        matches = []
    for match in matches:
        media_type: str = OTHERWISE_CALLED.get(match.mime_type, match.mime_type)
        if match.extension == ".m4a":
            media_type = "audio/mp4"
        if media_type in KINDS:
            return media_type
    name = next((match.name for match in matches if match.name), "")
    raise Refused(_unknown(f"{name.strip()}" if name else ""))


def _old_office(file: Path) -> str:
    streams = {name: name.encode("utf-16-le") + b"\0\0" for name in (*STREAMS, "_VBA_PROJECT",
               "EncryptedPackage")}  # fmt: skip
    found = {name for piece in _pieces(file) for name, mark in streams.items() if mark in piece}
    if "EncryptedPackage" in found:
        reason = "The file is protected by a password: nobody could check it."
        raise Refused(Refusal("RequireContent", reason, "Attach it without the password."))
    if "_VBA_PROJECT" in found:
        raise Refused(_active("The file has macros."))
    for name, media_type in STREAMS.items():
        if name in found:
            return media_type
    raise Refused(_unknown("Microsoft compound file"))


def _encoding(file: Path) -> str | None:
    """The encoding in which the whole file is text; None when it is none."""
    with file.open("rb") as source:
        marked = source.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            for text in _decoded(file, encoding):
                if _NO_TEXT.search(text):
                    return None
        except UnicodeError:
            continue
        return encoding
    return None


def _text(file: Path, encoding: str) -> str:
    """Whether a text is a table or plain; one that a program would run or draw is refused."""
    before, first = "", ""
    for text in _decoded(file, encoding):
        first = first or text[:HEAD]
        if MARKUP.search((before + text).encode()):
            raise Refused(_active("The file is a web page, or holds parts of one."))
        before = text[-_OVERLAP:]
    if first.lstrip().startswith(("{\\rtf", "%!PS", "<?xml", "<svg")):
        raise Refused(_unknown("RTF, PostScript, XML or SVG"))
    rows = [line for line in first.splitlines()[:20] if line.strip()]
    for comma in ",\t;":
        counts = {row.count(comma) for row in rows if row.count('"') % 2 == 0}
        if len(rows) > 1 and len(counts) == 1 and counts != {0}:
            return "text/csv"
    return "text/plain"


def _refuse_two_at_once(file: Path, head: bytes, media_type: str) -> None:
    """A file that another program would read as something else is not what it shows."""
    if media_type != "application/pdf" and b"%PDF-" in head[:1024]:
        raise Refused(_active("The file is a PDF in the clothing of something else."))
    with file.open("rb") as source:
        source.seek(max(0, source.seek(0, os.SEEK_END) - _ARCHIVE_TAIL))
        if _ARCHIVE_END in source.read():
            raise Refused(_active("An archive is hidden in the file."))
    if media_type.startswith("image/") and any(MARKUP.search(piece) for piece in _pieces(file)):
        raise Refused(_active("A web page is hidden in the picture."))


def _decoded(file: Path, encoding: str) -> Iterator[str]:
    with file.open(encoding=encoding, newline="") as source:
        while text := source.read(CHUNK):
            yield text


def _pieces(file: Path) -> Iterator[bytes]:
    """The content, piece by piece, each with the end of the one before."""
    before = b""
    with file.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield before + chunk
            before = chunk[-_OVERLAP:]


def _active(reason: str) -> Refusal:
    return Refusal(
        "RefuseActiveContent", reason, "Attach a picture, a PDF or a document without it."
    )


def _unknown(name: str) -> Refusal:
    what = f": {name}" if name else ", and is not known"
    return Refusal(
        "AllowEvidenceKind",
        f"Files of this kind are not taken as evidence{what}.",
        "Attach a picture, a PDF, an Office document or a text.",
    )
