"""How notices are delivered so that people can live with them: quiet hours, digests, caps.

These rules hold mails back; they never hold back what is decided about an item.
"""

from __future__ import annotations

from datetime import time
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from rules.policy_parts import LocalTime, Part, require_local


class QuietHours(Part):
    """When mails wait, in the campaign's zone: from ``begins`` to ``ends``, over midnight if need
    be, and on whole days off when asked for."""

    begins: Annotated[LocalTime, Field(description="local time from which mails wait")]
    ends: Annotated[LocalTime, Field(description="local time at which they go out")]
    days_off: Annotated[bool, Field(description="mails wait on days off, too")] = False

    @field_validator("begins", "ends")
    @classmethod
    def _is_local(cls, value: time) -> time:
        return require_local(value)

    @model_validator(mode="after")
    def _leaves_time_to_send(self) -> Self:
        if self.begins == self.ends:
            raise ValueError(
                "quiet hours that begin when they end would last all day; "
                "leave quiet_hours out for none"
            )
        return self


class NoticeRules(Part):
    """What keeps mail bearable. Everything is off by default."""

    quiet_hours: Annotated[QuietHours | None, Field(description="when mails wait; none: never")] = (
        None
    )
    window_minutes: Annotated[
        int,
        Field(ge=0, le=10080, description="at most one chasing mail a person in so many minutes; "
              "0: no window"),
    ] = 0  # fmt: skip
    collapse_above: Annotated[
        int,
        Field(ge=0, le=1000, description="more notices than this waiting for one person become "
              "one mail; 0: never"),
    ] = 0  # fmt: skip
    digest_at: Annotated[
        LocalTime | None,
        Field(description="local time of the daily digest, on working days; none: no digest"),
    ] = None
    digested: Annotated[
        tuple[str, ...],
        Field(description="kinds of notices that wait for the digest unless the person wants "
              "otherwise"),
    ] = ()  # fmt: skip
    cap_per_run: Annotated[
        int,
        Field(ge=0, le=1_000_000, description="mails in one delivery run above which it stops and "
              "asks a coordinator; 0: no cap"),
    ] = 0  # fmt: skip
    repeat_hours: Annotated[
        int,
        Field(ge=0, le=8760, description="the same notice about the same item to the same person "
              "with the same content is skipped for so many hours; 0: never"),
    ] = 0  # fmt: skip

    @field_validator("digest_at")
    @classmethod
    def _is_local(cls, value: time | None) -> time | None:
        return value if value is None else require_local(value)

    @field_validator("digested")
    @classmethod
    def _have_a_digest_to_wait_for(
        cls, value: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        if value and info.data.get("digest_at", value) is None:
            raise ValueError("it needs digest_at, the time of the digest")
        return tuple(dict.fromkeys(value))
