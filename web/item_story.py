"""What has happened to an item, as its page tells it: the history, its rounds, what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models.history import ExtensionView, HistoryEntry
from models.views import Named
from rules.agenda import Step, StepKind
from rules.vocabulary import NAMES, name
from rules.worded import worded
from rules.wording import OWN_REASONS, step_sentence
from tasks.paper_numbers import NAMES as PAPERS
from tasks.sheet import Sheet
from web.exhibits import Exhibit

TOLD = ("reason", "text", "percent", "from", "due", "unit", "responsible", "leader", "verifier",
        "person", "outcome", "into", "to", "until", "filename", "summary", "finding", "level",
        "document", "serial", "how", "on", "minutes", "note")  # fmt: skip
"""What is told of an event. Who complained is not: events of corrections hold it, too."""

MILESTONES = frozenset({"assigned", "acknowledged", "declined", "submitted", "appointed", "passed",
                        "failed", "approved", "denied", "withdrawn"})  # fmt: skip
"""What a round is told by."""


class Told(NamedTuple):
    """One event with what it says."""

    entry: HistoryEntry
    words: str


class Round(NamedTuple):
    """One round of work: from the assignment (or from where the last one failed) to its end."""

    number: int
    events: tuple[Told, ...]
    exhibits: tuple[Exhibit, ...]
    ended: str
    """The kind of the event that ended it; empty for the one that runs."""


class Asked(NamedTuple):
    """Something asked of those who decide: more time, or a stopped clock."""

    kind: str
    """``extension`` or ``hold``."""
    by: Named | None
    at: datetime
    until: str
    reason: str
    decision: str
    """``granted``, ``refused`` or ``pending``; ``gone`` when nothing was decided."""
    decided_by: Named | None
    decided_at: datetime | None
    granted: str
    seq: int


def told(sheet: Sheet, lang: str) -> list[Told]:
    """The history, oldest first, each event with what it says."""
    return [
        Told(one, " · ".join(_fired(one, sheet, lang) or _words(one.kind, one.data, lang)))
        for one in sheet.history
    ]


def rounds(sheet: Sheet, events: Sequence[Told], exhibits: Sequence[Exhibit]) -> list[Round]:
    """The rounds of work, the newest first; rounds in a ledger before ours are not among them."""
    by_seq = {one.piece.seq: one for one in exhibits}
    made: list[list[Told]] = [[]]
    for one in events:
        made[-1].append(one)
        if _ends(one.entry):
            made.append([])
    first = sheet.item.round - len(made) + 1
    return [
        Round(
            first + place, tuple(one for one in each if one.entry.kind in MILESTONES),
            tuple(by_seq[one.entry.seq] for one in each if one.entry.seq in by_seq),
            each[-1].entry.kind if place < len(made) - 1 else "",
        )
        for place, each in reversed(list(enumerate(made)))
    ]  # fmt: skip


def asked(sheet: Sheet, extensions: Sequence[ExtensionView], lang: str) -> list[Asked]:
    """Extensions and holds that were asked for, the newest first, each with what came of it."""
    found = [_extension(one, sheet, lang) for one in extensions] + _holds(sheet)
    return sorted(found, key=lambda one: -one.seq)


def _ends(entry: HistoryEntry) -> bool:
    """Whether the next round begins after this event (``rules.effects``)."""
    again = entry.kind == "denied" and entry.data.get("to") != "verification"
    return again or entry.kind in ("failed", "reopened")


def _extension(one: ExtensionView, sheet: Sheet, lang: str) -> Asked:
    known = {each.code: each.zh if lang.startswith("zh") else each.en
             for each in sheet.policy.extension_reasons}  # fmt: skip
    pending = sheet.item.extension_due is not None and one.seq == _last_asked(sheet)
    undecided = "pending" if pending else "gone"
    granted = one.due_granted.isoformat() if one.due_granted else ""
    return Asked(
        "extension", one.asked_by, one.asked_at, one.due_asked.isoformat(),
        known.get(one.reason, one.reason), one.decision or undecided, one.decided_by,
        one.decided_at, granted, one.seq,
    )  # fmt: skip


def _last_asked(sheet: Sheet) -> int:
    seqs = [one.seq for one in sheet.history if one.kind == "extension_requested"]
    return seqs[-1] if seqs else 0


def _holds(sheet: Sheet) -> list[Asked]:
    found: list[Asked] = []
    for one in sheet.history:
        if one.kind == "hold_requested":
            until, why = str(one.data.get("until") or ""), str(one.data.get("reason") or "")
            found.append(
                Asked("hold", one.actor, one.at, until, why, "gone", None, None, "", one.seq)
            )
        elif one.kind in ("held", "hold_refused") and found and not found[-1].decided_at:
            granted = str(one.data.get("until") or "") if one.kind == "held" else ""
            decision = "granted" if granted else "refused"
            found[-1] = found[-1]._replace(
                decision=decision, decided_by=one.actor, decided_at=one.at, granted=granted
            )
    if found and not found[-1].decided_at and sheet.item.hold_asked_until is not None:
        found[-1] = found[-1]._replace(decision="pending")
    return found


def _fired(entry: HistoryEntry, sheet: Sheet, lang: str) -> list[str]:
    """What has happened by the clock."""
    kind, level = entry.data.get("step"), entry.data.get("level")
    if entry.kind != "step_fired" or kind not in set(StepKind):
        return []
    step = Step(entry.at, "", StepKind(kind), level if isinstance(level, int) else 0, "")
    return [step_sentence(step, sheet.policy, lang)]


def _words(kind: str, data: Mapping[str, Any], lang: str) -> list[str]:
    found = []
    for field in TOLD:
        value = data.get(field)
        values = value if isinstance(value, list) else [value]
        for each in values:
            if isinstance(each, bool) or each in (None, "", 0):
                continue
            text = getattr(each, "name", None) or str(each)
            if kind in OWN_REASONS:
                text = worded(text, lang)
            if text in NAMES:
                text = name(text, lang)
            elif text in PAPERS:
                text = PAPERS[text][0 if lang.startswith("zh") else 1]
            found.append(f"{text} %" if field == "percent" else text)
    return found
