"""One program runs a home at a time: a lock that the system lets go of however the holder ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rules.errors import Unavailable

LOCK = "running.lock"
"""The file in the home that is locked; it holds the number of the process that does."""


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Hold the home for this process.

    Raises:
        Unavailable: another process holds it, or the home cannot be written.
    """
    try:
        handle = (home / LOCK).open("a+", encoding="ascii")
    except OSError as error:
        raise Unavailable(
            f"The home {home} cannot be written: {error.strerror}.",
            "Make it writable, or choose another with RECTIFLOW_HOME.",
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            holder = handle.read(20).strip()
            who = f" (process {holder})" if holder else ""
            raise Unavailable(
                f"Rectiflow is already running with the home {home}{who}.",
                "Stop that one first, or choose another with RECTIFLOW_HOME.",
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def is_held(home: Path) -> bool | None:
    """Whether a process runs this home; None when none ever has."""
    try:
        handle = (home / LOCK).open("rb")
    except OSError:
        return None
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False
