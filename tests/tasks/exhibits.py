"""Files to attach, made by the tests: honest ones of every kind, and hostile ones."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 20), **options: Any) -> bytes:
    """A picture of one colour."""
    made = io.BytesIO()
    mode = options.pop("mode", "RGB")
    Image.new(mode, size, options.pop("colour", 1)).save(made, form, **options)
    return made.getvalue()


def photo(taken: str = "", offset: str = "", *, place: bool = False, turned: int = 1) -> bytes:
    """A photo with what a phone writes beside the pixels."""
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010F] = "Maker of secrets"
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    if offset:
        exif.get_ifd(0x8769)[0x9011] = offset
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (36.0, 40.0, 1.0), 3: "E", 4: (117.0, 0.0, 1.0)})
    return picture(exif=exif, comment=b"secret comment")


def claims_to_be_huge(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that says it has billions of pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">L", zlib.crc32(name + data))
        return struct.pack(">L", len(data)) + name + data + check

    header = chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 1, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")


def package(entries: Mapping[str, bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packed) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def office(main: str = MAIN, /, changed: str = "", **entries: bytes) -> bytes:
    """As much of an Office document as tells its kind."""
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    core = (
        f'<cp:coreProperties><dcterms:modified xsi:type="dcterms:W3CDTF">{changed}'
        "</dcterms:modified></cp:coreProperties>"
    )
    parts = {"[Content_Types].xml": types.encode(), "word/document.xml": b"<w:document/>"}
    return package({**parts, **({"docProps/core.xml": core.encode()} if changed else {}),
                    **entries})  # fmt: skip


def old_office(*streams: str) -> bytes:
    """The beginning of an Office file of the nineties, with these streams in its directory."""
    names = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + names


def pdf(pages: int = 2, *, script: bool = False, changed: str = "") -> bytes:
    """A PDF with empty pages."""
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject

    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(100, 100)
    if script:
        action = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
        opening = DictionaryObject({NameObject(key): value for key, value in action.items()})
        writer.root_object[NameObject("/OpenAction")] = opening
    if changed:
        writer.add_metadata({"/ModDate": changed})
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def lying_package() -> bytes:
    """A document whose directory promises other content than it has."""
    whole = bytearray(office(note=b"x" * 5000))
    at = whole.rindex(b"PK\x01\x02")  # the last entry of the directory: its check, then its sizes
    whole[at + 16 : at + 20] = b"\1\2\3\4"
    return bytes(whole)


def overlapping_package() -> bytes:
    """A document whose directory names one entry a thousand times."""
    whole = office(bomb=bytes(1_000_000))
    end = whole.rindex(b"PK\x05\x06")
    last = whole[whole.rindex(b"PK\x01\x02") : end]
    start = whole.index(b"PK\x01\x02")
    directory = whole[start:end] + last * 1000
    entries = 3 + 1000
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, len(directory), start, 0)
    return whole[:start] + directory + tail
