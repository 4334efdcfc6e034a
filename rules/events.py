"""What happened to an item: past tense, frozen, and chained by hash.

An event's hash covers its predecessor's hash and everything it says, so a change anywhere in a
history shows at every event after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

GENESIS = "0" * 64
"""What the first event of a history is chained to."""

PAST: dict[str, str] = {
    "register": "registered",
    "screen": "screened",
    "accept": "accepted",
    "reject": "rejected",
    "merge": "merged",
    "transfer": "transferred",
    "assign": "assigned",
    "acknowledge": "acknowledged",
    "decline": "declined",
    "report_progress": "progress_reported",
    "attach_evidence": "evidence_attached",
    "request_extension": "extension_requested",
    "grant_extension": "extension_granted",
    "refuse_extension": "extension_refused",
    "serve": "served",
    "confirm": "confirmed",
    "stay": "stayed",
    "lift_stay": "stay_lifted",
    "submit": "submitted",
    "appoint": "appointed",
    "pass": "passed",
    "fail": "failed",
    "approve": "approved",
    "deny": "denied",
    "request_hold": "hold_requested",
    "hold": "held",
    "refuse_hold": "hold_refused",
    "resume": "resumed",
    "reopen": "reopened",
    "withdraw": "withdrawn",
    "waive": "waived",
    "comment": "commented",
    "correct": "corrected",
    "relist": "relisted",
    "reseat": "reseated",
    "record": "recorded",
    "lose_contact": "contact_lost",
    "regain_contact": "contact_regained",
    "recompute": "due_recomputed",
    "adopt": "policy_adopted",
    "fire": "step_fired",
}
"""Command -> event kind, for every command."""


class Event(NamedTuple):
    """One entry of an item's history, before it is stored."""

    kind: str
    data: Mapping[str, Any]
    step_key: str | None = None


def canonical(data: Mapping[str, Any]) -> str:
    """The data as the hash sees it: JSON, keys sorted, no spaces, dates in ISO 8601."""
    return _ENCODER.encode(data)


def _plain(value: object) -> str:
    iso = getattr(value, "isoformat", None)
    if iso is None:
        raise TypeError(f"an event cannot hold a {type(value).__name__}")
    return str(iso())


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
)


def chained(
    previous: str,
    ref: str,
    seq: int,
    at: datetime,
    kind: str,
    stage: str,
    actor_id: int,
    step_key: str | None,
    data: str,
) -> str:
    """SHA-256 over the previous hash and the event's own words, a newline between them.

    ``at`` counts in UTC with microseconds, ``stage`` is the stage the event led to, ``data`` the
    canonical text.
    """
    told = (kind, stage, str(actor_id), step_key or "", data)
    words = (previous, ref, str(seq), _instant(at), *told)
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


@lru_cache(maxsize=256)  # a sweep chains thousands of events of one instant
def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
