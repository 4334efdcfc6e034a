"""A stocked store for tests of reading: a small tree of units, its people, items in any stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Engine

from config.calendars import calendar_for
from models import people, policies
from models.engine import reading, writing
from rules.item import SYSTEM
from rules.opening import Opening, opened
from rules.vocabulary import Role, Source, Stage
from tasks.act import enter, reference
from tests.conftest import MONDAY


class Place(NamedTuple):
    """A unit that tests name items with."""

    id: int
    path: str


class Stock(NamedTuple):
    """What stands in the stocked store: units by code, people's ids by handle."""

    units: Mapping[str, Place]
    people: Mapping[str, int]


def staffed(engine: Engine) -> Stock:
    """Units and people below the founded root: a county with a bureau and its station, a court.

    ``zhang`` is responsible, ``li`` leads, ``wang`` is of the court; only ``li`` has an address.
    """
    with writing(engine) as connection:
        root = 1
        tree = (("county", "历山县", "root"), ("bureau", "历山县公安局", "county"),
                ("station", "城关派出所", "bureau"), ("court", "历山县法院", "county"))  # fmt: skip
        units = {"root": Place(root, f"/{root}/")}
        for code, name, above in tree:
            units[code] = Place(*people.add_unit(connection, code, name, units[above].id))
        bureau, court = units["bureau"].id, units["court"].id
        ids = {
            "zhang": people.add_person(
                connection, "zhang", "张三", bureau, [(Role.RESPONSIBLE, bureau)]
            ),
            "li": people.add_person(
                connection, "li", "李四", bureau, [(Role.LEADER, bureau)], email="li@example.org"
            ),
            "wang": people.add_person(
                connection, "wang", "王五", court, [(Role.RESPONSIBLE, court)], draft=True
            ),
        }
    return Stock(units, ids)


def entered(
    engine: Engine,
    openings: Sequence[Opening],
    now: datetime = MONDAY,
    texts: Mapping[str, Any] | None = None,
) -> list[str]:
    """Enter items as they are; their references, in order."""
    with reading(engine) as connection:
        campaign = policies.campaign(connection)
        policy = policies.policy(connection, campaign.policy_id)
    with writing(engine) as connection:
        first = policies.take_numbers(connection, campaign.id, len(openings))
        refs = [reference(campaign.code, first + place) for place in range(len(openings))]
        decisions = [
            opened(
                opening, {}, ref=ref, campaign_id=campaign.id, now=now, policy=policy,
                calendar=calendar_for(policy),
            )
            for ref, opening in zip(refs, openings, strict=True)
        ]  # fmt: skip
        described = {
            "policy_id": campaign.policy_id, "number": "", "description": "", "requirement": "",
            "source": Source.INSPECTION, "complainant": "", "extra": "{}", "opened_at": now,
            "ledger": "", "followed": 0, **(texts or {}),
        }  # fmt: skip
        enter(connection, decisions, [described] * len(decisions), SYSTEM.id, now)
    return refs


def led_by(stock: Stock, unit: str, stage: Stage, **more: Any) -> Opening:
    """An item led by a unit, with the bureau's people where it is the bureau's."""
    place = stock.units[unit]
    seats = {"responsible_id": stock.people["zhang"], "leader_id": stock.people["li"]}
    named = seats if unit == "bureau" else {}
    return Opening(
        **{"title": f"{unit}的事项", "stage": stage, "unit_id": place.id, "unit_path": place.path,
           **named, **more}
    )  # fmt: skip
