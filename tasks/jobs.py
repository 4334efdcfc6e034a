"""Long work that somebody waits for: done in a thread of this process, one piece at a time.

    runner = Runner(engine, works, wall)       # works: (kind, state) -> what is done then
    jobs.ask(engine, job, "running", ("rehearsed",), at)     # False: somebody was faster
    runner.nudge()                             # returns at once; a thread takes up what waits
    jobs.find(engine, token, person, at)       # how it stands; NotFound for anybody else
    jobs.stop(engine, job, at)                 # it stops at its next piece, wherever it is done

One installation does one job at a time, however many processes it has. A job shows signs of life
while it is done; one that shows none is told as interrupted, and may be asked for again: whatever
is done here recognises what was done before. So does one that was stopped: the wish stands in its
row, its signs of life read it, and ``tell`` breaks the work off between two pieces. Instants are
wall time.
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
from tasks.job_pulse import Pulse
from tasks.job_pulse import Stopped as Stopped
from tasks.job_pulse import Tell as Tell

log = logging.getLogger("rectiflow.jobs")

LOST = timedelta(seconds=60)
"""Without a sign of life for so long a job is taken for interrupted."""

LOOK_SECONDS = 1.0
"""Between two looks whether another process has come to the end of its job."""

THEN = {"rehearsing": "rehearsed", "running": "done"}
"""What a job is after the work of a state."""

SEEN = "seen"
"""Under this stands in a job what was seen ahead, once the deed has begun."""

Work = Callable[[JobRow, Tell], str]
"""Does a job's work and answers its report as JSON."""


def find(
    engine: Engine, token: str, person: PersonFact, at: datetime, kinds: Sequence[str] = ()
) -> JobRow:
    """The person's job, as it stands; of these kinds, if any are given.

    Raises:
        NotFound: there is no such job, as far as they are concerned.
    """
    job = _found(engine, token, person)
    if kinds and job.kind not in kinds:
        raise _unknown()
    if job.at_work and job.began_at is not None and job.seen_at < at - LOST:
        with writing(engine) as connection:
            jobs.end_abandoned(connection, at, at - LOST)
        job = _found(engine, token, person)
    return job


def _found(engine: Engine, token: str, person: PersonFact) -> JobRow:
    with reading(engine) as connection:
        job = jobs.by_token(connection, token[:32], person.id)
    if job is None:
        raise _unknown()
    return job


def _unknown() -> NotFound:
    return NotFound("There is no such job.", "See the list of your uploads.")


def ask(
    engine: Engine, job: JobRow, state: str, states: Sequence[str], at: datetime, **more: object
) -> bool:
    """Let the job wait for the work of ``state``, if it is in one of ``states``; once only."""
    values = {"state": state, "began_at": None, "ended_at": None, "seen_at": at, "what": "",
              "done": 0, "of": 0, "stop_at": None, **more}  # fmt: skip
    with writing(engine) as connection:
        return jobs.move(connection, job.id, states, values)


def look_again(engine: Engine, job: JobRow, at: datetime) -> bool:
    """Have it looked ahead once more, as long as the deed was not begun; once only."""
    if SEEN in job.asked:
        return False
    return ask(engine, job, "rehearsing", ("rehearsed", *jobs.AGAIN), at, report="")


def go(engine: Engine, job: JobRow, at: datetime) -> bool:
    """Have done what was seen ahead, as it was seen; or go on with it where it broke off. Once
    only."""
    asked = job.asked
    if SEEN in asked:
        return ask(engine, job, "running", jobs.AGAIN, at)
    if job.state != "rehearsed":
        return False
    mapping = json.dumps({**asked, SEEN: job.told["will"]}, ensure_ascii=False)
    return ask(engine, job, "running", ("rehearsed",), at, mapping=mapping)


def stop(engine: Engine, job: JobRow, at: datetime) -> bool:
    """Have a job stop that waits for its turn or is being done; False when it is over, or has
    been told before."""
    with writing(engine) as connection:
        return jobs.stop(connection, job.id, at)


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
        with Pulse(self._engine, job, self._wall) as pulse:
            try:
                report = self._works[job.kind, job.state](job, pulse.tell)
                state = THEN[job.state]
            except Stopped as stopped:
                state, report = "stopped", stopped.report or job.report
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
