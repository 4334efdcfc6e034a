"""An address that is refused: the person is known not to be reached, and their items wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from models import items, people, unreachable
from models.engine import reading, writing
from notifications.bounces import Bounce, Failed
from notifications.catcher import Catcher, Faults
from notifications.channels.base import Deferred, Outcome, Rejected
from notifications.channels.smtp import SmtpChannel
from notifications.smtp_url import parse_smtp_url
from rules.commands import LoseContact
from rules.errors import Refused
from rules.item import ItemState
from rules.vocabulary import Stage
from tasks.bounces import take_back
from tasks.reach import Followed, can_be_reached, cannot_be_reached, follow, same_address
from tests.conftest import MONDAY
from tests.tasks import post
from tests.tasks.post import WALL, Tray, announced, ask, change, happen, person_id, rows, sent_by
from tests.tasks.staff import give, item_in

GONE = "responsible@rectiflow.example"
WHY = "The mail server refused it: 550 5.1.1 No such mailbox here."


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def engine(furnished: Engine) -> Engine:
    change(furnished, "UPDATE person SET undeliverable_since = NULL, undeliverable_why = ''")
    follow(furnished, MONDAY)
    post.tidy(furnished)
    return furnished


@pytest.fixture
def item(engine: Engine) -> str:
    ref = item_in(engine, Stage.DEADLINE)
    post.tidy(engine)
    return ref


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    with Catcher(tmp_path / "caught") as catcher:
        yield catcher


def state_of(engine: Engine, ref: str) -> ItemState:
    with reading(engine) as connection:
        loaded = items.by_ref(connection, ref)
    assert loaded is not None
    return loaded.item


def forget_invented_events(engine: Engine) -> None:
    """So that the items' histories go on where they themselves are."""
    change(engine, "DELETE FROM delivery")
    change(engine, "DELETE FROM event WHERE previous = 'invented'")


def listed(engine: Engine) -> dict[str, str]:
    """Whom no mail reaches, and why."""
    with reading(engine) as connection:
        return {one.code: one.why for one in unreachable.listing(connection)}


async def sent_through(engine: Engine, catcher: Catcher, faults: Faults) -> None:
    catcher.faults = faults
    settings = parse_smtp_url(catcher.url)
    async with SmtpChannel(settings, timeout=10, local_hostname="test.example") as channel:
        await sent_by(engine, channel)


async def test_a_refused_address_marks_the_person_and_their_items_wait(
    engine: Engine, item: str, catcher: Catcher
) -> None:
    other = item_in(engine, Stage.VERIFICATION)
    closed = item_in(engine, Stage.CLOSED)
    post.tidy(engine)
    happen(engine, item, "failed", "verifier")
    announced(engine)
    await sent_through(engine, catcher, Faults(refuse=frozenset({GONE})))
    assert {(row.who, row.state) for row in rows(engine)} == {
        ("responsible", "dead"), ("leader", "sent"),
    }  # fmt: skip
    assert listed(engine) == {"responsible": WHY}
    forget_invented_events(engine)
    assert follow(engine, MONDAY).lost >= 2
    assert [state_of(engine, ref).unreachable for ref in (item, other, closed)] == [
        True, True, False,
    ]  # fmt: skip
    assert follow(engine, MONDAY) == Followed(), "once"
    told = ask(
        engine,
        "SELECT data FROM event JOIN item ON item.id = item_id"
        " WHERE ref = :ref AND kind = 'contact_lost'",
        ref=item,
    )
    assert len(told) == 1
    assert "5.1.1" in told[0].data


async def test_what_comes_after_is_skipped_with_the_reason_and_no_server_is_asked(
    engine: Engine, item: str
) -> None:
    with writing(engine) as connection:
        cannot_be_reached(connection, person_id(engine, "responsible"), GONE, WHY, WALL)
    happen(engine, item, "failed", "verifier")
    announced(engine)
    tray = Tray()
    await sent_by(engine, tray)
    assert [envelope.recipient for envelope in tray.envelopes] == ["leader@rectiflow.example"]
    (skipped,) = [row for row in rows(engine) if row.who == "responsible"]
    assert (skipped.state, skipped.reason) == ("skipped", f"Nothing arrives there: {WHY}")


async def test_what_waits_is_skipped_too(engine: Engine, item: str) -> None:
    happen(engine, item, "failed", "verifier")
    announced(engine)
    with writing(engine) as connection:
        cannot_be_reached(connection, person_id(engine, "responsible"), GONE, WHY, WALL)
    tray = Tray()
    await sent_by(engine, tray)
    assert [envelope.recipient for envelope in tray.envelopes] == ["leader@rectiflow.example"]


@pytest.mark.parametrize(
    "outcome",
    [
        Rejected("The mail server refused it: 554 5.6.0 Not wanted here."),
        Rejected("The mail is too big for the mail server: 552 5.3.4 Too big."),
        Deferred("The mail server put the mail off: 450 4.2.1 Busy."),
    ],
)
async def test_a_refused_message_or_a_delay_says_nothing_about_the_person(
    engine: Engine, item: str, outcome: Outcome
) -> None:
    happen(engine, item, "failed", "verifier")
    announced(engine)
    await sent_by(engine, Tray([outcome, outcome]))
    assert listed(engine) == {}


async def test_put_right_the_items_go_on_and_what_was_skipped_can_be_replayed(
    engine: Engine, item: str
) -> None:
    who = person_id(engine, "responsible")
    with writing(engine) as connection:
        assert cannot_be_reached(connection, who, GONE, WHY, WALL)
        assert not cannot_be_reached(connection, who, GONE, "again", WALL), "the first stays"
    follow(engine, MONDAY)
    happen(engine, item, "failed", "verifier")
    announced(engine)
    with writing(engine) as connection:
        found = can_be_reached(connection, who)
        assert can_be_reached(connection, who) == []
    assert found == [row.id for row in rows(engine) if row.state == "skipped"]
    assert len(found) >= 1
    post.tidy(engine)
    later = MONDAY + timedelta(days=1)
    assert follow(engine, later).regained >= 1
    state = state_of(engine, item)
    assert not state.unreachable
    assert state.ladder_from == later


