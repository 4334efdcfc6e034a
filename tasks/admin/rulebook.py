"""Policies in an administrator's hands: what a text says, what two versions say, what comes of it
for an item, putting one in force, and moving items onto it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from config.calendars import calendar_for
from config.documents import WHOLE
from config.profiles import policy_in
from models.engine import reading, writing
from models.jobs import JobRow
from rules.agenda import Step, agenda
from rules.deadlines import due_for
from rules.errors import InputError
from rules.opening import Opening, opened
from rules.policy import Policy
from rules.vocabulary import Severity, Stage
from tasks import jobs, moving_jobs
from tasks.admin.desk import Admin, deed, require
from tasks.migrating import Placed, place
from tasks.office import Office
from tasks.policy_words import in_words

NAME = "policy.yaml"
LONGEST = 200_000
"""Characters of a policy."""


class Mistake(NamedTuple):
    """Something wrong with a policy's text, by line."""

    line: int
    key: str
    sentence: str
    hint: str


class Difference(NamedTuple):
    """What two policies say of the same; empty where one says nothing."""

    about: str
    one: str
    other: str

    @property
    def same(self) -> bool:
        """Whether they say the same."""
        return self.one == self.other


def checked(text: str) -> tuple[Policy | None, list[Mistake]]:
    """The policy that the text says, or everything that is wrong with it."""
    if not text.strip() or len(text) > LONGEST:
        return None, [Mistake(1, "", "There is no policy, or far too much of it.", "")]
    try:
        policy, mistakes = policy_in(text, NAME)
    except InputError as error:
        policy, mistakes = None, [error]
    return policy, [_mistake(each) for each in mistakes]


def _mistake(error: InputError) -> Mistake:
    _, _, line = error.where.rpartition(":")
    key, _, sentence = error.message.partition(": ")
    number = int(line) if line.isdecimal() else 1
    if sentence and (key == WHOLE or " " not in key):
        return Mistake(number, "" if key == WHOLE else key, sentence, error.hint)
    return Mistake(number, "", error.message, error.hint)


def put_in_force(admin: Admin, text: str, campaign: str, now: datetime) -> Placed:
    """Store the policy and let new items of the campaign start under it. ``now`` is campaign time.

    Raises:
        Refused: they may not.
        InputError: the text is no policy, or its name and version are stored with other content.
        NotFound: there is no such campaign.
    """
    policy, mistakes = checked(text)
    if policy is None:
        raise InputError(mistakes[0].sentence, mistakes[0].hint, where="text")
    about = f"{policy.name}@{policy.version}"
    with deed(admin, "policy.import", about, campaign), writing(admin.engine) as connection:
        return place(connection, policy, campaign, now)


def look_ahead(admin: Admin, office: Office, to: str, campaign: str, lang: str) -> JobRow:
    """Have it worked out what would come of moving the campaign's open items onto ``to``.

    Raises:
        Refused: they may not.
        NotFound: there is no such policy or campaign.
    """
    with reading(admin.engine) as connection:
        require(connection, admin.person)
    title = f"{campaign} → {to}"
    return moving_jobs.wished(office, admin.person, to, campaign, title, admin.at, lang)


def migrate(admin: Admin, office: Office, job: JobRow) -> bool:
    """Have the items moved as they were seen; False when the job is past that.

    Raises:
        Refused: they may not.
    """
    with deed(admin, "policy.migrate", job.asked["to"], job.campaign):
        return jobs.go(office.engine, job, admin.at)


def compared(one: Policy, other: Policy, lang: str) -> list[Difference]:
    """What the two say, line by line, in the order of the first."""
    left, right = _lines(one, lang), _lines(other, lang)
    keys = dict.fromkeys([*left, *right])
    return [Difference(key, left.get(key, ""), right.get(key, "")) for key in keys]


def _lines(policy: Policy, lang: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for about, says in in_words(policy, lang):
        found[about] = f"{found[about]}; {says}" if about in found else says
    return found


def sample(policy: Policy, severity: Severity, now: datetime) -> Sequence[Step]:
    """What would happen by itself to an item assigned at ``now`` (campaign time), received the
    same moment, on which nobody does anything."""
    calendar = calendar_for(policy)
    due = due_for(policy, severity, calendar.day_of(now), calendar, None)
    opening = Opening("", severity=severity, stage=Stage.DEADLINE, responsible_id=1, due=due)
    decision = opened(opening, {}, ref="", campaign_id=0, now=now, policy=policy, calendar=calendar)
    return agenda(decision.item, policy, calendar)
