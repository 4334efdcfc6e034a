"""What kind of file is this, told by its content, and is it safe to open?"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rules.errors import InputError, NotFound, Unavailable

_MIB = 1 << 20
_AS_XLSX = "Open it in a spreadsheet and save it as .xlsx (Excel workbook) or CSV UTF-8."
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|meta|table|\?xml)", re.IGNORECASE)
_ELSEWHERE = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
    "content.xml": "an OpenDocument file (.ods)",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may take, in bytes, before and after decompression, and in parts of its zip.

    ``expansion`` is how many times its size a workbook may unpack to, beyond ``always_bytes``:
    ledgers of much repeated text come to 40 or so, bombs to 1000.
    """

    file_bytes: int = 30 * _MIB
    expanded_bytes: int = 300 * _MIB
    always_bytes: int = 50 * _MIB
    expansion: int = 250
    members: int = 5000


def recognise(path: Path, limits: Limits) -> Literal["xlsx", "text"]:
    """Tell a workbook from a text table. Raises InputError when it is neither, or too large."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise InputError("This is a folder, not a file.", "Name the file.", str(path))
        if not path.is_file():
            # A pipe gives its content once, and we look twice; a device may never end.
            raise InputError("This is no ordinary file.", "Save the ledger to a file.", str(path))
        if size > limits.file_bytes:
            raise too_large(path, size, limits.file_bytes)
        with path.open("rb") as file:
            head = file.read(4096)
            if head.startswith(_OLE):
                raise _old_or_locked(path, head + file.read())
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {path}.", "Check the path.") from error
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror or error}.") from error
    if not head.strip():
        raise InputError("The file is empty.", "Check that the right file was saved.", str(path))
    if head.startswith(_ZIP):
        _check_zip(path, limits)
        return "xlsx"
    _check_text(path, head)
    return "text"


def too_large(path: Path, size: int, limit: int, what: str = "The file") -> InputError:
    """The refusal of a file of ``size`` bytes where ``limit`` are allowed."""
    return InputError(
        f"{what} is {_mib(size)} MB, more than the {limit / _MIB:.0f} MB that are read at once.",
        "Split the ledger into several files; rows already imported are recognised by number.",
        str(path),
    )


def _mib(size: int) -> str:
    return f"{size / _MIB:,.0f}" if size < 10**15 else "beyond counting"


def damaged(path: Path, detail: object) -> InputError:
    """The refusal of a workbook that breaks off or contradicts itself."""
    return InputError(
        f"The workbook is damaged ({detail}).",
        "Open it in a spreadsheet, save it anew as .xlsx, and import that.",
        str(path),
    )


def _old_or_locked(path: Path, content: bytes) -> InputError:
    if _ENCRYPTED in content:
        return InputError(
            "The workbook is protected by a password.",
            "Open it, remove the password (File, Info, Protect), save, and import that.",
            str(path),
        )
    return InputError("This is an old binary workbook (.xls).", _AS_XLSX, str(path))


def _check_zip(path: Path, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_sizes(path, members, limits)
            _check_parts(path, members)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _check_xml(path, archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise damaged(path, error) from error


def _check_sizes(path: Path, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    # The sizes declared are the bound: zipfile reads no more than that of any member.
    total = sum(member.file_size for member in members)
    if total > limits.expanded_bytes or len(members) > limits.members:
        raise too_large(path, total, limits.expanded_bytes, "The workbook, unpacked,")
    packed = sum(member.compress_size for member in members)
    if total > max(packed * limits.expansion, limits.always_bytes):
        raise damaged(path, f"{packed:,} bytes unpack to {total:,}")


def _check_parts(path: Path, members: list[zipfile.ZipInfo]) -> None:
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise InputError("The file is protected by a password.", "Remove it, save.", str(path))
    if "[Content_Types].xml" in names and any(
        name.startswith("xl/") and name.endswith(".xml") for name in names
    ):
        return
    kind = next((kind for part, kind in _ELSEWHERE.items() if part in names), "a zip archive")
    raise InputError(f"This is {kind}, not an .xlsx workbook.", _AS_XLSX, str(path))


def _check_xml(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    # Spreadsheets never declare entities; who does wants a parser to expand them.
    with archive.open(member) as part:
        if b"<!DOCTYPE" in part.read(2048):
            raise damaged(path, f"{member.filename} declares a document type")


def _check_text(path: Path, head: bytes) -> None:
    if head.startswith(b"%PDF"):
        raise InputError("This is a PDF.", "Export the table as .xlsx or CSV.", str(path))
    if _WEB_PAGE.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise InputError(
            "This is a web page or XML file, whatever its name says.", _AS_XLSX, str(path)
        )
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("This is neither a workbook nor text.", _AS_XLSX, str(path))
