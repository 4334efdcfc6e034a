"""Campaigns and the policies they carry: stored once a version, read once a process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool, bindparam, insert, select, update

from models.campaign import Campaign
from models.policy_version import PolicyVersion
from rules.errors import InputError, NotFound
from rules.policy import Policy

CAMPAIGN = Campaign.__table__  # type: ignore[attr-defined]
POLICY = PolicyVersion.__table__  # type: ignore[attr-defined]

_BY_ID = select(POLICY.c.document).where(POLICY.c.id == bindparam("id"))
_STORED: WeakKeyDictionary[Pool, dict[int, Policy]] = WeakKeyDictionary()
"""By the pool, which belongs to one store for as long as it is open."""


class CampaignFact(NamedTuple):
    """A campaign as commands need it."""

    id: int
    code: str
    title: str
    policy_id: int


def policy(connection: Connection, policy_id: int) -> Policy:
    """The policy with this id. Stored versions never change, so each is parsed once."""
    stored = _STORED.setdefault(connection.engine.pool, {})
    known = stored.get(policy_id)
    if known is None:
        document = connection.execute(_BY_ID, {"id": policy_id}).scalar_one()
        known = stored[policy_id] = Policy.model_validate_json(document)
    return known


def named(connection: Connection, text: str) -> int | None:
    """The id of the stored policy with this name and version, written like ``audit@2``."""
    name, _, version = text.rpartition("@")
    if not version.isdecimal() or len(version) > 9:
        return None
    found: int | None = connection.execute(
        select(POLICY.c.id).where(POLICY.c.name == name, POLICY.c.version == int(version))
    ).scalar()
    return found


def store_policy(connection: Connection, new: Policy, now: datetime) -> int:
    """The id of this policy, stored if it is new.

    Raises:
        InputError: the same name and version is stored with other content.
    """
    document = new.model_dump_json()
    row = connection.execute(
        select(POLICY.c.id, POLICY.c.document).where(
            POLICY.c.name == new.name, POLICY.c.version == new.version
        )
    ).first()
    if row is not None:
        if Policy.model_validate_json(row.document) != new:
            raise InputError(
                f"Version {new.version} of the policy {new.name} is stored with other content.",
                "Raise its version: items keep the version under which they started.",
            )
        return int(row.id)
    values = {"name": new.name, "version": new.version, "document": document, "created_at": now}
    return int(
        connection.execute(insert(POLICY).values(values).returning(POLICY.c.id)).scalar_one()
    )


def store_campaign(
    connection: Connection, code: str, title: str, policy_id: int, now: datetime
) -> CampaignFact:
    """A new campaign, numbering its items from 1."""
    values: Mapping[str, object] = {
        "code": code,
        "title": title,
        "policy_id": policy_id,
        "next_number": 1,
        "created_at": now,
    }
    key = connection.execute(insert(CAMPAIGN).values(values).returning(CAMPAIGN.c.id)).scalar_one()
    return CampaignFact(int(key), code, title, policy_id)


def campaigns(connection: Connection) -> list[CampaignFact]:
    """All campaigns, oldest first."""
    columns = (CAMPAIGN.c.id, CAMPAIGN.c.code, CAMPAIGN.c.title, CAMPAIGN.c.policy_id)
    return [
        CampaignFact(*row)
        for row in connection.execute(select(*columns).order_by(CAMPAIGN.c.id)).all()
    ]


def campaign(connection: Connection, code: str = "") -> CampaignFact:
    """The campaign with this code; the only one there is when no code is given.

    Raises:
        NotFound: there is none, or more than one and no code was given.
    """
    known = campaigns(connection)
    found = [fact for fact in known if not code or fact.code == code]
    if len(found) == 1:
        return found[0]
    if not known:
        raise NotFound("There is no campaign yet.", "Run: rectiflow init.")
    codes = ", ".join(fact.code for fact in known)
    found_wrong = f"There is no campaign {code!r}." if code else "There is more than one campaign."
    raise NotFound(found_wrong, f"Name one of: {codes}.")


def take_numbers(connection: Connection, campaign_id: int, count: int) -> int:
    """Reserve ``count`` consecutive item numbers; the first of them."""
    after = connection.execute(_TAKE, {"of": campaign_id, "count": count}).scalar_one()
    return int(after) - count


_TAKE = (
    update(CAMPAIGN)
    .where(CAMPAIGN.c.id == bindparam("of"))
    .values(next_number=CAMPAIGN.c.next_number + bindparam("count"))
    .returning(CAMPAIGN.c.next_number)
)
