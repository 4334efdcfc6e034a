"""Items go on under another policy: only when told, one by one, as the preview said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from models import items, pinned, policies
from models.engine import reading, writing
from models.policies import CampaignFact
from rules.agenda import StepKind, upcoming
from rules.commands import Comment
from rules.errors import InputError, NotFound
from rules.item import InForce
from rules.policy import Limit, Policy, Rung
from rules.vocabulary import Level, Severity, Stage
from tasks.act import act
from tasks.migrating import called, move, place, preview, target
from tests.conftest import MONDAY
from tests.stock import Stock, entered, led_by, staffed

DUE = date(2026, 11, 20)


def second(engine: Engine, **changes: object) -> Policy:
    """Version 2 of the policy in force, with other limits and reminders."""
    with reading(engine) as connection:
        fact = policies.campaign(connection)
        first = policies.policy(connection, fact.policy_id)
    values = {"version": 2, "reminders_before": (4,), "progress_every": 0,
              "limits": {s: Limit(days=99) for s in Severity}, **changes}  # fmt: skip
    return first.model_copy(update=values)


def brought_in(engine: Engine, new: Policy) -> tuple[InForce, CampaignFact]:
    """The policy, put in force, and its campaign."""
    with writing(engine) as connection:
        place(connection, new, "", MONDAY)
    with reading(engine) as connection:
        return target(connection, called(new)), policies.campaign(connection)


def chased(engine: Engine, stock: Stock, count: int = 1) -> list[str]:
    opening = led_by(stock, "bureau", Stage.DEADLINE, due=DUE)
    return entered(engine, [opening] * count)


on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What may differ between databases is tried by the other tests."""


@pytest.fixture
def stock(engine: Engine) -> Stock:
    return staffed(engine)


def test_new_items_start_under_the_new_version_and_others_keep_theirs(
    engine: Engine, stock: Stock
) -> None:
    (old,) = chased(engine, stock)
    goal, _ = brought_in(engine, second(engine))
    (new,) = chased(engine, stock)
    with reading(engine) as connection:
        under = {ref: items.by_ref(connection, ref) for ref in (old, new)}
        assert under[old].policy_id != goal.id == under[new].policy_id
        listed = {one.called: one for one in pinned.versions(connection)}
    first, other = listed["education-rectification@1"], listed["education-rectification@2"]
    assert (first.campaigns, first.open_items) == ((), 1)
    assert (other.campaigns, other.open_items) == (("ZG",), 1)


@on_sqlite
def test_bringing_the_same_in_again_changes_nothing_and_other_content_is_refused(
    engine: Engine,
) -> None:
    new = second(engine)
    with writing(engine) as connection:
        assert place(connection, new, "ZG", MONDAY).stored
    with writing(engine) as connection:
        again = place(connection, new, "ZG", MONDAY)
    assert (again.stored, again.before) == (False, again.called)
    with writing(engine) as connection, pytest.raises(InputError, match="other content"):
        place(connection, new.model_copy(update={"due_soon": 1}), "ZG", MONDAY)
    with writing(engine) as connection, pytest.raises(NotFound, match="no campaign"):
        place(connection, new, "XX", MONDAY)


@on_sqlite
def test_the_preview_says_what_then_happens(engine: Engine, stock: Stock) -> None:
    (ref,) = chased(engine, stock)
    goal, campaign = brought_in(engine, second(engine))
    with reading(engine) as connection:
        before = items.by_ref(connection, ref).item
        (shown,) = preview(connection, goal, campaign, (), MONDAY)
    assert (shown.ref, shown.left, shown.due) == (ref, "education-rectification@1", DUE)
    assert shown.next_before.key.startswith("chase/remind-7/")
    assert shown.next_after.key.startswith("chase/remind-4/")
    assert shown.at_once is None
    assert not shown.refused
    with reading(engine) as connection:
        assert items.by_ref(connection, ref).item == before, "a preview changes nothing"
    assert [one.refused for one in move(engine, goal, [shown], "coordinator", MONDAY)] == [""]
    with reading(engine) as connection:
        after = items.by_ref(connection, ref)
    assert (after.policy_id, after.item.due, after.item.version) == (goal.id, DUE, 2)
    assert upcoming(after.item, goal.policy, goal.calendar) == shown.next_after


