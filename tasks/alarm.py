"""When is the operator written to? Once when something begins to stand still, every six hours
while it does, and once when all is well again.

Pure but for the small file in the home in which it is remembered, which the watchdog of the
service and ``rectiflow watch`` share, so that neither repeats the other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

FILE = "watchdog.json"

REPEAT = timedelta(hours=6)
"""Soon enough for who has overlooked it, seldom enough to be read."""

STEADY = timedelta(minutes=5)
"""For how long all must be well before it is said to be over: what comes and goes is one thing."""

STEPPED_BACK = timedelta(minutes=2)
"""A clock that is behind what it has shown by more than this has been set back."""

FORGOTTEN = timedelta(days=1)
"""After which a clock that was set back is taken to be right."""


class Word(StrEnum):
    """What there is to say."""

    NOTHING = "nothing"
    BEGUN = "begun"
    STILL = "still"
    OVER = "over"


class Alarm(NamedTuple):
    """What the operator has been told. All instants are wall time."""

    told: frozenset[str] = frozenset()
    """Parts that were found to stand still since all was well last."""
    last: datetime | None = None
    """When the operator was last written to."""
    well: datetime | None = None
    """Since when nothing has been found any more, until it is said."""
    highest: datetime | None = None
    """The latest time that the machine's clock has shown."""
    stepped: datetime | None = None
    """When the clock was first seen to be behind it."""


def next_word(alarm: Alarm, parts: Iterable[str], now: datetime) -> tuple[Alarm, Word]:
    """What to say at ``now`` of the parts that stand still, and what to remember of it."""
    found = frozenset(parts)
    if found:
        begun = bool(found - alarm.told)
        # A clock that was set back must not keep the operator waiting for longer than usual.
        due = alarm.last is None or not timedelta(0) <= now - alarm.last < REPEAT
        kept = alarm._replace(told=alarm.told | found, well=None)
        if begun or due:
            return kept._replace(last=now), Word.BEGUN if begun else Word.STILL
        return kept, Word.NOTHING
    if not alarm.told:
        return alarm, Word.NOTHING
    well = alarm.well if alarm.well is not None and alarm.well <= now else now
    if now - well < STEADY:
        return alarm._replace(well=well), Word.NOTHING
    return alarm._replace(told=frozenset(), last=None, well=None), Word.OVER


def clock_read(alarm: Alarm, now: datetime) -> tuple[Alarm, timedelta]:
    """Note what the clock shows, and by how much it has been set back; nothing is zero."""
    behind = timedelta(0) if alarm.highest is None else alarm.highest - now
    stepped = alarm.stepped or now
    if behind <= STEPPED_BACK or not timedelta(0) <= now - stepped < FORGOTTEN:
        highest = now if behind > STEPPED_BACK else max(now, alarm.highest or now)
        return alarm._replace(highest=highest, stepped=None), timedelta(0)
    return alarm._replace(stepped=stepped), behind


def remembered(home: Path) -> Alarm:
    """What was told before; nothing when that is not known."""
    try:
        said = json.loads((home / FILE).read_text(encoding="utf-8"))
        instants = {
            field: datetime.fromisoformat(said[field]) if said.get(field) else None
            for field in ("last", "well", "highest", "stepped")
        }
        return Alarm(frozenset(map(str, said["told"])), **instants)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Whatever is wrong with it, the worst that follows is a mail too many.
        return Alarm()


def remember(home: Path, alarm: Alarm) -> None:
    """Keep what was told, whole or not at all.

    Raises:
        OSError: the home cannot be written.
    """
    words = {field: getattr(alarm, field) for field in ("last", "well", "highest", "stepped")}
    said = {
        "told": sorted(alarm.told),
        **{field: instant and instant.isoformat() for field, instant in words.items()},
    }
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = home / f".{FILE}.{os.getpid()}"
    beside.write_text(json.dumps(said), encoding="utf-8")
    beside.replace(home / FILE)
