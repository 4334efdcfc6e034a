"""A mass event reaches each person as one mail that names everything; too much of it waits for a
decision."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from email import policy as email_policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models import contacts, deliveries, people, planning, policies
from models.engine import open_engine, writing
from notifications.channels.base import Envelope
from rules.errors import NotFound, Refused
from rules.policy import NoticeRules, QuietHours
from rules.vocabulary import Role, Stage
from tasks.act import fire_due
from tasks.deciding import discard, release
from tasks.delivery import announce, deliver
from tests import cast
from tests.tasks import post
from tests.tasks.post import SENDER, Tray, ask, change
from tests.tasks.staff import entered, staffed
from tests.tasks.test_delivery_crashes import Crash, crashing

DUE = cast.TODAY.replace(2026, 11, 20)
"""A Friday; the overdue notices fire on Monday the 23rd at nine."""
NINE = cast.at("2026-11-23 09:00")
MINUTE = timedelta(minutes=1)

RULES = NoticeRules(
    window_minutes=60, collapse_above=3, quiet_hours=QuietHours(begins=time(20), ends=time(8))
)


def crowd(engine: Engine, size: int) -> None:
    """So many people who answer for items."""
    with writing(engine) as connection:
        unit, _ = people.add_unit(connection, "crowd", "单位", people.root_id(connection))
        for n in range(size):
            email = f"r{n}@rectiflow.example"
            roles = [(Role.RESPONSIBLE, unit)]
            people.add_person(connection, f"r{n}", f"r{n}", unit, roles, email=email)


def overdue(engine: Engine, count: int, size: int) -> list[str]:
    """So many overdue items, dealt out to so many people; all steps have fired."""
    refs = entered(engine, count, stage=Stage.DEADLINE, due=DUE, leader_id=None)
    with writing(engine) as connection:
        first = connection.execute(text("SELECT id FROM person WHERE code = 'r0'")).scalar_one()
        deal = "UPDATE item SET responsible_id = :first + id % :size"
        connection.execute(text(deal), {"first": first, "size": size})
        connection.execute(text("UPDATE event SET announced = true"))
    while fire_due(engine, NINE, 2000).more:
        pass
    return refs


def send(engine: Engine, tray: Tray, at: datetime) -> list[Envelope]:
    """Everything that happened is announced and sent, as the delivery flow does; what left."""
    before = len(tray.envelopes)
    while announce(engine, at, 2000):
        pass
    while asyncio.run(deliver(engine, tray, SENDER, at, 500)).total:
        pass
    return tray.envelopes[before:]


def text_of(envelope: Envelope) -> str:
    message = BytesParser(policy=email_policy.default).parsebytes(envelope.data)
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def refs_in(envelopes: list[Envelope]) -> dict[str, list[str]]:
    """The items that each person's mails name in their lines, by address."""
    found: dict[str, list[str]] = {}
    for one in envelopes:
        lines = re.findall(r"^- (\S+)", text_of(one), re.MULTILINE)
        single = re.findall(r"^编号：(\S+)", text_of(one), re.MULTILINE)
        found.setdefault(one.recipient, []).extend(lines or single)
    return found


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/rectiflow.db")
    yield staffed(engine, cast.policy(notices=RULES))
    engine.dispose()


def test_ten_thousand_items_overdue_at_once_are_one_mail_a_person(office: Engine) -> None:
    crowd(office, 500)
    refs = overdue(office, 10_000, 500)
    left = send(office, Tray(), NINE)
    named = refs_in(left)
    assert len(left) == len(named) == 500, "one mail for each of five hundred people"
    assert Counter(ref for theirs in named.values() for ref in theirs) == Counter(refs)
    states = Counter(row.state for row in ask(office, "SELECT state FROM delivery"))
    assert states == {"bundled": 10_000, "sent": 500}


# On both databases, in small


@pytest.fixture(scope="module")
def furnished(store: Engine) -> Engine:
    return post.furnish(store)


@pytest.fixture
def engine(furnished: Engine) -> Engine:
    post.tidy(furnished)
    with writing(furnished) as connection:
        connection.execute(text("DELETE FROM mail_stop"))
        connection.execute(text("UPDATE item SET next_action_at = NULL"))
    return furnished


@contextmanager
def under(engine: Engine, **rules: Any) -> Iterator[None]:
    """The items of the store are under these rules for mail meanwhile."""
    before = ask(engine, "SELECT id, document FROM policy")
    document = cast.policy(notices=NoticeRules(**rules)).model_dump_json()
    change(engine, "UPDATE policy SET document = :d", d=document)
    policies._STORED.clear()
    yield
    for row in before:
        change(engine, "UPDATE policy SET document = :d WHERE id = :id", d=row.document, id=row.id)
    policies._STORED.clear()


