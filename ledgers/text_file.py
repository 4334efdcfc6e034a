"""How is a CSV read, whatever its encoding and delimiter?"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

from openpyxl.utils.datetime import WINDOWS_EPOCH

from ledgers.mapping_parts import FileShape
from ledgers.values import Sheet, Value
from rules.errors import InputError, Unavailable

_DELIMITERS = (",", "\t", ";")
_SAMPLE = 20_000
_NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "bar"}


def text_sheets(path: Path, shape: FileShape) -> list[Sheet]:
    """The file cut at each delimiter that it may have. Raises InputError when it is no text."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror or error}.") from error
    text = _decoded(data, shape.encoding, path)
    return [
        Sheet(
            name=f"text separated by {_NAMES[delimiter]}",
            rows=partial(_rows, text, delimiter, path),
            count=partial(_count, text, delimiter, path),
            cell=_cell,
            epoch=WINDOWS_EPOCH,
        )
        for delimiter in ([shape.delimiter] if shape.delimiter else _DELIMITERS)
    ]


def _cell(row: int, index: int, header: str) -> str:
    return header or f"column {index + 1}"


def _rows(text: str, delimiter: str, path: Path) -> Iterator[tuple[int, Sequence[Value]]]:
    # Strict, because a stray quote would otherwise swallow the rows up to the next one.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError(
                f"The text cannot be cut into columns: {error}.",
                "Look for a quotation mark that is not closed or not doubled.",
                f"{path}, line {start}",
            ) from error
        if cells is None:
            return
        yield start, cells
        start = reader.line_num + 1


def _count(text: str, delimiter: str, path: Path) -> int:
    return sum(
        any(isinstance(cell, str) and not cell.isspace() and cell for cell in cells)
        for _, cells in _rows(text, delimiter, path)
    )


def _decoded(data: bytes, encoding: str | None, path: Path) -> str:
    if encoding:
        return _strictly(data, encoding, path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strictly(data, "utf-16", path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_chinese(data):
            return _strictly(data, "gb18030", path)
        raise _undecodable(path, error) from error


def _strictly(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _undecodable(path, error) from error


def _is_chinese(data: bytes) -> bool:
    """Whether text that is not UTF-8 is GBK: nearly any bytes can be decoded as GB18030, so most
    characters must be those of everyday Chinese (GB 2312)."""
    text = data.decode("gb18030", "replace")
    foreign = "".join(islice((sign for sign in text if sign > "\x7f"), _SAMPLE))
    everyday = len(foreign.encode("gb2312", "ignore")) // 2
    return everyday >= 0.8 * len(foreign)


def _undecodable(path: Path, error: UnicodeDecodeError) -> InputError:
    line = error.object.count(b"\n", 0, error.start) + 1
    return InputError(
        f"The byte 0x{error.object[error.start]:02x} is no text in {error.encoding}.",
        "Save the file as CSV UTF-8, or name its encoding in the mapping (file: encoding:).",
        f"{path}, line {line}",
    )
