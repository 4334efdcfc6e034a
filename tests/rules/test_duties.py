"""Who may do what, and that nobody judges their own work by any way round."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from rules.commands import COMMANDS
from rules.decide import Decision, decide
from rules.duties import Relation, is_independent, may_see, only_helps, relations
from rules.errors import Refusal
from rules.item import SYSTEM, ItemState, PersonFact, within
from rules.vocabulary import Role, Stage
from tests.cast import (
    AUDITOR,
    BUREAU,
    CITY,
    CO_WORKER,
    COLLEAGUE,
    COORDINATOR,
    COUNTY,
    COURT,
    LEADER,
    NOBODY,
    OTHER_BUREAU,
    OUTSIDER,
    PARALLEL,
    RESPONSIBLE,
    SECOND_SUPERVISOR,
    STATION,
    SUPERVISOR,
    VERIFIER,
    VIEWER,
    case,
    item,
    person,
)
from tests.rules.examples import FIELDS, LONG_AFTER, NEEDED, example, in_bureau

EVERY_OFFICE = (
    (Role.COORDINATOR, CITY), (Role.SUPERVISOR, CITY), (Role.VERIFIER, CITY),
)  # fmt: skip
"""Roles that would suffice for every command of judgement."""

JUDGING = [
    (Stage.INTAKE, "reject"), (Stage.INTAKE, "merge"), (Stage.INTAKE, "transfer"),
    (Stage.DEADLINE, "grant_extension"), (Stage.REMINDER, "grant_extension"),
    (Stage.DEADLINE, "refuse_extension"), (Stage.REMINDER, "refuse_extension"),
    (Stage.VERIFICATION, "pass"), (Stage.VERIFICATION, "fail"),
    (Stage.CLOSURE, "approve"), (Stage.CLOSURE, "deny"),
    *((stage, "hold") for stage in Stage if stage not in (Stage.INTAKE, Stage.CLOSED)),
    *((stage, "withdraw") for stage in Stage if stage is not Stage.CLOSED),
]  # fmt: skip
"""Every command that decides on somebody's work, wherever it may be given."""


def judged(stage: Stage, command: str, actor: PersonFact, **changes: object) -> Decision | Refusal:
    """What comes of a judgement on an item of BUREAU; the actor is its appointed verifier."""
    state = in_bureau(stage)._replace(verifier_id=actor.id, **NEEDED.get(command, {}))
    given = COMMANDS[command](**FIELDS[command])
    return decide(case(state._replace(**changes), given, actor))


INSIDE = {
    "a colleague": person(51, "a", BUREAU, *EVERY_OFFICE),
    "somebody from a unit below": person(52, "b", STATION, *EVERY_OFFICE),
    "a role within the unit": person(53, "c", CITY, *EVERY_OFFICE, (Role.VIEWER, BUREAU)),
    "a role within a unit below": person(54, "d", CITY, *EVERY_OFFICE, (Role.AUDITOR, STATION)),
}
OUTSIDE = {
    "the office": person(61, "e", CITY, *EVERY_OFFICE),
    "the county above": person(62, "f", COUNTY, *EVERY_OFFICE),
    "a unit with a longer number": person(63, "g", PARALLEL, *EVERY_OFFICE),
    "another county": person(64, "h", OTHER_BUREAU, *EVERY_OFFICE),
    "a role over the county": person(65, "i", CITY, *EVERY_OFFICE, (Role.LEADER, COUNTY)),
}


@pytest.mark.parametrize("who", INSIDE)
@pytest.mark.parametrize(("stage", "command"), JUDGING)
def test_nobody_from_the_responsible_unit_judges_its_work(stage, command, who) -> None:
    refused = judged(stage, command, INSIDE[who])
    assert isinstance(refused, Refusal)
    assert refused.rule == "ForbidJudgingOwnUnit"


@pytest.mark.parametrize("who", OUTSIDE)
@pytest.mark.parametrize(("stage", "command"), JUDGING)
def test_whoever_stands_outside_may_judge(stage, command, who) -> None:
    decision = judged(stage, command, OUTSIDE[who])
    assert isinstance(decision, Decision), decision


