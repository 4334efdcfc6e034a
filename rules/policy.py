"""What a campaign has decided: limits, reminders, the ladder, who must be asked.

A policy is data. It is read from a profile by ``config.profiles``; nothing here opens a file.
All day counts are working days unless the name says otherwise.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rules.vocabulary import Level, Severity

Days = Annotated[int, Field(ge=0, le=3650)]


class Part(BaseModel):
    """Base of the parts of a policy: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limit(Part):
    """How long the responsible person has, counted from the day of assignment."""

    days: Annotated[int, Field(ge=1, le=3650, description="length of the limit, in days")]
    unit: Annotated[
        Literal["working", "calendar"], Field(description="how the days are counted")
    ] = "working"


class Rung(Part):
    """One rung of the escalation ladder."""

    act: Annotated[Level, Field(description="the formal act: letter, interview, circular, listing")]
    after: Annotated[Days, Field(description="working days after the overdue notice")]


class Category(Part):
    """One entry of the catalogue of problem kinds ("6+N")."""

    code: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="stored value")]
    zh: Annotated[str, Field(min_length=1, description="Chinese name, as ledgers write it")]
    en: Annotated[str, Field(min_length=1, description="English name")]
    group: Annotated[str, Field(description='"6" for the national catalogue, "N" for local')] = "N"


class OfficeHours(Part):
    """When the office is open on a working day, in the campaign's zone."""

    opens: Annotated[time, Field(description="local time the office opens")] = time(9)
    closes: Annotated[time, Field(description="local time the office closes")] = time(17)

    @field_validator("opens", "closes", mode="before")
    @classmethod
    def _is_written_as_a_time(cls, value: object) -> object:
        # YAML reads a bare 17:00 as the number 1020.
        if not isinstance(value, str | time):
            raise ValueError('write a time in quotes, like "17:00"')
        return value

    @field_validator("opens", "closes")
    @classmethod
    def _is_local(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("office hours are in the campaign's zone; leave the offset out")
        return value

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if not self.opens < self.closes:
            raise ValueError("office hours must open before they close")
        return self


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
        Days, Field(description="a progress report is asked for this often; 0: never")
    ] = 10
    ladder: Annotated[tuple[Rung, ...], Field(description="rungs, lowest first")] = ()
    repeat_every: Annotated[
        Days, Field(description="the overdue notice is repeated after the last rung; 0: never")
    ] = 5
    repeat_at_most: Annotated[int, Field(ge=0, le=100, description="how often at most")] = 12
    verification_within: Annotated[Days, Field(description="to verify a submission")] = 5
    closure_within: Annotated[Days, Field(description="to decide on striking off")] = 3
    look_back_after: Annotated[
        tuple[Annotated[int, Field(ge=1, le=3650)], ...],
        Field(description="look-backs, calendar days after closing"),
    ] = (90,)
    extensions_at_most: Annotated[int, Field(ge=0, le=20, description="granted per round")] = 2
    hold_at_most: Annotated[Days, Field(description="longest hold, calendar days")] = 180
    evidence_required: Annotated[bool, Field(description="a submission needs evidence")] = True

    @field_validator("reminders_before")
    @classmethod
    def _longest_first(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(value), reverse=True))

    @field_validator("look_back_after")
    @classmethod
    def _soonest_first(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(value)))

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        afters = [rung.after for rung in self.ladder]
        if afters != sorted(set(afters)):
            raise ValueError("ladder rungs must come later one by one")
        missing = [s.value for s in Severity if s not in self.limits]
        if missing:
            raise ValueError(f"limits are missing for: {', '.join(missing)}")
        deemed = self.deemed_received_after
        if deemed is not None and deemed < self.acknowledge_within:
            raise ValueError("deemed_received_after must not be before acknowledge_within")
        codes = [category.code for category in self.categories]
        if len(codes) != len(set(codes)):
            raise ValueError("two categories share a code")
        return self

    def category(self, text: str) -> Category | None:
        """The category with this code or name, if the catalogue has it."""
        wanted = text.strip()
        for category in self.categories:
            if wanted in (category.code, category.zh, category.en):
                return category
        return None
