"""The sections of a policy: limits, rungs, categories, reasons, office hours.

Plain frozen values that judge themselves; what ties several sections together is judged by
``rules.policy``. Times are local times of the campaign's zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from rules.seats import Seat
from rules.vocabulary import Level
from rules.workdays import Weekday

Days = Annotated[int, Field(ge=0, le=3650)]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Period = Literal["week_end", "month_end", "quarter_end", "year_end"]


class Part(BaseModel):
    """Base of the parts of a policy: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _written_as_a_time(value: object) -> object:
    # YAML reads a bare 17:00 as the number 1020.
    if not isinstance(value, str | time):
        raise ValueError('write a time in quotes, like "17:00"')
    return value


LocalTime = Annotated[time, BeforeValidator(_written_as_a_time)]
"""A time of day in the campaign's zone."""


def require_local(value: time) -> time:
    """The time, if it says nothing of a zone.

    Raises:
        ValueError: it has an offset.
    """
    if value.tzinfo is not None:
        raise ValueError("times are in the campaign's zone; leave the offset out")
    return value


def shared(words: Iterable[str]) -> str:
    """The first word that stands twice; empty when none does."""
    seen: set[str] = set()
    for word in words:
        if word in seen:
            return word
        seen.add(word)
    return ""


class Limit(Part):
    """How long the responsible person has, counted from the day of assignment."""

    days: Annotated[
        int | None, Field(ge=1, le=3650, description="length of the limit, in days; or by:")
    ] = None
    unit: Annotated[
        Literal["working", "calendar"], Field(description="how the days are counted")
    ] = "working"
    by: Annotated[
        Period | None,
        Field(description="instead of days: until the last working day of this period"),
    ] = None
    plus: Annotated[int, Field(ge=0, le=12, description="with by: so many periods later")] = 0

    @model_validator(mode="after")
    def _is_counted_one_way(self) -> Self:
        if (self.days is None) == (self.by is None):
            raise ValueError(
                "a limit takes either days, like {days: 15}, or the end of a period, "
                "like {by: month_end}"
            )
        if self.by is None and self.plus:
            raise ValueError("plus counts periods: it goes with by, like {by: month_end, plus: 1}")
        if self.by is not None and self.unit != "working":
            raise ValueError("a limit by the end of a period ends on a working day: leave unit out")
        return self


class Weekly(Part):
    """Once a week."""

    weekly: Annotated[Weekday, Field(description="the day of the week")]


class Rung(Part):
    """One rung of the escalation ladder."""

    act: Annotated[Level, Field(description="the formal act: letter, interview, circular, listing")]
    after: Annotated[Days, Field(description="working days after the overdue notice")]
    to: Annotated[
        tuple[Seat, ...], Field(description="who hears of it; the first is addressed")
    ] = (Seat.RESPONSIBLE, Seat.LEADER, Seat.COORDINATORS)
    signer: Annotated[
        Literal["coordinators", "supervisors"], Field(description="whose signature it bears")
    ] = "supervisors"
    served: Annotated[bool, Field(description="the next rung waits until this act was served")] = (
        False
    )
    minutes: Annotated[bool, Field(description="serving it needs the minutes of the interview")] = (
        False
    )

    @field_validator("to")
    @classmethod
    def _some_and_each_once(cls, value: tuple[Seat, ...]) -> tuple[Seat, ...]:
        if not value:
            raise ValueError("name somebody, or leave it out for the usual three")
        return tuple(dict.fromkeys(value))

    @model_validator(mode="after")
    def _only_a_talk_has_minutes(self) -> Self:
        if self.minutes and self.act is not Level.INTERVIEW:
            raise ValueError("only an interview has minutes: leave minutes out of this rung")
        return self


class Category(Part):
    """One entry of the catalogue of problem kinds ("6+N")."""

    code: Annotated[Code, Field(description="stored value")]
    zh: Annotated[str, Field(min_length=1, description="Chinese name, as ledgers write it")]
    en: Annotated[str, Field(min_length=1, description="English name")]
    group: Annotated[str, Field(description='"6" for the national catalogue, "N" for local')] = "N"


class Reason(Part):
    """One reason for which an extension may be asked."""

    code: Annotated[Code, Field(description="stored value")]
    zh: Annotated[str, Field(min_length=1, description="Chinese wording")]
    en: Annotated[str, Field(min_length=1, description="English wording")]


class Check(Part):
    """One line of the checklist for striking off."""

    code: Annotated[Code, Field(description="stored value")]
    zh: Annotated[str, Field(min_length=1, description="Chinese wording")]
    en: Annotated[str, Field(min_length=1, description="English wording")]


class OfficeHours(Part):
    """When the office is open on a working day, in the campaign's zone."""

    opens: Annotated[LocalTime, Field(description="local time the office opens")] = time(9)
    closes: Annotated[LocalTime, Field(description="local time the office closes")] = time(17)
    half_days: Annotated[
        tuple[date, ...], Field(description="working days on which it closes early")
    ] = ()
    half_day_closes: Annotated[
        LocalTime, Field(description="local time it closes on a half day")
    ] = time(12)
    short_weekdays: Annotated[
        tuple[Weekday, ...], Field(description="days of each week on which it closes early")
    ] = ()

    @field_validator("opens", "closes", "half_day_closes")
    @classmethod
    def _is_local(cls, value: time) -> time:
        return require_local(value)

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if not self.opens < self.closes:
            raise ValueError("office hours must open before they close")
        early = self.half_days or self.short_weekdays
        if early and not self.opens < self.half_day_closes < self.closes:
            raise ValueError(
                f"half_day_closes must lie between {self.opens:%H:%M} and {self.closes:%H:%M}"
            )
        return self