def steps(engine: Engine, refs: list[str], step: str = "overdue") -> None:
    """A step of each of these items fires."""
    for ref in refs:
        post.happen(engine, ref, "step_fired", data={"step": step, "level": 1})


def waiting(engine: Engine) -> Counter[tuple[str, str]]:
    found = ask(engine, "SELECT state, held_for FROM delivery")
    return Counter((row.state, row.held_for) for row in found)


@pytest.fixture
def refs(engine: Engine) -> list[str]:
    found = entered(engine, 6, stage=Stage.REMINDER, due=DUE)
    post.tidy(engine)
    return found


def test_a_small_mass_event_is_one_mail_a_person(engine: Engine, refs: list[str]) -> None:
    with under(engine, collapse_above=3):
        steps(engine, refs)
        left = send(engine, Tray(), NINE)
    assert sorted(refs_in(left).items()) == [
        ("leader@rectiflow.example", refs), ("responsible@rectiflow.example", refs),
    ]  # fmt: skip
    assert waiting(engine) == {("bundled", ""): 12, ("sent", ""): 2}
    (one, _) = left
    assert "您有6项通知同时到达" in text_of(one)
    assert "规则：到期次一工作日仍未报送核查" in text_of(one), "why each of them came"


def test_who_was_chased_waits_for_the_rest_which_comes_together(
    engine: Engine, refs: list[str]
) -> None:
    tray = Tray()
    with under(engine, window_minutes=60):
        steps(engine, refs[:1])
        assert len(send(engine, tray, NINE)) == 2
        steps(engine, refs[1:4])
        post.happen(engine, refs[4], "failed", "verifier")
        assert len(send(engine, tray, NINE + MINUTE)) == 2, "what a person did is not delayed"
        assert waiting(engine)["held", "window"] == 6
        assert send(engine, tray, NINE + 59 * MINUTE) == []
        left = send(engine, tray, NINE + 60 * MINUTE)
    assert refs_in(left) == dict.fromkeys(
        ("leader@rectiflow.example", "responsible@rectiflow.example"), refs[1:4]
    )


def test_quiet_hours_hold_what_is_sent_and_not_what_is_decided(
    engine: Engine, refs: list[str]
) -> None:
    night = cast.at("2026-11-23 21:00")
    quiet = QuietHours(begins=time(20), ends=time(8))
    tray = Tray()
    with under(engine, quiet_hours=quiet):
        steps(engine, refs[:2])
        assert send(engine, tray, night) == []
        assert waiting(engine) == {("held", "quiet"): 4}
        assert send(engine, tray, cast.at("2026-11-24 07:59")) == []
        assert len(send(engine, tray, cast.at("2026-11-24 08:00"))) == 4


def test_above_the_cap_nothing_leaves_until_a_coordinator_lets_it(
    engine: Engine, refs: list[str]
) -> None:
    tray = Tray()
    with under(engine, cap_per_run=5):
        steps(engine, refs[:3])
        asked = send(engine, tray, NINE)
        assert {one.recipient.partition("@")[0] for one in asked} == {
            "coordinator", "second-coordinator",
        }, "nothing but the question, to the topmost"  # fmt: skip
        assert "一次将发出6封邮件" in text_of(asked[0])
        assert "rectiflow mail release --as" in text_of(asked[0])
        assert waiting(engine)["held", "cap"] == 6
        post.happen(engine, refs[4], "failed", "verifier")
        assert send(engine, tray, NINE + MINUTE) == [], "nor does anything that comes later"
        with pytest.raises(Refused, match="no coordinator"):
            release(engine, "verifier", NINE + 2 * MINUTE)
        assert release(engine, "coordinator", NINE + 2 * MINUTE) == 8
        assert len(send(engine, tray, NINE + 3 * MINUTE)) == 8
        with pytest.raises(NotFound, match="has not stopped"):
            release(engine, "coordinator", NINE)


def test_what_is_discarded_is_skipped_with_the_reason(engine: Engine, refs: list[str]) -> None:
    with under(engine, cap_per_run=5):
        steps(engine, refs[:3])
        send(engine, Tray(), NINE)
        assert discard(engine, "coordinator", NINE + MINUTE, "规则写错了") == 6
        skipped = [row for row in post.rows(engine) if row.state == "skipped"]
        assert {row.reason for row in skipped} == {"Discarded by coordinator: 规则写错了"}
        assert send(engine, Tray(), NINE + 2 * MINUTE) == []
        post.happen(engine, refs[4], "failed", "verifier")
        assert len(send(engine, Tray(), NINE + 2 * MINUTE)) == 2, "the mail goes on"


