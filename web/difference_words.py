"""What a cell of an edited ledger says, and why it was not applied, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rules.errors import Refusal
from rules.vocabulary import NAMES, name
from web.phrases.refusals import reason_of
from web.words import say

OWN = ("secret", "cut", "unusable")
"""Reasons that the pages have words for themselves."""


def said_of(lang: str, field: str, value: Any) -> str:
    """A value as people read it; empty for a blank."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return say(lang, "launch.yes" if value else "launch.no")
    if isinstance(value, list):
        return ("、" if lang.startswith("zh") else ", ").join(map(str, value))
    if field in ("opened", "closed_at"):
        return f"{datetime.fromisoformat(str(value)):%Y-%m-%d %H:%M}Z"
    text = str(value)
    return name(text, lang) if text in NAMES and field not in ("title", "note") else text


def why_of(lang: str, change: Mapping[str, Any]) -> str:
    """Why a change is not applied, and what does it."""
    why, commands = str(change["why"]), change["commands"]
    if change["verdict"] == "conflict":
        return say(lang, "launch.why.conflict")
    if change["verdict"] == "same":
        return say(lang, "launch.why.same")
    if why == "command":
        if not commands:
            return say(lang, "launch.why.nothing")
        comma = "、" if lang.startswith("zh") else ", "
        return say(
            lang, "launch.why.command", do=comma.join(say(lang, f"do.{c}") for c in commands)
        )
    if why in OWN:
        return say(lang, f"launch.why.{why}")
    return reason_of(Refusal(why, str(change["reason"])), lang) if why else ""
