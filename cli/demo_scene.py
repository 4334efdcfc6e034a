"""The demonstration's world: a database, web server, mail catcher, lapsing clock and the service.

It is set up behind whoever watches, in the order in which things are needed: the store and the
sample first, Prefect last, for its imports take seconds.
"""

from __future__ import annotations

import logging
import threading
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import yaml

from cli.demo_exhibits import furnish
from cli.demo_users import tryouts
from config.calendars import calendar_for
from config.clock import (
    LAPSE_FILE,
    LapsedClock,
    ManualClock,
    read_lapse,
    start_lapse,
    wall,
)
from config.logging import log_context
from config.profiles import load_profile
from config.settings import Settings
from flows.service import Service
from ledgers.mapping_files import load_mapping
from models import directory, people, policies, schema
from models.engine import reading, writing
from notifications.catcher import Catcher
from rules.errors import InputError, RectiflowError, Unavailable
from rules.policy import NoticeRules, Policy
from sample.build import write_ledger
from sample.files import path
from tasks.founding import OFFICE, found
from tasks.office import Office, open_office
from tasks.registering import import_ledger
from tasks.roster import load_roster
from web.server import WebServer

if TYPE_CHECKING:
    from web.app import Tryout

log = logging.getLogger("rectiflow.demo")

CAUGHT = "caught"
"""The folder of the home in which every mail ends."""

SENDER = "office@rectiflow.example"

DAY_SECONDS = 86_400.0
"""The pace of a kept home when nobody demonstrates: a working day a day."""


class Campaign(NamedTuple):
    """What ``sample/campaign/campaign.yaml`` says, as far as it is needed."""

    code: str
    title: str
    title_en: str
    profile: str
    mapping: str


def sample_campaign() -> Campaign:
    """The invented campaign."""
    words: dict[str, Any] = yaml.safe_load(path("campaign.yaml").read_text(encoding="utf-8"))
    return Campaign(*(str(words[field]) for field in Campaign._fields))


def hurried(policy: Policy) -> Policy:
    """The policy for days that last seconds: mails leave at once, as nobody could wait for a
    morning's digest, and the ladder waits for no act to be served."""
    ladder = tuple(
        rung.model_copy(update={"served": False, "minutes": False}) for rung in policy.ladder
    )
    changes = {"name": f"{policy.name}-demo", "notices": NoticeRules(), "ladder": ladder}
    return policy.model_copy(update=changes)


