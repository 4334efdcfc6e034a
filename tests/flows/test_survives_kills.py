"""Guarantee 6: the service is killed at random moments; nothing is lost, nothing stands twice.

A real service (Prefect's server, worker, follower, clock, SMTP) works on 200 items in a process
of its own, while people give commands from this one. It gets SIGKILL again and again. In the end
it is left alone, and everything must have been caught up with.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config.calendars import calendar_for
from config.clock import start_lapse, wall
from config.profiles import load_profile
from config.settings import load
from models import people, policies
from models.engine import reading, writing
from notifications.catcher import Catcher
from rules.commands import AttachEvidence, Command, ReportProgress, Submit
from rules.errors import Refused
from rules.events import GENESIS, chained
from rules.opening import Opening, opened
from rules.vocabulary import Role, Source, Stage, name
from tasks.act import act, enter, reference
from tasks.founding import found
from tasks.office import Office, open_office
from tests.conftest import plain

ITEMS = 200
KILLS = 4
SECONDS_PER_DAY = 4.0
FROZEN = 1e9
PATIENCE = 600.0

SERVE = """
import signal, threading
from config.logging import set_up
from flows.service import Service
from tasks.office import open_office

office = open_office()
set_up("INFO", office.settings.home / "service.log")
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
with Service(office):
    stop.wait()
"""


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    with Catcher(tmp_path / "caught") as catcher:
        yield catcher


@pytest.fixture
def environment(tmp_path: Path, catcher: Catcher) -> dict[str, str]:
    return {
        "RECTIFLOW_HOME": str(tmp_path / "home"),
        "RECTIFLOW_SMTP_URL": catcher.url,
        "RECTIFLOW_SWEEP_SECONDS": "0.5",
        "RECTIFLOW_DELIVERY_SECONDS": "0.5",
    }


@pytest.fixture
def office(environment: dict[str, str]) -> Iterator[Office]:
    settings = load(environment)
    settings.home.mkdir(parents=True)
    today = calendar_for(load_profile(settings.profile)).day_of(wall())
    start_lapse(settings.home, today, SECONDS_PER_DAY)
    office = open_office(settings)
    found(office.engine, plain(settings.profile), office.clock.now())
    furnish(office)
    yield office
    office.engine.dispose()


def furnish(office: Office) -> None:
    """Eight units with people, and 200 items being worked on, due within some days."""
    now = office.clock.now()
    with writing(office.engine) as connection:
        campaign = policies.campaign(connection)
        policy = policies.policy(connection, campaign.policy_id)
        calendar = calendar_for(policy)
        units = []
        for number in range(8):
            unit, path = people.add_unit(connection, f"u{number}", f"第{number}单位", 1)
            doer = people.add_person(
                connection, f"r{number}", f"责任人{number}", unit, [(Role.RESPONSIBLE, unit)],
                email=f"r{number}@rectiflow.example",
            )  # fmt: skip
            units.append((unit, path, doer))
        connection.execute(
            text("UPDATE person SET email = code || '@rectiflow.example' WHERE email = ''")
        )
        first = policies.take_numbers(connection, campaign.id, ITEMS)
        decisions, texts = [], []
        for number in range(first, first + ITEMS):
            unit, path, doer = units[number % 8]
            opening = Opening(
                title=f"事项{number}", category="files", stage=Stage.DEADLINE, unit_id=unit,
                unit_path=path, responsible_id=doer,
                due=calendar.add(calendar.day_of(now), 9 + number % 6),
            )  # fmt: skip
            decisions.append(
                opened(
                    opening, {}, ref=reference(campaign.code, number), campaign_id=campaign.id,
                    now=now, policy=policy, calendar=calendar,
                )
            )  # fmt: skip
            texts.append(
                {
                    "policy_id": campaign.policy_id, "number": str(number), "description": "",
                    "requirement": "", "source": Source.OTHER, "complainant": "", "extra": "{}",
                    "ledger": "", "opened_at": now, "followed": 1,
                }
            )  # fmt: skip
        enter(connection, decisions, texts, 0, now)


class Serving:
    """The service in a process of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        self._process.terminate()
        return self._process.wait(60)


def rows(office: Office, sql: str) -> list[Any]:
    with reading(office.engine) as connection:
        return list(connection.execute(text(sql)).all())


def give_commands(
    office: Office, chance: random.Random, receipts: list[Any], seconds: float
) -> None:
    """People go on working, whether the service is up or not."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        number = chance.randint(1, 40)
        command: Command = chance.choice(
            [
                ReportProgress(text="进展"),
                AttachEvidence(sha256="0" * 64, filename="a.txt"),
                Submit(),
            ]
        )
        try:
            ref = reference("ZG", number)
            receipts.append(act(office.engine, ref, command, f"r{number % 8}", office.clock.now()))
        except Refused:
            pass
        time.sleep(0.05)


def until(condition: Callable[[], bool], what: str, diagnosis: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"{what}: {diagnosis()}"
        time.sleep(0.25)


def freeze(office: Office) -> None:
    """Let campaign time stand still where it has got to."""
    today = calendar_for(load_profile(office.settings.profile)).day_of(office.clock.now())
    start_lapse(office.settings.home, today + timedelta(days=1), FROZEN)


UNSETTLED = """
SELECT (SELECT count(*) FROM item
        WHERE followed >= 0 AND (followed < moves OR lease_until IS NOT NULL))
     + (SELECT count(*) FROM item WHERE followed >= 0 AND flow_run_id IS NULL)
     + (SELECT count(*) FROM event WHERE NOT announced)
     + (SELECT count(*) FROM delivery WHERE state IN ('pending', 'failed'))
