"""Long work that somebody waits for: done in a thread of this process, one piece at a time.

    runner = Runner(engine, works, wall)       # works: (kind, state) -> what is done then
    jobs.ask(engine, job, "running", ("rehearsed",), at)     # False: somebody was faster
    runner.nudge()                             # returns at once; a thread takes up what waits
    jobs.find(engine, token, person, at)       # how it stands; NotFound for anybody else

One installation does one job at a time, however many processes it has. A job shows signs of life
while it is done; one that shows none is told as interrupted, and may be asked for again: whatever
is done here recognises what was done before. Instants are wall time.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from config.logging import log_context
from models import jobs
from models.engine import reading, writing
from models.jobs import JobRow
from rules.errors import NotFound, RectiflowError, Refused, Unavailable
from rules.item import PersonFact

log = logging.getLogger("rectiflow.jobs")

SIGN_SECONDS = 1.0
"""Between two signs of life."""

LOST = timedelta(seconds=60)
"""Without a sign of life for so long a job is taken for interrupted."""

LOOK_SECONDS = 1.0
"""Between two looks whether another process has come to the end of its job."""

THEN = {"rehearsing": "rehearsed", "running": "done"}
"""What a job is after the work of a state."""

Tell = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much of it."""

Work = Callable[[JobRow, Tell], str]
"""Does a job's work and answers its report as JSON."""


def find(engine: Engine, token: str, person: PersonFact, at: datetime) -> JobRow:
    """The person's job, as it stands.

    Raises:
        NotFound: there is no such job, as far as they are concerned.
    """
    job = _found(engine, token, person)
    if job.at_work and job.began_at is not None and job.seen_at < at - LOST:
        with writing(engine) as connection:
            jobs.end_abandoned(connection, at, at - LOST)
        job = _found(engine, token, person)
    return job


def _found(engine: Engine, token: str, person: PersonFact) -> JobRow:
    with reading(engine) as connection:
        job = jobs.by_token(connection, token[:32], person.id)
    if job is None:
        raise NotFound("There is no such job.", "See the list of your uploads.")
    return job


def ask(
    engine: Engine, job: JobRow, state: str, states: Sequence[str], at: datetime, **more: object
) -> bool:
    """Let the job wait for the work of ``state``, if it is in one of ``states``; once only."""
    values = {"state": state, "began_at": None, "ended_at": None, "seen_at": at, "what": "",
              "done": 0, "of": 0, **more}  # fmt: skip
    with writing(engine) as connection:
        return jobs.move(connection, job.id, states, values)


def cancel(engine: Engine, job: JobRow, at: datetime) -> bool:
    """Give up what has not begun; False when it has, or is over."""
    with writing(engine) as connection:
        return jobs.cancel(connection, job.id, at)


class Runner:
    """Does the jobs of one process. Nothing runs while nothing waits."""

    def __init__(
        self,
        engine: Engine,
        works: Mapping[tuple[str, str], Work],
        wall: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._works = works
        self._wall = wall
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()

    def nudge(self) -> None:
        """See that somebody takes up what waits."""
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
                self._thread.start()

    def rest(self, seconds: float) -> bool:
        """Wait until nothing is left to do; whether it came to that in time."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return self._thread is None

    def close(self) -> None:
        """Take up nothing more."""
        self._closing.set()

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                job, waiting = self._taken()
            except RectiflowError:
                log.exception("No job can be taken up now.")
                job, waiting = None, True
            if job is not None:
                self._do(job)
                continue
            with self._lock:
                # Whoever asks and nudges after our look finds us gone, or is seen here.
                if not waiting and not self._waiting():
                    self._thread = None
                    return
            self._closing.wait(LOOK_SECONDS)
        self._thread = None

    def _taken(self) -> tuple[JobRow | None, bool]:
        at = self._wall()
        with writing(self._engine) as connection:
            jobs.end_abandoned(connection, at, at - LOST)
            job = jobs.take_next(connection, at, at - LOST)
        return job, job is None and self._waiting()

    def _waiting(self) -> bool:
        try:
            with reading(self._engine) as connection:
                return jobs.any_waiting(connection)
        except Unavailable:
            return False

    def _do(self, job: JobRow) -> None:
        facts = log_context("job", job=job.id, kind=job.kind, state=job.state)
        with _Pulse(self._engine, job, self._wall) as pulse:
            try:
                report = self._works[job.kind, job.state](job, pulse.tell)
                state = THEN[job.state]
            except RectiflowError as error:
                state, report = "failed", _failure(error, job)
                log.warning("A job has failed: %s. %s", type(error).__name__, facts)
            except Exception:
                state, report = "failed", json.dumps({"error": "", "fault": True})
                log.exception("A job has failed. %s", facts)
        self._end(job, state, report)
        log.info("A job has ended. %s", facts)

    def _end(self, job: JobRow, state: str, report: str) -> None:
        at = self._wall()
        values = {"state": state, "report": report, "what": "", "seen_at": at, "ended_at": at}
        try:
            with writing(self._engine) as connection:
                jobs.write(connection, job, values)
        except Unavailable:
            # It will be found without a sign of life, and be asked for again.
            log.exception("The end of a job cannot be written.")


def _failure(error: RectiflowError, job: JobRow) -> str:
    """What went wrong, by which rule, and where in the file, worded for whoever reads it; nobody
    is told where the file lies."""
    where = str(getattr(error, "where", "")).rpartition(job.token)[2].strip(", ")
    rule = error.rule if isinstance(error, Refused) else ""
    said = f"{error.message} {error.hint}".strip()
    told = {"error": said, "rule": rule, "where": where, "fault": False}
    return json.dumps(told, ensure_ascii=False)


class _Pulse:
    """Signs of life and of progress, while a block of work lasts."""

    def __init__(self, engine: Engine, job: JobRow, wall: Callable[[], datetime]) -> None:
        self._engine, self._job, self._wall = engine, job, wall
        self._over = threading.Event()
        self._told: tuple[str, int, int] = ("", 0, 0)
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def tell(self, what: str, done: int, of: int) -> None:
        """Note how far it is."""
        self._told = (what, done, of)

    def __enter__(self) -> _Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(SIGN_SECONDS):
            what, done, of = self._told
            values = {"seen_at": self._wall(), "what": what, "done": done, "of": of}
            try:
                with writing(self._engine) as connection:
                    jobs.write(connection, self._job, values)
            except Unavailable:
                log.warning("A sign of life could not be written.")