async def test_an_address_that_has_been_corrected_meanwhile_marks_nobody(
    engine: Engine, item: str
) -> None:
    who = person_id(engine, "responsible")
    with writing(engine) as connection:
        assert not cannot_be_reached(connection, who, "old@rectiflow.example", WHY, WALL)
    assert listed(engine) == {}


def test_another_address_is_reachable_however_it_was_entered(engine: Engine) -> None:
    ref = item_in(engine, Stage.DEADLINE)
    who = person_id(engine, "responsible")
    with writing(engine) as connection:
        cannot_be_reached(connection, who, GONE, WHY, WALL)
        people.change_person(connection, who, {"email": GONE, "lang": "en"})
    assert list(listed(engine)) == ["responsible"], "the same address"
    follow(engine, MONDAY)
    with writing(engine) as connection:
        people.change_person(connection, who, {"email": "new@rectiflow.example"})
    assert listed(engine) == {}
    assert follow(engine, MONDAY).regained >= 1
    assert not state_of(engine, ref).unreachable


def test_another_person_takes_over_and_contact_is_there_again(engine: Engine) -> None:
    ref = item_in(engine, Stage.DEADLINE)
    with writing(engine) as connection:
        who = person_id(engine, "responsible")
        cannot_be_reached(connection, who, GONE, WHY, WALL)
    follow(engine, MONDAY)
    assert state_of(engine, ref).unreachable
    change(
        engine, "UPDATE item SET responsible_id = :other WHERE ref = :ref", ref=ref,
        other=person_id(engine, "leader"),
    )  # fmt: skip
    follow(engine, MONDAY)
    assert not state_of(engine, ref).unreachable


def test_an_item_that_is_given_to_an_unreachable_person_loses_contact_at_once(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        cannot_be_reached(connection, person_id(engine, "responsible"), GONE, WHY, WALL)
    follow(engine, MONDAY)
    ref = item_in(engine, Stage.ASSIGNMENT)
    assert follow(engine, MONDAY) == Followed(lost=1)
    assert state_of(engine, ref).unreachable


def test_a_person_may_not_lose_contact_by_command(engine: Engine, item: str) -> None:

    with pytest.raises(Refused):
        give(engine, item, LoseContact.name, "coordinator", reason="no")


def test_addresses_are_compared_as_mail_servers_read_them() -> None:
    assert same_address("Lin@Rectify.example ", "lin@rectify.EXAMPLE")
    assert same_address("lin@münchen.example", "lin@xn--mnchen-3ya.example")
    assert not same_address("lin@rectify.example", "lin2@rectify.example")


# Mails that came back


def bounced(message_id: str, *addresses: str, status: str = "5.1.1") -> Bounce:
    content = status.startswith("5.6")
    failed = [Failed((one,), status, f"{status} User unknown", content) for one in addresses]
    return Bounce(message_id, tuple(failed))


async def sent_mails(engine: Engine, item: str) -> dict[str, post.Row]:
    """Two mails that have left, by whom they went to."""
    happen(engine, item, "failed", "verifier")
    announced(engine)
    await sent_by(engine, Tray())
    return {row.who: row for row in rows(engine)}


async def test_a_bounce_is_found_by_its_message_id_whoever_it_was_forwarded_to(
    engine: Engine, item: str
) -> None:
    mail = (await sent_mails(engine, item))["responsible"]
    report = bounced(mail.message_id, "somebody-else@elsewhere.example")
    (learned,) = take_back(engine, report, WALL)
    assert (learned.delivery_id, learned.marked) == (mail.id, (person_id(engine, "responsible"),))
    assert listed(engine) == {"responsible": "The mail came back: 5.1.1 User unknown."}
    states = {row.who: (row.state, row.reason) for row in rows(engine)}
    assert states["responsible"] == ("dead", "The mail came back: 5.1.1 User unknown.")
    assert states["leader"][0] == "sent"
    (again,) = take_back(engine, report, WALL)
    assert again.marked == ()


async def test_a_bounce_of_an_unknown_mail_is_found_by_the_address(
    engine: Engine, item: str
) -> None:
    await sent_mails(engine, item)
    for message_id in ("", "<unknown@elsewhere.example>"):
        (learned,) = take_back(engine, bounced(message_id, GONE.upper()), WALL)
        assert learned.known
    assert list(listed(engine)) == ["responsible"]
    (nobody,) = take_back(engine, bounced("", "nobody@elsewhere.example"), WALL)
    assert not nobody.known


async def test_a_bounce_for_several_people_takes_back_only_the_mail_that_was_theirs(
    engine: Engine, item: str
) -> None:
    mail = (await sent_mails(engine, item))["responsible"]
    both = bounced(mail.message_id, "x@elsewhere.example", GONE)
    first, second = take_back(engine, both, WALL)
    assert (first.delivery_id, first.marked) == (None, ())
    assert second.delivery_id == mail.id


async def test_a_message_that_came_back_for_its_content_is_dead_and_marks_nobody(
    engine: Engine, item: str
) -> None:
    mail = (await sent_mails(engine, item))["responsible"]
    take_back(engine, bounced(mail.message_id, GONE, status="5.6.1"), WALL)
    assert listed(engine) == {}
    assert {row.who: row.state for row in rows(engine)} == {"responsible": "dead", "leader": "sent"}
