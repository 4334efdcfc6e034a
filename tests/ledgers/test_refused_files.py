"""A file that cannot be read is refused at once, with a sentence that says what to do."""

import zipfile
from pathlib import Path
from time import perf_counter

import pytest

from ledgers.filetype import Limits
from ledgers.reader import open_ledger
from rules.errors import InputError, NotFound, Unavailable
from tests.ledgers.files import SHANGHAI, TODAY, edited, opened, read, small, text, workbook

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [["no", "title"], [1, "a"]]


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.where.startswith(str(path)), "the file is named"
    assert caught.value.hint, "something can be done"
    return caught.value.message


def zipped(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return path


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"There is no file .*none\.csv"):
        read(tmp_path / "none.csv")
    assert "folder" in refusal(tmp_path)


def test_a_path_that_is_none_is_not_available(tmp_path: Path) -> None:
    path = text(tmp_path / "a.csv", "x")
    with pytest.raises(Unavailable, match="cannot be read"):
        read(path / "b.csv")


@pytest.mark.parametrize("content", ["", " \n\n\t ", "\ufeff"])
def test_an_empty_file_is_called_empty(tmp_path: Path, content: str) -> None:
    path = text(tmp_path / "a.csv", content)
    with pytest.raises(InputError, match=r"is empty|holds no rows"):
        read(path)


def test_a_workbook_without_rows_is_called_so(tmp_path: Path) -> None:
    assert "holds no rows" in refusal(workbook(tmp_path / "a.xlsx", []))


def test_fifty_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"no,title\n")
        file.truncate(50 << 20)
    start = perf_counter()
    assert "is 50 MB, more than the 30 MB" in refusal(path)
    assert perf_counter() - start < 1


def test_a_limit_may_be_moved_by_the_caller(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    for limits in (Limits(file_bytes=100), Limits(expanded_bytes=1000), Limits(members=3)):
        with (
            pytest.raises(InputError, match="Split the ledger"),
            open_ledger(path, small(), zone=SHANGHAI, today=TODAY, limits=limits),
        ):
            pytest.fail("it was opened")


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(80 << 20))
    start = perf_counter()
    assert "bytes unpack to" in refusal(path)
    assert perf_counter() - start < 1


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    data = path.read_bytes()
    # The size that the directory declares is all that can be trusted before unpacking.
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(SHEET)
        size = info.file_size.to_bytes(4, "little")
    path.write_bytes(data.replace(size, (400 << 20).to_bytes(4, "little")))
    assert "unpacked, is 400 MB" in refusal(path)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_truncated_workbook_is_called_damaged(tmp_path: Path, kept: float) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    assert "damaged" in refusal(path)


def test_a_sheet_that_breaks_off_is_called_damaged(tmp_path: Path) -> None:
    rows = [["no", "title"], *([number, "a"] for number in range(500))]
    path = workbook(tmp_path / "a.xlsx", rows)
    edited(path, SHEET, lambda xml: xml[: len(xml) // 2])
    with pytest.raises(InputError, match="damaged"), opened(path) as ledger:
        list(ledger)


def test_a_cell_that_points_nowhere_is_called_damaged(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    edited(path, SHEET, lambda xml: xml.replace(b'r="A2"', b'r="A2" t="s"'))
    assert "damaged" in refusal(path)


def test_a_workbook_that_declares_entities_is_refused(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = workbook(tmp_path / "a.xlsx", ROWS)
    edited(path, SHEET, lambda xml: b'<?xml version="1.0"?>' + bomb + xml)
    assert "declares a document type" in refusal(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"old binary workbook \(\.xls\)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(9000)
            + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        (b"%PDF-1.7\n...", "This is a PDF"),
        (b"<html><table><tr><td>no</td></tr></table></html>", "web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "web page or XML"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither a workbook nor text"),
    ],
)
def test_another_kind_of_file_is_recognised_by_its_content(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        read(path)


def test_other_zips_are_told_apart(tmp_path: Path) -> None:
    types = {"[Content_Types]_xml": b"<Types/>"}
    docx = zipped(tmp_path / "a", **types, word__document_xml=b"<w/>")
    assert "Word document" in refusal(docx)
    assert "OpenDocument" in refusal(zipped(tmp_path / "b", content_xml=b"<o/>"))
    xlsb = zipped(tmp_path / "c", **{"xl/workbook.bin": b"", **types})
    assert ".xlsb" in refusal(xlsb)
    assert "a zip archive" in refusal(zipped(tmp_path / "d", readme=b"hello"))
    assert "a zip archive" in refusal(zipped(tmp_path / "e"))


def test_a_zip_with_a_password_is_called_so(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ROWS)
    data = bytearray(path.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    path.write_bytes(data)
    assert "password" in refusal(path)


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    misnamed = workbook(tmp_path / "a.xlsx", ROWS).rename(tmp_path / "ledger.csv")
    assert len(read(misnamed)) == 1
    assert len(read(text(tmp_path / "ledger.xlsx", "no,title\n1,a\n"))) == 1