"""


@pytest.mark.slow
def test_killing_the_service_again_and_again_loses_and_doubles_nothing(
    office: Office, environment: dict[str, str], catcher: Catcher
) -> None:
    chance = random.Random(20261122)
    receipts: list[Any] = []
    for _ in range(KILLS):
        serving = Serving(environment)
        give_commands(office, chance, receipts, chance.uniform(6, 16))
        serving.kill()
        give_commands(office, chance, receipts, 0.5)
    freeze(office)
    serving = Serving(environment)
    now = open_office(load(environment)).clock.now
    try:
        until(
            lambda: (
                rows(office, UNSETTLED)[0][0] == 0
                and rows(office, "SELECT min(next_action_at) FROM item")[0][0]
                > now().isoformat(timespec="microseconds")
            ),
            "not everything was caught up with",
            lambda: (
                rows(office, UNSETTLED),
                rows(office, "SELECT ref, stage, moves, followed, lease_by, flow_run_id FROM item"
                     " WHERE followed < moves OR lease_until IS NOT NULL LIMIT 5"),
                rows(office, "SELECT state, reason, count(*) FROM delivery GROUP BY 1, 2"),
                (office.settings.home / "service.log").read_text()[-3000:],
            ),
        )  # fmt: skip
        histories_are_whole(office, receipts)
        steps_fired_once(office)
        mails_arrived(office, catcher)
        runs_stand_where_their_items_stand(office)
    finally:
        assert serving.stop() == 0


def histories_are_whole(office: Office, receipts: list[Any]) -> None:
    """Every accepted command stands exactly once, in an unbroken chain."""
    chains: dict[str, list[Any]] = defaultdict(list)
    for row in rows(
        office,
        "SELECT i.ref, e.seq, e.at, e.kind, e.stage, e.actor_id, e.step_key, e.data, e.previous,"
        " e.hash FROM event e JOIN item i ON i.id = e.item_id ORDER BY e.item_id, e.seq",
    ):
        chains[row.ref].append(row)
    assert len(chains) == ITEMS
    from datetime import datetime

    for ref, events in chains.items():
        previous = GENESIS
        for place, event in enumerate(events, 1):
            assert event.seq == place
            assert event.previous == previous
            previous = chained(
                previous, ref, event.seq, datetime.fromisoformat(event.at), event.kind,
                event.stage, event.actor_id, event.step_key, event.data,
            )  # fmt: skip
            assert event.hash == previous
    stored = {(ref, event.seq): event.hash for ref, events in chains.items() for event in events}
    assert receipts, "nobody managed to give a command"
    for receipt in receipts:
        assert stored[receipt.ref, receipt.seq] == receipt.hash
    assert len({(r.ref, r.seq) for r in receipts}) == len(receipts)


def steps_fired_once(office: Office) -> None:
    fired = rows(office, "SELECT item_id, step_key FROM event WHERE kind = 'step_fired'")
    # What somebody has submitted in time is reminded of nothing.
    assert len({row.item_id for row in fired}) > ITEMS / 2, "the clock did not reach the reminders"
    assert max(Counter((row.item_id, row.step_key) for row in fired).values()) == 1
    late = rows(office, "SELECT at, data FROM event WHERE kind = 'step_fired'")
    assert all(json.loads(row.data)["planned"] <= row.at for row in late), "a step fired early"


def mails_arrived(office: Office, catcher: Catcher) -> None:
    """Every mail at least once; whatever came twice is the same to the byte."""
    deliveries = rows(office, "SELECT state, message_id, event_id, person_id FROM delivery")
    assert {row.state for row in deliveries} <= {"sent", "skipped"}
    caught: dict[str, set[bytes]] = defaultdict(set)
    for mail in catcher.mails:
        caught[mail.message_id].add(mail.data)
    sent = [row.message_id for row in deliveries if row.state == "sent"]
    assert len(sent) > ITEMS / 2
    assert set(sent) <= set(caught), "a mail that was marked as sent never arrived"
    assert all(len(versions) == 1 for versions in caught.values()), "a repeat was not identical"
    told = {row.event_id for row in deliveries}
    for row in rows(office, "SELECT id FROM event WHERE kind = 'step_fired'"):
        assert row.id in told, "a fired step was never told"


def runs_stand_where_their_items_stand(office: Office) -> None:
    record = json.loads((office.settings.home / "prefect" / "server.json").read_text())
    items = rows(office, "SELECT ref, stage, flow_run_id FROM item")
    assert len({row.flow_run_id for row in items}) == ITEMS
    for row in items:
        url = f"http://127.0.0.1:{record['port']}/api/flow_runs/{row.flow_run_id}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            state = json.load(answer)["state"]
        assert (state["type"], state["name"]) == ("PAUSED", name(Stage(row.stage), "en")), row.ref
