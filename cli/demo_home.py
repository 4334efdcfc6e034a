"""The demonstration's own home: a fresh temporary folder, or one that is kept; never the user's."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.home_lock import held, is_held
from rules.errors import InputError, Unavailable

MARK = "demo.txt"
"""Says, to people and to us, that a folder is a demonstration's home."""

PREFIX = "rectiflow-demo-"

_SAYS = """\
This folder is the home of a demonstration of Rectiflow. Everything in it is invented.
It may be removed when the demonstration does not run.
本目录是演示所用，内容均为虚构，演示结束后可以删除。
"""


@contextmanager
def demo_home(keep: Path | None) -> Iterator[Path]:
    """A home held for this process: ``keep``, or a temporary one that is removed at the end.

    Raises:
        InputError: ``keep`` holds something that is no demonstration.
        Unavailable: the folder cannot be made, or another process runs it.
    """
    remove_leftovers()
    home = _temporary() if keep is None else _kept(keep)
    try:
        with held(home):
            # The mark comes after the lock: a marked home that nobody holds is left over.
            (home / MARK).write_text(_SAYS, encoding="utf-8")
            yield home
    finally:
        if keep is None:
            shutil.rmtree(home, ignore_errors=True)


def is_set_up(home: Path) -> bool:
    """Whether a demonstration has run here before."""
    return (home / MARK).exists()


def remove_leftovers() -> None:
    """Remove the temporary homes of demonstrations that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            ours = folder.lstat().st_uid == os.getuid() and not folder.is_symlink()
            if ours and (folder / MARK).exists() and is_held(folder) is False:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _temporary() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=PREFIX))
    except OSError as error:
        raise Unavailable(
            f"No temporary folder can be made: {error.strerror}.",
            "Free some space, or name a folder with --keep.",
        ) from error


def _kept(folder: Path) -> Path:
    home = folder.expanduser().absolute()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        strange = any(home.iterdir()) and not is_set_up(home)
    except OSError as error:
        raise Unavailable(
            f"The folder {home} cannot be used: {error.strerror}.", "Name another with --keep."
        ) from error
    if strange:
        raise InputError(
            f"The folder {home} holds something that is no demonstration.",
            "Name an empty folder, or one that an earlier demonstration has kept.",
            where="--keep",
        )
    return home
