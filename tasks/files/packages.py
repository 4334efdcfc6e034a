"""Packages (zip): Office documents by what is in them, archives, and bombs of either kind.

Only the directory at the end is read here, and only when it is small; nothing is ever unpacked to
the disk. Whether the content is what the directory promises is found out by ``examiner``.
"""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path

from rules.errors import Refusal, Refused

BEGINS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
MOST_ENTRIES = 10_000
MOST_DIRECTORY = 4 << 20
"""Bytes of the directory."""
MOST_UNPACKED = 300 << 20
"""Bytes of everything unpacked."""
MOST_RATIO = 200
"""How many times as large the whole becomes; documents stay below 50."""
FREE = 10 << 20
"""Below this, the ratio does not matter: an empty sheet of zeros packs well."""
MOST_TYPES = 1 << 20
"""Bytes of the list of content types."""

_END = struct.Struct("<4s4H2LH")
_TAIL = _END.size + 65535

_MAIN = {
    "wordprocessingml.document.main+xml": "wordprocessingml.document",
    "spreadsheetml.sheet.main+xml": "spreadsheetml.sheet",
    "presentationml.presentation.main+xml": "presentationml.presentation",
    "presentationml.slideshow.main+xml": "presentationml.presentation",
}
_OPEN = re.compile(r"application/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation)\Z")


def look_into(file: Path) -> str:
    """The media type of a package.

    Raises:
        Refused: it is damaged, unpacks into too much, or has macros.
    """
    if _directory_size(file) > MOST_DIRECTORY:
        raise Refused(_bomb())
    try:
        with zipfile.ZipFile(file) as package:
            _bound(package, file.stat().st_size)
            return _kind(package)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, RuntimeError) as error:
        raise Refused(damaged()) from error


def _directory_size(file: Path) -> int:
    """The size of the directory that the end announces: read before anything believes it."""
    with file.open("rb") as source:
        source.seek(max(0, file.stat().st_size - _TAIL))
        tail = source.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Refused(damaged())
    size: int = _END.unpack_from(tail, at)[5]
    return size  # four bytes of 0xff announce a larger directory than any we read


def _bound(package: zipfile.ZipFile, size: int) -> None:
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    # Entries that overlap are packed once and unpacked many times.
    packed = sum(entry.compress_size for entry in entries)
    if (
        len(entries) > MOST_ENTRIES
        or unpacked > MOST_UNPACKED
        or packed > size
        or unpacked > max(FREE, MOST_RATIO * size)
    ):
        raise Refused(_bomb())


def _kind(package: zipfile.ZipFile) -> str:
    names = set(package.namelist())
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused(_macros())
    if "[Content_Types].xml" in names:
        types = _begin(package, "[Content_Types].xml", MOST_TYPES)
        if "macroenabled" in types.lower():
            raise Refused(_macros())
        for mark, kind in _MAIN.items():
            if mark in types:
                return f"application/vnd.openxmlformats-officedocument.{kind}"
    if "mimetype" in names and _OPEN.match(said := _begin(package, "mimetype", 200)):
        if any(name.startswith(("Basic/", "Scripts/")) for name in names):
            raise Refused(_macros())
        return said
    return "application/ofd" if "OFD.xml" in names else "application/zip"


def _begin(package: zipfile.ZipFile, name: str, most: int) -> str:
    """The beginning of an entry, without more being unpacked."""
    with package.open(name) as entry:
        return entry.read(most).decode("utf-8", "replace")


def damaged() -> Refusal:
    """That a file is not whole."""
    reason = "The file is damaged: it cannot be opened."
    return Refusal("RequireWholeFile", reason, "Open it yourself, save it anew, and attach that.")


def _bomb() -> Refusal:
    reason = "The file unpacks into far more than it is worth."
    return Refusal("RefuseBombs", reason, "Attach what is in it, piece by piece.")


def _macros() -> Refusal:
    reason = "The file has macros."
    return Refusal("RefuseActiveContent", reason, "Save it without macros (.docx, .xlsx, .pptx).")
