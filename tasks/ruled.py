"""By which rules is an item judged? Its policy and its calendar; both are made once and kept."""

from __future__ import annotations

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import policies
from models.items import Loaded
from rules.policy import Policy
from rules.workdays import WorkCalendar


def ruled_by(connection: Connection, loaded: Loaded) -> tuple[Policy, WorkCalendar]:
    """The policy that the item is pinned to, and its working calendar."""
    policy = policies.policy(connection, loaded.policy_id)
    return policy, calendar_for(policy)
