"""One plain, acceptable example of every command, to be bent by the tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from rules.commands import COMMANDS
from rules.guards import Case
from rules.item import SYSTEM, ItemState, PersonFact
from rules.vocabulary import Stage
from tests.cast import (
    BUREAU,
    CO_WORKER,
    COORDINATOR,
    DIGEST,
    DUE,
    LEADER,
    NOW,
    OTHER_ITEM,
    RESPONSIBLE,
    SUPERVISOR,
    TODAY,
    VERIFIER,
    at,
    case,
    item,
)

LATER = date(2026, 4, 10)
"""A Friday after the cast's DUE."""

FIELDS: dict[str, dict[str, Any]] = {
    "screen": {"duplicates": ("R-2026-0001",), "missing": ("requirement",)},
    "accept": {},
    "reject": {"reason": "查无此事"},
    "merge": {"into": OTHER_ITEM.ref, "reason": "同一事项"},
    "transfer": {"to": "纪委监委", "reason": "不属职责范围"},
    "assign": {"unit": "bureau", "responsible": "responsible", "leader": "leader"},
    "acknowledge": {},
    "decline": {"reason": "职责不符"},
    "report_progress": {"text": "已约见当事人", "percent": 40},
    "attach_evidence": {"sha256": DIGEST, "filename": "照片.jpg", "size": 10},
    "request_extension": {"due": LATER, "reason": "材料未齐"},
    "grant_extension": {},
    "refuse_extension": {"reason": "理由不足"},
    "serve": {"how": "in_person", "minutes": "已当面约谈"},
    "confirm": {},
    "stay": {"until": date(2026, 4, 10), "reason": "责任人住院"},
    "lift_stay": {},
    "submit": {"summary": "已整改"},
    "appoint": {"verifier": "verifier"},
    "pass": {"finding": "属实"},
    "fail": {"reason": "未到位"},
    "approve": {},
    "deny": {"reason": "证据不足"},
    "request_hold": {"until": date(2026, 4, 10), "reason": "等待鉴定"},
    "refuse_hold": {"reason": "理由不足"},
    "hold": {"until": date(2026, 4, 10), "reason": "等待鉴定"},
    "resume": {},
    "reopen": {"reason": "问题反弹"},
    "withdraw": {"reason": "登记有误"},
    "waive": {"person": "colleague", "reason": "县里没有别人"},
    "comment": {"text": "请抓紧"},
    "correct": {"title": "窗口推诿（更正）"},
    "relist": {"title": "窗口推诿（台账）", "extra": "{}", "ledger": "1"},
    "reseat": {"person": "leader", "into_person": "co-worker", "by": "coordinator"},
    "record": {"document": "reminder_letter", "serial": "1", "level": 1},
    "lose_contact": {"reason": "550 no such user"},
    "regain_contact": {},
    "recompute": {"due": LATER},
    "adopt": {"policy": "other@2"},
    "fire": {},
}
"""What a person would give with the command."""

_ASKED = {"extension_due": LATER, "extension_by": RESPONSIBLE.id, "extension_at": NOW, "asks": 1}

NEEDED: dict[str, dict[str, Any]] = {
    "grant_extension": _ASKED,
    "refuse_extension": _ASKED,
    "submit": {"evidence": 1},
    "serve": {"level": 2, "served": 1, "rung_at": NOW},
    "confirm": {"level": 2, "served": 1, "confirmed": 1, "rung_at": NOW},
    "lift_stay": {"stay_until": LATER},
    "refuse_hold": {
        "hold_asked_until": LATER,
        "hold_asked_by": RESPONSIBLE.id,
        "hold_asked_at": NOW,
    },
    "regain_contact": {"unreachable": True},
    "reseat": {"leader_id": LEADER.id},
    "recompute": {"due": DUE, "due_from": TODAY},
    "resume": {"on_hold": True, "hold_until": LATER, "held_at": NOW, "holds": 1},
}
"""What must hold of the item first."""

LONG_AFTER = at("2026-12-01 10:00")
"""By then a step is due in every stage that has any."""

GIVERS: dict[str, PersonFact] = {
    "C": COORDINATOR,
    "S": SUPERVISOR,
    "V": VERIFIER,
    "R": RESPONSIBLE,
    "L": LEADER,
    "P": SYSTEM,
    "H": CO_WORKER,
}
"""Somebody in exactly one relation to an item of the cast, with which the court helps."""


def example(
    stage: Stage,
    command: str,
    actor: PersonFact,
    fields: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Case:
    """The plain example of ``command`` in ``stage``, with other fields or another item."""
    state = item(stage, **{**NEEDED.get(command, {}), **(changes or {})})
    given = COMMANDS[command](**{**FIELDS[command], **(fields or {})})
    return case(state, given, actor, now or (LONG_AFTER if command == "fire" else NOW))


def in_bureau(stage: Stage) -> ItemState:
    """An item of the stage whose unit and people are named even at intake, as ledgers may do."""
    named = {
        "unit_id": BUREAU.id,
        "unit_path": BUREAU.path,
        "responsible_id": RESPONSIBLE.id,
        "leader_id": LEADER.id,
    }
    return item(stage, **named)
