"""The work of jobs that move a campaign's open items onto another policy: a look ahead, the deed.

    job = wished(office, person, "audit@2", "ZG", title, at)  # what is wished; looked ahead next
    jobs.go(engine, job, at)                                 # the items that were seen, one by one

The job is asked for the policy ``to``, and once begun for what was ``seen``. A report is JSON: how
many items there are, whether a step is due for them at once, which versions they leave, some of
them in detail; which are moved, in which version they were seen, and which a rule keeps. An item
that has gone on since it was seen is left as it is and named; one that was moved before is under
the policy already, so that the work can be taken up anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models import jobs as rows
from models import pinned, policies
from models.engine import reading, writing
from models.jobs import JobRow
from rules.agenda import Step
from rules.errors import Refusal
from rules.item import PersonFact
from rules.step import StepKind
from tasks.jobs import Stopped, Tell
from tasks.ledger_jobs import asker_of
from tasks.migrating import Move, move, preview, target
from tasks.office import Office

MOVING = "moving"
"""The kind of these jobs."""

PIECE = 50
"""Items between two looks whether it is to go on."""

DETAILED = 50
"""Items that are shown in detail: those for which something is due at once come first."""


def wished(
    office: Office, person: PersonFact, to: str, campaign: str, title: str, at: datetime,
    lang: str = "zh-CN",
) -> JobRow:  # fmt: skip
    """Wish that the campaign's open items go on under the policy ``to``; they are looked at next.

    Raises:
        NotFound: there is no such policy or campaign.
    """
    with writing(office.engine) as connection:
        target(connection, to)
        code = policies.campaign(connection, campaign).code
        return rows.add(
            connection, person.id, MOVING, title, at, campaign=code, lang=lang,
            mapping=_json({"to": to}), state="rehearsing",
        )  # fmt: skip


def rehearse(office: Office, job: JobRow, tell: Tell) -> str:
    """What would become of each open item; nothing is written to any."""
    now = office.clock.now()
    seen: dict[str, Any] = {"will": [], "refused": [], "at_once": 0, "changed": 0}
    left: Counter[str] = Counter()
    urgent: list[Move] = []
    others: list[Move] = []
    with reading(office.engine) as connection:
        goal = target(connection, job.asked["to"])
        campaign = policies.campaign(connection, job.campaign)
        of = pinned.others(connection, campaign.id, goal.id)
        for number, one in enumerate(preview(connection, goal, campaign, (), now)):
            if number % PIECE == 0:
                tell("store", number, of)
            if one.refused:
                seen["refused"].append([one.ref, one.rule, one.refused])
                continue
            seen["will"].append([one.ref, one.version])
            left[one.left] += 1
            seen["at_once"] += bool(one.at_once)
            seen["changed"] += one.next_before != one.next_after
            some = urgent if one.at_once else others
            if len(some) < DETAILED:
                some.append(one)
    shown = [_detail(one) for one in (*urgent, *others)[:DETAILED]]
    return _json({**seen, "left": left, "shown": shown})


def run(office: Office, job: JobRow, tell: Tell) -> str:
    """Move them, item by item; what was told as moved or kept before is left alone."""
    by, wish, told = asker_of(office.engine, job).code, job.asked, job.told
    told = {**told, "done": list(told.get("done", ())), "failed": list(told.get("failed", ()))}
    over = {*told["done"], *(ref for ref, *_ in told["failed"])}
    todo = [Move.seen(ref, version) for ref, version in wish["seen"] if ref not in over]
    with reading(office.engine) as connection:
        goal = target(connection, wish["to"])
    ended = move(office.engine, goal, todo, by, office.clock.now())
    try:
        for number, one in enumerate(ended):
            if number % PIECE == 0:
                tell("store", len(over) + number, len(wish["seen"]))
            if one.refused:
                told["failed"].append([one.ref, one.rule, one.refused])
            else:
                told["done"].append(one.ref)
    except Stopped as stopped:
        raise Stopped(_json(told)) from stopped
    return _json(told)


def refusal_in(told: list[str]) -> tuple[str, Refusal]:
    """Which item, and why not."""
    ref, rule, reason = told
    return ref, Refusal(rule, reason)


def step_in(told: list[Any] | None) -> Step | None:
    """A step that was told in detail."""
    if told is None:
        return None
    at, kind, level = told
    return Step(datetime.fromisoformat(at), "", StepKind(kind), level, "")


def _detail(one: Move) -> dict[str, Any]:
    return {
        "ref": one.ref, "stage": one.stage, "left": one.left,
        "due": one.due.isoformat() if one.due else "", "before": _step(one.next_before),
        "after": _step(one.next_after), "at_once": _step(one.at_once),
    }  # fmt: skip


def _step(step: Step | None) -> list[Any] | None:
    return None if step is None else [step.at.isoformat(), step.kind.value, step.level]


def _json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False)
