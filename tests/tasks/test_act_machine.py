"""Random lives of three items under a clock that moves, beside a naive office that keeps a dict."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, event

from config.calendars import calendar_for
from models import search_check
from models.engine import open_engine
from rules.agenda import agenda
from rules.commands import COMMANDS
from rules.errors import Refused
from rules.vocabulary import Stage
from tasks.act import act, fire_due
from tests import cast
from tests.conftest import MONDAY
from tests.tasks import naive_office as naive
from tests.tasks.staff import history, item_in, require_sound_history, row, staffed, state, told

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
BOUNDED = settings(
    derandomize=not THOROUGH,
    database=None,
    deadline=None,
    max_examples=600 if THOROUGH else 35,
    stateful_step_count=50,
    suppress_health_check=list(HealthCheck),
    # A failure tells its steps; to make them fewer takes longer than the test may.
    phases=list(Phase) if THOROUGH else [Phase.generate],
)

CALENDAR = calendar_for(cast.policy())
items = st.integers(0, 2)
seeds = st.integers(0, 2**32 - 1)


class Lives(RuleBasedStateMachine):
    """Three items, anybody who gives any command, and a clock that is also set back."""

    engine: Engine

    @initialize(stages=st.lists(st.sampled_from(list(Stage)), min_size=3, max_size=3))
    def begin_anywhere(self, stages: list[Stage]) -> None:
        """Every example works on items of its own, each somewhere in its life."""
        self.now = MONDAY
        self.refs = [item_in(self.engine, stage) for stage in stages]
        self.papers = [naive.fresh() for _ in self.refs]
        for n, ref in enumerate(self.refs):
            for each in history(self.engine, ref)[1:]:
                if each.step_key:
                    self._time_has_passed(n, each)
                else:
                    command, who = OPENING[each.kind]
                    naive.carry_out(self.papers[n], command, who, {"verifier": "verifier"})
        self._agree(range(3))

    @rule(n=items, seed=seeds)
    def give_any(self, n: int, seed: int) -> None:
        """Anybody asks for anything."""
        chance = Random(seed)
        self._give(n, chance.choice(sorted(naive.STAGES)), chance.choice(naive.PEOPLE))

    @rule(n=items, seed=seeds)
    def give_what_the_office_accepts(self, n: int, seed: int) -> None:
        """Somebody asks for what should be accepted, so that lives get somewhere."""
        chance = Random(seed)
        rare = naive.ENDINGS if chance.random() < 0.9 else frozenset()
        rare |= naive.TALK if chance.random() < 0.8 else frozenset()
        self._give_one_of(n, self._sorted_out(n, accepted=True), rare, chance)

    @rule(n=items, seed=seeds)
    def give_what_only_a_rule_refuses(self, n: int, seed: int) -> None:
        """Somebody who may, asks in the right stage for what is refused all the same."""
        self._give_one_of(n, self._sorted_out(n, accepted=False), frozenset(), Random(seed))

    def _sorted_out(self, n: int, *, accepted: bool) -> dict[str, list[str]]:
        due = state(self.engine, self.refs[n]).due
        found: dict[str, list[str]] = {}
        for command in naive.STAGES:
            form = self._form(n, command, due)
            for who in naive.PEOPLE:
                known = naive.knows(self.papers[n], command, who)
                if known and self._accepts(n, command, who, form, due) is accepted:
                    found.setdefault(command, []).append(who)
        return found

    def _give_one_of(
        self, n: int, found: dict[str, list[str]], rare: frozenset[str], chance: Random
    ) -> None:
        if names := sorted({*found} - rare or found):
            command = chance.choice(names)
            self._give(n, command, chance.choice(found[command]))

    @rule(hours=st.sampled_from([1, 8, 24, 72, 240, 720, -1, -24, -120]))
    def move_the_clock(self, hours: int) -> None:
        """Time passes; sometimes the machine's clock is set back."""
        self.now += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        """The clock's turn: what is due is fired, once an item, and nothing else."""
        due = [self._next(ref) for ref in self.refs]
        before = [len(history(self.engine, ref)) for ref in self.refs]
        fire_due(self.engine, self.now)
        for n, ref in enumerate(self.refs):
            new = history(self.engine, ref)[before[n] :]
            at = due[n]
            assert len(new) == (at is not None and at <= self.now), f"{ref} due at {at}"
            for each in new:
                self._time_has_passed(n, each)
        self._agree(range(3))

    @rule(n=items, early=st.booleans())
    def sleep_until_something_is_due(self, n: int, early: bool) -> None:
        """To the very instant of a step or just before it, and the sweep then."""
        at = self._next(self.refs[n])
        if at:
            self.now = max(self.now, at - timedelta(microseconds=early))
        self.sweep()

    def teardown(self) -> None:
        """Whatever happened, the histories are sound, no step stands twice or early, and the items
        are found where they stand."""
        assert not any(search_check.lack(self.engine))
        for ref in getattr(self, "refs", ()):
            require_sound_history(self.engine, ref)
            events = [each for each in history(self.engine, ref) if each.step_key]
            keys = [key for e in events for key in (e.step_key, *told(e).get("skipped", ()))]
            assert len(set(keys)) == len(keys)
            for each in events:
                assert datetime.fromisoformat(told(each)["planned"]) <= _instant(each.at)

    def _give(self, n: int, command: str, who: str) -> None:
        due = state(self.engine, self.refs[n]).due
        form = self._form(n, command, due)
        expected = self._accepts(n, command, who, form, due)
        note(f"{self.refs[n]} {self.papers[n]['stage']}: {command} by {who} -> {expected}")
        refusal = None
        try:
            act(self.engine, self.refs[n], COMMANDS[command](**form), who, self.now)
        except Refused as error:
            refusal = error
        assert (refusal is None) is expected, f"{command} by {who}: {refusal or 'accepted'}"
        if expected:
            naive.carry_out(self.papers[n], command, who, {**form, "today": self._today()})
            if command == "resume":
                naive.clock_restarted(self.papers[n], state(self.engine, self.refs[n]).due)
        self._agree([n])

    def _agree(self, which: Iterable[int]) -> None:
        """The store and the naive office say the same of these items."""
        for n in which:
            ref, paper = self.refs[n], self.papers[n]
            item = state(self.engine, ref)
            assert {
                "stage": item.stage.value, "round": item.round, "life": item.life,
                "version": item.version, "outcome": item.outcome and item.outcome.value,
                "held": item.on_hold, "evidence": item.evidence, "asked": item.extension_due,
                "granted": item.extensions, "led": item.responsible_id is not None,
                "level": item.level, "served": item.served, "confirmed": item.confirmed,
                "stay": item.stay_until, "pause": item.hold_asked_until,
            } == {key: paper[key] for key in SHARED}  # fmt: skip
            plan = agenda(item, cast.policy(), CALENDAR)
            assert self._next(ref) == (plan[0].at if plan else None), plan[:2]

    def _form(self, n: int, command: str, due: date | None) -> naive.Paper:
        other = self.refs[(n + self.papers[n]["version"]) % 3]
        return naive.fields(command, self.papers[n], self._today(), due, other)

    def _accepts(self, n: int, command: str, who: str, form: naive.Paper, due: date | None) -> bool:
        other = self.papers[(n + self.papers[n]["version"]) % 3]
        return naive.accepts(self.papers[n], command, who, form, self._today(), due, other)

    def _time_has_passed(self, n: int, step: Any) -> None:
        paper = self.papers[n]
        assert step.kind == "step_fired"
        assert step.stage in naive.BY_ITSELF[paper["stage"]]
        paper["version"] += 1
        paper["stage"] = step.stage
        due = state(self.engine, self.refs[n]).due
        naive.time_passed(paper, told(step)["step"], told(step)["level"], due)

    def _today(self) -> date:
        return CALENDAR.day_of(self.now)

    def _next(self, ref: str) -> datetime | None:
        return _instant(row(self.engine, ref, "next_action_at").next_action_at)


def _instant(stored: Any) -> Any:
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored


OPENING = {
    "accepted": ("accept", "coordinator"), "assigned": ("assign", "coordinator"),
    "acknowledged": ("acknowledge", "responsible"), "submitted": ("submit", "responsible"),
    "evidence_attached": ("attach_evidence", "responsible"), "passed": ("pass", "verifier"),
    "approved": ("approve", "supervisor"),
}  # fmt: skip
SHARED = ("stage", "round", "life", "version", "outcome", "held", "evidence", "asked", "granted",
          "led", "level", "served", "confirmed", "stay", "pause")  # fmt: skip


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A staffed store on SQLite that does not wait for the disk."""
    made = open_engine(f"sqlite:///{tmp_path_factory.mktemp('lives')}/rectiflow.db")

    @event.listens_for(made, "connect")
    def _hurry(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    yield staffed(made)
    made.dispose()


def test_random_lives_agree_with_a_naive_office(engine: Engine) -> None:
    Lives.engine = engine
    run_state_machine_as_test(Lives, settings=BOUNDED)
