"""Jobs: kept, asked for, taken up one at a time, told of. Instants are wall time."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, insert, or_, select, text, update

from models import roster
from models.job import AT_WORK, Job

JOB = Job.__table__  # type: ignore[attr-defined]

WAITING = ("rehearsing", "running")
"""States in which a job waits for its turn or is being done."""

AGAIN = ("failed", "interrupted", "stopped")
"""States in which a job has ended before its end, and may be asked for again."""


class JobRow(NamedTuple):
    """One job."""

    id: int
    token: str
    person_id: int
    kind: str
    campaign: str
    file_name: str
    sha256: str
    size: int
    lang: str
    header: str
    mapping: str
    state: str
    what: str
    done: int
    of: int
    report: str
    created_at: datetime
    began_at: datetime | None
    seen_at: datetime
    ended_at: datetime | None
    stop_at: datetime | None

    @property
    def at_work(self) -> bool:
        """Whether it waits for its turn or is being done."""
        return self.state in WAITING

    @property
    def waits(self) -> bool:
        """Whether its turn has not come yet."""
        return self.at_work and self.began_at is None

    @property
    def stopping(self) -> bool:
        """Whether it is being done still, but no longer wanted."""
        return self.at_work and self.stop_at is not None

    @property
    def asked(self) -> dict[str, Any]:
        """What stands in the job of what is to be done."""
        kept: dict[str, Any] = json.loads(self.mapping) if self.mapping else {}
        return kept

    @property
    def told(self) -> dict[str, Any]:
        """What the job has told; empty before."""
        kept: dict[str, Any] = json.loads(self.report) if self.report else {}
        return kept


_COLUMNS = tuple(JOB.c[name] for name in JobRow._fields)


def new_token() -> str:
    """What a job is known by; nobody guesses it."""
    return secrets.token_urlsafe(18)


def add(
    connection: Connection, person_id: int, kind: str, title: str, at: datetime, **more: object
) -> JobRow:
    """A new job of this person's; ``more`` are those of its columns that are not empty."""
    values = {"token": new_token(), "person_id": person_id, "kind": kind, "file_name": title,
              "created_at": at, "seen_at": at, **_EMPTY, **more}  # fmt: skip
    statement = insert(JOB).values(values).returning(*_COLUMNS)
    return JobRow._make(connection.execute(statement).one())


_TEXTS = ("campaign", "sha256", "header", "mapping", "what", "report")
_EMPTY = {**dict.fromkeys(_TEXTS, ""), "size": 0, "done": 0, "of": 0}


def by_token(connection: Connection, token: str, person_id: int) -> JobRow | None:
    """The job that this person knows by this token; somebody else's is none."""
    where = and_(JOB.c.token == token, JOB.c.person_id == person_id)
    row = connection.execute(select(*_COLUMNS).where(where)).first()
    return JobRow._make(row) if row else None


def of_person(
    connection: Connection, person_id: int, kinds: Sequence[str], before: int | None, most: int
) -> list[JobRow]:
    """A person's jobs of these kinds, the latest first, from below the id ``before``."""
    where = [JOB.c.person_id == person_id, JOB.c.kind.in_(kinds)]
    if before is not None:
        where.append(JOB.c.id < before)
    statement = select(*_COLUMNS).where(*where).order_by(JOB.c.id.desc()).limit(most)
    return [JobRow._make(row) for row in connection.execute(statement)]


def at_hand(
    connection: Connection, person_id: int, kinds: Sequence[str], since: datetime, most: int
) -> list[JobRow]:
    """A person's jobs of these kinds, at work or ended since then, the latest first."""
    fresh = and_(JOB.c.ended_at >= since, JOB.c.state != "cancelled")
    mine = (JOB.c.person_id == person_id, JOB.c.kind.in_(kinds), or_(text(AT_WORK), fresh))
    statement = select(*_COLUMNS).where(*mine).order_by(JOB.c.id.desc()).limit(most)
    return [JobRow._make(row) for row in connection.execute(statement)]


