"""How a notice reaches whom, or why not: wishes, absences, repetitions, the digest, once more."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
from sqlalchemy import Engine

from models import directory, mails, wishes
from models.engine import reading, writing
from notifications.channels.base import Rejected
from rules.absences import Away
from rules.mailing import Way
from rules.vocabulary import Stage
from tasks.delivery import announce
from tasks.digest import due_now, write_digests
from tests import cast
from tests.tasks import post
from tests.tasks.post import SENDER, Tray, ask, change, happen, rows
from tests.tasks.staff import entered, item_in
from tests.tasks.test_mass_events import DUE, MINUTE, NINE, refs_in, send, text_of, under, waiting

HOUR = timedelta(hours=1)
DAY = date(2026, 11, 23)
EIGHT_THIRTY = cast.at("2026-11-23 08:30")


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def engine(furnished: Engine) -> Iterator[Engine]:
    post.tidy(furnished)
    change(furnished, "UPDATE item SET stage = 'closed' WHERE stage <> 'closed'")
    yield furnished
    for table in ("preference", "absence", "delivery", "mail_stop"):
        change(furnished, f"DELETE FROM {table}")
    change(furnished, "DELETE FROM heartbeat WHERE part = 'digest'")


@pytest.fixture
def item(engine: Engine) -> str:
    (ref,) = entered(engine, 1, stage=Stage.REMINDER, due=DUE)
    post.tidy(engine)
    return ref


def want(engine: Engine, code: str, **ways: Way) -> None:
    with writing(engine) as connection:
        wishes.wish(connection, directory.person(connection, code).id, ways)


def leave(engine: Engine, code: str, substitute: str, first: date = DAY, last: date = DAY) -> None:
    with writing(engine) as connection:
        ids = [directory.person(connection, one).id for one in (code, substitute)]
        wishes.enter_absence(connection, Away(ids[0], first, last, ids[1]))


def remind(engine: Engine, ref: str, step: str = "remind") -> int:
    return happen(engine, ref, "step_fired", data={"step": step, "level": 0})


def at_nine(engine: Engine) -> None:
    """The events of the test happened on Monday at nine."""
    nine = NINE.isoformat(timespec="microseconds") if engine.dialect.name == "sqlite" else NINE
    change(engine, "UPDATE event SET at = :at WHERE previous = 'invented'", at=nine)


def ends(engine: Engine) -> dict[str, tuple[str, str]]:
    return {row.who: (row.state, row.reason) for row in rows(engine)}


# Wishes


def test_what_somebody_does_not_want_is_skipped_and_says_so(engine: Engine, item: str) -> None:
    want(engine, "leader", closed=Way.OFF)
    happen(engine, item, "approved", "supervisor")
    send(engine, Tray(), NINE)
    found = ends(engine)
    assert found["leader"] == ("skipped", "This person does not want notices of the kind closed.")
    assert found["responsible"][0] == "sent"


def test_what_is_mandatory_comes_whatever_somebody_wants(engine: Engine, item: str) -> None:
    want(engine, "leader", all=Way.OFF)
    happen(engine, item, "failed", "verifier")
    assert len(send(engine, Tray(), NINE)) == 2


def test_a_wish_that_comes_while_a_notice_is_held_still_counts(engine: Engine, item: str) -> None:
    with under(engine, window_minutes=60):
        remind(engine, item, "overdue")
        send(engine, Tray(), NINE)
        remind(engine, item)
        send(engine, Tray(), NINE + MINUTE)
        assert waiting(engine)["held", "window"] == 1
        want(engine, "responsible", due_soon=Way.OFF)
        assert send(engine, Tray(), NINE + HOUR) == []
    assert rows(engine)[-1].state == "skipped"


# Absences


def test_a_substitute_gets_it_and_the_record_and_the_mail_name_who_is_away(
    engine: Engine, item: str
) -> None:
    leave(engine, "responsible", "co-worker")
    remind(engine, item, "overdue")
    at_nine(engine)
    tray = Tray()
    left = {one.recipient.partition("@")[0]: text_of(one) for one in send(engine, tray, NINE)}
    assert set(left) == {"co-worker", "leader"}
    assert "您在responsible外出期间代收本通知。" in left["co-worker"]
    assert "rectiflow act" not in left["co-worker"], "they may not give the command"
    (row,) = ask(
        engine,
        "SELECT away.code FROM delivery JOIN person away ON away.id = for_person_id",
    )
    assert row.code == "responsible"


def test_who_would_get_it_twice_gets_it_once(engine: Engine, item: str) -> None:
    leave(engine, "responsible", "leader")
    remind(engine, item, "overdue")
    at_nine(engine)
    assert len(send(engine, Tray(), NINE)) == 1
    why = "leader, who stands in for this person, gets it anyway."
    assert ends(engine)["responsible"] == ("skipped", why)


def test_two_who_share_a_substitute_are_told_through_one_mail(engine: Engine, item: str) -> None:
    leave(engine, "responsible", "co-worker")
    leave(engine, "leader", "co-worker")
    remind(engine, item, "overdue")
    at_nine(engine)
    assert len(send(engine, Tray(), NINE)) == 1
    assert Counter(row.state for row in rows(engine)) == {"sent": 1, "skipped": 1}


def test_substitutes_who_are_away_for_each_other_end_with_whom_it_is_for(
    engine: Engine, item: str
) -> None:
    leave(engine, "responsible", "co-worker")
    leave(engine, "co-worker", "responsible")
    remind(engine, item)
    at_nine(engine)
    (one,) = send(engine, Tray(), NINE)
    assert one.recipient == "responsible@rectiflow.example"


def test_who_goes_away_while_a_notice_is_held_is_stood_in_for(engine: Engine, item: str) -> None:
    with under(engine, window_minutes=60):
        remind(engine, item, "overdue")
        send(engine, Tray(), NINE)
        remind(engine, item)
        send(engine, Tray(), NINE + MINUTE)
        leave(engine, "responsible", "co-worker")
        (one,) = send(engine, Tray(), NINE + HOUR)
    assert one.recipient == "co-worker@rectiflow.example"
    assert "您在responsible外出期间代收" in text_of(one)


def test_a_bundle_says_on_whose_behalf_each_of_its_parts_comes(engine: Engine, item: str) -> None:
    leave(engine, "responsible", "co-worker")
    with under(engine, collapse_above=1):
        remind(engine, item)
        remind(engine, item, "progress")
        at_nine(engine)
        (one,) = send(engine, Tray(), NINE)
    assert text_of(one).count("（您在responsible外出期间代收）") == 2


# Repetitions


def test_the_same_within_the_window_is_skipped_and_a_changed_date_never(
    engine: Engine, item: str
) -> None:
    with under(engine, repeat_hours=24):
        remind(engine, item)
        at_nine(engine)
        assert len(send(engine, Tray(), NINE)) == 1
        happen(engine, item, "step_fired", data={"step": "remind", "level": 0, "n": 2})
        at_nine(engine)
        assert send(engine, Tray(), NINE + HOUR) == []
        assert rows(engine)[-1].reason == "The same was said within the last 24 hours."
        change(engine, "UPDATE item SET due = '2026-12-04' WHERE ref = :ref", ref=item)
        happen(engine, item, "step_fired", data={"step": "remind", "level": 0, "n": 3})
        at_nine(engine)
        assert len(send(engine, Tray(), NINE + HOUR)) == 1, "another date is another notice"


def test_a_repeated_decision_is_asked_for_again(engine: Engine, item: str) -> None:
    with under(engine, repeat_hours=24):
        for n in range(2):
            happen(
                engine, item, "extension_requested", "responsible", {"due": "2026-12-30", "n": n}
            )
        at_nine(engine)
        left = send(engine, Tray(), NINE)
    assert len(left) == 2 * 3, "two coordinators and a supervisor, twice"


# The digest


def digested(engine: Engine, tray: Tray) -> dict[str, str]:
    """What the digests say, by reader."""
    write_digests(engine, SENDER, NINE, NINE)
    return {one.recipient.partition("@")[0]: text_of(one) for one in send(engine, tray, NINE)}


def test_everybody_with_anything_open_gets_one_mail_by_what_is_asked_of_them(
    engine: Engine,
) -> None:
    refs = {stage: item_in(engine, stage) for stage in (Stage.DEADLINE, Stage.CLOSURE)}
    post.tidy(engine)
    tray = Tray()
    with under(engine, digest_at=time(8, 30)):
        said = digested(engine, tray)
        assert digested(engine, tray) == {}, "once a day"
    assert set(said) == {"responsible", "leader", "county-supervisor"}
    assert "【我须办理（1项）】" in said["responsible"]
    assert "【我须关注（1项）】" in said["responsible"], "the one that others decide on"
    assert "【我须关注（2项）】" in said["leader"]
    assert "【待我审批（1项）】" in said["county-supervisor"]
    assert refs[Stage.CLOSURE] in said["county-supervisor"]
    assert "您收到本邮件，是因为您在以下事项中有办理、审批或者关注的责任" in said["leader"]


def test_with_nothing_to_say_no_digest_comes(engine: Engine) -> None:
    with under(engine, digest_at=time(8, 30)):
        assert write_digests(engine, SENDER, NINE, NINE) == 0
        assert due_now(engine, NINE) is None, "and it is not looked for again that day"
        assert due_now(engine, NINE + timedelta(days=1)) is not None


def test_a_digest_is_not_due_before_its_time(engine: Engine, item: str) -> None:
    with under(engine, digest_at=time(8, 30)):
        assert write_digests(engine, SENDER, NINE, EIGHT_THIRTY - MINUTE) == 0
        assert write_digests(engine, SENDER, NINE, EIGHT_THIRTY) > 0


def test_what_waits_for_the_digest_is_carried_by_it(engine: Engine, item: str) -> None:
    tray = Tray()
    with under(engine, digest_at=time(8, 30), digested=("due_soon",)):
        remind(engine, item)
        at_nine(engine)
        assert send(engine, tray, NINE) == []
        assert waiting(engine) == {("held", "digest"): 1}
        said = digested(engine, tray)
    assert "【即将到期（1项）】" in said["responsible"]
    assert "规则：到期前按规定天数提醒" in said["responsible"]
    assert Counter(row.state for row in rows(engine) if row.kind == "due_soon") == {"bundled": 1}


def test_what_waited_for_a_digest_that_never_came_leaves_by_itself(
    engine: Engine, item: str
) -> None:
    with under(engine, digest_at=time(8, 30), digested=("due_soon",)):
        remind(engine, item)
        at_nine(engine)
        send(engine, Tray(), NINE)
        later = cast.at("2026-11-25 08:30")
        assert send(engine, Tray(), later - MINUTE) == []
        (one,) = send(engine, Tray(), later)
    assert one.recipient == "responsible@rectiflow.example"


def test_a_digest_names_the_most_urgent_and_counts_the_others(engine: Engine) -> None:
    refs = entered(engine, 25, stage=Stage.DEADLINE, due=date(2026, 12, 18))
    change(engine, "UPDATE item SET due = '2026-11-25' WHERE ref = :ref", ref=refs[-1])
    post.tidy(engine)
    with under(engine, digest_at=time(8, 30)):
        said = digested(engine, Tray())["responsible"]
    lines = [line for line in said.splitlines() if line.startswith("- ")]
    assert len(lines) == 20
    assert refs[-1] in lines[0]
    assert "另有5项" in said


def test_who_is_away_or_does_not_want_it_gets_no_digest(engine: Engine, item: str) -> None:
    want(engine, "leader", digest=Way.OFF)
    leave(engine, "responsible", "co-worker")
    with under(engine, digest_at=time(8, 30)):
        assert set(digested(engine, Tray())) == {"c-one", "c-two"}


def test_a_confidential_item_is_named_by_its_number_in_bundles_and_digests(
    engine: Engine, item: str
) -> None:
    change(engine, "UPDATE item SET confidential = true WHERE ref = :ref", ref=item)
    tray = Tray()
    with under(engine, collapse_above=1, digest_at=time(8, 30)):
        remind(engine, item)
        remind(engine, item, "progress")
        at_nine(engine)
        told = [text_of(one) for one in send(engine, tray, NINE)]
        told += digested(engine, tray).values()
    assert len(told) > 2
    assert all(f"{item} [保密]" in one and "窗口推诿" not in one for one in told)


# Once more


def test_what_was_given_up_is_sent_again_with_the_same_bytes(engine: Engine, item: str) -> None:
    remind(engine, item)
    tray = Tray([Rejected("No such user.")])
    (first,) = send(engine, tray, NINE)
    (row,) = rows(engine)
    assert row.state == "dead"
    with writing(engine) as connection:
        assert mails.replay(connection, [row.id], NINE + HOUR, NINE + HOUR) == 1
    (again,) = send(engine, tray, NINE + HOUR)
    assert again == first


def test_sent_again_it_goes_to_the_address_that_was_put_right(engine: Engine, item: str) -> None:
    remind(engine, item)
    send(engine, Tray([Rejected("No such user.")]), NINE)
    change(engine, "UPDATE person SET email = 'new@rectiflow.example' WHERE code = 'responsible'")
    with writing(engine) as connection:
        mails.replay(connection, [rows(engine)[0].id], NINE + HOUR, NINE + HOUR)
    (again,) = send(engine, Tray(), NINE + HOUR)
    assert again.recipient == "new@rectiflow.example"
    assert b"new@rectiflow.example" in again.data


def test_what_has_not_been_tried_is_not_sent_again(engine: Engine, item: str) -> None:
    want(engine, "leader", closed=Way.OFF)
    happen(engine, item, "approved", "supervisor")
    announce(engine, NINE)
    ids = [row.id for row in rows(engine)]
    with writing(engine) as connection:
        assert mails.replay(connection, ids, NINE, NINE) == 0


def test_an_outbox_tells_what_is_carried_by_what(engine: Engine, item: str) -> None:
    with under(engine, collapse_above=1):
        remind(engine, item)
        remind(engine, item, "progress")
        left = send(engine, Tray(), NINE)
    with reading(engine) as connection:
        bundle, *parts = mails.listing(connection, mails.Wanted(), 10)
        assert (bundle.kind, bundle.carries, bundle.ref) == ("bundle", 2, None)
        assert {part.carried_by for part in parts} == {bundle.id}
        assert mails.one(connection, bundle.id) == bundle
        assert mails.listing(connection, mails.Wanted(carried_by=bundle.id), 10) == parts
    assert refs_in(left) == {"responsible@rectiflow.example": [item, item]}


# Deadlines as calendar entries


def test_a_deadline_comes_with_its_mail_and_goes_with_the_closing(engine: Engine) -> None:
    ref = item_in(engine, Stage.ASSIGNMENT)
    change(engine, "UPDATE event SET announced = true WHERE kind <> 'assigned'")
    tray = Tray()
    for one in send(engine, tray, NINE):
        assert b"Content-Type: text/calendar; charset=utf-8; method=PUBLISH" in one.data
    happen(engine, ref, "withdrawn", "supervisor", json.loads('{"reason": "撤并"}'))
    for one in send(engine, tray, NINE + MINUTE):
        assert b"method=CANCEL" in one.data
    remind(engine, ref)
    (one,) = send(engine, tray, NINE + 2 * MINUTE)
    assert b"text/calendar" not in one.data
