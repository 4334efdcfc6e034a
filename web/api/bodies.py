"""What commands take, described: a strict model for each, made of the command itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, create_model

from models.texts import COMMAND as LONGEST
from rules.commands import COMMANDS, SYSTEM_COMMANDS, AttachEvidence, Command, Register

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def _day(value: object) -> object:
    """Only what is written as a day: a bare number would be taken for seconds since 1970."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError("a day is written like 2026-11-30")
    if not isinstance(value, str | date | None):
        raise ValueError("a day is a text like 2026-11-30")
    return value


Day = Annotated[date, BeforeValidator(_day)]

GIVEN = tuple(
    kind for name, kind in COMMANDS.items()
    if name not in SYSTEM_COMMANDS and kind not in (Register, AttachEvidence)
)  # fmt: skip
"""Commands that are given as they are. An item is registered at /items, and evidence is a file."""

MEANS: Mapping[str, str] = {
    "unit": "code or name of a unit",
    "co_units": "codes or names of units",
    "responsible": "handle or name of a person",
    "leader": "handle or name of a person",
    "verifier": "handle or name of a person",
    "person": "handle or name of a person",
    "into": "reference of an item",
    "due": "a day of the campaign",
    "category": "a code of the policy",
    "reason": "why; where a rule wants one, it must not be empty",
    "number": "its number in a ledger, once in a campaign",
    "complainant": "who complained; shown to few, and noted",
    "confidential": "for those named on it and the office only",
    "due_superior": "the day that a superior has set",
}

EXAMPLES: Mapping[str, dict[str, Any]] = {
    "register": {"title": "窗口推诿，群众往返三次", "category": "conduct", "source": "hotline"},
    "accept": {"category": "conduct"},
    "reject": {"reason": "查无此事"},
    "merge": {"into": "ZG-00002", "reason": "同一问题"},
    "transfer": {"to": "市监察委", "reason": "不属本行动"},
    "assign": {"unit": "bureau", "responsible": "zhang", "leader": "li"},
    "decline": {"reason": "不属本单位职责"},
    "report_progress": {"text": "已增设窗口两个", "percent": 60},
    "request_extension": {"due": "2026-12-25", "reason": "需要外单位配合"},
    "submit": {"summary": "窗口已增设，投诉已回访"},
    "appoint": {"verifier": "verifier"},
    "pass": {"finding": "现场核查属实"},
    "fail": {"reason": "照片与现场不符"},
    "approve": {"outcome": "rectified"},
    "deny": {"reason": "证据不足", "to": "verification"},
    "reopen": {"reason": "问题反弹"},
    "withdraw": {"reason": "重复登记"},
    "comment": {"text": "已电话核实"},
}


def body_of(kind: type[Command]) -> type[BaseModel]:
    """The model of a command's fields; none that is not one of them is taken."""
    if kind.name not in _MADE:
        _MADE[kind.name] = _body(kind)
    return _MADE[kind.name]


_MADE: dict[str, type[BaseModel]] = {}


def _body(kind: type[Command]) -> type[BaseModel]:
    hints = get_type_hints(kind)
    made: dict[str, Any] = {}
    for field in fields(kind):
        description = MEANS.get(field.name)
        bounds: dict[str, Any] = (
            {"max_length": LONGEST[field.name]} if _is_text(hints[field.name], field) else {}
        )
        needed = field.default is MISSING
        default = ... if needed else field.default
        made[field.name] = (
            _strict(hints[field.name]),
            Field(default, description=description, **bounds),
        )
    example = EXAMPLES.get(kind.name, {})
    config = ConfigDict(extra="forbid", json_schema_extra={"examples": [example]})
    title = "".join(part.title() for part in kind.name.split("_"))
    return create_model(title, __config__=config, __doc__=summary(kind), **made)


def summary(kind: type[Command]) -> str:
    """What the command does, in one line."""
    return (kind.__doc__ or "").split("\n")[0]


def _is_text(annotation: Any, field: Any) -> bool:
    return field.name in LONGEST and annotation in (str, str | None)


def _strict(annotation: Any) -> Any:
    """The type, without what would be made of other types on the way."""
    if annotation is date:
        return Day
    if annotation in (int, bool):
        return Annotated[annotation, Strict()]
    if get_origin(annotation) is tuple:
        return list[_strict(get_args(annotation)[0])]  # type: ignore[misc]
    if type(None) in get_args(annotation):
        return Union[tuple(_strict(each) for each in get_args(annotation))]  # noqa: UP007
    return annotation
