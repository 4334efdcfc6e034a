"""Where files of evidence are kept: one interface, a folder, and (in ``bucket``) an object store.

A file lies under the SHA-256 of its content, is written once and never changed. Somebody who
brings the same content again changes nothing, except that a file that was lost is there again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from config.settings import Settings
from rules.errors import Unavailable

CHUNK = 1 << 20
"""Bytes read at once: a file is never held in memory whole."""


class Stored(NamedTuple):
    """A file in a store: its digest and its size in bytes."""

    sha256: str
    size: int


class Store(Protocol):
    """A place for files. Every method raises ``Unavailable`` when the place cannot be used."""

    def put(self, draft: Path, sha256: str) -> None:
        """Take the file with this digest in; durable when this returns. The draft may be gone."""

    def size(self, sha256: str) -> int | None:
        """Its size in bytes; None when there is no such file."""

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Its content, piece by piece.

        Raises:
            FileNotFoundError: there is no such file; raised before anything is yielded.
        """

    def everything(self) -> Iterator[Stored]:
        """Every file that is there."""


def open_store(settings: Settings) -> Store:
    """The store that the settings describe; nothing is connected yet.

    Raises:
        InputError: a setting is unusable.
    """
    if not settings.evidence_url:
        return Folder(settings.evidence_folder)
    from tasks.files.bucket import open_bucket  # its library is heavy, and seldom needed

    return open_bucket(settings)


def place_of(folder: Path, sha256: str) -> Path:
    """Where a file with this digest lies below a folder."""
    return folder / sha256[:2] / sha256


class Folder:
    """A local folder, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, draft: Path, sha256: str) -> None:
        """Move the draft, which must lie on the same disk, into its place."""
        place = place_of(self.folder, sha256)
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.chmod(0o400)
            # Whoever was there first has the same content.
            draft.replace(place)
            for folder in (place.parent, self.folder):
                _make_durable(folder)
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def size(self, sha256: str) -> int | None:
        """Its size in bytes; None when there is no such file."""
        try:
            return place_of(self.folder, sha256).stat().st_size
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unreadable(sha256, error) from error

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """Its content, piece by piece."""
        try:
            stored = place_of(self.folder, sha256).open("rb")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _unreadable(sha256, error) from error
        return self._read(stored, sha256)

    def everything(self) -> Iterator[Stored]:
        """Every file that is there; drafts are none."""
        for place in sorted(self.folder.glob("??/*")):
            yield Stored(place.name, place.stat().st_size)

    @staticmethod
    def _read(stored: IO[bytes], sha256: str) -> Iterator[bytes]:
        with stored as source:
            try:
                while chunk := source.read(CHUNK):
                    yield chunk
            except OSError as error:
                raise _unreadable(sha256, error) from error


def unwritable(folder: Path, error: OSError) -> Unavailable:
    """That nothing can be written to a folder, as it is said."""
    return Unavailable(
        f"Evidence cannot be kept in {folder}: {error.strerror}.",
        "Free some space, or make the folder writable.",
    )


def _unreadable(sha256: str, error: OSError) -> Unavailable:
    return Unavailable(f"The evidence {sha256} cannot be read: {error.strerror}.")


def _make_durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
