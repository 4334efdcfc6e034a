"""Looks into one hostile file, in a process of its own that is started for it and bounded.

Started by ``examining`` as a plain script, it imports nothing of ours. It takes the file, its
media type, where to put the small picture, and the most pixels allowed; it answers with one JSON
object: ``refused`` with a word, or what it has found.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

CPU_SECONDS = 15
MEMORY = 1 << 30
"""Bytes besides the picture itself."""
PIXEL_BYTES = 8
WRITES = 4 << 20
"""Bytes that may be written: a small picture has a tenth."""
SMALL = (480, 480)
CHUNK = 1 << 20

FORMATS = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "bmp": "BMP",
           "tiff": "TIFF", "avif": "AVIF"}  # fmt: skip

_EXIF, _GPS = 0x8769, 0x8825
_TAKEN = ((0x9003, 0x9011), (0x9004, 0x9012))
"""Tags of when a photo was taken or digitised, each with that of its offset from UTC."""
_LATITUDE = 2
_TURNED, _ON_ITS_SIDE = 0x0112, 5
_WRITTEN = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")
_CHANGED = re.compile(rb"<dcterms:modified[^>]{0,200}>([0-9T:.Z+-]{10,35})</dcterms:modified>")


def bound(most_pixels: int) -> None:
    """Give this process limits that nothing it reads can lift."""
    memory = MEMORY + PIXEL_BYTES * most_pixels
    for what, most in (
        (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, WRITES), (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        # macOS refuses a limit on memory; there only the pixels are bounded.
        with suppress(ValueError):
            resource.setrlimit(what, (most, most))


def picture(path: str, media_type: str, small: str, most_pixels: int) -> dict[str, Any]:
    """Size, date and place of a picture; and a small one without anything besides its pixels."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # we count ourselves, before anything is decoded
    kind = FORMATS.get(media_type.partition("/")[2])
    if kind is None:
        return {}
    with Image.open(path, formats=[kind]) as opened:
        if opened.width * opened.height > most_pixels:
            return {"refused": "pixels"}
        found = _remarks(opened.getexif())
        sides = opened.size
        if opened.getexif().get(_TURNED, 1) >= _ON_ITS_SIDE:
            sides = sides[::-1]
        opened.thumbnail(SMALL)  # a JPEG is decoded at a fraction of its size
        turned = ImageOps.exif_transpose(opened).convert("RGBA")
    bare = Image.new("RGB", turned.size, "white")
    bare.paste(turned, mask=turned.getchannel("A"))
    bare.save(small, "JPEG", quality=80)
    return {**found, "width": sides[0], "height": sides[1], "thumbnail": True}


def _remarks(exif: Any) -> dict[str, Any]:
    """When a photo was taken, by its camera's clock; and whether it says where."""
    details, made = exif.get_ifd(_EXIF), ""
    for tag, offset in _TAKEN:
        if not made and (match := _WRITTEN.match(str(details.get(tag, "")))):
            year, month, day, clock = match.groups()
            zone = str(details.get(offset, "")).strip("\0 ")
            made = f"{year}-{month}-{day}T{clock}"
            made += zone if re.fullmatch(r"[+-]\d\d:\d\d", zone) else ""
    return {"made": made, "place": _LATITUDE in exif.get_ifd(_GPS)}


def pages(path: str, media_type: str, small: str, most_pixels: int) -> dict[str, Any]:
    """How many pages a PDF has, when it was changed, and whether it runs something."""
    import logging

    from pypdf import PdfReader

    logging.disable()
    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            return {}
        root: Any = reader.trailer["/Root"]
        found: dict[str, Any] = {"pages": len(reader.pages)}
        found["active"] = _runs(root)
        about = reader.metadata
        if about and (changed := about.modification_date or about.creation_date):
            found["made"] = changed.isoformat()
    except Exception:  # there are a thousand ways to be a PDF, and most programs open them all
        return {}
    return found


def _runs(root: Any) -> bool:
    """Whether a PDF has scripts for when it is opened, or starts programs."""
    if "/AA" in root or "/JavaScript" in root.get("/Names", {}):
        return True
    first = root.get("/OpenAction")
    first = first.get_object() if hasattr(first, "get_object") else first
    return isinstance(first, dict) and first.get("/S") in ("/JavaScript", "/Launch", "/SubmitForm")


def package(path: str, media_type: str, small: str, most_pixels: int) -> dict[str, Any]:
    """Whether a package holds what its directory promises, and when the document was changed."""
    with zipfile.ZipFile(path) as opened:
        if opened.testzip() is not None:
            return {"refused": "damaged"}
        if "docProps/core.xml" not in opened.namelist():
            return {}
        with opened.open("docProps/core.xml") as core:
            changed = _CHANGED.search(core.read(CHUNK))
    return {"made": changed[1].decode()} if changed else {}


def examine(path: str, media_type: str, small: str, most_pixels: int) -> dict[str, Any]:
    """What is found in the file, or why it is refused."""
    look: Callable[[str, str, str, int], dict[str, Any]]
    if media_type.startswith("image/"):
        look = picture
    elif media_type == "application/pdf":
        look = pages
    elif zipfile.is_zipfile(path):
        look = package
    else:
        return {}
    try:
        return look(path, media_type, small, most_pixels)
    except MemoryError:
        return {"refused": "memory"}
    except ImportError:
        raise
    except Exception:  # whatever a decoder trips over, the file is the reason
        return {"refused": "damaged"}


if __name__ == "__main__":
    _, path_, media_type_, small_, pixels_ = sys.argv
    bound(int(pixels_))
    sys.stdout.write(json.dumps(examine(path_, media_type_, small_, int(pixels_))))
