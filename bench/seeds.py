"""Invented items in any number, as rows of our tables. Pure but for the texts of ``sample/``.

Each item is drawn from its own number, so that the same number gives the same item in whatever
order they are made.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

from rules.events import GENESIS, canonical, chained
from rules.vocabulary import Outcome, Severity, Source, Stage
from sample.files import source
from sample.wording import FILES
from sample.words import words

Row = dict[str, Any]

FILLINGS = 12
"""How often each of the sample's findings is filled with other words."""

STAGES = (
    *[Stage.INTAKE] * 4, *[Stage.ASSIGNMENT] * 8, *[Stage.DEADLINE] * 50, *[Stage.REMINDER] * 18,
    *[Stage.VERIFICATION] * 12, *[Stage.CLOSURE] * 8,
)  # fmt: skip
OUTCOMES = (*[Outcome.RECTIFIED] * 15, *[Outcome.LONG_TERM] * 3, *Outcome)
SEVERITIES = (*[Severity.GENERAL] * 14, *[Severity.SERIOUS] * 5, Severity.MAJOR)
CONFIDENTIAL = 0.03
HELD = 0.03
ASKING = 0.04
"""Shares of all items, and of those that are worked on."""
DAYS = 1100
"""The items were opened in so many days before now, the newest last."""


class Bureau(NamedTuple):
    """A unit that has items, and its people's ids."""

    id: int
    code: str
    path: str
    responsible: Sequence[int]
    leader: int


class Setting(NamedTuple):
    """What all items have in common."""

    campaign_id: int
    campaign: str
    policy_id: int
    now: datetime
    bureaus: Sequence[Bureau]
    coordinators: Sequence[int]
    verifiers: Sequence[int]


class Life(NamedTuple):
    """One item with its rows in the other tables; their ``item_id`` is the item's id already."""

    item: Row
    events: list[Row]
    evidence: list[Row]
    extensions: list[Row]


class Text(NamedTuple):
    """What is found, and what is asked for."""

    title: str
    finding: str
    demand: str
    category: str


@cache
def texts() -> tuple[Text, ...]:
    """The sample's findings, each filled in several ways."""
    dice, found = random.Random("texts"), []
    for name in FILES:
        findings: Any = source(f"texts/{name}.yaml")
        for one in findings:
            parts = (one["title"], one["finding"], one.get("demand", ""))
            for _ in range(FILLINGS):
                slots: dict[str, str] = {}
                title, finding, demand = (_filled(part, slots, dice) for part in parts)
                found.append(Text(title, finding, demand, one["category"]))
    return tuple(found)


def _filled(text: str, slots: dict[str, str], dice: random.Random) -> str:
    def fill(match: re.Match[str]) -> str:
        slot = match[1]
        if slot not in slots:
            known = words().slots.get(slot)
            bounds = re.fullmatch(r"[a-z](\d+)_(\d+)", slot)
            if known:
                slots[slot] = dice.choice(known)
            elif bounds:
                slots[slot] = str(dice.randint(int(bounds[1]), int(bounds[2])))
            else:
                slots[slot] = {"self": "该单位", "place": "本县"}.get(slot, "有关部门")
        return slots[slot]

    return re.sub(r"\{(\w+)\}", fill, text)


def life(number: int, item_id: int, is_open: bool, share: float, at: Setting) -> Life:
    """The item with this number; ``share`` of all items are older than it."""
    dice = random.Random(number)
    drawn = _Drawn(dice, item_id, is_open, at, at.now - timedelta(days=DAYS * (1 - share)))
    item = drawn.item(number)
    events = list(drawn.events(item))
    item["version"], item["head"] = len(events), events[-1]["hash"]
    item["changed_at"] = events[-1]["at"]
    return Life(item, events, drawn.files(item), drawn.requests(item))


