"""Evidence from the terminal: refused with a sentence, listed with what to notice, checked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_acts import in_deadline
from tests.stock import Stock
from tests.tasks import exhibits as made

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What differs between databases is tested in ``tests/tasks/test_evidence_facts.py``."""


def attach(rectiflow: Run, ref: str, file: Path, content: bytes) -> str:
    """Attach the content as a file; its digest."""
    file.write_bytes(content)
    ran = rectiflow("act", ref, "attach_evidence", "--as", "zhang", "--file", str(file))
    assert ran.code == 0, ran
    return hashlib.sha256(content).hexdigest()


def test_a_file_that_is_not_taken_is_refused_and_nothing_is_attached(
    rectiflow: Run, store: Stock, home: Path, tmp_path: Path
) -> None:
    ref = in_deadline(rectiflow)
    file = tmp_path / "照片.jpg"
    file.write_bytes(b"MZ\x90\0" + bytes(100))
    words = ("act", ref, "attach_evidence", "--as", "zhang", "--file", str(file))
    refused = rectiflow(*words, "--json")
    assert refused.code == 1
    assert refused.document["error"]["rule"] == "RefuseActiveContent"
    assert "program" in rectiflow(*words).err
    assert rectiflow("evidence", "list", ref, "--json").document["evidence"] == []
    assert [path for path in (home / "evidence").rglob("*") if path.is_file()] == []


def test_evidence_is_listed_with_what_to_notice(
    rectiflow: Run, store: Stock, tmp_path: Path
) -> None:
    ref, other = in_deadline(rectiflow), in_deadline(rectiflow)
    photo = made.photo("2026:10:01 08:00:00", place=True)
    digest = attach(rectiflow, ref, tmp_path / "现场.png", photo)
    attach(rectiflow, other, tmp_path / "现场.jpg", photo)
    (piece,) = rectiflow("evidence", "list", ref, "--json").document["evidence"]
    assert (piece["sha256"], piece["media_type"], piece["width"]) == (digest, "image/jpeg", 40)
    assert (piece["made"], piece["place"], len(piece["thumbnail"])) == (
        "2026-10-01T08:00:00", True, 64,
    )  # fmt: skip
    assert {fact["kind"]: fact["refs"] for fact in piece["notice"]} == {
        "same_file_elsewhere": [other], "older_than_finding": [], "older_than_assignment": [],
        "place_recorded": [], "named_otherwise": [],
    }  # fmt: skip
    table = rectiflow("evidence", "list", ref)
    assert other in table.out
    assert "拍摄位置" in table.out
    assert "where it was taken" in rectiflow("evidence", "list", ref, "--lang", "en").out
    assert rectiflow("evidence", "list", "ZG-00404").code == 2


def test_a_file_is_shown_by_the_beginning_of_its_digest(
    rectiflow: Run, store: Stock, tmp_path: Path
) -> None:
    ref = in_deadline(rectiflow)
    digest = attach(rectiflow, ref, tmp_path / "a.pdf", made.pdf(3))
    shown = rectiflow("evidence", "show", digest[:10].upper(), "--json").document
    assert (shown["sha256"], shown["media_type"], shown["pages"]) == (digest, "application/pdf", 3)
    assert (shown["stored"], [use["ref"] for use in shown["uses"]]) == (True, [ref])
    assert ref in rectiflow("evidence", "show", digest).out
    assert rectiflow("evidence", "show", "0" * 64).code == 2
    assert rectiflow("evidence", "show", "%").code == 2
    attach(rectiflow, ref, tmp_path / "b.txt", b"another one")
    several = rectiflow("evidence", "show", "")
    assert (several.code, "no SHA-256" in several.err) == (2, True)


def test_a_changed_file_ends_the_check_with_1(
    rectiflow: Run, store: Stock, home: Path, tmp_path: Path
) -> None:
    ref = in_deadline(rectiflow)
    digest = attach(rectiflow, ref, tmp_path / "a.jpg", made.picture())
    assert rectiflow("evidence", "check").code == 0
    assert rectiflow("evidence", "check", "--all", "--json").document == {
        "intact": True, "files": 2, "faults": [], "unused": 0,
    }  # fmt: skip
    place = home / "evidence" / digest[:2] / digest
    place.chmod(0o600)
    place.write_bytes(b"something else")
    changed = rectiflow("evidence", "check", "--json")
    assert (changed.code, changed.document["faults"]) == (
        1, [{"sha256": digest, "problem": "changed", "refs": [ref]}],
    )  # fmt: skip
    place.unlink()
    missing = rectiflow("evidence", "check")
    assert (missing.code, "missing" in missing.out, ref in missing.out) == (1, True, True)