@on_sqlite
def test_what_would_fire_at_once_is_shown(engine: Engine, stock: Stock) -> None:
    """Overdue for a day and told so: the first rung comes tomorrow, but at once under a policy
    without delay."""
    (ref,) = entered(
        engine, [led_by(stock, "bureau", Stage.DEADLINE, due=date(2026, 10, 30))], MONDAY
    )
    quick = (Rung(act=Level.LETTER, after=0),)
    goal, campaign = brought_in(engine, second(engine, ladder=quick))
    with reading(engine) as connection:
        (shown,) = preview(connection, goal, campaign, [ref, ref], MONDAY)
    assert shown.at_once is not None
    assert shown.at_once.kind in (StepKind.OVERDUE, StepKind.RUNG)
    assert shown.at_once.at <= MONDAY


@on_sqlite
def test_closed_items_and_those_already_there_are_passed_over(engine: Engine, stock: Stock) -> None:
    chased(engine, stock)
    closed = led_by(stock, "bureau", Stage.CLOSED)
    entered(engine, [closed])
    goal, campaign = brought_in(engine, second(engine))
    with reading(engine) as connection:
        shown = list(preview(connection, goal, campaign, (), MONDAY))
    assert len(shown) == 1
    assert [one.refused for one in move(engine, goal, shown, "coordinator", MONDAY)] == [""]
    with reading(engine) as connection:
        assert list(preview(connection, goal, campaign, (), MONDAY)) == []


def test_each_move_is_one_event_that_says_who_ordered_it(engine: Engine, stock: Stock) -> None:
    refs = chased(engine, stock, 3)
    goal, campaign = brought_in(engine, second(engine))
    with reading(engine) as connection:
        shown = list(preview(connection, goal, campaign, refs[:2], MONDAY))
    assert len(list(move(engine, goal, shown, "coordinator", MONDAY))) == 2
    with reading(engine) as connection:
        ids = [items.by_ref(connection, ref).item.id for ref in refs]
        moved = pinned.adoptions(connection, ids)
    assert {key: [one.left for one in found] for key, found in moved.items()} == {
        ids[0]: ["education-rectification@1"], ids[1]: ["education-rectification@1"],
    }  # fmt: skip


@on_sqlite
def test_an_item_that_has_gone_on_since_the_preview_is_left_and_named(
    engine: Engine, stock: Stock
) -> None:
    refs = chased(engine, stock, 2)
    goal, campaign = brought_in(engine, second(engine))
    with reading(engine) as connection:
        shown = list(preview(connection, goal, campaign, (), MONDAY))
    later = MONDAY + timedelta(minutes=1)
    act(engine, refs[0], Comment(text="又有新情况"), "coordinator", later)
    ended = {one.ref: one.refused for one in move(engine, goal, shown, "coordinator", later)}
    assert refs[0] in ended[refs[0]]
    assert ended[refs[1]] == ""


@on_sqlite
def test_items_of_others_and_unknown_ones_are_refused(engine: Engine, stock: Stock) -> None:
    goal, campaign = brought_in(engine, second(engine))
    (ref,) = chased(engine, stock)
    with reading(engine) as connection:
        with pytest.raises(NotFound, match="ZG-99999"):
            list(preview(connection, goal, campaign, ["ZG-99999"], MONDAY))
        foreign = campaign._replace(id=7, code="XX")
        with pytest.raises(InputError, match="no item of XX"):
            list(preview(connection, goal, foreign, [ref], MONDAY))
        with pytest.raises(NotFound, match="education-rectification@9"):
            target(connection, "education-rectification@9")
        assert target(connection, "education-rectification").policy.version == 2
