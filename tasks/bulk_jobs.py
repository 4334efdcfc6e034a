"""The work of jobs about many items: a look ahead, and the deed; and what is told of both.

    job = select(office, person, refs, title, at)            # the selection stands in the job
    settle(office, job, "comment", {"text": "…"}, title, at) # a command: now it is looked ahead
    leave_out(office, job, refs)                             # what shall not be done after all
    jobs.go(engine, job, at)                                 # the deed, once an item

The job is asked for ``refs``, with the ``commands`` among which to choose and the ids of the
``policies``; ``more`` and ``unseen`` tell of what is left. Once settled it is asked for ``command``
and ``values``, once begun for what was ``seen``: references and versions. A report is JSON: what
will be done and in which version, what is refused and why, what is left out; at the end what was
done and what not. Each item has a key of its own, so that whatever was done is not done again when
the work is taken up anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from models import jobs as rows
from models.engine import reading, writing
from models.jobs import AGAIN, JobRow
from rules.commands import Command, parse
from rules.errors import Refusal
from rules.item import PersonFact
from tasks import bulk, jobs
from tasks.act import facts_for, require_storable
from tasks.jobs import Stopped, Tell
from tasks.ledger_jobs import asker_of
from tasks.office import Office

BULK = "bulk"
"""The kind of these jobs."""

KEPT = timedelta(days=90)
"""How long it is told what became of each item; the items' histories tell it for ever."""

PIECE = 25
"""Items between two looks whether it is to go on."""

One = TypeVar("One")

Told = list[str]
"""A reference, and the rule, the reason and the remedy of what was refused."""


def select(
    office: Office, person: PersonFact, refs: Sequence[str], title: str, at: datetime, *,
    more: bool = False, lang: str = "zh-CN",
) -> JobRow:  # fmt: skip
    """Keep a selection. ``more``: there were more than fit into one go.

    Raises:
        InputError: there are too many.
    """
    with reading(office.engine) as connection:
        offer = bulk.offer(connection, person, refs, office.clock.now(), ask=False)
    kept = [one.ref for one in offer.items if one.refusal is None]
    chosen = {"refs": kept, "more": more,
              "unseen": sum(one.refusal is not None for one in offer.items),
              "commands": [name for name, _ in offer.commands],
              "policies": offer.policy_ids}  # fmt: skip
    with writing(office.engine) as connection:
        rows.forget_reports(connection, BULK, at - KEPT)
        return rows.add(
            connection, person.id, BULK, title, at, size=len(kept), lang=lang,
            mapping=_json(chosen), state="uploaded",
        )  # fmt: skip


def settle(
    office: Office, job: JobRow, command: str, values: Mapping[str, str], title: str, at: datetime
) -> bool:
    """Say what is to be done, and have it looked ahead; False when the job is past that.

    Raises:
        InputError: a value cannot be read or stored.
        NotFound: it names somebody or something that does not exist.
    """
    given = parse(command, values)
    require_storable(given, None)
    with reading(office.engine) as connection:
        facts_for(connection, given)
    chosen = {**job.asked, "command": command, "values": dict(values)}
    if "seen" in chosen:
        return False
    states = ("uploaded", "rehearsed", *AGAIN)
    more = {"mapping": _json(chosen), "report": "", "file_name": title}
    return jobs.ask(office.engine, job, "rehearsing", states, at, **more)


def again(office: Office, job: JobRow, at: datetime) -> bool:
    """Look ahead once more, as long as nothing was begun."""
    return "command" in job.asked and jobs.look_again(office.engine, job, at)


def leave_out(office: Office, job: JobRow, refs: Sequence[str]) -> bool:
    """Take these out of what will be done; False when the job is past that."""
    report, out = job.told, set(refs)
    if job.state != "rehearsed":
        return False
    report["left"] += [ref for ref, _ in report["will"] if ref in out]
    report["will"] = [pair for pair in report["will"] if pair[0] not in out]
    with writing(office.engine) as connection:
        return rows.move(connection, job.id, ("rehearsed",), {"report": _json(report)})


def rehearse(office: Office, job: JobRow, tell: Tell) -> str:
    """What would become of each item; nothing is written to any."""
    person, chosen = asker_of(office.engine, job), job.asked
    command, refs = _command(chosen), chosen["refs"]
    will: list[tuple[str, int]] = []
    refused: list[Told] = []
    for piece in _pieces(refs, tell):
        with reading(office.engine) as connection:
            found = bulk.preview(connection, person, piece, command, office.clock.now())
        will += [(one.ref, one.version) for one in found if one.refusal is None]
        refused += [_told(one.ref, one.refusal) for one in found if one.refusal is not None]
    return _json({"will": will, "refused": refused, "left": []})


def run(office: Office, job: JobRow, tell: Tell) -> str:
    """Do it, item by item; what was told as done or refused before is left alone."""
    person, chosen = asker_of(office.engine, job), job.asked
    command = _command(chosen)
    before = job.told
    told = {"will": chosen["seen"], "refused": before.get("refused", []),
            "left": before.get("left", []), "done": list(before.get("done", ())),
            "failed": list(before.get("failed", ()))}  # fmt: skip
    over = {*told["done"], *(ref for ref, *_ in told["failed"])}
    seen = [(ref, version) for ref, version in chosen["seen"] if ref not in over]
    try:
        for piece in _pieces(seen, tell, len(over)):
            for one in bulk.carry_out(
                office.engine, person, piece, command, office.clock.now(), f"job/{job.token}"
            ):
                if one.refusal is None:
                    told["done"].append(one.ref)
                else:
                    told["failed"].append(_told(one.ref, one.refusal))
    except Stopped as stopped:
        raise Stopped(_json(told)) from stopped
    return _json(told)


def _pieces(whole: Sequence[One], tell: Tell, before: int = 0) -> Iterator[Sequence[One]]:
    """Some at a time; what was done is told before the next ones come."""
    for start in range(0, len(whole), PIECE):
        tell("store", before + start, before + len(whole))
        yield whole[start : start + PIECE]


def _command(chosen: Mapping[str, Any]) -> Command:
    return parse(chosen["command"], chosen["values"])


def _told(ref: str, refusal: Refusal) -> Told:
    return [ref, refusal.rule, refusal.reason, refusal.remedy]


def refusal_in(told: Told) -> tuple[str, Refusal]:
    """Which item, and why not."""
    ref, rule, reason, remedy = told
    return ref, Refusal(rule, reason, remedy)


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)