@pytest.mark.parametrize("seat", ["responsible_id", "leader_id"])
@pytest.mark.parametrize(("stage", "command"), JUDGING)
def test_whoever_answers_for_an_item_never_judges_it(stage, command, seat) -> None:
    """Not from another unit, and not with an exemption either."""
    for actor in (*OUTSIDE.values(), *INSIDE.values()):
        refused = judged(stage, command, actor, **{seat: actor.id, "waived": actor.id})
        assert isinstance(refused, Refusal)
        assert refused.rule == "ForbidSelfVerification"


@pytest.mark.parametrize(("stage", "command"), JUDGING)
def test_a_unit_that_helps_does_not_judge_either(stage, command) -> None:
    helper = person(71, "helper", COURT, *EVERY_OFFICE)
    assert isinstance(judged(stage, command, helper), Decision)
    refused = judged(stage, command, helper, co_unit_paths=(PARALLEL.path, COURT.path))
    assert isinstance(refused, Refusal)
    assert refused.rule == "ForbidJudgingOwnUnit"


@pytest.mark.parametrize("who", INSIDE)
@pytest.mark.parametrize(("stage", "command"), JUDGING)
def test_an_exemption_opens_the_unit_to_one_person_only(stage, command, who) -> None:
    actor = INSIDE[who]
    assert isinstance(judged(stage, command, actor, waived=actor.id), Decision)
    refused = judged(stage, command, actor, waived=actor.id + 1)
    assert isinstance(refused, Refusal)


@pytest.mark.parametrize("command", ["approve", "deny"])
@pytest.mark.parametrize("who", [*OUTSIDE, *INSIDE])
def test_whoever_verified_does_not_decide_on_the_closure(command, who) -> None:
    actor = {**OUTSIDE, **INSIDE}[who]
    refused = judged(Stage.CLOSURE, command, actor, passed_by=actor.id, waived=actor.id)
    assert isinstance(refused, Refusal)
    assert refused.rule == "ForbidApprovingOwnVerification"


def test_verifying_and_approving_take_two_people_in_fact() -> None:
    both = person(72, "both", CITY, *EVERY_OFFICE)
    state = item(Stage.VERIFICATION, verifier_id=both.id)
    passed = decide(case(state, COMMANDS["pass"](), both))
    assert isinstance(passed, Decision)
    assert passed.item.passed_by == both.id
    assert isinstance(decide(case(passed.item, COMMANDS["approve"](), both)), Refusal)
    approved = decide(case(passed.item, COMMANDS["approve"](), SUPERVISOR))
    assert isinstance(approved, Decision)


def test_denied_to_verification_the_next_verifier_counts() -> None:
    first = person(73, "first", CITY, *EVERY_OFFICE)
    state = item(Stage.CLOSURE, passed_by=first.id, verifier_id=first.id)
    denied = decide(case(state, COMMANDS["deny"](reason="再核", to="verification"), SUPERVISOR))
    assert isinstance(denied, Decision)
    assert denied.item.passed_by is None
    assert denied.item.round == 1


# Exemptions


def test_an_exemption_lasts_for_the_round() -> None:
    waived = decide(example(Stage.VERIFICATION, "waive", SUPERVISOR))
    assert isinstance(waived, Decision)
    assert waived.item.waived == COLLEAGUE.id
    assert waived.event.data["reason"]
    appointed = decide(case(waived.item, COMMANDS["appoint"](verifier="colleague"), COORDINATOR))
    assert isinstance(appointed, Decision)
    failed = decide(case(appointed.item, COMMANDS["fail"](reason="未到位"), COLLEAGUE))
    assert isinstance(failed, Decision)
    assert failed.item.waived is None
    assert not is_independent(COLLEAGUE, failed.item)


def test_only_a_supervisor_exempts() -> None:
    for actor in (COORDINATOR, VERIFIER, RESPONSIBLE, LEADER, OUTSIDER, VIEWER, SYSTEM):
        refused = decide(example(Stage.VERIFICATION, "waive", actor))
        assert isinstance(refused, Refusal)
        assert refused.rule == "HoldTheDuty"


# Relations


