"""Makes a large store to measure and to look at: ``python -m bench.seeded URL --items 100000``.

About a hundred units with a thousand people, and items in every stage, most of them closed, with
histories as short as can be: a closed item was taken over closed, an open one has the few events
that led to its stage. They are chained, so that ``rectiflow audit`` passes over them. Rows go
straight into the tables: no rule is asked, no notice is written, no flow follows. The same
arguments make the same store.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, insert, text, update

from bench.seeds import Bureau, Life, Setting, life
from config.clock import wall
from config.profiles import load_profile
from models import people, policies, search_index
from models.campaign import Campaign
from models.delivery import Delivery
from models.engine import open_engine, writing
from models.event import EventRow
from models.evidence import Evidence
from models.extension_request import ExtensionRequest
from models.item import Item
from models.prepared import Prepared
from rules.vocabulary import Role
from sample.words import words
from tasks.founding import found

CHUNK = 5000
COUNTIES = 8
BUREAUS = ("公安局", "检察院", "法院", "司法局", "政法委", "看守所", "交警大队", "教育局",
           "市场监管局", "信访局", "民政局")  # fmt: skip
STAFF = 9
"""People of a bureau who have items, besides its leader."""
MAILED = 10
"""One in so many open items has a delivery."""

_KINDS: dict[str, Any] = {
    "item": Item, "event": EventRow, "evidence": Evidence,
    "extension_request": ExtensionRequest, "delivery": Delivery,
}  # fmt: skip
TABLES = {name: kind.__table__ for name, kind in _KINDS.items()}
FOLLOWERS = ("flow_run_id", "lease_by", "lease_until")


def seed(engine: Engine, items: int, still_open: int, now: datetime) -> None:
    """Found a store at ``engine`` and fill it.

    Raises:
        SystemExit: there are items already.
    """
    found(engine, load_profile("education-rectification"), now)
    with writing(engine) as connection:
        if connection.execute(text("SELECT 1 FROM item LIMIT 1")).first():
            sys.exit("There are items already: give an empty database.")
        at = _office(connection, now)
    lives = _lives(items, still_open, at)
    done, began = 0, perf_counter()
    while chunk := list(islice(lives, CHUNK)):
        with writing(engine) as connection:
            _write(connection, chunk)
        done += len(chunk)
        if done % 50_000 == 0 or done == items:
            sys.stderr.write(f"{done:,} items, {done / (perf_counter() - began):,.0f} a second\n")
    with writing(engine) as connection:
        campaign = Campaign.__table__  # type: ignore[attr-defined]
        connection.execute(update(campaign).values(next_number=items + 1))
        _settle(connection)


def _office(connection: Connection, now: datetime) -> Setting:
    """Counties with their bureaus and stations, everybody's people, and roles."""
    fact = policies.campaign(connection)
    root, dice = people.root_id(connection), random.Random("people")
    names, count = words().names, iter(range(1, 10_000))
    first = names.first

    def person(unit: int, *roles: tuple[Role, int]) -> int:
        number = next(count)
        name = dice.choice(names.surnames) + dice.choice(first) + dice.choice(names.last)
        return people.add_person(connection, f"p{number:04}", name, unit, roles,
                                 email=f"p{number:04}@example.org")  # fmt: skip

    bureaus, coordinators, verifiers = [], [], []
    for county in range(1, COUNTIES + 1):
        place, _ = people.add_unit(connection, f"c{county}", f"第{county}区县", root)
        office, _ = people.add_unit(connection, f"c{county}-office", f"第{county}区县整改办", place)
        coordinators.append(person(office, (Role.COORDINATOR, place)))
        verifiers += [person(office, (Role.VERIFIER, place)) for _ in range(3)]
        person(office, (Role.SUPERVISOR, place))
        person(office, (Role.VIEWER, place))
        for number, kind in enumerate(BUREAUS, 1):
            code = f"c{county}-b{number:02}"
            unit, path = people.add_unit(connection, code, f"第{county}区县{kind}", place)
            staff = [person(unit, (Role.RESPONSIBLE, unit)) for _ in range(STAFF)]
            bureaus.append(Bureau(unit, code, path, staff, person(unit, (Role.LEADER, unit))))
    person(root, (Role.AUDITOR, root))
    person(root, (Role.VIEWER, root))
    return Setting(fact.id, fact.code, fact.policy_id, now, bureaus, coordinators, verifiers)


def _lives(items: int, still_open: int, at: Setting) -> Iterator[Life]:
    """The items; four of five open ones are among the newest, where every other one is open."""
    newest = items - min(items, still_open * 8 // 5)
    old = still_open - (items - newest) // 2
    opened = 0
    for number in range(1, items + 1):
        if number > newest:
            is_open = (items - number) % 2 == 0
        else:
            is_open = opened < old * number // max(newest, 1)
        opened += is_open
        yield life(number, number, is_open, number / items, at)


def _write(connection: Connection, lives: Sequence[Life]) -> None:
    rows = {
        "item": [one.item for one in lives],
        "event": [row for one in lives for row in one.events],
        "evidence": [row for one in lives for row in one.evidence],
        "extension_request": [row for one in lives for row in one.extensions],
    }
    for name, made in rows.items():
        _insert(name).run(connection, *made)
    search_index.write(connection, [one.item for one in lives])
    mailed = [one.item for one in lives if one.item["closed_at"] is None][::MAILED]
    mails = [_mail(item) for item in mailed if item["responsible_id"]]
    if mails:
        connection.execute(insert(TABLES["delivery"]), mails)


def _mail(item: dict[str, object]) -> dict[str, object]:
    """A mail that went out when the item came into its stage."""
    at = item["stage_since"]
    return {
        "item_id": item["id"], "person_id": item["responsible_id"], "kind": "assigned",
        "seat": "responsible", "occasion": f"seeded-{item['id']}", "state": "sent",
        "created_at": at, "next_attempt_at": at, "left_at": at, "sent_at": at, "attempts": 1,
        "address": "someone@example.org", "message_id": f"<{item['id']}@example.org>",
    }  # fmt: skip


_KNOWN: dict[str, Prepared] = {}


def _insert(name: str) -> Prepared:
    if name not in _KNOWN:
        table = TABLES[name]
        given = [c.name for c in table.columns if c.name not in FOLLOWERS]
        if name != "item":
            given.remove("id")
        _KNOWN[name] = Prepared(insert(table).inline(), given)
    return _KNOWN[name]


def _settle(connection: Connection) -> None:
    """The database counts on from here, and knows what is in its tables."""
    if connection.dialect.name == "postgresql":
        counted = "SELECT setval(pg_get_serial_sequence('item', 'id'), max(id)) FROM item"
        connection.execute(text(counted))
    connection.execute(text("ANALYZE"))


def main() -> int:
    """Make the store that the arguments describe."""
    parser = argparse.ArgumentParser(prog="python -m bench.seeded", description=__doc__)
    parser.add_argument("url", help="sqlite:///PATH or postgresql://…, empty")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--open", type=int, help="a fifth of the items where not given")
    parser.add_argument("--now", type=datetime.fromisoformat, help="an instant with its offset")
    asked = parser.parse_args()
    still_open = asked.items // 5 if asked.open is None else asked.open
    seed(open_engine(asked.url), asked.items, still_open, asked.now or wall())
    return 0


if __name__ == "__main__":
    sys.exit(main())
