"""What every piece of work needs at hand: the settings, the database and the clock."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Engine

from config.clock import Clock, LapsedClock, SystemClock, read_lapse
from config.settings import Settings, load
from models.engine import open_engine


class Office(NamedTuple):
    """One installation, opened."""

    settings: Settings
    engine: Engine
    clock: Clock


def open_office(settings: Settings | None = None) -> Office:
    """The installation that the environment describes; nothing is connected yet.

    Raises:
        InputError: a setting is unusable.
    """
    settings = settings or load()
    return Office(settings, open_engine(settings.database), clock_for(settings))


def clock_for(settings: Settings) -> Clock:
    """The campaign's clock: the machine's, unless a demonstration lets time lapse in this home."""
    lapse = read_lapse(settings.home)
    if lapse is None:
        return SystemClock()
    # Only a demonstration needs a calendar to know what time it is.
    from config.calendars import calendar_for
    from config.profiles import load_profile

    return LapsedClock(lapse, calendar_for(load_profile(settings.profile)))
