"""Random lives through ``decide``: whatever people do, certain things hold."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from rules.agenda import agenda
from rules.commands import COMMANDS, Adopt, Command, FireStep
from rules.deadlines import shades
from rules.decide import Decision, decide, refusal_for
from rules.errors import Refusal
from rules.events import GENESIS, PAST, canonical, chained
from rules.item import SYSTEM, ItemState, PersonFact
from rules.opening import Opening, opened
from rules.policy import Policy
from rules.vocabulary import Outcome, Severity, Stage
from rules.workdays import WorkCalendar
from tests.cast import (
    CLOSED_ITEM,
    DIGEST,
    FACTS,
    FOREIGN_ITEM,
    OTHER_ITEM,
    PEOPLE,
    UNITS,
    at,
    case,
    item,
    policy,
)
from tests.rules.examples import FIELDS, GIVERS
from tests.rules.golden import CELLS
from tests.rules.oracles import CALENDARS

GOALS = {(cell.stage, cell.command): cell.goals for cell in CELLS if cell.goals}
WHO = {(cell.stage, cell.command): cell.who for cell in CELLS if cell.goals}
BEGIN = at("2026-01-26 10:00")
SETTLED = frozenset(["id", "ref", "campaign_id", "head", "confidential", "due_superior"])
"""What no command changes."""
LADDER = policy().ladder
POLICIES = [
    policy(),
    policy(progress_every=3, ladder=(), extensions_at_most=5, categories=()),
    policy(hold_at_most=20, repeat_every=1, acknowledge_within=0, deemed_received_after=None),
    policy(
        ladder=tuple(rung.model_copy(update={"served": rung.after < 20}) for rung in LADDER),
        announce_before=2,
        deemed_served_after=6,
        extension_decided_within=3,
        hold_decided_within=2,
        extension_longest=15,
        extensions_decided_by="supervisors",
    ),
]
CODES = st.sampled_from([person.code for person in PEOPLE])
SHIFTS = st.integers(-5, 45)
ROUTINE = frozenset(
    ["screen", "report_progress", "attach_evidence", "comment", "correct", "relist", "record"]
)
ANSWERS = ["grant_extension", "refuse_extension", ""]
COURSE = {
    Stage.INTAKE: ["accept"],
    Stage.ASSIGNMENT: ["assign", "acknowledge"],
    Stage.DEADLINE: ["attach_evidence", "submit"],
    Stage.REMINDER: ["attach_evidence", "submit"],
    Stage.VERIFICATION: ["appoint", "pass"],
    Stage.CLOSURE: ["approve"],
    Stage.CLOSED: [],
}
EVERYTHING = sorted(set(COMMANDS) - {"register"})


DATED = frozenset(
    ["assign", "request_extension", "grant_extension", "fail", "deny", "reopen", "recompute"]
)


@st.composite
def deeds(draw: st.DrawFn, names: list[str]) -> tuple[str, dict[str, Any]]:
    """One of the commands with fields of the right type; days are counted from today."""
    name = draw(st.sampled_from(names))
    fields = dict(FIELDS[name])
    if draw(st.booleans()) and name not in ("request_extension", "hold", "recompute"):
        return name, fields
    for field in fields.keys() & {"reason", "text", "title", "finding", "summary"}:
        fields[field] = draw(st.sampled_from(["因故", "两行\n文字", "x" * 200, " "]))
    for field in fields.keys() & {"responsible", "leader", "verifier", "person"}:
        fields[field] = draw(CODES)
    if name == "assign":
        fields["unit"] = draw(st.sampled_from([unit.code for unit in UNITS]))
        fields["co_units"] = tuple(draw(st.lists(st.sampled_from(["court", "parallel"]))))
    if name == "merge":
        fields["into"] = draw(st.sampled_from(
            [OTHER_ITEM.ref, CLOSED_ITEM.ref, FOREIGN_ITEM.ref, "R-2026-0100", "none"]
        ))  # fmt: skip
    if name in DATED:
        required = name in ("request_extension", "recompute")
        fields["due"] = draw(SHIFTS if required else st.none() | SHIFTS)
    if name in ("hold", "request_hold", "stay"):
        fields["until"] = draw(st.integers(-2, 200))
    if name == "serve":
        fields["on"] = draw(st.none() | st.integers(-9, 1))
    if name == "adopt":
        fields["policy"] = draw(st.sampled_from([*FACTS.policies, "nobodys@1"]))
    if name == "deny":
        fields["to"] = draw(st.sampled_from(["verification", "deadline"]))
    if name == "approve":
        fields["outcome"] = draw(st.sampled_from([Outcome.RECTIFIED, Outcome.UNSUBSTANTIATED]))
    if name == "accept":
        fields["category"] = draw(st.sampled_from(["", "作风", "files", "nonsense"]))
        fields["severity"] = draw(st.none() | st.sampled_from(Severity))
    if name == "attach_evidence":
        fields["sha256"] = draw(st.sampled_from([DIGEST, "", "G" * 64]))
    return name, fields


class Lives(RuleBasedStateMachine):
    """One item, whatever may happen to it."""

    state: ItemState
    rules: Policy
    days: WorkCalendar
    now: datetime

    @initialize(
        stage=st.sampled_from(Stage),
        rules=st.sampled_from(POLICIES),
        days=st.sampled_from(sorted(CALENDARS)),
        due=st.none() | st.integers(-20, 30),
        superior=st.none() | st.integers(30, 60),
        severity=st.sampled_from(Severity),
    )
    def register(self, stage, rules, days, due, superior, severity) -> None:
        """The finding is entered, or taken over in the middle of its life."""
        self.rules, self.days, self.now = rules, CALENDARS[days], BEGIN
        self.spent: set[str] = set()
        self.head = GENESIS
        named = item(stage)
        opening = Opening(
            "窗口推诿", "conduct", severity, stage=stage, outcome=named.outcome,
            unit_id=named.unit_id, unit_path=named.unit_path, responsible_id=named.responsible_id,
            leader_id=named.leader_id, verifier_id=named.verifier_id, due=self.day(due),
            due_superior=self.day(superior), closed_at=BEGIN if named.outcome else None,
        )  # fmt: skip
        decision = opened(
            opening, {"source": "inspection"}, ref="R-2026-0100", campaign_id=1, now=self.now,
            policy=self.rules, calendar=self.days,
        )  # fmt: skip
        self.state = decision.item._replace(id=100)
        self.derived(decision)
        self.sound(self.state)

    def day(self, shift: int | None) -> date | None:
        """So many days from today."""
        return None if shift is None else self.days.day_of(self.now) + timedelta(days=shift)

    # What happens

    @rule(hours=st.integers(0, 24) | st.integers(24, 24 * 30))
    def time_passes(self, hours: int) -> None:
        """Nobody does anything for a while."""
        self.now += timedelta(hours=hours)

    @rule(minutes=st.integers(1, 60 * 48))
    def the_clock_is_set_back(self, minutes: int) -> None:
        """As machines do."""
        self.now -= timedelta(minutes=minutes)

    @rule(steps=st.integers(0, 4))
    def a_sweep_comes(self, steps: int) -> None:
        """After so many of the next steps have come due; a sweep ends."""
        ahead = agenda(self.state, self.rules, self.days)[:steps]
        self.now = max([self.now, *(step.at for step in ahead)])
        for _ in range(30):
            if not self.give(FireStep(), SYSTEM):
                return
        raise AssertionError("a sweep does not come to an end")

    @rule(deed=deeds(EVERYTHING), actor=st.sampled_from([*PEOPLE, SYSTEM]))
    def anybody_does_anything(self, deed, actor) -> None:
        """Sense or nonsense."""
        self.say(deed, actor)

    @rule(data=st.data())
    def somebody_decides_what_is_theirs(self, data: st.DataObject) -> None:
        """Something that has a place in the stage, by somebody who may."""
        self.theirs(data, [name for name in self.possible() if name not in ROUTINE])

    @rule(data=st.data())
    def work_goes_on(self, data: st.DataObject) -> None:
        """The same, of the kind that moves nothing."""
        self.theirs(data, [name for name in self.possible() if name in ROUTINE])

    @rule(more=st.integers(1, 20), wait=st.integers(0, 6), answer=st.sampled_from(ANSWERS))
    def more_time_is_asked_for(self, more: int, wait: int, answer: str) -> None:
        """And the answer, if any, comes some days later."""
        due = (self.state.due or self.days.day_of(self.now)) + timedelta(days=more)
        self.say(("request_extension", {"due": due, "reason": "材料未齐"}), GIVERS["R"])
        self.now += timedelta(days=wait)
        if answer:
            self.say((answer, dict(FIELDS[answer])), GIVERS["S"])

    @rule(days=st.integers(0, 20), wait=st.integers(0, 25), by_hand=st.booleans())
    def the_clock_is_stopped(self, days: int, wait: int, by_hand: bool) -> None:
        """And starts again, by hand or by itself."""
        self.say(("hold", {"until": days, "reason": "等待鉴定"}), GIVERS["C"])
        self.now += timedelta(days=wait)
        if by_hand:
            self.say(("resume", {}), GIVERS["S"])

    @rule()
    def things_take_their_course(self) -> None:
        """The next step of a straight life; a closed item rests."""
        stage = self.state.stage
        for name in COURSE[stage]:
            if self.state.stage is stage:
                self.say((name, dict(FIELDS[name])), GIVERS[WHO[stage, name][0]])

    def possible(self) -> list[str]:
        """The commands that have a place in the stage."""
        return [name for where, name in GOALS if where is self.state.stage]

    def theirs(self, data: st.DataObject, names: list[str]) -> None:
        """One of the commands, by somebody who may give it."""
        if names:
            deed = data.draw(deeds(names))
            letters = WHO[self.state.stage, deed[0]].replace("A", "CSRL")
            self.say(deed, GIVERS[data.draw(st.sampled_from(letters))])

    # What must hold

    def say(self, deed: tuple[str, dict[str, Any]], actor: PersonFact) -> None:
        """Give the command, its days counted from today."""
        name, fields = deed
        for field in fields.keys() & {"due", "until", "on"}:
            if isinstance(fields[field], int):
                fields = {**fields, field: self.day(fields[field])}
        self.give(COMMANDS[name](**fields), actor)

    def give(self, command: Command, actor: PersonFact) -> bool:
        """Decide, check what came of it, and go on from there."""
        asked = case(self.state, command, actor, self.now, self.rules, self.days)
        found = decide(asked)
        refusal = refusal_for(asked)
        if isinstance(found, Refusal):
            assert refusal == found
            assert found.rule
            assert found.reason.endswith(".")
            return False
        assert refusal is None
        self.kept(command, actor, found)
        if isinstance(command, Adopt):
            _, self.rules, self.days = FACTS.policies[command.policy]
            self.spent.update(found.item.fired)
        self.derived(found)
        self.remembered(command, found)
        before, self.state = self.state, found.item
        self.sound(before)
        return True

    def kept(self, command: Command, actor: PersonFact, found: Decision) -> None:
        """What the lifecycle promises of one accepted command."""
        old, new = self.state, found.item
        assert new.stage in GOALS[old.stage, command.name]
        assert new.version == old.version + 1
        moved = new.stage is not old.stage or new.level > old.level or command.name == "assign"
        assert new.moves == old.moves + moved
        assert all(getattr(new, field) == getattr(old, field) for field in SETTLED)
        assert (new.stage_since == self.now) or new.stage is old.stage
        assert new.round in (old.round, old.round + 1)
        assert new.life - old.life == (command.name == "reopen")
        if new.due != old.due:
            if command.name in ("resume", "fire"):  # the same plan, as much later
                assert new.due_version == old.due_version
                assert new.due > old.due
            elif command.name == "recompute" and old.due >= self.days.day_of(self.now):
                assert (new.due_version, new.plan_from) == (old.due_version, old.plan_from)
            else:
                assert (new.due_version, new.plan_from) == (old.due_version + 1, self.now)
            assert command.name in {
                "assign", "grant_extension", "resume", "fire", "fail", "deny", "reopen",
                "recompute",
            }  # fmt: skip
        if command.name == "reopen":
            assert new.due_original == new.due
        elif old.due_original is not None:
            moved = command.name == "recompute" and old.due_original == old.due
            assert new.due_original == (new.due if moved else old.due_original)
        if new.level > old.level:
            assert command.name == "fire"
            self.climbed(old, found)
        if command.name == "grant_extension":
            assert new.extensions <= self.rules.extensions_at_most
        if command.name == "approve":
            assert old.passed_by not in (None, actor.id)
        if actor.id in (old.responsible_id, old.leader_id):
            assert new.stage not in (Stage.CLOSURE, Stage.CLOSED) or new.stage is old.stage

    def climbed(self, old: ItemState, found: Decision) -> None:
        """A rung waits for service, for the end of a stay, and for lost contact."""
        planned = found.event.data["planned"]
        assert not old.unreachable
        for below in range(max(old.level, 1), found.item.level):
            assert not self.rules.ladder[below - 1].served or old.served >= below
        if old.stay_until is not None:
            assert planned >= self.days.opening_after(old.stay_until, 1)
        if old.ladder_from is not None:
            reached = self.rules.ladder[old.level - 1].after if old.level else 0
            gap = self.rules.ladder[found.item.level - 1].after - reached
            passed = self.days.between(self.days.day_of(old.ladder_from), self.days.day_of(planned))
            assert passed >= gap

    def remembered(self, command: Command, found: Decision) -> None:
        """The event can be written, and no key of a step ever comes twice."""
        event = found.event
        assert event.kind == PAST[command.name]
        assert (event.step_key is not None) == (command.name == "fire")
        stage, seq = found.item.stage.value, found.item.version
        self.head = chained(
            self.head, found.item.ref, seq, self.now, event.kind, stage, 1, event.step_key,
            canonical(event.data),
        )  # fmt: skip
        if event.step_key is None:
            same_round = found.item.round == self.state.round
            fired = found.item.fired
            if command.name == "adopt":
                assert len(set(fired)) == len(self.state.fired)
            else:
                assert fired == (self.state.fired if same_round else ())
            return
        keys = [event.step_key, *event.data.get("skipped", ())]
        assert self.spent.isdisjoint(keys)
        assert found.item.fired == (*self.state.fired, *keys)
        assert event.data["planned"] <= self.now
        self.spent.update(keys)

    def derived(self, found: Decision) -> None:
        """The derived instants are those of the item as it will be."""
        steps = agenda(found.item, self.rules, self.days)
        assert found.next_action_at == (steps[0].at if steps else None)
        assert (found.yellow_at, found.red_at) == shades(found.item, self.rules, self.days)

    def sound(self, before: ItemState) -> None:
        """What is true of an item in any stage."""
        now = self.state
        closed = now.stage is Stage.CLOSED
        assert closed == (now.outcome is not None) == (now.closed_at is not None)
        assert now.on_hold == (now.hold_until is not None) == (now.held_at is not None)
        assert not now.on_hold or now.stage not in (Stage.INTAKE, Stage.CLOSED)
        assert (now.extension_due is None) == (now.extension_by is None)
        assert (now.extension_due is None) == (now.extension_at is None)
        assert (now.hold_asked_until is None) == (now.hold_asked_by is None)
        assert (now.hold_asked_until is None) == (now.hold_asked_at is None)
        asking = now.stage in (Stage.ASSIGNMENT, Stage.DEADLINE, Stage.REMINDER)
        assert now.hold_asked_until is None or (asking and not now.on_hold)
        assert now.extension_due is None or now.due is None or now.extension_due > now.due
        assert max(now.served, now.confirmed) <= now.level
        working = now.stage in (Stage.DEADLINE, Stage.REMINDER)
        assert now.extension_due is None or working
        assert not working or now.responsible_id is not None
        assert now.passed_by is None or now.stage in (Stage.CLOSURE, Stage.CLOSED)
        assert now.stage is not Stage.CLOSURE or now.passed_by is not None
        assert 0 <= now.level <= len(self.rules.ladder)
        assert len(set(now.fired)) == len(now.fired)
        if now.due is not None and now.due_superior is not None:
            assert now.due <= now.due_superior
        assert now.due_version >= before.due_version


Lives.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
TestLives = Lives.TestCase