class _Drawn:
    """The draws of one item."""

    def __init__(
        self, dice: random.Random, item_id: int, is_open: bool, at: Setting, opened: datetime
    ) -> None:
        self.dice, self.item_id, self.at = dice, item_id, at
        self.stage = dice.choice(STAGES) if is_open else Stage.CLOSED
        self.bureau = dice.choice(at.bureaus)
        self.opened = min(opened, at.now - timedelta(hours=2)).replace(microsecond=0)
        self.coordinator = dice.choice(at.coordinators)
        self.verifier = dice.choice(at.verifiers)
        self.responsible = dice.choice(self.bureau.responsible)
        self.due = self._due()
        self.moved = self._moved()

    def _due(self) -> date | None:
        today, dice = self.at.now.date(), self.dice
        match self.stage:
            case Stage.INTAKE:
                return None
            case Stage.REMINDER:
                return today - timedelta(days=1 + int(dice.expovariate(1 / 15)))
            case Stage.VERIFICATION | Stage.CLOSURE:
                return today + timedelta(days=dice.randint(-20, 20))
            case Stage.CLOSED:
                return (self.opened + timedelta(days=dice.randint(15, 90))).date()
        return today + timedelta(days=dice.randint(0, 45))

    def _moved(self) -> datetime:
        """When the item came into its stage."""
        span = self.at.now - self.opened
        return self.opened + span * self.dice.uniform(0.3, 0.99)

    def item(self, number: int) -> Row:
        """The row; its version and head come from the events."""
        dice, stage, at = self.dice, self.stage, self.at
        text = dice.choice(texts())
        placed = stage is not Stage.INTAKE
        named = placed and stage is not Stage.ASSIGNMENT
        judged = stage in (Stage.VERIFICATION, Stage.CLOSURE, Stage.CLOSED)
        held = stage is Stage.DEADLINE and dice.random() < HELD
        asking = stage is Stage.DEADLINE and not held and dice.random() < ASKING
        closed = stage is Stage.CLOSED
        level = self._level()
        return {
            "id": self.item_id, "ref": f"{at.campaign}-{number:05}", "campaign_id": at.campaign_id,
            "title": text.title, "category": text.category, "severity": dice.choice(SEVERITIES),
            "confidential": dice.random() < CONFIDENTIAL, "stage": stage,
            "outcome": dice.choice(OUTCOMES) if closed else None,
            "round": 1, "life": 1, "level": level, "served": level, "confirmed": level,
            "rung_at": self.moved if level else None,
            "ladder_from": self.moved if level else None, "stay_until": None,
            "unreachable": False, "version": 1, "moves": 1, "head": GENESIS,
            "unit_id": self.bureau.id if placed else None,
            "unit_path": self.bureau.path if placed else None, "co_unit_paths": (),
            "responsible_id": self.responsible if named else None,
            "leader_id": self.bureau.leader if named else None,
            "verifier_id": self.verifier if judged else None,
            "passed_by": self.verifier if stage is Stage.CLOSURE else None, "waived": None,
            "due_original": self.due, "due": self.due, "due_superior": None,
            "due_version": 1 if self.due else 0, "due_from": None, "due_held": 0,
            "stage_since": self.moved, "plan_from": self.moved,
            "acknowledged_at": self.opened + timedelta(hours=30) if named else None,
            "submitted_at": self.moved if judged else None,
            "closed_at": self.moved if closed else None,
            "on_hold": held, "hold_until": self._later(60) if held else None,
            "held_at": self.moved if held else None, "holds": int(held),
            "hold_asked_until": None, "hold_asked_by": None, "hold_asked_at": None,
            "extension_due": self.due and self.due + timedelta(20) if asking else None,
            "extension_by": self.responsible if asking else None,
            "extension_at": self.moved if asking else None, "asks": int(asking),
            "extensions": 0, "evidence": dice.randint(1, 3) if judged and not closed else 0,
            "fired": (), "policy_id": at.policy_id,
            "number": f"{self.bureau.code}-{number}", "description": self._described(text.finding),
            "requirement": text.demand, "source": dice.choice(tuple(Source)),
            "complainant": "周某某" if dice.random() < 0.1 else "", "extra": "{}",
            "opened_at": self.opened, "ledger": "", "followed": -1, **self._planned(held),
        }  # fmt: skip

    def _described(self, finding: str) -> str:
        """No two findings are quite the same."""
        names, dice = words().names, self.dice
        who = dice.choice(names.surnames) + dice.choice(names.first) + dice.choice(names.last)
        return f"{finding}经办人{who}，线索编号{dice.randint(10_000_000, 99_999_999)}。"

    def _level(self) -> int:
        if self.stage is not Stage.REMINDER or self.due is None:
            return 0
        late = (self.at.now.date() - self.due).days
        return sum(late >= days for days in (2, 7, 14, 28))

    def _later(self, most: int) -> date:
        return self.at.now.date() + timedelta(days=self.dice.randint(1, most))

    def _planned(self, held: bool) -> Row:
        """Shades as the rules have them, but for days off; the next step some day to come."""
        shades: Row = {"yellow_at": None, "red_at": None}
        if self.due is not None and self.stage is not Stage.CLOSED and not held:
            by = self.due if self.stage is not Stage.VERIFICATION else self._later(5)
            ends = datetime.combine(by, time(16), UTC)
            shades = {"yellow_at": ends - timedelta(days=7), "red_at": ends}
        soon = datetime.combine(self._later(14), time(1), UTC)
        return shades | {"next_action_at": None if self.stage is Stage.CLOSED else soon}

    def events(self, item: Row) -> Iterator[Row]:
        """The item's history, chained: a closed one was taken over as it is."""
        acts = _ACTS[self.stage]
        step = (self.moved - self.opened) / len(acts)
        previous = GENESIS
        for seq, (kind, stage) in enumerate(acts, 1):
            when = self.opened + step * (seq - 1) if seq < len(acts) else self.moved
            actor = {"assigned": self.coordinator, "accepted": self.coordinator,
                     "passed": self.verifier, "registered": 0, "step_fired": 0}.get(
                         kind, self.responsible)  # fmt: skip
            data, key = canonical(self._data(kind, item, when)), None
            if kind == "step_fired":
                key = "chase/overdue/r1.d1"
            head = chained(previous, item["ref"], seq, when, kind, stage.value, actor, key, data)
            yield {
                "item_id": self.item_id, "seq": seq, "kind": kind, "at": when, "actor_id": actor,
                "stage": stage, "data": data, "previous": previous, "hash": head, "step_key": key,
                "idempotency_key": None, "asked": None, "announced": True,
            }  # fmt: skip
            previous = head

    def _data(self, kind: str, item: Row, when: datetime) -> Row:
        match kind:
            case "registered":
                return {"from_ledger": item["number"], "stage": _ACTS[self.stage][0][1].value}
            case "assigned":
                return {"unit": self.bureau.id, "responsible": self.responsible,
                        "leader": self.bureau.leader, "co_units": [], "due": self.due}  # fmt: skip
            case "step_fired":
                return {"step": "overdue", "level": 0, "planned": when}
            case "submitted":
                return {"summary": "已按要求整改到位，佐证材料附后。"}
            case "passed":
                return {"finding": "经现场核查，整改属实。"}
        return {}

    def files(self, item: Row) -> list[Row]:
        """Evidence of an item that waits for judgement; the files themselves are nowhere."""
        return [
            {"item_id": self.item_id, "seq": place + 1, "round": 1,
             "sha256": chained("", item["ref"], place, self.moved, "", "", 0, None, ""),
             "filename": f"整改佐证{place + 1}.pdf", "size": self.dice.randint(20_000, 4_000_000),
             "note": "", "attached_by": self.responsible, "attached_at": self.moved}
            for place in range(item["evidence"])
        ]  # fmt: skip

    def requests(self, item: Row) -> list[Row]:
        """The extension that is asked for, if one is."""
        if item["extension_due"] is None:
            return []
        return [
            {"item_id": self.item_id, "seq": 2, "asked_by": self.responsible,
             "asked_at": self.moved, "due_before": self.due, "due_asked": item["extension_due"],
             "reason": "调卷、鉴定尚未完成", "code": "retrieval", "decision": "",
             "decided_by": None, "decided_at": None, "due_granted": None}
        ]  # fmt: skip


_BEGUN = (("registered", Stage.INTAKE), ("accepted", Stage.ASSIGNMENT))
_WORKED = (*_BEGUN, ("assigned", Stage.ASSIGNMENT), ("acknowledged", Stage.DEADLINE))
_JUDGED = (*_WORKED, ("submitted", Stage.VERIFICATION))
_ACTS: dict[Stage, Sequence[tuple[str, Stage]]] = {
    Stage.INTAKE: _BEGUN[:1],
    Stage.ASSIGNMENT: _BEGUN,
    Stage.DEADLINE: _WORKED,
    Stage.REMINDER: (*_WORKED, ("step_fired", Stage.REMINDER)),
    Stage.VERIFICATION: _JUDGED,
    Stage.CLOSURE: (*_JUDGED, ("passed", Stage.CLOSURE)),
    Stage.CLOSED: (("registered", Stage.CLOSED),),
}
"""What has happened to an item in this stage, and where each act led."""
