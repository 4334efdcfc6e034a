"""What does a notice say? The values that its templates may use, and nothing else.

Everything is a plain value that the caller has already decided on: days counted on the campaign's
calendar, instants written out in the campaign's zone, names as they stand in the directory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rules.errors import InputError

LANGUAGES = ("zh-CN", "en")

KINDS = (
    "registered",
    "assigned",
    "acknowledge_due",
    "declined",
    "due_soon",
    "progress_due",
    "overdue",
    "escalated",
    "extension_requested",
    "extension_granted",
    "extension_refused",
    "verification_requested",
    "verification_overdue",
    "failed",
    "closure_requested",
    "closure_overdue",
    "denied",
    "closed",
    "held",
    "resumed",
    "hold_expired",
    "reopened",
    "withdrawn",
    "look_back_due",
    "rung_announced",
    "service_due",
    "served",
    "stayed",
    "stay_lifted",
    "extension_lapsed",
    "hold_requested",
    "hold_refused",
    "hold_lapsed",
    "contact_lost",
    "due_recomputed",
    "policy_adopted",
)

SUBJECT_TITLE_LENGTH = 80
"""Characters of an item's title that a subject line carries; the body carries all of it."""

CONFIDENTIAL = {"zh-CN": "[保密]", "en": "[Confidential]"}
"""What stands in the place of a confidential item's title."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What happens to the item if nobody acts: when (text, campaign zone) and what (a phrase)."""

    at: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeContext:
    """One notice to one person.

    ``recipient_role``, ``stage`` and ``outcome`` are stored values of ``rules.vocabulary``; the
    templates show their names, and speak to a ``leader`` in words of their own. ``days`` counts
    working days left (0 today, negative overdue). ``until`` is
    the day on which a hold or a stay ends. ``level`` is the rung of the ladder, 0 to 4, and
    ``act_name`` what it is called. ``actor_name`` is empty when a due step acted and not a person.
    ``command_hint`` is the command this person is expected to give; empty means that nothing is
    expected of them, and the notice says so. ``why`` is the rule that made the person hear of it.
    ``link`` does ``link_command`` and nothing else. ``on_behalf_of`` names who is away, when a
    substitute gets the notice. ``late_by`` is set when the notice leaves later than it should have.

    Raises ``InputError`` for a kind or language that has no templates.
    """

    kind: str
    lang: str
    recipient_name: str
    recipient_role: str
    campaign_name: str
    ref: str
    title: str = ""
    confidential: bool = False
    stage: str = ""
    unit_name: str = ""
    responsible_name: str = ""
    leader_name: str = ""
    due: date | None = None
    proposed_due: date | None = None
    until: date | None = None
    days: int | None = None
    level: int = 0
    act_name: str = ""
    actor_name: str = ""
    reason: str = ""
    outcome: str = ""
    round: int = 1
    next_step: NextStep | None = None
    why: str = ""
    command_hint: str = ""
    link: str = ""
    link_command: str = ""
    on_behalf_of: str = ""
    url: str | None = None
    occurred_at: str = ""
    late_by: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"There is no notice of the kind {self.kind!r}.", where="kind")
        if self.lang not in LANGUAGES:
            raise InputError(
                f"There are no notices in the language {self.lang!r}.",
                f"Use one of: {', '.join(LANGUAGES)}.",
                where="lang",
            )

    @property
    def subject_title(self) -> str:
        """The title as a subject line may show it: hidden when confidential, cut when long."""
        if self.confidential:
            return CONFIDENTIAL[self.lang]
        if len(self.title) > SUBJECT_TITLE_LENGTH:
            return self.title[: SUBJECT_TITLE_LENGTH - 1] + "…"
        return self.title
