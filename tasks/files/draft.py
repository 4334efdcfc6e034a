"""A file on its way in: written piece by piece beside the store, counted, hashed, or gone.

A draft that was broken off by an error is removed at once. One whose process was killed is
removed by whoever brings a file later, an hour after the last piece was written to it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Self

from rules.errors import Refusal, Refused
from tasks.files.storage import unwritable

PREFIX = ".new-"
ABANDONED_SECONDS = 3600.0


class Draft:
    """A file that is being received; a context manager that leaves nothing behind."""

    def __init__(self, folder: Path, limit: int) -> None:
        """Begin a draft of ``limit`` bytes at most.

        Raises:
            Unavailable: the folder cannot be written.
        """
        self._folder, self._limit = folder, limit
        self._digest = hashlib.sha256()
        self.size = 0
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=folder, prefix=PREFIX)
        except OSError as error:
            raise unwritable(folder, error) from error
        self.path = Path(name)
        self._file = os.fdopen(handle, "wb")
        _sweep(folder, self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # what a full disk still owes us is not wanted any more
            self._file.close()
        self.path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Add a piece.

        Raises:
            Refused: the file is larger than allowed.
            Unavailable: the disk is full, or fails.
        """
        self.size += len(chunk)
        if self.size > self._limit:
            raise Refused(too_large(self._limit))
        self._digest.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise unwritable(self._folder, error) from error

    def finish(self) -> str:
        """Make what was written durable; its SHA-256.

        Raises:
            Refused: nothing was written.
            Unavailable: the disk is full, or fails.
        """
        if not self.size:
            reason = "The file is empty."
            raise Refused(Refusal("RequireContent", reason, "Attach one with something in it."))
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise unwritable(self._folder, error) from error
        return self._digest.hexdigest()


def too_large(limit: int) -> Refusal:
    """That a file has more than ``limit`` bytes."""
    return Refusal(
        "LimitEvidenceSize",
        f"The file is larger than {limit / 1e6:g} MB.",
        "Attach a smaller one, or several.",
    )


def _sweep(folder: Path, newest: Path) -> None:
    """Remove what killed processes left. The disk's own time is asked, by the newest draft."""
    now = newest.stat().st_mtime
    for left in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody else may just have removed it
            if now - left.stat().st_mtime > ABANDONED_SECONDS:
                left.unlink()