def test_a_role_covers_the_unit_it_is_held_in_and_all_below() -> None:
    for unit, covered in ((CITY, True), (COUNTY, True), (BUREAU, True), (STATION, False),
                          (PARALLEL, False), (COURT, False)):  # fmt: skip
        who = person(81, "x", OTHER_BUREAU, (Role.COORDINATOR, unit))
        found = relations(who, item(Stage.DEADLINE))
        assert (Relation.COORDINATOR in found) is covered, unit.code


def test_an_item_without_a_unit_is_everybodys_whose_role_is_held_anywhere() -> None:
    assert Relation.COORDINATOR in relations(OUTSIDER, item(Stage.INTAKE))
    assert relations(NOBODY, item(Stage.INTAKE)) == Relation(0)


def test_an_appointed_verifier_is_the_only_one() -> None:
    none = item(Stage.VERIFICATION, verifier_id=None)
    assert Relation.VERIFIER in relations(VERIFIER, none)
    other = item(Stage.VERIFICATION, verifier_id=SUPERVISOR.id)
    assert Relation.VERIFIER not in relations(VERIFIER, other)
    assert Relation.VERIFIER in relations(SUPERVISOR, other)


def test_who_is_no_longer_active_is_nothing_to_any_item() -> None:
    for who in (COORDINATOR, RESPONSIBLE, LEADER, VERIFIER):
        gone = who._replace(active=False)
        assert relations(gone, item(Stage.VERIFICATION)) == Relation(0)
        assert not may_see(gone, item(Stage.VERIFICATION))


def test_the_program_is_nobody_else() -> None:
    found = relations(SYSTEM, item(Stage.VERIFICATION, responsible_id=None))
    assert found == Relation.SYSTEM
    impostor = PersonFact(7, "system", CITY.path, ())
    assert relations(impostor, item(Stage.DEADLINE)) == Relation(0)


HELPED = item(Stage.DEADLINE, co_unit_paths=(COURT.path,))

HELPERS = {
    "a worker": CO_WORKER,
    "its leader": person(42, "head", COURT, (Role.LEADER, COURT)),
    "its coordinator": person(43, "clerk", COURT, (Role.COORDINATOR, COURT)),
    "its supervisor": person(44, "chief", COURT, (Role.SUPERVISOR, COURT)),
    "its verifier": person(45, "checker", COURT, (Role.VERIFIER, COURT)),
}


@pytest.mark.parametrize("who", HELPERS)
@pytest.mark.parametrize("stage", Stage)
def test_whoever_helps_tells_and_shows_something_and_does_nothing_else(stage, who) -> None:
    """Whatever their role is in the co-unit: it is none over the item."""
    state = in_bureau(stage)._replace(co_unit_paths=(COURT.path,))
    may = set()
    for name in COMMANDS.keys() - {"register"}:
        given = COMMANDS[name](**FIELDS[name])
        decision = decide(case(state._replace(**NEEDED.get(name, {})), given, HELPERS[who]))
        if isinstance(decision, Decision):
            may.add(name)
    expected = {"comment"}
    expected |= {"attach_evidence"} if stage is not Stage.CLOSED else set()
    expected |= {"report_progress"} if stage in (Stage.DEADLINE, Stage.REMINDER) else set()
    assert may == expected


@pytest.mark.parametrize("who", HELPERS)
def test_helping_is_no_office(who: str) -> None:
    found = relations(HELPERS[who], HELPED)
    assert found == Relation.HELPER | Relation.ANYONE
    assert only_helps(HELPERS[who], HELPED)
    assert not only_helps(HELPERS[who], HELPED._replace(responsible_id=HELPERS[who].id))
    assert relations(HELPERS[who], item(Stage.DEADLINE)) == Relation(0)


def test_a_role_above_a_co_unit_helps_and_one_below_does_not() -> None:
    below = item(Stage.DEADLINE, co_unit_paths=(PARALLEL.path,))
    above = person(46, "above", OTHER_BUREAU, (Role.LEADER, PARALLEL))
    assert relations(above, below) == Relation.HELPER | Relation.ANYONE
    part = person(47, "below", OTHER_BUREAU, (Role.LEADER, STATION))
    elsewhere = item(Stage.DEADLINE, unit_path=COURT.path, co_unit_paths=(BUREAU.path,))
    assert relations(part, elsewhere) == Relation(0)


