"""Looking into a file without trusting it: in a process of its own, bounded in time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from rules.errors import Refusal, Refused, Unavailable
from tasks.files import examiner
from tasks.files.packages import damaged

PATIENCE = 30.0
"""Seconds of waiting; the process itself may compute for half of that."""

_PACKAGES = ("openxmlformats", "opendocument", "ofd", "zip")


class Found(NamedTuple):
    """What was found in a file: see :class:`models.evidence_file.EvidenceFile`."""

    width: int | None = None
    height: int | None = None
    pages: int | None = None
    made: str = ""
    place: bool = False
    active: bool = False
    thumbnail: bool = False
    """Whether there is a small picture where it was asked for."""


def examine(file: Path, media_type: str, small: Path, most_pixels: int) -> Found:
    """What is in a file of this kind; a small picture is written to ``small`` where there is one.

    Raises:
        Refused: it is damaged, has too many pixels, or cannot be looked through within bounds.
        Unavailable: no process can be started.
    """
    if not _worth_it(media_type):
        return Found()
    command = [sys.executable, "-I", examiner.__file__, str(file), media_type, str(small)]
    try:
        done = subprocess.run(
            [*command, str(most_pixels)], env={}, cwd="/", stdin=subprocess.DEVNULL,
            capture_output=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise Refused(_too_much()) from error
    except OSError as error:
        raise Unavailable(f"Files cannot be looked into: {error.strerror}.") from error
    if done.returncode < 0:  # ended by the system, for taking more than it may
        raise Refused(_too_much())
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise Unavailable(f"Files cannot be looked into: {''.join(last)}.", "Run: make setup.")
    return _told(json.loads(done.stdout), most_pixels)


def _worth_it(media_type: str) -> bool:
    if media_type.startswith("image/"):
        return media_type.partition("/")[2] in examiner.FORMATS
    return media_type == "application/pdf" or any(part in media_type for part in _PACKAGES)


def _told(said: dict[str, Any], most_pixels: int) -> Found:
    match said.get("refused"):
        case None:
            return Found(**said)
        case "pixels":
            reason = f"The picture has more than {most_pixels / 1e6:g} million pixels."
            raise Refused(Refusal("RefuseBombs", reason, "Attach it scaled down."))
        case "memory":
            raise Refused(_too_much())
        case _:
            raise Refused(damaged())


def _too_much() -> Refusal:
    reason = "The file takes too long or too much to look through."
    return Refusal("RefuseBombs", reason, "Open it yourself, save it anew, and attach that.")
