"""What was seen of a life: read from the store, the mail catcher and Prefect, and what it lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection

from cli.demo_lives import Life
from cli.demo_scene import Scene
from flows.run_state import RunSeen, read_run
from models import history
from models.engine import reading
from models.views import ItemView, view
from rules.agenda import StepKind
from rules.errors import Unavailable
from rules.vocabulary import Outcome
from tasks.office import Office


class MailSeen(NamedTuple):
    """One delivery that was not skipped; ``event`` is its occasion in the item's history."""

    kind: str
    to: str
    message_id: str
    event: int
    state: str
    caught: bool


class Seen(NamedTuple):
    """One life as it was seen."""

    life: Life
    item: ItemView
    stages: list[str]
    levels: list[int]
    documents: list[str]
    mails: list[MailSeen]
    run_id: str | None
    run: RunSeen | None
    events: int
    behind: bool
    """Whether the flow run has moves of the item still to see."""

    @property
    def occasions(self) -> Counter[str]:
        """On how many occasions each kind of notice was caught."""
        return Counter(kind for kind, _ in {(m.kind, m.event) for m in self.mails if m.caught})

    @property
    def mails_are_there(self) -> bool:
        """Whether every mail has arrived, and no more will come of what has happened."""
        return not self.behind and all(mail.caught for mail in self.mails)


def look(connection: Connection, scene: Scene, office: Office, life: Life, ref: str) -> Seen:
    """The life of the item ``ref`` as it can be seen now."""
    item = view(connection, ref, office.clock.now())
    events = history.events(connection, item.id)
    following = history.following(connection, item.id)
    caught = {mail.message_id for mail in list(scene.catcher.mails)}
    return Seen(
        life,
        item,
        [stage for stage, _ in groupby(event.stage for event in events)],
        [int(e.data["level"]) for e in events if e.data.get("step") == StepKind.RUNG],
        [paper.kind for paper in history.documents(connection, item.id)],
        [
            MailSeen(m.kind, m.address, m.message_id, m.seq, m.state, m.message_id in caught)
            for m in history.deliveries(connection, item.id)
            if m.state != "skipped"
        ],
        following.flow_run_id,
        _run(scene, following.flow_run_id),
        len(events),
        following.followed != following.moves,
    )


def look_at_all(scene: Scene, office: Office, lives: Iterable[tuple[Life, str]]) -> list[Seen]:
    """All lives that have begun, at one moment."""
    with reading(office.engine) as connection:
        return [look(connection, scene, office, life, ref) for life, ref in lives if ref]


def lacks(seen: Seen) -> Iterator[str]:
    """What should have been seen of a life and was not, in sentences."""
    life, item = seen.life, seen.item
    if item.outcome != Outcome.RECTIFIED:
        yield f"It is not struck off as rectified; its stage is {item.stage}."
    if item.round != life.rounds:
        yield f"It took {item.round} rounds, not {life.rounds}."
    if tuple(seen.levels) != life.levels:
        yield f"It climbed the rungs {seen.levels}, not {list(life.levels)}."
    for kind in life.documents:
        if kind not in seen.documents:
            yield f"The document {kind} was not issued."
    if seen.run is None or seen.run.type != "COMPLETED":
        state = seen.run.name if seen.run else "unknown to Prefect"
        yield f"Its flow run {seen.run_id} is not completed but {state}."
    for kind, at_least in life.notices.items():
        if seen.occasions[kind] < at_least:
            yield f"The notice {kind} came on {seen.occasions[kind]} occasions, not {at_least}."
    for mail in seen.mails:
        if not mail.caught:
            yield f"The mail {mail.kind} to {mail.to} ({mail.state}) did not arrive."


def told(seen: Seen, states: list[str], seconds: float | None) -> dict[str, Any]:
    """The life as the report has it; ``states`` are the names its run has had."""
    run = seen.run or RunSeen("", "")
    return {
        "ref": seen.item.ref,
        "life": seen.life.name,
        "outcome": seen.item.outcome,
        "stages": seen.stages,
        "rounds": seen.item.round,
        "levels": seen.levels,
        "documents": seen.documents,
        "notices": {
            kind: {"expected": at_least, "seen": seen.occasions[kind]}
            for kind, at_least in seen.life.notices.items()
        },
        "mails": [mail._asdict() for mail in seen.mails],
        "flow_run": {"id": seen.run_id, "state": run.type, "name": run.name, "names": states},
        "events": seen.events,
        "seconds": seconds,
    }


def _run(scene: Scene, run_id: str | None) -> RunSeen | None:
    if run_id is None or scene.service is None:
        return None
    try:
        return read_run(scene.service.api_url, run_id)
    except Unavailable:
        return None