def test_reading_alone_is_neither_working_nor_helping() -> None:
    for role in (Role.VIEWER, Role.AUDITOR):
        over_it = person(48, "over", COURT, (role, BUREAU))
        over_helper = person(49, "over-helper", COURT, (role, COURT))
        for reader in (over_it, over_helper):
            assert relations(reader, HELPED) == Relation.ANYONE
            assert may_see(reader, HELPED)
        named = relations(over_it, HELPED._replace(leader_id=over_it.id))
        assert named == Relation.LEADER | Relation.INVOLVED | Relation.ANYONE


# Who sees what


def test_an_open_item_is_seen_by_whoever_has_to_do_with_it() -> None:
    state = item(Stage.DEADLINE)
    for who in (COORDINATOR, SUPERVISOR, VERIFIER, RESPONSIBLE, LEADER, VIEWER, AUDITOR, SYSTEM):
        assert may_see(who, state), who.code
    for who in (OUTSIDER, NOBODY, CO_WORKER):
        assert not may_see(who, state), who.code
    assert may_see(CO_WORKER, HELPED)


@pytest.mark.parametrize("stage", Stage)
def test_a_confidential_item_is_seen_by_those_named_and_the_office(stage: Stage) -> None:
    helped = {"co_unit_paths": (COURT.path,), "verifier_id": VERIFIER.id}
    named = in_bureau(stage)._replace(confidential=True, **helped)
    for who in (COORDINATOR, SUPERVISOR, SECOND_SUPERVISOR, VERIFIER, RESPONSIBLE, LEADER, SYSTEM):
        assert may_see(who, named), who.code
    clerk = person(91, "clerk", BUREAU, (Role.RESPONSIBLE, BUREAU), (Role.LEADER, BUREAU))
    other = person(92, "other-verifier", CITY, (Role.VERIFIER, CITY))
    for who in (VIEWER, AUDITOR, OUTSIDER, NOBODY, *HELPERS.values(), clerk, other):
        assert not may_see(who, named), who.code


@pytest.mark.parametrize("stage", [Stage.INTAKE, Stage.DEADLINE, Stage.CLOSURE])
def test_a_confidential_item_is_not_seen_by_every_verifier_there_is(stage: Stage) -> None:
    state = in_bureau(stage)._replace(confidential=True, verifier_id=None)
    assert not may_see(VERIFIER, state)


# A naive reading of the whole, over random trees: the tree is walked, not its paths compared.


class World(NamedTuple):
    """A random tree of units (the parent of each), an item in it, and a person with roles."""

    parents: tuple[int | None, ...]
    state: ItemState
    actor: PersonFact
    home: int
    roles: tuple[tuple[Role, int], ...]
    lead: int
    helpers: tuple[int, ...]


def _path(parents: tuple[int | None, ...], unit: int) -> str:
    above = parents[unit]
    return (_path(parents, above) if above is not None else "/") + f"{unit + 1}/"


