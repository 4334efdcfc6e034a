"""Which long work there is, and what each kind of it does in each of its states."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from tasks import bulk_jobs, leaving_jobs, ledger_jobs, moving_jobs, roundtrip_jobs
from tasks.bulk_jobs import BULK
from tasks.jobs import Runner
from tasks.leaving_jobs import LEAVING
from tasks.moving_jobs import MOVING
from tasks.office import Office
from tasks.uploading import EDITED, LEDGER


def runner_for(office: Office, wall: Callable[[], datetime]) -> Runner:
    """Who does the long work of one process; nothing is begun before it is nudged."""
    works = {
        (LEDGER, "rehearsing"): partial(ledger_jobs.rehearse, office),
        (LEDGER, "running"): partial(ledger_jobs.run, office),
        (EDITED, "rehearsing"): partial(roundtrip_jobs.rehearse, office),
        (EDITED, "running"): partial(roundtrip_jobs.run, office),
        (LEAVING, "running"): partial(leaving_jobs.run, office),
        (BULK, "rehearsing"): partial(bulk_jobs.rehearse, office),
        (BULK, "running"): partial(bulk_jobs.run, office),
        (MOVING, "rehearsing"): partial(moving_jobs.rehearse, office),
        (MOVING, "running"): partial(moving_jobs.run, office),
    }
    return Runner(office.engine, works, wall)
