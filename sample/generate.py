"""Writes the sample campaign: ``python -m sample.generate``.

The same seed gives the same files; a test compares them with those in ``sample/campaign``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import yaml

from config.profiles import load_profile
from rules.policy import Policy
from rules.vocabulary import NAMES, Level
from sample.build import OFFSET
from sample.files import path
from sample.items import Item, items
from sample.people import Duty, people
from sample.units import Unit, units

SEED = 20260301
PROFILE = "education-rectification"

CAMPAIGN = {
    "code": "QC2026",
    "title": "泉城市政法队伍教育整顿（虚构示例）",
    "title_en": "Education and rectification in the invented city of Quancheng",
    "profile": PROFILE,
    "mapping": "ledger",
    "root": "city",
    "lang": "zh-CN",
    "invented": True,
}
"""What ``campaign.yaml`` says. ``mapping`` is that of the dated ledger, ``root`` a unit's code."""


def generate() -> dict[str, str]:
    """The text of every file of the campaign, by name."""
    rng = Random(SEED)
    policy = load_profile(PROFILE)
    duties = people(units(), rng)
    ledger = [_line(item, policy) for item in items(policy, duties, rng)]
    return {
        "campaign.yaml": _HEAD + yaml.safe_dump(CAMPAIGN, allow_unicode=True, sort_keys=False),
        "units.csv": _csv(_UNIT, map(_unit, units())),
        "people.csv": _csv(Duty._fields, duties),
        "ledger.csv": _csv(list(ledger[0]), (list(line.values()) for line in ledger)),
    }


_HEAD = "# An invented campaign; written by sample/generate.py. See sample/README.md.\n"
_UNIT = ("code", "name", "parent", "kind", "level", "inspected")


def _unit(unit: Unit) -> Sequence[str]:
    flag = "true" if unit.inspected else "false"
    return (unit.code, unit.name, unit.parent, unit.kind, unit.level, flag)


def _line(item: Item, policy: Policy) -> dict[str, str]:
    """The columns of ``config/mappings/ledger.yaml``; those of dates as offsets."""
    finding, life = item.finding, item.life
    category = policy.category(finding.category)
    if category is None:
        raise ValueError(f"{PROFILE} has no category {finding.category}")
    rungs = ("", *(NAMES[level][0] for level in Level))
    return {
        "编号": item.number,
        "问题标题": finding.title,
        "问题描述": finding.description,
        "整改要求": finding.demand,
        "问题类别": category.zh,
        "问题来源": NAMES[finding.source][0],
        "严重程度": NAMES[finding.severity][0],
        "责任单位": item.unit.name,
        "责任人": item.responsible,
        "包案领导": item.leader,
        "协同单位": "、".join(item.co_units),
        "核查人": item.verifier,
        f"立项时间{OFFSET}": _offset(life.opened),
        f"附：交办时间{OFFSET}": _offset(life.assigned),
        f"整改期限{OFFSET}": _offset(life.due),
        f"上级时限{OFFSET}": _offset(item.due_superior),
        f"附：送核时间{OFFSET}": _offset(life.submitted),
        "环节": NAMES[life.stage][0],
        "督办层级": rungs[life.level],
        "附：整改轮次": str(life.round),
        "是否销号": "否" if life.closed is None else "是",
        f"销号时间{OFFSET}": _offset(life.closed),
        "办结结论": NAMES[life.outcome][0] if life.outcome else "",
        "是否保密": "是" if item.confidential else "否",
        "反映人": item.complainant,
        "备注": item.note,
    }


def _offset(days: int | None) -> str:
    return "" if days is None else str(days)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def main(folder: Path) -> None:
    """Write the files into ``folder``, which is made when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in generate().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(path("campaign.yaml").parent)
