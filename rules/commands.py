"""Everything that can be asked of an item: imperative, frozen, typed.

A command says what a person (or the clock) wants; it holds words that a person knows (a unit's
code, a person's handle, another item's reference), never database ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from typing import Any, Literal

from rules.command import Command as Command
from rules.errors import InputError
from rules.time_commands import Adopt as Adopt
from rules.time_commands import Confirm as Confirm
from rules.time_commands import FireStep as FireStep
from rules.time_commands import GrantExtension as GrantExtension
from rules.time_commands import Hold as Hold
from rules.time_commands import LiftStay as LiftStay
from rules.time_commands import LoseContact as LoseContact
from rules.time_commands import Recompute as Recompute
from rules.time_commands import RefuseExtension as RefuseExtension
from rules.time_commands import RefuseHold as RefuseHold
from rules.time_commands import RegainContact as RegainContact
from rules.time_commands import RequestExtension as RequestExtension
from rules.time_commands import RequestHold as RequestHold
from rules.time_commands import Resume as Resume
from rules.time_commands import Serve as Serve
from rules.time_commands import Stay as Stay
from rules.vocabulary import Outcome, Severity, Source
from rules.words import word


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(Command):
    """Enter a finding as an item (登记)."""

    name = "register"
    title: str
    description: str = ""
    requirement: str = ""
    category: str = ""
    severity: Severity = Severity.GENERAL
    source: Source = Source.OTHER
    number: str = ""
    due: date | None = None
    due_superior: date | None = None
    confidential: bool = False
    complainant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen(Command):
    """Note what the automatic screening of a new item found (system)."""

    name = "screen"
    duplicates: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Command):
    """Take the item on (立项); the category may be set or corrected."""

    name = "accept"
    category: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject(Command):
    """Do not take the item on: it is unsubstantiated (查否)."""

    name = "reject"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Command):
    """Join the item into another one that is about the same matter (并案)."""

    name = "merge"
    item_fields = ("into",)
    into: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Command):
    """Hand the item to a body outside the campaign (移送)."""

    name = "transfer"
    to: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Command):
    """Name the lead unit, the responsible person, the leader and the deadline (交办).

    Without ``due`` the deadline follows from the policy's limit for the severity.
    """

    name = "assign"
    unit_fields = ("unit", "co_units")
    person_fields = ("responsible", "leader")
    unit: str
    responsible: str
    leader: str = ""
    co_units: tuple[str, ...] = ()
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Command):
    """Confirm receipt of the assignment (签收)."""

    name = "acknowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """Send the assignment back, with the reason (退办)."""

    name = "decline"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportProgress(Command):
    """Report how the work stands (进展)."""

    name = "report_progress"
    text: str
    percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachEvidence(Command):
    """Attach a piece of evidence, known by the SHA-256 of its content."""

    name = "attach_evidence"
    sha256: str
    filename: str
    size: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Command):
    """Say that the work is done and ask for verification (报核)."""

    name = "submit"
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appoint(Command):
    """Name who verifies (指定核查人)."""

    name = "appoint"
    person_fields = ("verifier",)
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass(Command):
    """Find the work really done (核查通过)."""

    name = "pass"
    finding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(Command):
    """Find the work not done, with the reason; the next round begins (核查不通过)."""

    name = "fail"
    reason: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve(Command):
    """Strike the item off (批准销号).

    ``checked`` are the lines of the policy's checklist that were looked at, by their codes.
    """

    name = "approve"
    outcome: Literal[Outcome.RECTIFIED, Outcome.LONG_TERM, Outcome.UNSUBSTANTIATED] = (
        Outcome.RECTIFIED
    )
    checked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny(Command):
    """Do not strike the item off: verify again, or work again (不予销号)."""

    name = "deny"
    reason: str = ""
    to: Literal["verification", "deadline"] = "verification"
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    """A closed item has relapsed: work on it again, under a new deadline (反弹重启)."""

    name = "reopen"
    reason: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Command):
    """End the item without a result (撤销)."""

    name = "withdraw"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waive(Command):
    """Exempt a person from independence by unit for this round, with the reason.

    For a place too small to have anybody else. The responsible person can never be exempted.
    """

    name = "waive"
    person_fields = ("person",)
    person: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment(Command):
    """Say something that stays in the history."""

    name = "comment"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(Command):
    """Put the description of an item right; nothing that its life depends on."""

    name = "correct"
    title: str | None = None
    description: str | None = None
    requirement: str | None = None
    complainant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relist(Correct):
    """Take over what a ledger that is imported or edited now says of the item: by the program, or
    for the coordinator who brings the ledger; nobody gives it by itself."""

    name = "relist"
    extra: str | None = None
    ledger: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reseat(Command):
    """Name another unit, or another person, wherever the item names this one (system).

    Given when a draft turns out to be a unit or a person that is known; ``by`` is the handle of
    the person who said so.
    """

    name = "reseat"
    unit_fields = ("unit", "into_unit")
    person_fields = ("person", "into_person")
    unit: str = ""
    into_unit: str = ""
    person: str = ""
    into_person: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Command):
    """Note a document that the automatic work made: a formal notice, a closing record (system)."""

    name = "record"
    document: str
    serial: str = ""
    level: int = 0
    detail: str = ""


COMMANDS: dict[str, type[Command]] = {
    command.name: command
    for command in (
        Register, Screen, Accept, Reject, Merge, Transfer, Assign, Acknowledge, Decline,
        ReportProgress, AttachEvidence, RequestExtension, GrantExtension, RefuseExtension,
        Serve, Confirm, Stay, LiftStay, Submit, Appoint, Pass, Fail, Approve, Deny, RequestHold,
        Hold, RefuseHold, Resume, Reopen, Withdraw, Waive, Comment, Correct, Relist, Reseat,
        Record,
        LoseContact, RegainContact, Recompute, Adopt, FireStep,
    )
}  # fmt: skip

SYSTEM_COMMANDS = frozenset(
    command.name
    for command in (
        Screen, Relist, Reseat, Record, LoseContact, RegainContact, Recompute, Adopt, FireStep,
    )
)  # fmt: skip
"""Given by the program itself, never by a person."""


@cache
def _adapter(name: str) -> Any:
    from pydantic import TypeAdapter  # imported only where free words are parsed

    return TypeAdapter(COMMANDS[name])


def parse(name: str, values: Mapping[str, object]) -> Command:
    """The command called ``name`` with fields given as words.

    Raises:
        InputError: there is no such command, or a field is unknown, missing or malformed; the
            message names the field.
    """
    kind = COMMANDS.get(name.replace("-", "_"))
    if kind is None or kind.name in SYSTEM_COMMANDS:
        people = sorted(set(COMMANDS) - SYSTEM_COMMANDS)
        raise InputError(f"There is no command {name!r}.", f"Choose one of: {', '.join(people)}.")
    allowed = [field.name for field in fields(kind)]
    unknown = sorted(set(values) - set(allowed))
    if unknown:
        takes = f"It takes: {', '.join(allowed)}." if allowed else "It takes no fields."
        raise InputError(f"{kind.name} has no field {unknown[0]!r}.", takes, where=unknown[0])
    types = {field.name: str(field.type) for field in fields(kind)}
    words = {key: word(key, value, types[key]) for key, value in values.items()}
    for field in fields(kind):
        if field.default is MISSING and words.get(field.name, "") == "":
            raise InputError(f"{kind.name} needs the field {field.name!r}.", where=field.name)
    return _validated(kind, words)


def _validated(kind: type[Command], values: Mapping[str, object]) -> Command:
    from pydantic import ValidationError

    try:
        command: Command = _adapter(kind.name).validate_python(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = str(first["loc"][0]) if first["loc"] else kind.name
        raise InputError(
            f"{kind.name}: {where} is not usable: {first['msg']}.",
            f"You gave {str(first['input'])[:60]!r}." if first["loc"] else "",
            where=where,
        ) from None
    return command
