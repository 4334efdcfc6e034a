"""The evidence store: every file under the SHA-256 of its content, written once, never changed.

A file is stored before the command that attaches it is given, so that no history ever names a
file that is not there. A command that is then refused leaves a file that nothing refers to.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO, NamedTuple

from rules.errors import InputError, Unavailable

CHUNK = 1 << 20
"""Bytes read at once: a file is never held in memory whole."""


class Kept(NamedTuple):
    """A file in the store: its digest, the name it came with, its size in bytes."""

    sha256: str
    filename: str
    size: int


def place_of(folder: Path, sha256: str) -> Path:
    """Where a file with this digest lies in the store."""
    return folder / sha256[:2] / sha256


def keep(folder: Path, file: Path) -> Kept:
    """Copy ``file`` into the store at ``folder``; durable when this returns.

    Raises:
        InputError: the file cannot be read.
        Unavailable: the store cannot be written.
    """
    try:
        source = file.open("rb")
    except OSError as error:
        raise _unreadable(file, error) from error
    with source:
        draft, sha256, size = _copied(folder, file, source)
    try:
        _move(draft, place_of(folder, sha256))
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _unwritable(folder, error) from error
    return Kept(sha256, file.name[-255:], size)


def intact(folder: Path, sha256: str) -> bool | None:
    """Whether the stored file still has this digest; None when there is no such file.

    Raises:
        Unavailable: the file is there but cannot be read.
    """
    try:
        with place_of(folder, sha256).open("rb") as stored:
            return hashlib.file_digest(stored, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable(f"The evidence {sha256} cannot be read: {error.strerror}.") from error


def _copied(folder: Path, file: Path, source: IO[bytes]) -> tuple[Path, str, int]:
    """A copy beside its place to be, its digest and its size."""
    digest, size = hashlib.sha256(), 0
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    except OSError as error:
        raise _unwritable(folder, error) from error
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as copy:
            while chunk := _read(source, file):
                digest.update(chunk)
                size += copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _unwritable(folder, error) from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft, digest.hexdigest(), size


def _read(source: IO[bytes], file: Path) -> bytes:
    try:
        return source.read(CHUNK)
    except OSError as error:
        raise _unreadable(file, error) from error


def _move(draft: Path, place: Path) -> None:
    """Put the copy in its place, durably. Whoever was there first has the same content."""
    place.parent.mkdir(mode=0o700, exist_ok=True)
    draft.chmod(0o400)
    draft.replace(place)
    for folder in (place.parent, place.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unreadable(file: Path, error: OSError) -> InputError:
    return InputError(f"It cannot be read: {error.strerror}.", where=str(file))


def _unwritable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"Evidence cannot be kept in {folder}: {error.strerror}.",
        "Free some space, or make the folder writable.",
    )
