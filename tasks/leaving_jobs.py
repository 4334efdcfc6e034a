"""The work of jobs that write a ledger to be edited, where it is too large to be waited for.

    if size_of(office, person, asked) > AT_ONCE:
        job = wished(office, person, asked, title, at)   # written in the background
    path = to_be_fetched(office, person, job)            # by whoever asked, while they still may

What the person may see is decided when the file is written, and it is noted then that what is
protected in it was read. It lies where uploads lie and goes when they go. Who has other duties than
when it was written does not get it: they ask anew for what they may see now. Instants ``at`` are
wall time.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from models import jobs as rows
from models import policies
from models.engine import reading, writing
from models.jobs import AGAIN, JobRow
from rules.errors import NotFound, Refusal, Refused, Unavailable
from rules.item import PersonFact
from rules.vocabulary import Stage
from tasks import jobs, visible
from tasks.jobs import Tell
from tasks.ledger_jobs import bringer_of
from tasks.office import Office
from tasks.roundtrip import Asked, export_for_editing, note_readings
from tasks.uploading import file_of, require_bringer, tidy

LEAVING = "leaving"
"""The kind of these jobs."""

AT_ONCE = 2000
"""Up to so many items are written while somebody waits: some two seconds; more are a job."""


def wished(office: Office, person: PersonFact, asked: Asked, title: str, at: datetime) -> JobRow:
    """Have it written; nothing is begun before the runner is nudged.

    Raises:
        Refused: the person may not bring ledgers.
        NotFound: there is no such campaign.
    """
    require_bringer(person)
    tidy(office, at)
    with reading(office.engine) as connection:
        code = policies.campaign(connection, asked.campaign).code
    with writing(office.engine) as connection:
        return rows.add(
            connection, person.id, LEAVING, title, at, campaign=code, lang=asked.lang,
            mapping=json.dumps(asked._asdict()), state="running",
        )  # fmt: skip


def again(office: Office, job: JobRow, at: datetime) -> bool:
    """Have it written anew after it broke off; once only."""
    return jobs.ask(office.engine, job, "running", AGAIN, at, report="")


def run(office: Office, job: JobRow, tell: Tell) -> str:
    """Write it, and note what was read; a file stands there whole or not at all."""
    person, path = bringer_of(office.engine, job), workbook_of(office, job)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The file cannot be kept: {error.strerror or error}.") from error
    left = export_for_editing(office, person, path, asked_in(job), tell)
    path.chmod(0o600)
    note_readings(office, person, left.confidential, visible.CONFIDENTIAL, job.seen_at)
    note_readings(office, person, left.complainants, visible.COMPLAINANT, job.seen_at)
    told = {"rows": left.rows, "confidential": len(left.confidential), "duties": _duties(person)}
    return json.dumps(told, ensure_ascii=False)


def asked_in(job: JobRow) -> Asked:
    """What shall leave."""
    kept = job.asked
    return Asked(**{**kept, "stages": tuple(Stage(one) for one in kept["stages"])})


def workbook_of(office: Office, job: JobRow) -> Path:
    """Where the file lies, if it does (still)."""
    beside = file_of(office.settings, job)
    return beside.with_name(f"{beside.name}.xlsx")


def to_be_fetched(office: Office, person: PersonFact, job: JobRow) -> Path:
    """The file, for the person who has asked for it.

    Raises:
        Refused: they may not bring ledgers any more, or have other duties than when it was written.
        NotFound: it was never finished, or is no longer kept.
    """
    require_bringer(person)
    path = workbook_of(office, job)
    if job.state != "done" or not path.exists():
        raise NotFound("The exported file is not here (any more).", "Export it again.")
    if not duties_as_then(person, job):
        said = "Your duties have changed since the file was written."
        raise Refused(Refusal("HoldTheDuty", said, "Export it again."))
    return path


def duties_as_then(person: PersonFact, job: JobRow) -> bool:
    """Whether the person sees now what they saw when the file was written."""
    return job.told.get("duties") == _duties(person)


def _duties(person: PersonFact) -> list[Any]:
    return [person.unit_path, sorted([role.value, path] for role, path in person.roles)]
