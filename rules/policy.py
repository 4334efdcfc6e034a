"""What a campaign has decided: limits, reminders, the ladder, who must be asked.

A policy is data. It is read from a profile by ``config.profiles``; nothing here opens a file.
All day counts are working days unless the name says otherwise.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Discriminator, Field, Tag, ValidationInfo, field_validator

from rules.notice_rules import NoticeRules as NoticeRules
from rules.notice_rules import QuietHours as QuietHours
from rules.policy_parts import Category as Category
from rules.policy_parts import Check as Check
from rules.policy_parts import Days as Days
from rules.policy_parts import Limit as Limit
from rules.policy_parts import OfficeHours as OfficeHours
from rules.policy_parts import Part as Part
from rules.policy_parts import Reason as Reason
from rules.policy_parts import Rung as Rung
from rules.policy_parts import Weekly as Weekly
from rules.policy_parts import shared
from rules.vocabulary import Severity

C = TypeVar("C", Category, Reason, Check)


def _rhythm(value: Any) -> str | None:
    """Which way of saying how often: a number of working days, or a day of the week."""
    if isinstance(value, dict | Weekly):
        return "(weekly)"
    return "(days)" if isinstance(value, int) and not isinstance(value, bool) else None


Rhythm = Annotated[
    Annotated[Days, Tag("(days)")] | Annotated[Weekly, Tag("(weekly)")],
    Discriminator(
        _rhythm,
        custom_error_type="rhythm",
        custom_error_message="write a number of working days, or {weekly: friday}",
    ),
]


class Policy(Part):
    """Everything that the rules may depend on besides the item and the clock."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="the profile's name")]
    version: Annotated[int, Field(ge=1, description="pinned on every item that starts under it")]
    title_zh: Annotated[str, Field(description="what the campaign is called in Chinese")]
    title_en: Annotated[str, Field(description="what the campaign is called in English")]

    country: Annotated[str, Field(description="ISO code of the country of the calendar")] = "CN"
    subdivision: Annotated[str | None, Field(description="ISO code of the subdivision")] = None
    zone: Annotated[str, Field(description="IANA name of the campaign's time zone")] = (
        "Asia/Shanghai"
    )
    office_hours: Annotated[OfficeHours, Field(description="when steps may fire")] = OfficeHours()
    extra_days_off: Annotated[
        tuple[date, ...], Field(description="not worked in this campaign")
    ] = ()
    extra_days_on: Annotated[tuple[date, ...], Field(description="worked in this campaign")] = ()

    categories: Annotated[tuple[Category, ...], Field(description='the "6+N" catalogue')] = ()
    limits: Annotated[dict[Severity, Limit], Field(description="limit by severity")]
    acknowledge_within: Annotated[Days, Field(description="to acknowledge an assignment")] = 2
    deemed_received_after: Annotated[
        Days | None,
        Field(description="then an unacknowledged assignment counts as received; none: never"),
    ] = 4
    reminders_before: Annotated[
        tuple[Days, ...], Field(description="reminders, working days before the due day")
    ] = (7, 3, 1)
    due_soon: Annotated[Days, Field(description="the light turns yellow this long before")] = 7
    progress_every: Annotated[
        Rhythm,
        Field(
            description="a progress report is asked for this often: a number of working days, "
            "or {weekly: friday}; 0: never"
        ),
    ] = 10
    announce_before: Annotated[
        Days,
        Field(
            description="the responsible person is told what comes, and why, this long before a "
            "rung; 0: never"
        ),
    ] = 0
    ladder: Annotated[tuple[Rung, ...], Field(description="rungs, lowest first")] = ()
    serve_within: Annotated[Days, Field(description="to serve an act of the ladder")] = 2
    deemed_served_after: Annotated[
        Days | None, Field(description="then an act counts as served; none: never")
    ] = None
    stay_at_most: Annotated[
        Days, Field(description="longest stay of the ladder, calendar days")
    ] = 60
    repeat_every: Annotated[
        Days, Field(description="the overdue notice is repeated after the last rung; 0: never")
    ] = 5
    repeat_at_most: Annotated[int, Field(ge=0, le=100, description="how often at most")] = 12
    verification_within: Annotated[Days, Field(description="to verify a submission")] = 5
    closure_within: Annotated[Days, Field(description="to decide on striking off")] = 3
    closure_checklist: Annotated[
        tuple[Check, ...],
        Field(description="what is looked at before an item is struck off; each line is ticked"),
    ] = ()
    bulk_approval: Annotated[
        tuple[Severity, ...],
        Field(description="items of these severities may be struck off many at once; none: never"),
    ] = ()
    look_back_after: Annotated[
        tuple[Annotated[int, Field(ge=1, le=3650)], ...],
        Field(description="look-backs, calendar days after closing"),
    ] = (90,)
    extensions_at_most: Annotated[int, Field(ge=0, le=20, description="granted per round")] = 2
    extension_reasons: Annotated[
        tuple[Reason, ...], Field(description="reasons to choose from; none: any text")
    ] = ()
    extension_decided_within: Annotated[
        Days, Field(description="then an undecided request lapses; 0: never")
    ] = 0
    extension_longest: Annotated[
        Days, Field(description="an extension moves the deadline at most so far; 0: no bound")
    ] = 0
    extensions_decided_by: Annotated[
        Literal["coordinators", "supervisors", "either"],
        Field(description="who grants or refuses an extension"),
    ] = "either"
    hold_at_most: Annotated[Days, Field(description="longest hold, calendar days")] = 180
    hold_decided_within: Annotated[
        Days, Field(description="then an undecided request for a hold lapses; 0: never")
    ] = 0
    evidence_required: Annotated[bool, Field(description="a submission needs evidence")] = True
    notices: Annotated[
        NoticeRules, Field(description="how notices reach people without becoming a nuisance")
    ] = NoticeRules()

    @field_validator("reminders_before")
    @classmethod
    def _longest_first(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(value), reverse=True))

    @field_validator("look_back_after")
    @classmethod
    def _soonest_first(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(value)))

    @field_validator("limits")
    @classmethod
    def _every_severity(cls, value: dict[Severity, Limit]) -> dict[Severity, Limit]:
        missing = [s.value for s in Severity if s not in value]
        if missing:
            raise ValueError(f"limits are missing for: {', '.join(missing)}")
        return value

    @field_validator("deemed_received_after", "deemed_served_after")
    @classmethod
    def _not_before_its_limit(cls, value: int | None, info: ValidationInfo) -> int | None:
        limit = "serve_within" if info.field_name == "deemed_served_after" else "acknowledge_within"
        # A limit that is itself wrong is not among the data, and has been complained of.
        if value is not None and value < info.data.get(limit, 0):
            raise ValueError(f"{info.field_name} must not be before {limit}")
        return value

    @field_validator("ladder")
    @classmethod
    def _climbs(cls, value: tuple[Rung, ...]) -> tuple[Rung, ...]:
        afters = [rung.after for rung in value]
        if afters != sorted(set(afters)):
            raise ValueError("ladder rungs must come later one by one")
        return value

    @field_validator("categories", "extension_reasons", "closure_checklist")
    @classmethod
    def _each_code_once(cls, value: tuple[C, ...], info: ValidationInfo) -> tuple[C, ...]:
        if code := shared(part.code for part in value):
            raise ValueError(f"two {info.field_name} share a code: {code}")
        return value

    def category(self, text: str) -> Category | None:
        """The category with this code or name, if the catalogue has it."""
        wanted = text.strip()
        for category in self.categories:
            if wanted in (category.code, category.zh, category.en):
                return category
        return None
