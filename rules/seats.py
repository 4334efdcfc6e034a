"""The seats and offices around an item to which notices and formal acts are addressed."""

from __future__ import annotations

from enum import StrEnum


class Seat(StrEnum):
    """To whom a notice is addressed."""

    RESPONSIBLE = "responsible"
    LEADER = "leader"
    VERIFIER = "verifier"
    COORDINATORS = "coordinators"
    """The coordinators nearest above the item's unit, not all the way to the top."""
    SUPERVISORS = "supervisors"
    HELPERS = "helpers"
    """Who hears for the co-units, each for theirs."""
