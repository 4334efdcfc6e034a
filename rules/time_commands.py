"""The commands about time: extensions, acts of the ladder and its stays, holds, the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from rules.command import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestExtension(Command):
    """Ask for a later deadline, before the one in force has passed (申请延期).

    Where the policy lists reasons, ``reason`` is one of them by its code or name; ``note`` says
    the rest.
    """

    name = "request_extension"
    due: date
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantExtension(Command):
    """Grant the pending request, as proposed or to another day (同意延期)."""

    name = "grant_extension"
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseExtension(Command):
    """Refuse the pending request (不同意延期)."""

    name = "refuse_extension"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve(Command):
    """Say that the act of the rung reached has been served (送达): how, and on which day.

    Without ``on`` it was today. An interview is served with its minutes.
    """

    name = "serve"
    how: Literal["mail", "in_person", "post", "other"] = "in_person"
    on: date | None = None
    minutes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm(Command):
    """Confirm receipt of the act of the rung reached (签收); what is confirmed is served."""

    name = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay(Command):
    """Let the ladder stand still until a day, for a reason (暂缓升级)."""

    name = "stay"
    until: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftStay(Command):
    """End a stay before its day: the ladder goes on at once (解除暂缓)."""

    name = "lift_stay"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHold(Command):
    """Ask that the clock be stopped until a day, for a reason (申请中止)."""

    name = "request_hold"
    until: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Command):
    """Stop the clock until a day, for a reason (中止计时).

    This grants a pending request, as asked without ``until``, and needs no reason of its own then.
    """

    name = "hold"
    until: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseHold(Command):
    """Refuse the pending request for a hold (不同意中止)."""

    name = "refuse_hold"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(Command):
    """Let the clock run again; the deadline moves by the working days it stood still."""

    name = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseContact(Command):
    """Note that mail to the responsible person comes back: the ladder stands still (system)."""

    name = "lose_contact"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegainContact(Command):
    """Note that the responsible person can be reached again: the ladder goes on (system)."""

    name = "regain_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recompute(Command):
    """Move a deadline that was worked out, because the calendar has changed (system).

    ``by`` is the handle of the person who ordered it.
    """

    name = "recompute"
    due: date
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt(Command):
    """Go on under another policy, named like ``audit@2`` (system).

    ``by`` is the handle of the person who ordered it.
    """

    name = "adopt"
    policy_fields = ("policy",)
    policy: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FireStep(Command):
    """Carry out the step of the agenda that is due (the clock)."""

    name = "fire"
