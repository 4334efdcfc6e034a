"""Claims on deliveries: exclusive, running out, renewed, given back; and what settling writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models import deliveries
from models.deliveries import Claimed
from models.engine import reading, writing
from tests.conftest import MONDAY
from tests.tasks import conftest
from tests.tasks.staff import entered

store = conftest.store
"""The fixture of the tests of tasks: one store of each kind for all tests here."""

MINUTE = timedelta(minutes=1)
UNTIL = MONDAY + 5 * MINUTE


@pytest.fixture
def desk(store: Engine) -> Engine:
    """A store with five deliveries that have been due since ``MONDAY``, a minute apart."""
    with writing(store) as connection:
        connection.execute(text("DELETE FROM delivery"))
    (ref,) = entered(store, 1)
    with writing(store) as connection:
        event, item, person = connection.execute(
            text(
                "SELECT event.id, item.id, responsible_id FROM event"
                " JOIN item ON item.id = item_id WHERE ref = :ref"
            ),
            {"ref": ref},
        ).one()
        rows = [
            {
                "event_id": event, "item_id": item, "person_id": person, "kind": f"kind-{n}",
                "seat": "responsible", "address": "li@example.org", "state": "pending",
                "reason": "", "occasion": "event/1", "created_at": MONDAY, "left_at": MONDAY,
                "next_attempt_at": MONDAY - n * MINUTE,
            }
            for n in range(5)
        ]  # fmt: skip
        deliveries.enqueue(connection, rows, [])
    return store


def take(engine: Engine, who: str = "us", now: datetime = MONDAY, size: int = 10) -> list[Claimed]:
    with writing(engine) as connection:
        return deliveries.claim(connection, who, now, now + 5 * MINUTE, size)


def end(one: Claimed, state: str, tries: int = 1, later: datetime = UNTIL) -> dict[str, Any]:
    """How an attempt ended."""
    sent = MONDAY if state == "sent" else None
    return {"of": one.id, "new_state": state, "why": f"was {state}", "tries": tries,
            "next": later, "sent": sent}  # fmt: skip


def settle(engine: Engine, rows: Sequence[dict[str, Any]], who: str = "us") -> None:
    with writing(engine) as connection:
        deliveries.settle(connection, rows, who)


def stored(engine: Engine, *columns: str) -> list[Any]:
    with reading(engine) as connection:
        statement = f"SELECT {', '.join(columns)} FROM delivery ORDER BY id"
        return [tuple(row) for row in connection.execute(text(statement))]


def test_the_longest_due_are_claimed_first_and_as_many_as_asked(desk: Engine) -> None:
    assert [one.kind for one in take(desk, size=2)] == ["kind-4", "kind-3"]
    assert [one.kind for one in take(desk, "them", size=2)] == ["kind-2", "kind-1"]


def test_what_is_not_due_yet_is_not_claimed(desk: Engine) -> None:
    assert [one.kind for one in take(desk, now=MONDAY - 3 * MINUTE)] == ["kind-4", "kind-3"]


def test_a_claim_keeps_others_off_until_the_instant_at_which_it_runs_out(desk: Engine) -> None:
    assert len(take(desk)) == 5
    assert take(desk, "them", UNTIL - timedelta(microseconds=1)) == []
    assert len(take(desk, "them", UNTIL)) == 5


def test_a_renewed_claim_runs_out_later(desk: Engine) -> None:
    ids = [one.id for one in take(desk)]
    with writing(desk) as connection:
        deliveries.renew(connection, ids, "us", UNTIL + MINUTE)
    assert take(desk, "them", UNTIL) == []
    assert len(take(desk, "them", UNTIL + MINUTE)) == 5


def test_what_somebody_else_has_taken_over_is_not_renewed_or_given_back(desk: Engine) -> None:
    ids = [one.id for one in take(desk)]
    take(desk, "them", UNTIL)
    with writing(desk) as connection:
        deliveries.renew(connection, ids, "us", UNTIL + 60 * MINUTE)
        deliveries.release(connection, ids, "us")
    assert take(desk, "us", UNTIL + 4 * MINUTE) == []
    assert len(take(desk, "us", UNTIL + 5 * MINUTE)) == 5


def test_what_is_given_back_is_free_at_once(desk: Engine) -> None:
    ids = [one.id for one in take(desk)]
    with writing(desk) as connection:
        deliveries.release(connection, ids[:2], "us")
    assert {one.id for one in take(desk, "them")} == set(ids[:2])


def test_what_has_ended_is_not_renewed(desk: Engine) -> None:
    taken = take(desk)
    settle(desk, [end(taken[0], "sent"), end(taken[1], "dead")])
    with writing(desk) as connection:
        deliveries.renew(connection, [one.id for one in taken], "us", UNTIL + MINUTE)
    assert sum(claimed is None for (claimed,) in stored(desk, "claimed_until")) == 2


def test_settling_writes_the_end_and_frees_the_delivery(desk: Engine) -> None:
    taken = take(desk)
    settle(desk, [end(taken[0], "sent"), end(taken[1], "failed", 3), end(taken[2], "dead")])
    columns = ("state", "reason", "attempts", "claimed_by")
    by_id = dict(zip((row[0] for row in stored(desk, "id")), stored(desk, *columns), strict=True))
    assert by_id[taken[0].id] == ("sent", "was sent", 1, None)
    assert by_id[taken[1].id] == ("failed", "was failed", 3, None)
    assert by_id[taken[2].id] == ("dead", "was dead", 1, None)
    assert [one.id for one in take(desk, "them", UNTIL)] == [
        taken[3].id, taken[4].id, taken[1].id,
    ], "what has ended is never taken again"  # fmt: skip


def test_a_late_failure_does_not_undo_what_others_have_sent(desk: Engine) -> None:
    (ours, *_) = take(desk)
    theirs = next(one for one in take(desk, "them", UNTIL) if one.id == ours.id)
    settle(desk, [end(theirs, "sent")], "them")
    settle(desk, [end(ours, "failed")], "us")
    assert stored(desk, "state")[4] == ("sent",)


def test_a_late_failure_leaves_the_new_holder_alone(desk: Engine) -> None:
    (ours, *_) = take(desk)
    take(desk, "them", UNTIL)
    settle(desk, [end(ours, "dead")], "us")
    assert stored(desk, "state", "claimed_by")[4] == ("pending", "them")


def test_a_late_success_counts_whoever_holds_the_claim(desk: Engine) -> None:
    (ours, *_) = take(desk)
    take(desk, "them", UNTIL)
    settle(desk, [end(ours, "sent")], "us")
    assert stored(desk, "state", "claimed_by")[4] == ("sent", None)


def test_the_first_rendering_that_is_kept_stays(desk: Engine) -> None:
    first, second, *_ = take(desk)
    with writing(desk) as connection:
        rows = [{"of": first.id, "ident": "<1@x>", "octets": b"one"}]
        assert deliveries.keep_messages(connection, rows) == {}
    with writing(desk) as connection:
        rows = [
            {"of": first.id, "ident": "<1@x>", "octets": b"another"},
            {"of": second.id, "ident": "<2@x>", "octets": b"two"},
        ]
        kept = deliveries.keep_messages(connection, rows)
    assert kept == {first.id: ("<1@x>", b"one"), second.id: ("<2@x>", b"two")}
    again = {one.id: one.message for one in take(desk, "them", UNTIL)}
    assert (again[first.id], again[second.id]) == (b"one", b"two")


def test_an_outage_postpones_what_is_due_and_in_nobodys_hands(desk: Engine) -> None:
    (held,) = take(desk, "them", MONDAY, size=1)
    with writing(desk) as connection:
        late = MONDAY - timedelta(minutes=1)
        assert deliveries.postpone(connection, late, UNTIL, "no way out") == 3
    with reading(desk) as connection:
        assert not deliveries.has_due(connection, late)
        assert deliveries.has_due(connection, MONDAY), "what was not due then was not touched"
    reasons = {row[0]: row[1] for row in stored(desk, "id", "reason")}
    assert sorted(reasons.values()) == ["", "", "no way out", "no way out", "no way out"]
    assert reasons[held.id] == ""
    assert {row[0] for row in stored(desk, "attempts")} == {0}


def test_the_next_attempt_is_the_earliest_that_anybody_may_make(desk: Engine) -> None:
    with reading(desk) as connection:
        assert deliveries.next_attempt(connection) == MONDAY - 4 * MINUTE
    taken = take(desk)
    with reading(desk) as connection:
        assert deliveries.next_attempt(connection) == UNTIL
        assert not deliveries.has_due(connection, UNTIL - timedelta(microseconds=1))
        assert deliveries.has_due(connection, UNTIL)
    settle(desk, [end(one, "sent") for one in taken])
    with reading(desk) as connection:
        assert deliveries.next_attempt(connection) is None
        assert not deliveries.has_due(connection, UNTIL)


def test_the_claims_of_the_dead_are_forgotten(desk: Engine) -> None:
    take(desk, "gone:1", size=2)
    take(desk, "here:2", size=2)
    with writing(desk) as connection:
        assert sorted(deliveries.claim_holders(connection)) == ["gone:1", "here:2"]
        assert deliveries.forget_claims(connection, ["gone:1"]) == 2
        assert deliveries.forget_claims(connection, []) == 0
    assert len(take(desk, "third")) == 3
