"""Lives day by day, with downtime and commands in between, beside the naive clerk.

Every morning and every afternoon, unless the machine is down, whatever is due is carried out.
The clerk says beforehand what that must be; nothing may come early, get lost or come twice.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from rules.agenda import StepKind
from rules.commands import COMMANDS, FireStep
from rules.decide import Decision, decide
from rules.errors import Refusal
from rules.item import SYSTEM, ItemState, PersonFact
from rules.policy import Policy, Rung, Weekly
from rules.vocabulary import Level, Stage
from rules.workdays import WorkCalendar
from tests.cast import (
    COORDINATOR,
    DIGEST,
    LEADER,
    RESPONSIBLE,
    SUPERVISOR,
    VERIFIER,
    at,
    calendar,
    case,
    item,
    policy,
)
from tests.rules import naive_agenda
from tests.rules.naive_ladder import Note
from tests.rules.oracles import CALENDARS, ONE, clock_time

BEGIN = date(2026, 1, 26)
"""Three weeks before the festival of the calendars."""
BEGINS = (
    BEGIN,
    date(2025, 12, 8),  # New Year with its make-up Sunday ahead
    date(2026, 2, 23),  # clocks change in March, in April on the other side of the world
    date(2026, 9, 7),  # make-up weekends around the national holiday; clocks change, too
    date(2026, 11, 30),  # into a year of which nothing is published
)
BY_PLAN = frozenset({"chase", "progress", "acknowledge"})


class Fired(NamedTuple):
    """What a sweep did."""

    now: datetime
    kind: StepKind
    key: str
    level: int


class Life:
    """One item, driven through time; every sweep is compared with the clerk."""

    def __init__(self, state: ItemState, rules: Policy, days: WorkCalendar) -> None:
        self.state, self.rules, self.days = state, rules, days
        self.spent: set[str] = set()
        self.given: set[str] = set()
        self.log: list[Fired] = []
        self.swept: datetime | None = None
        self.disturbed = False
        self._noted: tuple[ItemState, list[Note]] | None = None

    def left(self) -> list[Note]:
        """What the clerk still has to do; thought over again only when something has changed."""
        if self._noted is None or self._noted[0] is not self.state:
            notes = naive_agenda.notes(self.state, self.rules, self.days)
            left = [note for note in notes if note.key not in self.state.fired]
            self._noted = self.state, left
        return self._noted[1]

    def do(self, command: str, actor: PersonFact, now: datetime, **fields: Any) -> bool:
        """Give a command; whether it was accepted."""
        given = COMMANDS[command](**fields)
        decision = decide(case(self.state, given, actor, now, self.rules, self.days))
        if isinstance(decision, Decision):
            self.given.add(command)
            self.state, self.disturbed = decision.item, True
            left = self.left()
            assert decision.next_action_at == (left[0].at if left else None)
        return isinstance(decision, Decision)

    def sweep(self, now: datetime) -> None:
        """Carry out what is due, one step at a time, as the clerk says."""
        for _ in range(20):
            due = [note for note in self.left() if note.at <= now]
            due = naive_agenda.first_pile(due) if due else due
            asked = case(self.state, FireStep(), SYSTEM, now, self.rules, self.days)
            decision = decide(asked)
            if not due:
                assert isinstance(decision, Refusal)
                assert decision.rule == "NeverEarly"
                self.swept, self.disturbed = now, False
                return
            assert isinstance(decision, Decision), f"lost: {due}"
            self._compare(naive_agenda.chosen(due), due, decision, now)
            self.state = decision.item
            self.disturbed |= decision.event.data["step"] == StepKind.HOLD_EXPIRED
        raise AssertionError("a sweep does not come to an end")

    def _compare(self, best: Note, due: list[Note], done: Decision, now: datetime) -> None:
        said = done.event.data
        keys = [best.key, *(note.key for note in due if note is not best)]
        assert done.event.step_key == best.key
        assert (said["step"], said["level"], said["planned"]) == (best.kind, best.level, best.at)
        assert said["planned"] <= now, "early"
        # An act served on a day before, a stay that is lifted, a hold that is over: what was to
        # come may have come already.
        in_time = self.swept is None or said["planned"] > self.swept
        assert in_time or self.disturbed, "late by a sweep or more"
        assert sorted(said.get("skipped", ())) == sorted(keys[1:])
        assert self.spent.isdisjoint(keys), "twice"
        track, _, plan = best.key.partition("/")
        if track in BY_PLAN:
            assert f".d{self.state.due_version}" in plan, "of a plan that was cancelled"
        self.spent.update(keys)
        self.log.append(Fired(now, best.kind, best.key, best.level))

    def run(self, first: date, last: date) -> None:
        """Every opening and every afternoon from ``first`` to ``last``."""
        for number in range((last - first).days + 1):
            for hour in (9, 14):
                self.sweep(clock_time(self.days, first + number * ONE, hour))


class Deed(NamedTuple):
    """Something that people do: on which day, at what time, what, and a number for it."""

    day: int
    hour: int
    what: str
    number: int


def carry_out(life: Life, deed: Deed, now: datetime) -> None:
    """The deed, if the rules let it happen; refusals are part of life."""
    today = life.days.day_of(now)
    later = (life.state.due or today) + deed.number * ONE
    match deed.what:
        case "extend":
            life.do("request_extension", RESPONSIBLE, now, due=later, reason="材料未齐")
            life.do("grant_extension", COORDINATOR, now)
        case "ask":
            life.do("request_extension", LEADER, now, due=later, reason="材料未齐")
        case "refuse":
            life.do("refuse_extension", SUPERVISOR, now, reason="理由不足")
        case "serve":
            minutes = "谈话记录" if deed.number % 4 else ""
            on = today - deed.number // 5 * ONE
            life.do("serve", COORDINATOR, now, on=on, minutes=minutes)
        case "confirm":
            life.do("confirm", RESPONSIBLE, now)
        case "stay":
            life.do("stay", SUPERVISOR, now, until=today + deed.number * ONE, reason="等待")
        case "lift stay":
            life.do("lift_stay", SUPERVISOR, now)
        case "lose contact":
            life.do("lose_contact", SYSTEM, now, reason="退信")
        case "regain contact":
            life.do("regain_contact", SYSTEM, now)
        case "ask to hold":
            until = today + deed.number * ONE
            life.do("request_hold", RESPONSIBLE, now, until=until, reason="等待鉴定")
        case "refuse to hold":
            life.do("refuse_hold", COORDINATOR, now, reason="理由不足")
        case "hold":
            life.do("hold", COORDINATOR, now, until=today + deed.number * ONE, reason="等待")
        case "resume":
            life.do("resume", SUPERVISOR, now)
        case "acknowledge":
            life.do("acknowledge", RESPONSIBLE, now)
        case "reassign":
            life.do("assign", COORDINATOR, now, unit="bureau", responsible="responsible")
        case "submit":
            life.do("attach_evidence", RESPONSIBLE, now, sha256=DIGEST, filename="a.jpg")
            life.do("submit", RESPONSIBLE, now)
        case "pass":
            life.do("pass", VERIFIER, now)
        case "fail":
            life.do("fail", VERIFIER, now, reason="未到位")
        case "approve":
            life.do("approve", SUPERVISOR, now)
        case "deny":
            goal = ("verification", "deadline")[deed.number % 2]
            life.do("deny", SUPERVISOR, now, reason="证据不足", to=goal)
        case "reopen":
            life.do("reopen", COORDINATOR, now, reason="反弹")
        case "clock back":
            before = life.swept
            life.swept = None
            life.sweep(now - deed.number * ONE)
            life.swept = before


DEEDS = (
    "extend", "ask", "hold", "resume", "acknowledge", "reassign", "submit", "pass", "fail",
    "approve", "deny", "reopen", "clock back",
)  # fmt: skip
LADDER_DEEDS = (
    ("serve", "confirm", "stay", "lift stay", "lose contact", "regain contact", "ask", "refuse",
     "ask to hold", "refuse to hold", "hold", "resume", "extend", "submit", "fail", "clock back"),
    ("stay", "lift stay", "serve", "confirm", "hold"),
    ("lose contact", "regain contact", "serve", "clock back"),
    ("ask", "refuse", "ask to hold", "refuse to hold", "hold", "resume"),
)  # fmt: skip
"""People are busy with everything, or with one thing."""

RULES = [
    policy(progress_every=4, look_back_after=(20, 40)),
    policy(ladder=(), repeat_every=1, reminders_before=(0, 2), progress_every=3),
    policy(repeat_every=0, acknowledge_within=0, deemed_received_after=0, extensions_at_most=9),
]


def policies() -> st.SearchStrategy[Policy]:
    """Policies of every kind: ladders that wait or not, that announce or not, any rhythm."""
    return st.builds(
        lambda **values: policy(acknowledge_within=1, deemed_received_after=2, **values),
        ladder=st.lists(
            st.tuples(st.integers(0, 12), st.booleans(), st.booleans()), max_size=4,
            unique_by=lambda rung: rung[0],
        ).map(_ladder),
        announce_before=st.sampled_from([0, 0, 1, 2, 5]),
        serve_within=st.integers(0, 3),
        deemed_served_after=st.none() | st.integers(3, 9),
        repeat_every=st.sampled_from([0, 1, 3, 5]),
        repeat_at_most=st.integers(0, 4),
        reminders_before=st.sets(st.integers(0, 9), max_size=3).map(tuple),
        progress_every=st.sampled_from([0, 1, 4, Weekly(weekly="friday"), Weekly(weekly="monday"),
                                        Weekly(weekly="sunday")]),
        extension_decided_within=st.sampled_from([0, 1, 3]),
        hold_decided_within=st.sampled_from([0, 1, 4]),
        extensions_at_most=st.just(9),
    )  # fmt: skip


def _ladder(rungs: list[tuple[int, bool, bool]]) -> tuple[Rung, ...]:
    acts = (Level.LETTER, Level.INTERVIEW, Level.CIRCULAR, Level.LISTING)
    return tuple(
        Rung(act=act, after=after, served=served, minutes=minutes and act is Level.INTERVIEW)
        for act, (after, served, minutes) in zip(acts, sorted(rungs), strict=False)
    )


def deeds(kinds: tuple[str, ...], most: int, until: int = 90) -> st.SearchStrategy[list[Deed]]:
    """What people do on some of the days."""
    one = st.builds(
        Deed, st.integers(0, until), st.integers(0, 23), st.sampled_from(kinds), st.integers(0, 25)
    )
    return st.lists(one, max_size=most)


DOWNS = st.lists(st.tuples(st.integers(0, 90), st.sampled_from([1, 2, 5, 14, 16])), max_size=3)
"""Days on which the machine goes down, and for how many."""


@settings(max_examples=80)
@given(
    stage=st.sampled_from([s for s in Stage if s is not Stage.INTAKE]),
    due=st.none() | st.integers(-10, 40),
    rules=st.sampled_from(RULES),
    days=st.sampled_from(sorted(CALENDARS)),
    hour=st.integers(0, 23),
    deeds=deeds(DEEDS, 14),
    downs=DOWNS,
)
def test_nothing_is_early_lost_or_twice_in_any_life(
    stage, due, rules, days, hour, deeds, downs
) -> None:
    lived(stage, due, rules, CALENDARS[days], BEGIN, hour, deeds, downs)


@given(
    stage=st.sampled_from([Stage.DEADLINE, Stage.REMINDER, Stage.ASSIGNMENT]),
    due=st.integers(-6, 12),
    rules=policies(),
    days=st.sampled_from(sorted(CALENDARS)),
    begin=st.sampled_from(BEGINS),
    hour=st.integers(0, 23),
    deeds=st.sampled_from(LADDER_DEEDS).flatmap(lambda kinds: deeds(kinds, 10, 40)),
    downs=DOWNS,
)
def test_under_any_policy_the_ladder_is_climbed_as_the_clerk_says(
    stage, due, rules, days, begin, hour, deeds, downs
) -> None:
    life = lived(stage, due, rules, CALENDARS[days], begin, hour, deeds, downs)
    event(f"rungs {sum(fired.kind is StepKind.RUNG for fired in life.log)}")
    for kind in sorted({fired.kind for fired in life.log}):
        event(f"seen {kind}")
    for command in sorted(life.given):
        event(f"accepted {command}")


def lived(
    stage: Stage, due: int | None, rules: Policy, days: WorkCalendar, begin: date, hour: int,
    deeds: list[Deed], downs: list[tuple[int, int]],
) -> Life:  # fmt: skip
    """A life of some three months: swept in the morning, an hour late, or not for weeks."""
    born = clock_time(days, begin, hour)
    day = None if due is None else begin + due * ONE
    life = Life(
        item(stage, due=day, due_original=day, plan_from=born, stage_since=born), rules, days
    )
    down = {number for start, length in downs for number in range(start, start + length)}
    late = {number + 3 for number, _ in downs}
    todo = sorted(deeds)
    for number in range(95):
        today = [deed for deed in todo if deed.day == number]
        moments = [(deed.hour, deed) for deed in today]
        if number not in down:
            moments += [(10 if number in late else 9, None), (14, None)]
        for hour_of_day, deed in sorted(moments, key=lambda moment: moment[0]):
            now = clock_time(days, begin + number * ONE, hour_of_day)
            if now < born:
                continue
            if deed is None:
                life.sweep(now)
            else:
                carry_out(life, deed, now)
    event(f"fired {min(len(life.log), 12)}")
    return life


def test_an_untouched_item_climbs_the_whole_ladder_on_its_days() -> None:
    life = Life(item(Stage.DEADLINE), policy(), calendar())
    life.run(date(2026, 3, 10), date(2026, 6, 30))
    assert [(f"{fired.now:%m-%d %H}", fired.kind.value, fired.level) for fired in life.log] == [
        ("03-24 01", "remind", 0),
        ("03-26 01", "remind", 0),
        ("03-30 01", "overdue", 0),
        ("03-31 01", "rung", 1),
        ("04-06 01", "rung", 2),
        ("04-13 01", "rung", 3),
        ("04-27 01", "rung", 4),
        ("05-04 01", "overdue_again", 0),
        ("05-11 01", "overdue_again", 0),
    ]
    assert (life.state.level, life.state.stage) == (4, Stage.REMINDER)


def test_an_extension_cancels_the_plan_and_chases_by_the_new_deadline() -> None:
    life = Life(item(Stage.DEADLINE), policy(), calendar())
    life.run(date(2026, 3, 10), date(2026, 3, 26))
    now = at("2026-03-26 15:00")
    due = date(2026, 4, 10)
    assert life.do("request_extension", RESPONSIBLE, now, due=due, reason="材料未齐")
    assert life.do("grant_extension", COORDINATOR, now)
    assert life.state.stage is Stage.DEADLINE
    life.log.clear()
    life.run(date(2026, 3, 27), date(2026, 4, 14))
    assert [(f"{fired.now:%m-%d}", fired.kind.value) for fired in life.log] == [
        ("04-07", "remind"), ("04-09", "remind"), ("04-13", "overdue"), ("04-14", "rung"),
    ]  # fmt: skip


def test_an_extension_after_a_rung_starts_the_ladder_from_its_foot() -> None:
    life = Life(item(Stage.DEADLINE, due=date(2026, 3, 27)), policy(), calendar())
    life.run(date(2026, 3, 10), date(2026, 3, 27))
    ask = at("2026-03-27 16:00")
    assert life.do("request_extension", RESPONSIBLE, ask, due=date(2026, 4, 10), reason="材料")
    life.run(date(2026, 3, 28), date(2026, 4, 6))
    assert life.state.level == 2
    assert life.do("grant_extension", COORDINATOR, at("2026-04-07 10:00"))
    assert (life.state.level, life.state.stage) == (0, Stage.DEADLINE)
    life.log.clear()
    life.run(date(2026, 4, 8), date(2026, 4, 14))
    assert [fired.level for fired in life.log] == [0, 0, 1]  # remind-1, overdue, letter


def test_a_submission_silences_the_chase_and_a_return_starts_a_new_one() -> None:
    life = Life(item(Stage.DEADLINE, verifier_id=VERIFIER.id), policy(), calendar())
    life.run(date(2026, 3, 10), date(2026, 3, 25))
    carry_out(life, Deed(0, 0, "submit", 0), at("2026-03-25 16:00"))
    assert life.state.stage is Stage.VERIFICATION
    life.log.clear()
    life.run(date(2026, 3, 26), date(2026, 4, 3))
    assert [fired.kind for fired in life.log] == [StepKind.VERIFICATION]
    assert life.do("fail", VERIFIER, at("2026-04-03 16:00"), reason="未到位")
    assert (life.state.round, life.state.due) == (2, date(2026, 4, 17))
    life.log.clear()
    life.run(date(2026, 4, 4), date(2026, 4, 21))
    assert [fired.key for fired in life.log] == [
        "chase/remind-3/r2.d2", "chase/remind-1/r2.d2", "chase/overdue/r2.d2",
        "chase/rung-1/r2.d2",
    ]  # fmt: skip


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_hold_silences_the_chase_and_the_plan_moves_with_the_deadline(by_hand: bool) -> None:
    life = Life(item(Stage.DEADLINE), policy(), calendar())
    assert life.do(
        "hold", COORDINATOR, at("2026-03-20 10:00"), until=date(2026, 4, 2), reason="等待鉴定"
    )
    life.run(date(2026, 3, 20), date(2026, 4, 2))
    assert life.log == []
    if by_hand:
        assert life.do("resume", COORDINATOR, at("2026-04-03 08:00"))
    life.run(date(2026, 4, 3), date(2026, 4, 13))
    # Ten working days stood still: from Friday 27 March to Friday 10 April.
    assert life.state.due == date(2026, 4, 10)
    expected = [("04-07", "remind"), ("04-09", "remind"), ("04-13", "overdue")]
    if not by_hand:
        expected.insert(0, ("04-03", "hold_expired"))
    assert [(f"{fired.now:%m-%d}", fired.kind.value) for fired in life.log] == expected


def test_a_hold_of_an_hour_puts_no_rung_off() -> None:
    life = Life(item(Stage.DEADLINE), policy(), calendar())
    life.run(date(2026, 3, 10), date(2026, 4, 2))
    until = date(2026, 4, 3)
    assert life.do("hold", COORDINATOR, at("2026-04-03 10:00"), until=until, reason="等待")
    assert life.do("resume", COORDINATOR, at("2026-04-03 11:00"))
    life.run(date(2026, 4, 4), date(2026, 4, 6))
    assert life.state.level == 2


@pytest.mark.parametrize("deemed", [True, False])
def test_who_receives_an_assignment_late_is_told_before_the_ladder_is_climbed(deemed: bool) -> None:
    """Until then nobody was reminded of anything: no letter comes out of the blue."""
    rules = policy(deemed_received_after=8 if deemed else None)
    life = Life(item(Stage.ASSIGNMENT, due=date(2026, 3, 12)), rules, calendar())
    life.run(date(2026, 3, 10), date(2026, 3, 22))
    if not deemed:
        assert life.do("acknowledge", RESPONSIBLE, at("2026-03-23 09:00"))
    life.log.clear()
    life.run(date(2026, 3, 23), date(2026, 3, 30))
    told = [fired.kind for fired in life.log]
    assert told[deemed:] == [StepKind.OVERDUE, StepKind.RUNG, StepKind.RUNG]
    assert [fired.level for fired in life.log][-2:] == [1, 2]


def test_a_look_back_comes_once_and_a_relapse_starts_a_life_of_its_own() -> None:
    rules = policy(look_back_after=(10,))
    life = Life(item(Stage.CLOSED, verifier_id=VERIFIER.id), rules, calendar())
    life.run(date(2026, 3, 10), date(2026, 4, 10))
    assert [fired.key for fired in life.log] == ["look-back/1/l1"]
    assert life.do("reopen", COORDINATOR, at("2026-04-10 16:00"), reason="反弹")
    carry_out(life, Deed(0, 0, "submit", 0), at("2026-04-10 17:00"))
    assert life.do("appoint", COORDINATOR, at("2026-04-10 18:00"), verifier="verifier")
    assert life.do("pass", VERIFIER, at("2026-04-10 19:00"))
    assert life.do("approve", SUPERVISOR, at("2026-04-10 20:00"))
    life.run(date(2026, 4, 11), date(2026, 5, 10))
    assert [fired.key for fired in life.log] == ["look-back/1/l1", "look-back/1/l2"]


def test_who_decides_is_told_four_times_and_then_no_more() -> None:
    life = Life(item(Stage.VERIFICATION), policy(), calendar())
    life.run(date(2026, 3, 10), date(2026, 3, 10) + timedelta(days=200))
    assert [fired.kind for fired in life.log] == [StepKind.VERIFICATION] * 4