def test_a_storm_does_not_get_through_in_portions(engine: Engine, refs: list[str]) -> None:
    tray = Tray()
    with under(engine, cap_per_run=5):
        steps(engine, refs[:2])
        assert len(send(engine, tray, NINE)) == 4
        steps(engine, refs[2:3])
        asked = send(engine, tray, NINE + MINUTE)
        assert {row.kind for row in post.rows(engine) if row.state == "sent"} == {
            "overdue", "cap_reached",
        }  # fmt: skip
        assert len(asked) == 2
        assert "一小时内已发 4 封，又有 2 封待发" in text_of(asked[0])


def test_many_processes_plan_a_mass_event_once(engine: Engine, refs: list[str]) -> None:
    url = engine.url.render_as_string(hide_password=False)
    with under(engine, collapse_above=3):
        steps(engine, refs)
        while announce(engine, NINE):
            pass
        trays = [Tray() for _ in range(4)]
        starting = threading.Barrier(len(trays))

        def work(tray: Tray) -> None:
            own = open_engine(url)
            starting.wait()
            while ask(own, "SELECT 1 FROM delivery WHERE state IN ('pending', 'held')"):
                asyncio.run(deliver(own, tray, SENDER, NINE, 1))
            own.dispose()

        threads = [threading.Thread(target=work, args=(tray,)) for tray in trays]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    sent = [one.message_id for tray in trays for one in tray.envelopes]
    assert len(sent) == len(set(sent)) == 2
    assert waiting(engine) == {("bundled", ""): 12, ("sent", ""): 2}


@pytest.mark.parametrize(("name", "after"), [("bundle", False), ("bundle", True), ("carry", True)])
def test_a_bundle_is_there_with_all_of_its_parts_or_not_at_all(
    engine: Engine, refs: list[str], monkeypatch: pytest.MonkeyPatch, name: str, after: bool
) -> None:
    with under(engine, collapse_above=3):
        steps(engine, refs)
        while announce(engine, NINE):
            pass
        crashing(monkeypatch, planning, name, after=after)
        with pytest.raises(Crash):
            asyncio.run(deliver(engine, Tray(), SENDER, NINE))
        assert waiting(engine) == {("pending", ""): 12}
        assert len(send(engine, Tray(), NINE)) == 2


def test_a_bundle_is_repeated_with_the_same_bytes(
    engine: Engine, refs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, found = Tray(), Tray()
    with under(engine, collapse_above=3):
        steps(engine, refs)
        while announce(engine, NINE):
            pass
        crashing(monkeypatch, deliveries, "settle", after=False)
        with pytest.raises(Crash):
            asyncio.run(deliver(engine, lost, SENDER, NINE))
        change(engine, "UPDATE item SET title = '另一个题目'")
        assert len(send(engine, found, NINE + 5 * MINUTE)) == 2
    assert {one.data for one in lost.envelopes} == {one.data for one in found.envelopes}
    assert {one.message_id for one in lost.envelopes} == {one.message_id for one in found.envelopes}


KILLED = """
import os, signal, sys
from models import planning
from models.engine import open_engine
from tasks.planning import plan_due
from tests.tasks.test_mass_events import NINE

database, name, moment = sys.argv[1:]
real = getattr(planning, name)

def killing(*args, **kwargs):
    if moment == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(planning, name, killing)
plan_due(open_engine(database), NINE, NINE)
"""


@pytest.mark.parametrize(("name", "moment"), [("bundle", "before"), ("carry", "after")])
def test_a_process_killed_while_it_plans_leaves_the_plan_to_the_next(
    engine: Engine, refs: list[str], name: str, moment: str
) -> None:
    with under(engine, collapse_above=3):
        steps(engine, refs)
        while announce(engine, NINE):
            pass
        url = engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-c", KILLED, url, name, moment]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
        assert waiting(engine) == {("pending", ""): 12}
        assert len(send(engine, Tray(), NINE)) == 2


def test_a_chat_gets_its_bundle_too(engine: Engine, refs: list[str]) -> None:
    with writing(engine) as connection:
        contacts.enter(connection, "wecom", (), person_id=post.person_id(engine, "leader"))
    with under(engine, collapse_above=3):
        steps(engine, refs)
        assert len(send(engine, Tray(), NINE)) == 2
        chat = Tray()
        ended = asyncio.run(deliver(engine, chat, SENDER, NINE, 500, chats=True))
    change(engine, "DELETE FROM contact")
    assert ended.total == len(chat.envelopes) == 1
    assert chat.envelopes[0].recipient == "wecom"
    assert "您有6项通知同时到达" in chat.envelopes[0].data.decode()
