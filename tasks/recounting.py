"""Counting again, behind the pages: whoever looks is shown the last count at once, and the next one
is made meanwhile, one after another, by a thread that ends when there is nothing to count.

Counts are kept in the database, so that a restart begins with them, and several processes do not
count the same thing at the same time: a count is claimed by a conditional UPDATE.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from time import perf_counter

from sqlalchemy import Connection

from config.calendars import calendar_for
from config.logging import log_context
from models import policies, roster, tallies
from models.engine import reading, writing
from models.tallies import Kept
from models.tallying import count
from models.tallying_days import When
from rules.errors import RectiflowError
from rules.overview import Part
from rules.policy import Policy
from tasks.office import Office
from tasks.tallies import Tally, gathered, to_json

log = logging.getLogger("rectiflow.overview")

Wall = Callable[[], datetime]


class Recounter:
    """Counts parts of campaigns for one installation."""

    def __init__(self, office: Office, wall: Wall) -> None:
        self._office, self._wall = office, wall
        self._lock = threading.Lock()
        self._wanted: dict[tuple[int, Part], None] = {}
        self._thread: threading.Thread | None = None

    def ask(self, campaign_id: int, parts: Iterable[Part]) -> None:
        """Have these counted soon; what is asked for already is counted once."""
        with self._lock:
            self._wanted.update(dict.fromkeys((campaign_id, part) for part in parts))
            if self._wanted and self._thread is None:
                self._thread = threading.Thread(target=self._work, name="recounter", daemon=True)
                self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether everything that was asked for has been counted within this time."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return self._thread is None

    def _next(self) -> tuple[int, Part] | None:
        with self._lock:
            found = next(iter(self._wanted), None)
            if found is None:
                # Under the lock: whoever asks from now on starts another thread.
                self._thread = None
            return found

    def _work(self) -> None:
        while (wanted := self._next()) is not None:
            try:
                count_again(self._office, *wanted, self._wall)
            except RectiflowError as error:
                log.warning("A count is left for later: %s", error, extra={"action": "recount"})
            except Exception:
                log.exception("A count has failed. %s", log_context("recount", part=wanted[1].key))
            with self._lock:
                self._wanted.pop(wanted, None)


def count_again(office: Office, campaign_id: int, part: Part, wall: Wall) -> bool:
    """Count the part and keep the count; False when somebody else is at it."""
    with writing(office.engine) as connection:
        tallies.forget(connection, wall())
        if not tallies.claim(connection, campaign_id, part.key, wall()):
            return False
    try:
        begun, started, now = wall(), perf_counter(), office.clock.now()
        with reading(office.engine) as connection:
            event_id = tallies.newest_event(connection)
            tally = counted_at(connection, campaign_id, part, now)
        took = int((perf_counter() - started) * 1000)
        kept = Kept(part.key, now, begun, event_id, took)
        with writing(office.engine) as connection:
            tallies.store(connection, campaign_id, kept, to_json(tally))
    except BaseException:
        with writing(office.engine) as connection:
            tallies.let_go(connection, campaign_id, part.key)
        raise
    log.info("Counted. %s", log_context("recount", part=part.key, milliseconds=took))
    return True


def counted_at(connection: Connection, campaign_id: int, part: Part, now: datetime) -> Tally:
    """The part as it is at ``now`` (campaign time)."""
    when = moment(policy_of(connection, campaign_id), now)
    paths = {unit.id: unit.path for unit in roster.all_units(connection)}
    return gathered(count(connection, campaign_id, part, when), part.path, paths, when.today)


def moment(policy: Policy, now: datetime) -> When:
    """The campaign's day and zone at ``now``."""
    calendar = calendar_for(policy)
    return When(now, calendar.day_of(now), calendar.zone)


def policy_of(connection: Connection, campaign_id: int) -> Policy:
    """The policy that the campaign carries."""
    known = policies.campaigns(connection)
    fact = next(each for each in known if each.id == campaign_id)
    return policies.policy(connection, fact.policy_id)