def _at_or_below(parents: tuple[int | None, ...], unit: int | None, top: int) -> bool:
    while unit is not None and unit != top:
        unit = parents[unit]
    return unit == top


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A tree of up to 14 units; the numbers of some begin like those of others."""
    size = draw(st.integers(2, 14))
    parents = (None, *(draw(st.integers(0, n - 1)) for n in range(1, size)))
    units = st.integers(0, size - 1)
    home, lead = draw(st.just(0) | units), draw(st.integers(size // 2, size - 1))
    helpers = tuple(draw(st.lists(units, max_size=2)))
    offices = st.sampled_from([Role.SUPERVISOR, Role.VERIFIER, Role.COORDINATOR])
    held = st.tuples(offices, st.just(0)) | st.tuples(st.sampled_from(Role), units)
    roles = tuple(draw(st.lists(held, max_size=4)))
    ids = st.sampled_from([None, 1, 2, 3, 4])
    actor = PersonFact(
        1, "actor", _path(parents, home), tuple((role, _path(parents, u)) for role, u in roles),
        draw(st.sampled_from([True, True, True, False])),
    )  # fmt: skip
    state = item(
        Stage.DEADLINE, unit_id=lead, unit_path=_path(parents, lead),
        co_unit_paths=tuple(_path(parents, unit) for unit in helpers),
        responsible_id=draw(ids), leader_id=draw(ids), verifier_id=draw(ids),
        waived=draw(ids), passed_by=draw(ids),
    )  # fmt: skip
    return World(parents, state, actor, home, roles, lead, helpers)


def sits_inside(world: World) -> bool:
    """Whether the person belongs to, or holds any role in, the unit, a co-unit or below."""
    places = (world.home, *(unit for _, unit in world.roles))
    tops = (world.lead, *world.helpers)
    return any(_at_or_below(world.parents, place, top) for place in places for top in tops)


def holds(world: World, role: Role) -> bool:
    """Whether the person holds the role in the lead unit or anywhere above it."""
    return any(r is role and _at_or_below(world.parents, world.lead, u) for r, u in world.roles)


@settings(max_examples=300)
@given(worlds(), st.sampled_from([pair for pair in JUDGING if pair[0] is not Stage.INTAKE]))
def test_a_judgement_is_accepted_only_from_outside_whatever_the_tree(world, pair) -> None:
    stage, command = pair
    me, state = world.actor.id, world.state
    decision = decide(
        case(
            state._replace(stage=stage, **NEEDED.get(command, {})),
            COMMANDS[command](**FIELDS[command]),
            world.actor,
        )
    )
    duty = {
        "pass": state.verifier_id == me
        or (state.verifier_id is None and holds(world, Role.VERIFIER)),
        "approve": holds(world, Role.SUPERVISOR),
        "hold": holds(world, Role.SUPERVISOR) or holds(world, Role.COORDINATOR),
    }
    duty |= {"fail": duty["pass"], "deny": duty["approve"], "withdraw": duty["approve"]}
    duty |= {"grant_extension": duty["hold"], "refuse_extension": duty["hold"]}
    answers = me in (state.responsible_id, state.leader_id)
    independent = not answers and (state.waived == me or not sits_inside(world))
    twice = command in ("approve", "deny") and state.passed_by == me
    expected = world.actor.active and duty[command] and independent and not twice
    event("accepted" if expected else "refused")
    assert isinstance(decision, Decision) == expected, decision


@given(worlds())
def test_a_verifier_is_appointed_only_from_outside_whatever_the_tree(world: World) -> None:
    asked = case(
        world.state._replace(stage=Stage.VERIFICATION, verifier_id=None),
        COMMANDS["appoint"](verifier="actor"),
        SYSTEM,
    )
    known = asked.facts._replace(people={"actor": world.actor})
    decision = decide(replace(asked, facts=known))
    me, state = world.actor.id, world.state
    independent = me not in (state.responsible_id, state.leader_id) and (
        state.waived == me or not sits_inside(world)
    )
    office = holds(world, Role.VERIFIER) or holds(world, Role.SUPERVISOR)
    assert isinstance(decision, Decision) == (world.actor.active and office and independent)


@given(worlds(), st.data())
def test_a_unit_lies_within_another_as_the_tree_says(world: World, data) -> None:
    unit, top = (data.draw(st.integers(0, len(world.parents) - 1)) for _ in range(2))
    found = within(_path(world.parents, unit), _path(world.parents, top))
    assert found == _at_or_below(world.parents, unit, top)
    assert not within(None, "/1/")
    assert not within("/1/", None)


@given(worlds(), st.sampled_from(sorted(COMMANDS)), st.sampled_from(Stage))
def test_whoever_answers_for_the_work_never_has_the_say_over_it(world, command, stage) -> None:
    """Whatever the command: they close and pass nothing, and stop no clock."""
    me = world.actor.id
    assume(me in (world.state.responsible_id, world.state.leader_id))
    assume(command != "register")
    state = world.state._replace(stage=stage, **NEEDED.get(command, {}))
    decision = decide(case(state, COMMANDS[command](**FIELDS[command]), world.actor, LONG_AFTER))
    if isinstance(decision, Decision):
        after = decision.item
        assert after.stage not in (Stage.CLOSED, Stage.CLOSURE) or after.stage is stage
        assert after.outcome == state.outcome
        assert after.extensions == state.extensions
        assert after.on_hold <= state.on_hold
        assert after.passed_by in (None, state.passed_by)
