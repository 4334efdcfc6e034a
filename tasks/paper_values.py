"""What a paper can say: every variable that a template may use, with its meaning.

A template gets all of them for every paper; what is not known, or may not be told, is empty. About
a confidential item ``title``, ``requirement`` and ``minutes`` always are: nobody knows who gets to
read a paper.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from typing import Any

from notifications.cleaning import many_lines, one_line

_NO_XML = re.compile("[\ufffe\uffff]")
"""Beside control characters, what no XML may hold."""


def _meaning(text: str, default: Any = "") -> Any:
    return field(default=default, metadata={"meaning": text})


@dataclass(frozen=True, slots=True)
class PaperValues:
    """The variables of one paper. Days are written out in the paper's language."""

    serial: str = _meaning("number in the register, like ZG-letter-2026-0012")
    number: str = _meaning("number as it is printed, like ZG提〔2026〕12号")
    issuer: str = _meaning("the office that issues the paper")
    campaign: str = _meaning("name of the campaign")
    day: str = _meaning("day of issue")
    signer: str = _meaning("who signs: nearest above the unit, independent of it")
    addressee: str = _meaning("the person to whom it goes")
    copies: str = _meaning("who gets a copy")
    confidential: bool = _meaning("whether the item is confidential", default=False)
    ref: str = _meaning("the item's reference")
    ledger_number: str = _meaning("the item's number in the ledger it came from")
    title: str = _meaning("the item's title")
    requirement: tuple[str, ...] = _meaning("what is required, one entry a paragraph", default=())
    category: str = _meaning("the item's category")
    severity: str = _meaning("how grave it is")
    unit: str = _meaning("the unit responsible")
    responsible: str = _meaning("the responsible person")
    leader: str = _meaning("the leader in charge")
    due: str = _meaning("the deadline")
    overdue: int = _meaning("working days since the deadline; 0: not overdue", default=0)
    round: int = _meaning("how often the work was begun", default=1)
    level: int = _meaning("rung of the ladder whose act it is; 0: none", default=0)
    next_act: str = _meaning("the act of the next rung")
    outcome: str = _meaning("how the item ended")
    end: str = _meaning("how it came to its end: approved, merged, transferred, unsubstantiated …")
    events: int = _meaning("entries in the item's history", default=0)
    head: str = _meaning("hash of the item's history")
    act_number: str = _meaning("minutes: printed number of the notice of interview")
    held_by: str = _meaning("minutes: who held the interview")
    held_on: str = _meaning("minutes: the day of the interview")
    minutes: tuple[str, ...] = _meaning("minutes: what was said, one entry a paragraph", default=())

    def __post_init__(self) -> None:
        """Take out of every text what could not be printed, or would pose as something else."""
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, str):
                object.__setattr__(self, name, _NO_XML.sub("", one_line(value)))

    def as_dict(self) -> dict[str, Any]:
        """The variables by their names."""
        return {name: getattr(self, name) for name in self.__slots__}


def paragraphs(text: str) -> tuple[str, ...]:
    """The text's paragraphs without what cannot be printed; empty lines are left out."""
    cleaned = _NO_XML.sub("", many_lines(text))
    return tuple(line for each in cleaned.split("\n") if (line := one_line(each)))


def meanings() -> dict[str, str]:
    """Every variable and what it means."""
    return {each.name: each.metadata["meaning"] for each in fields(PaperValues)}


def sample(lang: str) -> PaperValues:
    """An invented paper with every variable filled, to try a template with."""
    said = {name: zh if lang.startswith("zh") else en for name, (zh, en) in _SAID.items()}
    return PaperValues(
        serial="ZG-letter-2026-0012", confidential=True, ref="ZG-00001", ledger_number="7",
        overdue=5, round=2, level=1, end="approved", events=12, head="0" * 64, **said,
    )  # fmt: skip


_SAID: dict[str, tuple[Any, Any]] = {
    "number": ("ZG提〔2026〕12号", "ZG-letter-2026-0012"),
    "issuer": ("示例行动领导小组办公室", "Office of the campaign <Example & Co>"),
    "campaign": ("示例行动", "Example & Co"),
    "day": ("2026年11月2日", "2026-11-02"),
    "signer": ("甲某", "A. Signer"),
    "addressee": ("乙某", "B. Person"),
    "copies": ("丙某", "C. Leader"),
    "title": ("办事窗口<推诿>&拖延", "A counter <that> turns people & papers away"),
    "requirement": (("一、公开办理时限。", "二、报送结果。"), ("Publish it.", "Report it.")),
    "category": ("作风", "Conduct"),
    "severity": ("一般", "General"),
    "unit": ("示例县某局", "Example Bureau"),
    "responsible": ("乙某", "B. Person"),
    "leader": ("丙某", "C. Leader"),
    "due": ("2026年10月26日", "2026-10-26"),
    "next_act": ("约谈", "Interview"),
    "outcome": ("已整改", "Rectified"),
    "act_number": ("ZG约〔2026〕3号", "ZG-interview-2026-0003"),
    "held_by": ("甲某", "A. Signer"),
    "held_on": ("2026年11月2日", "2026-11-02"),
    "minutes": (("问：为何逾期？", "答：材料未齐。"), ("Why is it late?", "Papers were missing.")),
}