def mapped_like(connection: Connection, header: str, kind: str) -> JobRow | None:
    """The latest job about a file with these columns that was mapped."""
    where = (JOB.c.header == header, JOB.c.kind == kind, JOB.c.mapping != "")
    statement = select(*_COLUMNS).where(*where).order_by(JOB.c.id.desc()).limit(1)
    row = connection.execute(statement).first()
    return JobRow._make(row) if row else None


def move(
    connection: Connection, job_id: int, states: Sequence[str], values: dict[str, Any]
) -> bool:
    """Change a job that is in one of these states; False when it is in another one."""
    statement = update(JOB).where(JOB.c.id == job_id, JOB.c.state.in_(states)).values(values)
    return connection.execute(statement).rowcount == 1


def take_next(connection: Connection, at: datetime, alive_since: datetime) -> JobRow | None:
    """The job that has waited longest, begun now; None while another one is being done."""
    # One taker at a time: two would not see each other's job.
    roster.hold(connection)
    working = select(*_COLUMNS).where(text(AT_WORK)).order_by(JOB.c.id)
    found = [JobRow._make(row) for row in connection.execute(working)]
    if any(job.began_at is not None and job.seen_at >= alive_since for job in found):
        return None
    chosen = next((job for job in found if job.began_at is None), None)
    if chosen is None:
        return None
    move(connection, chosen.id, WAITING, {"began_at": at, "seen_at": at, "done": 0, "of": 0})
    return chosen._replace(began_at=at, seen_at=at, done=0, of=0)


def write(connection: Connection, job: JobRow, values: dict[str, Any]) -> bool:
    """Change the job if this very piece of work is still the one that was begun."""
    where = (JOB.c.id == job.id, JOB.c.began_at == job.began_at)
    return connection.execute(update(JOB).where(*where).values(values)).rowcount == 1


def go_on(connection: Connection, job: JobRow, values: dict[str, Any]) -> bool:
    """Write a sign of life; whether this very piece of work is still wanted, and still the one
    that was begun."""
    where = (JOB.c.id == job.id, JOB.c.began_at == job.began_at)
    statement = update(JOB).where(*where).values(values).returning(JOB.c.stop_at)
    row = connection.execute(statement).first()
    return row is not None and row.stop_at is None


def stop(connection: Connection, job_id: int, at: datetime) -> bool:
    """Have a job stop: at once where its turn has not come, else at its next sign of life."""
    here = (JOB.c.id == job_id, text(AT_WORK))
    waits = update(JOB).where(*here, JOB.c.began_at.is_(None))
    if connection.execute(waits.values(state="stopped", ended_at=at)).rowcount:
        return True
    works = update(JOB).where(*here, JOB.c.stop_at.is_(None)).values(stop_at=at)
    return connection.execute(works).rowcount == 1


def cancel(connection: Connection, job_id: int, at: datetime) -> bool:
    """Give up a job that is not being done."""
    before = JOB.c.state.in_(("uploaded", "mapped", "rehearsed", *AGAIN))
    waits = and_(text(AT_WORK), JOB.c.began_at.is_(None))
    statement = update(JOB).where(JOB.c.id == job_id, or_(before, waits))
    return connection.execute(statement.values(state="cancelled", ended_at=at)).rowcount == 1


def any_waiting(connection: Connection) -> bool:
    """Whether any job waits for its turn."""
    statement = select(JOB.c.id).where(text(AT_WORK), JOB.c.began_at.is_(None)).limit(1)
    return connection.execute(statement).first() is not None


def end_abandoned(connection: Connection, at: datetime, alive_since: datetime) -> int:
    """Mark as interrupted what was begun and shows no sign of life since then."""
    where = (text(AT_WORK), JOB.c.began_at.is_not(None), JOB.c.seen_at < alive_since)
    values = {"state": "interrupted", "ended_at": at}
    return int(connection.execute(update(JOB).where(*where).values(values)).rowcount)


def forget_reports(connection: Connection, kind: str, before: datetime) -> None:
    """Empty the reports of jobs of a kind that were made before then."""
    where = (JOB.c.created_at < before, JOB.c.kind == kind, JOB.c.report != "")
    connection.execute(update(JOB).where(*where, JOB.c.state.not_in(WAITING)).values(report=""))
