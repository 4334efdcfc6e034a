"""The first set-up: the schema, a campaign under a policy, and an office to run it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine

from models import people, policies, schema
from models.engine import reading, writing
from models.policies import CampaignFact
from rules.policy import Policy
from rules.vocabulary import Role

OFFICE = (
    ("coordinator", "整改办", Role.COORDINATOR),
    ("verifier", "核查人", Role.VERIFIER),
    ("supervisor", "督导", Role.SUPERVISOR),
)
"""The seats of a new campaign's office; the people who hold them are entered later."""


class Founded(NamedTuple):
    """What the set-up found or made."""

    campaign: CampaignFact
    created: bool


def found(
    engine: Engine, policy: Policy, now: datetime, *, code: str = "ZG", title: str = ""
) -> Founded:
    """Bring the database up to date, and make the first campaign if there is none.

    Doing it again changes nothing. The office is a unit beside the others under one root, so that
    its people are independent of every unit they steer.

    Raises:
        Unavailable: the database cannot be created, reached or written.
    """
    schema.upgrade(engine)
    with reading(engine) as connection:
        known = policies.campaigns(connection)
    if known:
        return Founded(known[0], created=False)
    with writing(engine) as connection:
        policy_id = policies.store_policy(connection, policy, now)
        fact = policies.store_campaign(connection, code, title or policy.title_zh, policy_id, now)
        root, _ = people.add_unit(connection, "root", title or policy.title_zh, None, kind="root")
        office, _ = people.add_unit(connection, "office", "整改办", root, kind="office")
        for handle, name, role in OFFICE:
            people.add_person(connection, handle, name, office, [(role, root)])
        return Founded(fact, created=True)
