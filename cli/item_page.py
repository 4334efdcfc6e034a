"""One item as a page of text: head, fields, what happens next, history, mails, evidence, papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from cli.output import clean, show, table
from cli.steps import Plan, nothing
from cli.words import DELIVERY_STATES, EVENTS, pick, said, titles
from rules.vocabulary import NAMES
from tasks.paper_numbers import NAMES as PAPERS

STEP_TITLES = ("时间|接下来", "when|what happens next")
STEPS_SHOWN = 6
"""Steps of the agenda on the page; ``rectiflow agenda`` shows all."""

_TOLD = ("reason", "text", "percent", "due", "unit", "responsible", "leader", "verifier", "person",
         "outcome", "into", "to", "until", "filename", "summary", "finding", "step", "level",
         "document", "serial", "duplicates", "missing")  # fmt: skip


class Around(NamedTuple):
    """What a page needs to know besides its item."""

    zone: tzinfo
    categories: Mapping[str, tuple[str, str]]
    """Names of categories in Chinese and English, by their codes."""
    nothing: str
    """Why nothing happens by itself; empty when something does."""


def around(plan: Plan, lang: str) -> Around:
    """What the page of a planned item needs."""
    category = plan.policy.category(plan.item.category)
    known = {plan.item.category: (category.zh, category.en)} if category else {}
    return Around(plan.calendar.zone, known, "" if plan.steps else nothing(plan, lang))


def show_item(document: Mapping[str, Any], at: Around, lang: str) -> None:
    """Write the page. Instants are shown in the campaign's zone."""
    item = document["item"]
    mark = pick(lang, "〔保密〕", "[confidential] ") if item["confidential"] else ""
    show(f"{item['ref']}  {mark}{clean(item['title'])}")
    show(_fields(item, at, lang))
    for text in (item["requirement"], item["description"]):
        if text:
            show(clean(text, lines=True), "")
    _show_agenda(document["agenda"], at, lang)
    _show_history(document["history"], at, lang)
    _show_rest(document, at, lang)


def local(instant: str | None, zone: tzinfo) -> str:
    """The instant on the campaign's clock, to the minute."""
    if instant is None:
        return ""
    return datetime.fromisoformat(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _fields(item: Mapping[str, Any], at: Around, lang: str) -> Any:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    for title, value in _lines(item, at, lang):
        if value:
            grid.add_row(title, clean(value))
    return grid


def _lines(item: Mapping[str, Any], at: Around, lang: str) -> Iterator[tuple[str, str]]:
    """What stands beside the title: names of fields, and their values as people read them."""
    stage = said(NAMES, item["outcome"] or item["stage"], lang)
    light = said(NAMES, item["light"], lang) if item["light"] else ""
    words = at.categories.get(item["category"], (item["category"],) * 2)
    yield pick(lang, "环节", "stage"), f"{stage} {light}".strip()
    if item["on_hold"]:
        yield pick(lang, "中止计时至", "on hold until"), item["hold_until"]
    yield pick(lang, "台账号", "number"), item["number"]
    yield pick(lang, "类别", "category"), pick(lang, *words)
    yield pick(lang, "程度", "severity"), said(NAMES, item["severity"], lang)
    yield pick(lang, "来源", "source"), said(NAMES, item["source"], lang)
    for field, zh, en in (
        ("unit", "责任单位", "unit"),
        ("responsible", "责任人", "responsible"),
        ("leader", "包案领导", "leader"),
        ("verifier", "核查人", "verifier"),
    ):
        yield pick(lang, zh, en), _named(item[field])
    yield pick(lang, "协办单位", "co-units"), "、".join(_named(each) for each in item["co_units"])
    yield pick(lang, "期限", "due"), _due(item, lang)
    if item["extension_requested"]:
        yield pick(lang, "申请延期至", "extension asked"), item["extension_requested"]
    if item["level"]:
        yield pick(lang, "升级", "escalation"), str(item["level"])
    yield pick(lang, "轮次", "round"), f"{item['round']}" if item["round"] > 1 else ""


def _due(item: Mapping[str, Any], lang: str) -> str:
    parts = [item["due"] or ""]
    if item["due_original"] not in (None, item["due"]):
        parts.append(pick(lang, "原", "originally ") + item["due_original"])
    if item["due_superior"]:
        parts.append(pick(lang, "上级", "superior's ") + item["due_superior"])
    return ", ".join(part for part in parts if part)


def _named(who: Mapping[str, str] | None) -> str:
    return f"{who['name']} ({who['code']})" if who else ""


def _show_agenda(steps: list[dict[str, Any]], at: Around, lang: str) -> None:
    if not steps:
        show(at.nothing)
        return
    made = table(*titles(lang, *STEP_TITLES))
    for step in steps[:STEPS_SHOWN]:
        made.add_row(local(step["at"], at.zone), step["sentence"])
    if len(steps) > STEPS_SHOWN:
        made.add_row("…", f"+{len(steps) - STEPS_SHOWN}")
    show(made)


def _show_history(entries: list[dict[str, Any]], at: Around, lang: str) -> None:
    made = table(*titles(lang, "序|时间|事项|办理人|内容", "no|at|event|by|what it says"))
    for entry in entries:
        actor = entry["actor"]["name"] if entry["actor"] else pick(lang, "系统", "the program")
        event = said(EVENTS, entry["kind"], lang)
        cells = (event, clean(actor), _told(entry["data"], lang))
        made.add_row(str(entry["seq"]), local(entry["at"], at.zone), *cells)
    show(made)


def _told(data: Mapping[str, Any], lang: str) -> str:
    """What the event says, without field names: the values speak for themselves."""
    values = {field: data.get(field) for field in _TOLD}
    if values["outcome"]:
        values["outcome"] = said(NAMES, values["outcome"], lang)
    return clean("; ".join(_text(value) for value in values.values() if value))


def _text(value: Any) -> str:
    match value:
        case {"name": str(name)}:
            return name
        case list():
            return ", ".join(_text(each) for each in value)
    return str(value)


def _show_rest(document: Mapping[str, Any], at: Around, lang: str) -> None:
    if document["deliveries"]:
        made = table(*titles(lang, "通知|收件人|状态|时间|说明", "mail|to|state|at|why"))
        for mail in document["deliveries"]:
            state = said(DELIVERY_STATES, mail["state"], lang)
            when = local(mail["sent_at"] or mail["next_attempt_at"], at.zone)
            whom = clean(f"{mail['person']['name']} {mail['address'] or ''}".strip())
            made.add_row(mail["kind"], whom, state, when, clean(mail["reason"]))
        show(made)
    if document["evidence"]:
        made = table(*titles(lang, "佐证材料|字节|sha256", "evidence|bytes|sha256"))
        for piece in document["evidence"]:
            made.add_row(clean(piece["filename"]), str(piece["size"]), piece["sha256"][:16])
        show(made)
    if document["documents"]:
        made = table(
            *titles(lang, "文书|文号|制发|送达|签收", "paper|number|issued|served|confirmed")
        )
        for paper in document["documents"]:
            days = (
                local(paper[on], at.zone) for on in ("issued_at", "served_at", "acknowledged_at")
            )
            made.add_row(said(PAPERS, paper["kind"], lang), paper["serial"], *days)
        show(made)
    run = document["flow_run"]
    if run:
        show(f"Prefect: {run['id']} {run['state']} ({run['followed']}/{run['moves']})")