class Scene:
    """One demonstration in one home. ``seconds`` is a working day's length; None: real time.

    ``unattended``, campaign time stands still until ``clock`` is moved, and the ledger is only
    rehearsed.
    """

    def __init__(
        self, home: Path, seconds: float | None, *, database: str = "", unattended: bool = False
    ) -> None:
        self.home = home
        self.seconds = seconds
        self.campaign = sample_campaign()
        self.policy: Policy = hurried(load_profile(self.campaign.profile))
        self.calendar = calendar_for(self.policy)
        self.catcher = Catcher(home / CAUGHT)
        self.step = "store"
        """What is being set up: store, people, ledger, service; empty when it is done."""
        self.trouble: RectiflowError | None = None
        self.office: Office | None = None
        """At hand once the sample is in the store."""
        self.service: Service | None = None
        self.web: WebServer | None = None
        """Where the demonstration's pages are; links in its mails lead there."""
        self.tryouts: list[Tryout] = []
        """As whom its sign-in page lets everybody in, once they are there."""
        self._database = database
        # Not at the opening itself, at which reminders for the next day are due.
        opened = self.calendar.opening(self._first_day()) + timedelta(minutes=30)
        self.clock = ManualClock(opened) if unattended else None
        self.loaded: dict[str, int] = {}
        """What was taken from the sample: units, people, items created and refused."""
        self._thread = threading.Thread(target=self._set_up, name="set-up", daemon=True)
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        usual = Settings()
        self.web = WebServer(usual.web_host, usual.web_port)
        self.catcher.start()
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()
        # The last first; none keeps the others from their end.
        with ExitStack() as ends:
            if self.office is not None:
                ends.callback(self.office.engine.dispose)
                ends.callback(self._slow_down, self.office)
            ends.callback(self.catcher.stop)
            if self.service is not None:
                ends.callback(self.service.stop)
            if self.web is not None:
                ends.callback(self.web.stop)

    @property
    def connected(self) -> bool:
        """Whether Prefect is reached."""
        return self.service is not None and self.service.connected

    def require_sound(self) -> None:
        """Return while it can go on.

        Raises:
            RectiflowError: it could not be set up, with the reason.
        """
        if self.trouble is not None:
            raise self.trouble
        if self.service is not None and self.service.trouble:
            raise Unavailable(self.service.trouble)

    def _set_up(self) -> None:
        try:
            self._set_up_parts()
        except RectiflowError as error:
            log.error("%s %s", error, log_context("demo"))
            self.trouble = error
        except Exception as error:
            log.exception("The demonstration could not be set up. %s", log_context("demo"))
            self.trouble = RectiflowError(f"The demonstration could not be set up: {error!r}.")

    def _set_up_parts(self) -> None:
        if self.seconds is not None and self.clock is None:
            start_lapse(self.home, self._first_day(), self.seconds)
        else:
            (self.home / LAPSE_FILE).unlink(missing_ok=True)
        office = open_office(self._settings())
        if self.clock is not None:
            office = office._replace(clock=self.clock)
        try:
            if self.web is not None:
                self.web.start(office, self.tryouts)
            self._fill(office)
            self.tryouts += tryouts(office)
        except BaseException:
            office.engine.dispose()
            raise
        self.office = office
        if self._stopping.is_set():
            return
        self.step = "service"
        service = Service(office)
        service.start()
        self.service = service
        self.step = ""

    def _settings(self) -> Settings:
        """None of the user's own settings reaches a demonstration."""
        pace = self.seconds or DAY_SECONDS
        return Settings(
            home=self.home,
            database_url=self._database,
            smtp_url=f"{self.catcher.url}?starttls=off",
            mail_from=SENDER,
            profile=self.campaign.profile,
            public_url=self.web.url if self.web is not None else "",
            # Each time that something is to be sent is a flow run, as costly as an item's move.
            sweep_seconds=min(2.0, max(0.2, pace / 5)),
            delivery_seconds=min(5.0, max(0.5, pace / 2)),
            follow_seconds=0.2,
            # A server on SQLite does not get faster by more, and others wait for it too.
            worker_limit=2,
        )

    def _first_day(self) -> date:
        """Today or the next working day; a kept home goes on a day after its last."""
        before = read_lapse(self.home)
        if before is None:
            return self.calendar.add(self.calendar.day_of(wall()), 0)
        last = LapsedClock(before, self.calendar).now()
        return self.calendar.add(self.calendar.day_of(last), 1)

    def _fill(self, office: Office) -> None:
        """Found the campaign and import the sample, unless an earlier run has."""
        now = office.clock.now()
        campaign = self.campaign
        _require_no_other_campaign(office, campaign.code)
        made = found(office.engine, self.policy, now, code=campaign.code, title=campaign.title)
        if not made.created:
            return
        self.step = "people"
        self._load_people(office)
        if not self._stopping.is_set():
            self.step = "ledger"
            self._import(office, self.calendar.day_of(now))
            if self.clock is None:
                furnish(office)

    def _load_people(self, office: Office) -> None:
        """The sample's units and people; its own office takes the seats of the founding's."""
        report = load_roster(office.engine, path("units.csv"), path("people.csv"))
        if report.refused:
            raise InputError(f"The sample's people are not usable: {report.refused[0].reason}")
        self.loaded |= {"units": report.units.created, "people": report.people.created}
        with writing(office.engine) as connection:
            handles = [handle for handle, _, _ in OFFICE]
            for fact in directory.people(connection, handles).values():
                people.change_person(connection, fact.id, {"active": False})

    def _import(self, office: Office, today: date) -> None:
        file = self.home / "ledger.csv"
        write_ledger(file, today)
        mapping = load_mapping(self.campaign.mapping)
        now = office.clock.now()
        report = import_ledger(office.engine, file, mapping, now, dry_run=self.clock is not None)
        what = "ledger_rehearsed" if self.clock is not None else "ledger_created"
        self.loaded |= {what: report.created, "ledger_refused": report.refused_rows}
        log.info("The sample's ledger is read. %s", log_context("demo", **self.loaded))

    def _slow_down(self, office: Office) -> None:
        """Nobody watches a kept home: from its next morning on, a working day lasts a day."""
        if self.seconds is not None:
            day = self.calendar.add(self.calendar.day_of(office.clock.now()), 1)
            start_lapse(self.home, day, DAY_SECONDS)


def _require_no_other_campaign(office: Office, code: str) -> None:
    """A database that somebody works with is not even migrated.

    Raises:
        InputError: the database has a campaign that is not the sample's.
    """
    if schema.current(office.engine) is None:
        return
    with reading(office.engine) as connection:
        if any(known.code != code for known in policies.campaigns(connection)):
            raise InputError(
                "The database holds a campaign that is no demonstration.",
                "Name an empty database.",
                where="--database",
            )
