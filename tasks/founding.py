"""The first set-up: the schema, a campaign under a policy, and an office to run it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine

from models import people, policies, schema, texts
from models.engine import writing
from models.policies import CampaignFact
from rules.errors import InputError
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


CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}")
"""A campaign's code begins every reference, and stands in file names and mails' headers."""


def found(
    engine: Engine, policy: Policy, now: datetime, *, code: str = "ZG", title: str = ""
) -> Founded:
    """Bring the database up to date, and make the first campaign if there is none.

    Doing it again, or twice at the same time, changes nothing. The office is a unit beside the
    others under one root, so that its people are independent of every unit they steer.

    Raises:
        InputError: the code or the title cannot be used.
        Unavailable: the database cannot be created, reached or written.
    """
    title = title or policy.title_zh
    if not CODE.fullmatch(code):
        raise InputError(
            f"{code!r} cannot be a campaign's code.",
            "Use up to 16 letters, digits and hyphens, like ZG or ZG-2026.",
            where="code",
        )
    texts.require_storable({"title": title}, texts.CAMPAIGN)
    schema.upgrade(engine)
    with writing(engine) as connection:
        schema.alone(connection)
        known = policies.campaigns(connection)
        if known:
            return Founded(known[0], created=False)
        policy_id = policies.store_policy(connection, policy, now)
        fact = policies.store_campaign(connection, code, title, policy_id, now)
        root, _ = people.add_unit(connection, "root", title, None, kind="root")
        office, _ = people.add_unit(connection, "office", "整改办", root, kind="office")
        for handle, name, role in OFFICE:
            people.add_person(connection, handle, name, office, [(role, root)])
        return Founded(fact, created=True)
