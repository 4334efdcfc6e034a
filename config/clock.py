"""What time it is: the only module that asks the machine.

There are two times. *Campaign time* is what rules and agendas live by; a demonstration may let
it lapse faster. *Wall time* is for dealing with the outside world: leases, retries, log lines.
Both are aware UTC datetimes.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from pathlib import Path
from typing import Protocol

from rules.errors import InputError
from rules.workdays import WorkCalendar

LAPSE_FILE = "clock.json"


class Clock(Protocol):
    """Anything that knows the campaign time."""

    def now(self) -> datetime:
        """The campaign time, UTC."""
        ...


def wall() -> datetime:
    """The machine's time, UTC."""
    return datetime.now(UTC)


class SystemClock:
    """Campaign time is wall time."""

    def now(self) -> datetime:
        """The machine's time, UTC."""
        return wall()


class ManualClock:
    """A clock that stands still until it is moved; a double shipped for tests."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """The instant it was last moved to."""
        return self.instant

    def move_to(self, instant: datetime) -> None:
        """Show another instant, earlier or later."""
        self.instant = instant

    def advance(self, by: timedelta) -> None:
        """Show an instant that much later."""
        self.instant += by


@dataclass(frozen=True, slots=True)
class Lapse:
    """How fast campaign time passes: from which wall time and day on, seconds per working day."""

    started: float
    first_day: date
    seconds_per_day: float


class LapsedClock:
    """Campaign time that runs through office hours only, one working day in a few seconds.

    Nights and days off are jumped over, so that everything due happens within minutes.
    """

    def __init__(self, lapse: Lapse, calendar: WorkCalendar) -> None:
        self._lapse = lapse
        self._calendar = calendar

    def now(self) -> datetime:
        """The campaign time, UTC."""
        elapsed = max(0.0, time.time() - self._lapse.started)
        days, share = divmod(elapsed / self._lapse.seconds_per_day, 1)
        first = self._calendar.add(self._lapse.first_day, 0)
        day = self._calendar.add(first, int(days)) if days else first
        opens, closes = self._calendar.opening(day), self._calendar.closing(day)
        # A share just below one is rounded up to the closing, which is no longer office time.
        return min(opens + (closes - opens) * share, closes - timedelta(microseconds=1))


def start_lapse(home: Path, first_day: date, seconds_per_day: float) -> Lapse:
    """Let campaign time lapse in this home, for every process that looks at it.

    Raises:
        ValueError: a day would take no time, or for ever.
    """
    lapse = _checked(Lapse(time.time(), first_day, seconds_per_day))
    words = {
        "started": lapse.started,
        "first_day": first_day.isoformat(),
        "seconds_per_day": seconds_per_day,
    }
    (home / LAPSE_FILE).write_text(json.dumps(words), encoding="utf-8")
    return lapse


def read_lapse(home: Path) -> Lapse | None:
    """How campaign time lapses in this home; None where it is wall time.

    Raises:
        InputError: the file is there but cannot be understood.
    """
    file = home / LAPSE_FILE
    try:
        words = json.loads(file.read_text(encoding="utf-8"))
        return _checked(
            Lapse(
                float(words["started"]),
                date.fromisoformat(words["first_day"]),
                float(words["seconds_per_day"]),
            )
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise InputError(
            "The file that says how campaign time lapses is damaged.",
            "Remove it to go by the machine's time.",
            where=str(file),
        ) from error


def _checked(lapse: Lapse) -> Lapse:
    if not (isfinite(lapse.started) and isfinite(lapse.seconds_per_day)):
        raise ValueError("not a number")
    if lapse.seconds_per_day <= 0:
        raise ValueError("a day takes longer than nothing")
    return lapse
