"""What a file is, is found in its content; what is hostile is refused with a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rules.errors import Refused
from tasks.files import examiner
from tasks.files.content import recognise
from tasks.files.examining import Found, examine
from tests.tasks import exhibits as made

MANY = 100_000_000

KINDS = {
    "jpeg": (made.picture("JPEG"), "image/jpeg"),
    "png": (made.picture("PNG"), "image/png"),
    "gif": (made.picture("GIF"), "image/gif"),
    "webp": (made.picture("WEBP"), "image/webp"),
    "bmp": (made.picture("BMP"), "image/bmp"),
    "tiff": (made.picture("TIFF"), "image/tiff"),
    "avif": (made.picture("AVIF"), "image/avif"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50), "image/heif"),
    "pdf": (made.pdf(), "application/pdf"),
    "pdf after a line": (b"\r\n" + made.pdf(), "application/pdf"),
    "docx": (made.office(), made.WORD),
    "xlsx": (made.office("spreadsheetml.sheet.main+xml"), made.SHEET),
    "odt": (made.package({"mimetype": b"application/vnd.oasis.opendocument.text"}),
            "application/vnd.oasis.opendocument.text"),
    "ofd": (made.package({"OFD.xml": b"<ofd:OFD/>"}), "application/ofd"),
    "zip": (made.package({"a.txt": b"a"}), "application/zip"),
    "doc": (made.old_office("Root Entry", "WordDocument"), "application/msword"),
    "xls": (made.old_office("Root Entry", "Workbook"), "application/vnd.ms-excel"),
    "utf-8": ("整改已完成。".encode(), "text/plain"),
    "utf-8 with a mark": ("整改已完成。".encode("utf-8-sig"), "text/plain"),
    "gb18030": ("整改已完成，请核查。".encode("gb18030"), "text/plain"),
    "utf-16": ("整改已完成。".encode("utf-16"), "text/plain"),
    "csv": ("序号,问题\n1,推诿\n2,拖延\n".encode(), "text/csv"),
    "mp3": (b"\xff\xfb\x90\x64" + bytes(80), "audio/mpeg"),
    "m4a": (b"\0\0\0\x18ftypM4A \0\0\0\0isommp42" + bytes(50), "audio/mp4"),
    "mp4": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(50), "video/mp4"),
}  # fmt: skip

SCRIPT = b"<script>alert(1)</script>"
HOSTILE = {
    "windows": (b"MZ\x90\0" + bytes(200), "RefuseActiveContent", "program"),
    "linux": (b"\x7fELF\2\1\1" + bytes(200), "RefuseActiveContent", "program"),
    "script": (b"#!/bin/sh\nrm -rf ~\n", "RefuseActiveContent", "program"),
    "shortcut": (b"L\0\0\0\x01\x14\x02\0" + bytes(60), "RefuseActiveContent", "program"),
    "html": (b"<!DOCTYPE html><p>a", "RefuseActiveContent", "web page"),
    "html far below": (b"a line\n" * 200_000 + SCRIPT, "RefuseActiveContent", "web page"),
    "html across": (b"a" * ((1 << 20) - 4) + SCRIPT, "RefuseActiveContent", "web page"),
    "html in utf-16": ("<html>".encode("utf-16"), "RefuseActiveContent", "web page"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "RefuseActiveContent", "web page"),
    "bare svg": (b"<svg></svg>", "AllowEvidenceKind", "SVG"),
    "xml": (b"<?xml version='1.0'?><a/>", "AllowEvidenceKind", "XML"),
    "rtf": (b"{\\rtf1 a}", "AllowEvidenceKind", "RTF"),
    "gif that is script": (b"GIF89a/*" + SCRIPT + b"*/=1;", "RefuseActiveContent", "web page"),
    "html in a jpeg": (made.picture(comment=SCRIPT), "RefuseActiveContent", "picture"),
    "html behind a png": (made.picture("PNG") + b"<html >", "RefuseActiveContent", "picture"),
    "zip behind a jpeg": (made.picture() + made.package({"a": b"a"}), "RefuseActiveContent",
                          "archive"),
    "zip behind a pdf": (made.pdf() + made.package({"a": b"a"}), "RefuseActiveContent", "archive"),
    "pdf in a gif": (b"GIF89a\1\0\1\0\0%PDF-1.4" + bytes(99), "RefuseActiveContent", "PDF"),
    "macros": (made.office(**{"word/vbaProject.bin": b"x"}), "RefuseActiveContent", "macros"),
    "macros by type": (made.office("application/vnd.ms-word.document.macroEnabled.main+xml"),
                       "RefuseActiveContent", "macros"),
    "old macros": (made.old_office("WordDocument", "_VBA_PROJECT"), "RefuseActiveContent",
                   "macros"),
    "locked": (made.old_office("EncryptedPackage"), "RequireContent", "password"),
    "installer": (made.old_office("Root Entry", "Property"), "AllowEvidenceKind", "compound"),
    "gzip": (b"\x1f\x8b\x08\0" + bytes(30), "AllowEvidenceKind", "GZIP"),
    "noise": (bytes(range(256)), "AllowEvidenceKind", "not known"),
    "zip bomb": (made.office(bomb=bytes(40_000_000)), "RefuseBombs", "unpacks"),
    "overlapping": (made.overlapping_package(), "RefuseBombs", "unpacks"),
    "entries": (made.package({f"{n}": b"" for n in range(10_001)}, 0), "RefuseBombs", "unpacks"),
    "half a docx": (made.office()[:200], "RequireWholeFile", "damaged"),
    "a docx without its end": (made.office()[:-30], "RequireWholeFile", "damaged"),
}  # fmt: skip


def written(folder: Path, content: bytes) -> Path:
    """The content as a file, under a name that promises a photo."""
    file = folder / "照片.jpg"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_known_by_its_content_whatever_its_name(tmp_path: Path, kind: str) -> None:
    content, media_type = KINDS[kind]
    assert recognise(written(tmp_path, content)) == media_type


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_hostile_or_unknown_is_refused_with_a_sentence(tmp_path: Path, kind: str) -> None:
    content, rule, word = HOSTILE[kind]
    with pytest.raises(Refused) as refused:
        recognise(written(tmp_path, content))
    assert refused.value.rule == rule
    assert word in refused.value.message
    assert refused.value.hint.endswith(".")


def looked_into(folder: Path, content: bytes, most_pixels: int = MANY) -> Found:
    """What the examiner finds in the file."""
    file = written(folder, content)
    return examine(file, recognise(file), folder / "small", most_pixels)


def looked_into_here(folder: Path, content: bytes) -> dict[str, Any]:
    """The same without a process of its own, which takes longer than the picture."""
    file = written(folder, content)
    return examiner.examine(str(file), recognise(file), str(folder / "small"), MANY)


def test_a_photo_tells_when_and_that_it_tells_where_and_its_small_picture_neither(
    tmp_path: Path,
) -> None:
    from PIL import Image

    content = made.photo("2026:10:01 08:30:00", "+08:00", place=True, turned=6)
    found = looked_into(tmp_path, content)
    assert (found.width, found.height) == (20, 40), "as it is shown: it lay on its side"
    assert (found.made, found.place) == ("2026-10-01T08:30:00+08:00", True)
    small = (tmp_path / "small").read_bytes()
    for secret in (b"secret", b"2026", b"Exif"):
        assert secret in content
        assert secret not in small
    with Image.open(tmp_path / "small") as shown:
        assert shown.format == "JPEG"
        assert shown.size == (20, 40)
        assert not shown.getexif()


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "yesterday", ""])
def test_a_date_that_a_camera_never_had_does_no_harm(tmp_path: Path, taken: str) -> None:
    from zoneinfo import ZoneInfo

    from rules.evidence_facts import instant

    assert instant(looked_into(tmp_path, made.photo(taken)).made, ZoneInfo("Asia/Shanghai")) is None


@pytest.mark.parametrize("form", ["PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_pictures_of_every_kind_have_a_small_one(tmp_path: Path, form: str) -> None:
    found = looked_into_here(tmp_path, made.picture(form, (1000, 500)))
    assert (found["width"], found["height"], found["thumbnail"]) == (1000, 500, True)


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("PNG", "1"), ("PNG", "LA"),
     ("JPEG", "CMYK"), ("JPEG", "L"), ("TIFF", "F")],
)  # fmt: skip
def test_pictures_in_every_way_of_writing_colours_have_a_small_one(
    tmp_path: Path, form: str, mode: str
) -> None:
    content = made.picture(form, mode=mode, colour=0)
    assert looked_into_here(tmp_path, content)["thumbnail"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (made.claims_to_be_huge(), "RefuseBombs"),
        (made.claims_to_be_huge(9_000, 9_000), "RequireWholeFile"),
        (made.picture("JPEG", (400, 400))[:500], "RequireWholeFile"),
        (made.lying_package(), "RequireWholeFile"),
    ],
    ids=["pixels", "promised pixels", "half a photo", "lying package"],
)
def test_what_only_opening_shows_is_refused(tmp_path: Path, content: bytes, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        looked_into(tmp_path, content)
    assert refused.value.rule == rule


def test_a_picture_at_the_limit_is_taken_and_one_above_it_is_not(tmp_path: Path) -> None:
    content = made.picture("PNG", (100, 50))
    assert looked_into(tmp_path, content, 5000).width == 100
    with pytest.raises(Refused, match="million pixels"):
        looked_into(tmp_path, content, 4999)


def test_a_pdf_tells_its_pages_its_date_and_whether_it_runs_something(tmp_path: Path) -> None:
    found = looked_into(tmp_path, made.pdf(3, changed="D:20260901120000+08'00'"))
    assert (found.pages, found.active, found.made) == (3, False, "2026-09-01T12:00:00+08:00")
    assert looked_into(tmp_path, made.pdf(script=True)).active
    assert looked_into(tmp_path, b"%PDF-1.4 and no more") == Found(), "not for us to judge"


def test_a_document_tells_when_it_was_changed(tmp_path: Path) -> None:
    found = looked_into(tmp_path, made.office(changed="2026-09-01T04:00:00Z"))
    assert found == Found(made="2026-09-01T04:00:00Z")


def test_a_decoder_that_never_ends_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    from tasks.files import examining

    # Nobody ever writes to it, so that opening it never ends.
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setattr(examining, "PATIENCE", 0.5)
    with pytest.raises(Refused) as refused:
        examine(tmp_path / "pipe", "image/png", tmp_path / "small", MANY)
    assert refused.value.rule == "RefuseBombs"
    assert examiner.CPU_SECONDS < 30


def test_a_decoder_that_wants_too_much_memory_does_not_get_it(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        f"import importlib.util as u; s = u.spec_from_file_location('e', {examiner.__file__!r});"
        "e = u.module_from_spec(s); s.loader.exec_module(e); e.bound(1_000_000); bytes(2 << 30)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 1
    assert b"MemoryError" in done.stderr
