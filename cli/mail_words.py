"""Deliveries in words, for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType

from cli.output import clean, table
from cli.words import DELIVERY_STATES, SEATS, pick, said
from models.mails import MailView
from rules.notice_names import KIND_NAMES


def rows_of(found: Iterable[MailView], lang: str) -> Iterator[list[str]]:
    """One row of a table a delivery: number, kind, item, to whom, state, why."""
    for one in found:
        kind, state = said(KIND_NAMES, one.kind, lang), said(DELIVERY_STATES, one.state, lang)
        cells = (str(one.id), kind, one.ref or _many(one, lang), one.person.code, state, _why(one))
        yield [clean(cell) for cell in cells]


def _many(one: MailView, lang: str) -> str:
    return pick(lang, f"{one.carries}项", f"{one.carries} notices") if one.carries else ""


def _why(one: MailView) -> str:
    if one.carried_by is not None:
        return f"-> {one.carried_by}"
    if one.held_until is not None:
        return f"{one.reason} ({one.held_until.isoformat(timespec='minutes')})"
    return one.reason


def sheet_of(one: MailView, carried: Sequence[MailView], lang: str) -> Iterator[RenderableType]:
    """Everything about one delivery."""
    made = table("", "")
    made.show_header = False
    for zh, en, value in _facts(one, lang):
        if value:
            made.add_row(pick(lang, zh, en), clean(value))
    yield made
    if carried:
        listed = table(
            *pick(lang, "号|种类|事项|收件人|状态|原因", "id|kind|item|to|state|why").split("|")
        )
        for row in rows_of(carried, lang):
            listed.add_row(*row)
        yield listed


def _facts(one: MailView, lang: str) -> Iterator[tuple[str, str, str]]:
    yield "种类", "kind", said(KIND_NAMES, one.kind, lang)
    yield "事项", "item", f"{one.ref} #{one.event}" if one.ref else ""
    yield "收件人", "to", f"{one.person.code} {one.person.name}"
    yield "身份", "because", said(SEATS, one.seat, lang) if one.seat else ""
    away = one.on_behalf_of
    yield "代收", "on behalf of", f"{away.code} {away.name}" if away else ""
    yield "渠道", "by", one.channel
    yield "地址", "address", one.address if one.channel == "mail" else ""
    yield "状态", "state", said(DELIVERY_STATES, one.state, lang)
    yield "原因", "why", one.reason
    yield "等待至", "until", one.held_until.isoformat() if one.held_until else ""
    yield "并入", "carried by", str(one.carried_by or "")
    yield "包含", "carries", str(one.carries or "")
    yield "尝试", "attempts", str(one.attempts or "")
    yield "下次", "next attempt", one.next_attempt_at.isoformat() if one.next_attempt_at else ""
    yield "发出", "sent", one.sent_at.isoformat() if one.sent_at else ""
    yield "邮件标识", "Message-ID", one.message_id
