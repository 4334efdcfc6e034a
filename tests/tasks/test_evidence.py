"""The evidence store: content decides the place, nothing is half written, changes are seen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rules.errors import InputError, Unavailable
from tasks.evidence import CHUNK, Kept, intact, keep, place_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the store will be."""
    return tmp_path / "home" / "evidence"


def written(tmp_path: Path, content: bytes, name: str = "照片.jpg") -> Path:
    """A file to attach."""
    file = tmp_path / name
    file.write_bytes(content)
    return file


def files(folder: Path) -> list[Path]:
    """Everything in the store."""
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_a_file_of_any_size_is_kept_whole_under_its_digest(
    tmp_path: Path, folder: Path, size: int
) -> None:
    content = bytes(n % 251 for n in range(size))
    digest = hashlib.sha256(content).hexdigest()
    assert keep(folder, written(tmp_path, content)) == Kept(digest, "照片.jpg", size)
    assert place_of(folder, digest).read_bytes() == content
    assert files(folder) == [place_of(folder, digest)]
    assert intact(folder, digest) is True


def test_the_same_content_is_kept_once_whatever_it_is_called(tmp_path: Path, folder: Path) -> None:
    first = keep(folder, written(tmp_path, b"x", "a.jpg"))
    second = keep(folder, written(tmp_path, b"x", "b.jpg"))
    assert (first.sha256, first.filename, second.filename) == (second.sha256, "a.jpg", "b.jpg")
    assert len(files(folder)) == 1


def test_what_is_kept_is_readable_by_its_owner_only_and_not_to_be_written(
    tmp_path: Path, folder: Path
) -> None:
    kept = keep(folder, written(tmp_path, b"x"))
    assert place_of(folder, kept.sha256).stat().st_mode & 0o777 == 0o400
    assert folder.stat().st_mode & 0o077 == 0


def test_a_changed_file_and_a_missing_one_are_told_apart(tmp_path: Path, folder: Path) -> None:
    kept = keep(folder, written(tmp_path, b"x"))
    place = place_of(folder, kept.sha256)
    place.chmod(0o600)
    place.write_bytes(b"y")
    assert intact(folder, kept.sha256) is False
    place.unlink()
    assert intact(folder, kept.sha256) is None


def test_a_file_that_is_not_there_is_named(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(InputError) as refused:
        keep(folder, tmp_path / "nowhere.jpg")
    assert refused.value.where.endswith("nowhere.jpg")
    assert files(folder) == []


def test_a_folder_is_no_file(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        keep(folder, tmp_path)
    assert files(folder) == []


def test_a_store_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    blocked = written(tmp_path, b"", "evidence")
    with pytest.raises(Unavailable, match="Evidence cannot be kept"):
        keep(blocked, written(tmp_path, b"x"))


def test_a_place_that_is_taken_by_something_else_leaves_no_draft(
    tmp_path: Path, folder: Path
) -> None:
    digest = hashlib.sha256(b"x").hexdigest()
    place_of(folder, digest).mkdir(parents=True)
    with pytest.raises(Unavailable):
        keep(folder, written(tmp_path, b"x"))
    assert files(folder) == []


def test_a_full_disk_is_said_and_leaves_no_draft(tmp_path: Path, folder: Path) -> None:
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    file = written(tmp_path, bytes(3 * CHUNK))
    resource.setrlimit(resource.RLIMIT_FSIZE, (CHUNK, before[1]))
    try:
        with pytest.raises(Unavailable, match="Evidence cannot be kept"):
            keep(folder, file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert files(folder) == []
