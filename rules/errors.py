"""Everything that can go wrong in a way a person should read about: one small tree.

A message is a sentence made of names the reader knows (an item's reference, a file, a cell, a
setting); a hint says what to do next. The exit code is what the command line ends with.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a rule says no: the rule's name, the sentence for a person, and what to do instead."""

    rule: str
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.reason} {self.remedy}".strip()


class RectiflowError(Exception):
    """Base of every error that Rectiflow raises on purpose."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Refused(RectiflowError):
    """A rule refused a command. Nothing was written."""

    exit_code = 1

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason, refusal.remedy)
        self.refusal = refusal

    @property
    def rule(self) -> str:
        """The name of the rule that refused, for instance ``ForbidSelfVerification``."""
        return self.refusal.rule


class Conflict(Refused):
    """Somebody else changed the item between reading and writing, more often than we retry."""

    def __init__(self, ref: str) -> None:
        super().__init__(
            Refusal(
                "OneWriterAtATime",
                f"{ref} was changed by somebody else at the same moment.",
                "Look at it again, then repeat the command.",
            )
        )


class InputError(RectiflowError):
    """Wrong usage or input. ``where`` names the file, row, cell, field or option."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "", where: str = "") -> None:
        super().__init__(message, hint)
        self.where = where

    def __str__(self) -> str:
        text = super().__str__()
        return f"{self.where}: {text}" if self.where else text


class KeyReused(InputError):
    """An idempotency key comes back with something else than it was first used for."""

    def __init__(self, key: str, ref: str, kind: str) -> None:
        super().__init__(
            f"The key {key!r} was used for {ref} ({kind}).",
            "Use a new key for a new command.",
            where="key",
        )


class NotFound(InputError):
    """A reference, person, unit or mapping that does not exist here."""


class Unavailable(RectiflowError):
    """Something that is needed (database, disk, Prefect, mail server) is not available now."""

    exit_code = 3
