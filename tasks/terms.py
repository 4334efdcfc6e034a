"""Under which rules the notices of an item travel: those of its policy, with its calendar."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from config.calendars import calendar_for
from config.logging import log_context
from models import policies
from rules.errors import InputError
from rules.notice_rules import NoticeRules
from rules.workdays import WorkCalendar, WorkYear

log = logging.getLogger("rectiflow.delivery")


class Terms(NamedTuple):
    """The rules for notices of one policy, and its calendar."""

    rules: NoticeRules
    calendar: WorkCalendar


_EVERY_DAY = WorkCalendar(
    ZoneInfo("UTC"), time(9), time(17), lambda _year: WorkYear(frozenset(), True)
)
_PLAIN = Terms(NoticeRules(), _EVERY_DAY)
"""Nothing is held back."""


def terms_of(connection: Connection, policy_ids: Iterable[int]) -> dict[int, Terms]:
    """The terms of these policies; one that cannot be read holds no notice back."""
    found = {}
    for policy_id in set(policy_ids):
        try:
            policy = policies.policy(connection, policy_id)
            found[policy_id] = Terms(policy.notices, calendar_for(policy))
        except (ValueError, InputError):
            log.exception("A policy cannot be read. %s", log_context("plan", policy=policy_id))
            found[policy_id] = _PLAIN
    return found
