"""What waits for somebody's decision: all of it, nothing else, what hurts most in front."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from config.calendars import calendar_for
from models import directory, items, policies
from models.engine import reading
from models.waiting import NEVER
from rules.errors import InputError
from rules.item import PersonFact
from rules.vocabulary import Severity, Stage
from rules.waiting import Matter, waiting_for
from tasks import approvals
from tests import cast
from tests.conftest import MONDAY
from tests.tasks.staff import FAR, entered, give, item_in, row, state

LATER = MONDAY + timedelta(days=30)
WHO = ("supervisor", "second-supervisor", "coordinator", "verifier", "second-verifier",
       "colleague", "outsider", "responsible", "leader", "viewer", "nobody")  # fmt: skip


def person(engine: Engine, code: str) -> PersonFact:
    with reading(engine) as connection:
        return directory.person(connection, code)


def refs(
    engine: Engine, who: str, now: datetime = MONDAY, size: int = 500, **more: object
) -> list[str]:
    """The whole queue, read in pages of this size."""
    found: list[str] = []
    cursor = None
    for _ in range(200):
        with reading(engine) as connection:
            page = approvals.queue_of(connection, person(engine, who), now, size, cursor, **more)
        found += [one.view.ref for one in page.entries]
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


def naively(engine: Engine, who: str, now: datetime) -> list[str]:
    """The same, worked out by asking the rules about every item there is, and sorting."""
    someone = person(engine, who)
    found = []
    with reading(engine) as connection:
        for ident in connection.execute(text("SELECT id FROM item")).scalars().all():
            loaded = items.by_id(connection, ident)
            policy = policies.policy(connection, loaded.policy_id)
            if loaded.item.stage is not Stage.CLOSED and waiting_for(
                loaded.item, someone, now, policy, calendar_for(policy)
            ):
                found.append(loaded.item)
        reds = {row[0]: row[1] for row in connection.execute(text("SELECT ref, red_at FROM item"))}

    def red(ref: str) -> datetime:
        at = reds[ref]
        return datetime.fromisoformat(at) if isinstance(at, str) else at or NEVER

    found.sort(key=lambda item: (red(item.ref) > now, -item.level, red(item.ref), item.id))
    return [item.ref for item in found]


@pytest.fixture(scope="module")
def busy(store: Engine) -> Engine:
    """Some sixty items in every state in which somebody decides, and in some others."""
    chance = random.Random(7)
    for number in range(60):
        stage = chance.choice([Stage.VERIFICATION, Stage.CLOSURE, Stage.DEADLINE, Stage.REMINDER])
        now = MONDAY + timedelta(days=chance.randrange(3), minutes=number)
        ref = item_in(store, stage, now if stage is not Stage.REMINDER else MONDAY,
                      confidential=chance.random() < 0.2)  # fmt: skip
        if stage is Stage.REMINDER:
            now = cast.at("2026-12-16 10:00")
        _trouble(store, ref, stage, now + timedelta(minutes=1), chance)
    # Co-units are in no index: the office that takes part in the work decides on nothing.
    with reading(store) as connection:
        together = (directory.units(connection, ["city-office"])["city-office"].path,)
    for stage in (Stage.CLOSURE, Stage.VERIFICATION):
        entered(store, 2, stage=stage, verifier_id=person(store, "verifier").id,
                co_unit_paths=together)  # fmt: skip
    return store


def _trouble(store: Engine, ref: str, stage: Stage, now: datetime, chance: random.Random) -> None:
    luck = chance.random()
    if stage is Stage.VERIFICATION and luck < 0.8:
        give(store, ref, "appoint", "coordinator", now,
             verifier=chance.choice(["verifier", "second-verifier", "supervisor"]))  # fmt: skip
    if stage in (Stage.DEADLINE, Stage.REMINDER):
        if luck < 0.5:
            give(store, ref, "request_extension", "responsible", now,
                 due=date(2027, 1, 8), reason="x")  # fmt: skip
        if 0.3 < luck < 0.8:
            give(store, ref, "request_hold", "responsible", now, until=date(2027, 1, 8),
                 reason="x")  # fmt: skip
    if chance.random() < 0.2:
        give(store, ref, "hold", "coordinator", now, until=date(2027, 1, 8), reason="y")
    if stage is Stage.CLOSURE and luck < 0.2:
        give(store, ref, "waive", "supervisor", now, person="colleague", reason="z")


@settings(max_examples=25)
@given(who=st.sampled_from(WHO), days=st.integers(0, 60), size=st.sampled_from([1, 3, 7, 500]))
def test_the_queue_is_all_that_the_rules_leave_to_a_person_in_order_and_in_pages_of_any_size(
    busy: Engine, who: str, days: int, size: int
) -> None:
    now = MONDAY + timedelta(days=days)
    assert refs(busy, who, now, size) == naively(busy, who, now)


@pytest.mark.parametrize("who", WHO)
def test_the_number_beside_the_navigation_is_the_length_of_the_queue(
    busy: Engine, who: str
) -> None:
    with reading(busy) as connection:
        counted = approvals.count(connection, person(busy, who), LATER)
    assert counted == len(naively(busy, who, LATER))


@pytest.mark.parametrize("who", ["supervisor", "coordinator", "verifier"])
def test_before_and_after_an_item_stand_its_neighbours_in_the_queue(busy: Engine, who: str) -> None:
    whole = refs(busy, who, LATER)
    assert len(whole) > 5
    for place, ref in enumerate(whole):
        with reading(busy) as connection:
            someone = person(busy, who)
            here = approvals.place_of(connection, ref, someone, LATER)
            found = approvals.beside(connection, someone, LATER, here)
        before = whole[place - 1] if place else ""
        assert found == (before, *([*whole, ""][place + 1 : place + 2]))


@pytest.mark.parametrize("matter", list(Matter))
def test_a_queue_can_be_asked_for_one_kind_of_matter(busy: Engine, matter: Matter) -> None:
    whole = refs(busy, "supervisor", LATER)
    only = refs(busy, "supervisor", LATER, 3, only=(matter,))
    assert only
    assert only == [ref for ref in whole if ref in only]
    with reading(busy) as connection:
        page = approvals.queue_of(
            connection, person(busy, "supervisor"), LATER, 500, None, (matter,)
        )
    assert {one.matters for one in page.entries} == {(matter,)}


def test_what_is_overdue_comes_first_then_the_highest_rung(store: Engine) -> None:
    early = item_in(store, Stage.CLOSURE, MONDAY)
    climbed = entered(store, 1, MONDAY + timedelta(days=3), stage=Stage.CLOSURE,
                      verifier_id=person(store, "verifier").id, level=2)[0]  # fmt: skip
    late = item_in(store, Stage.CLOSURE, MONDAY + timedelta(days=3))
    mine = (early, climbed, late)

    def order(now: datetime) -> list[str]:
        return [ref for ref in refs(store, "second-supervisor", now) if ref in mine]

    assert state(store, climbed).level == 2
    assert order(MONDAY) == [climbed, early, late]
    red = row(store, early, "red_at")[0]
    red_at = datetime.fromisoformat(red) if isinstance(red, str) else red
    assert order(red_at - timedelta(microseconds=1)) == [climbed, early, late]
    assert order(red_at) == [early, climbed, late]
    assert order(red_at + timedelta(days=30)) == [climbed, early, late]


def test_the_next_page_goes_on_in_the_order_of_the_first(busy: Engine) -> None:
    someone = person(busy, "supervisor")
    whole = refs(busy, "supervisor", MONDAY)
    with reading(busy) as connection:
        page = approvals.queue_of(connection, someone, MONDAY, 3)
        rest = approvals.queue_of(connection, someone, LATER, 500, page.next_cursor)
    told = [one.view.ref for one in (*page.entries, *rest.entries)]
    assert sorted(told) == sorted(set(told)), "nothing twice"
    assert set(whole) <= set(told), "nothing is passed over that turned red meanwhile"


def test_whoever_verified_or_sits_in_the_unit_finds_nothing_to_approve(store: Engine) -> None:
    ref = item_in(store, Stage.CLOSURE)
    for who in ("colleague", "verifier", "outsider", "responsible", "coordinator"):
        assert ref not in refs(store, who)
    give(store, ref, "waive", "supervisor", person="colleague", reason="没有别人")
    assert ref in refs(store, "colleague")


def test_a_stopped_clock_takes_a_closure_off_the_queue_but_not_an_asked_for_extension(
    store: Engine,
) -> None:
    closing, asking = item_in(store, Stage.CLOSURE), item_in(store, Stage.DEADLINE)
    give(store, asking, "request_extension", "responsible", due=date(2027, 1, 8), reason="x")
    for ref in (closing, asking):
        give(store, ref, "hold", "coordinator", until=FAR, reason="y")
    found = refs(store, "supervisor")
    assert closing not in found
    assert asking in found


def test_only_closures_of_allowed_severities_are_marked_for_bulk(store: Engine) -> None:
    ref = item_in(store, Stage.CLOSURE, severity=Severity.GENERAL)
    with reading(store) as connection:
        page = approvals.queue_of(connection, person(store, "supervisor"), MONDAY, 500)
    assert {one.in_bulk for one in page.entries if one.view.ref == ref} == {False}


@pytest.mark.parametrize("cursor", ["x", "1.2.3", "1.1.1.1." + "9" * 19, "1.1.1.1.1.1", "9" * 18,
                                    "1.0.0.999999999999999999.1"])  # fmt: skip
def test_a_cursor_that_is_none_of_ours_is_refused(store: Engine, cursor: str) -> None:
    with pytest.raises(InputError, match="no cursor"), reading(store) as connection:
        approvals.queue_of(connection, person(store, "supervisor"), MONDAY, 5, cursor)
