"""``rectiflow policy migrate``: move items onto another policy, after a preview."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import Connection

from cli import shapes
from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.words import pick, said, titles
from models import directory, policies
from models.engine import reading
from rules.agenda import Step
from rules.errors import InputError, Refusal, Refused
from rules.policy import Policy
from rules.vocabulary import NAMES, Role
from tasks.migrating import Move, Moved, called, move, preview, target

SHOWN = 30
"""Rows of a preview in the terminal; ``--json`` has all."""

OFFICE = frozenset({Role.COORDINATOR, Role.SUPERVISOR})

Yes = Annotated[bool, typer.Option("--yes", help="carry it out; without it nothing is changed")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="only show what would change (as without)")]
Orders = Annotated[
    str, typer.Option("--as", metavar="PERSON", help="who orders it, with --yes: of the office")
]


def migrate(
    to: Annotated[str, typer.Option(metavar="NAME@VERSION", help="the policy to go on under")],
    campaign: Annotated[str, typer.Option(help="code of the campaign, when there are more")] = "",
    item: Annotated[
        list[str] | None, typer.Option(metavar="REF", help="only this item; repeatable")
    ] = None,
    person: Orders = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Move open items onto another policy: first shown, with --yes carried out, one event each.

    Deadlines stay as they were told; what is planned from here on follows the other policy.
    """
    with here() as office:
        now = office.clock.now()
        with reading(office.engine) as connection:
            by = ordered_by(connection, person, yes, dry_run)
            goal = target(connection, to)
            fact = policies.campaign(connection, campaign)
            moves = list(preview(connection, goal, fact, item or (), now))
        ended = None
        if yes:
            possible = [one for one in moves if not one.refused]
            ended = list(move(office.engine, goal, possible, by, now))
    if as_json:
        emit(_document(goal.policy, moves, ended))
    else:
        _tell(goal.policy, goal.calendar.zone, moves, lang)
        tell_ended([(one.ref, one.refused) for one in ended or ()], yes, bool(moves), lang)
    if any(one.refused for one in (*moves, *(ended or ()))):
        raise typer.Exit(1)


def ordered_by(connection: Connection, person: str, yes: bool, dry_run: bool) -> str:
    """The handle of whoever orders a change of many items; empty for a mere preview.

    Raises:
        InputError: nobody is named, or both ways were asked for.
        Refused: the person is not of the office.
    """
    if not yes:
        return ""
    if dry_run:
        raise InputError("--yes and --dry-run exclude each other.", "Give one of them.", "--yes")
    if not person:
        raise InputError("It is not said who orders it.", "Name them with --as.", where="--as")
    who = directory.person(connection, person)
    if not who.active or not OFFICE & {role for role, _ in who.roles}:
        raise Refused(
            Refusal(
                "HoldTheDuty",
                f"{who.code} may not change the rules of items.",
                "It takes a coordinator or a supervisor.",
            )
        )
    return who.code


def tell_ended(ended: Sequence[tuple[str, str]], yes: bool, any_moves: bool, lang: str) -> None:
    """Say what has been done, and what has not and why; or how to have it done."""
    if not yes:
        if any_moves:
            zh = "以上为预览，未作改动；确认后加 --yes --as 本人。"
            show(pick(lang, zh, "Nothing is changed yet; to carry it out add --yes --as PERSON."))
        return
    failed = [(ref, why) for ref, why in ended if why]
    done = len(ended) - len(failed)
    show(pick(lang, f"已办理 {done} 项。", f"{done} items have been changed."))
    for ref, why in failed:
        show(clean(pick(lang, f"{ref} 未办理：{why}", f"{ref} stays: {why}")))


def _document(goal: Policy, moves: Sequence[Move], ended: Sequence[Moved] | None) -> dict[str, Any]:
    return {
        "to": called(goal),
        "items": [
            {**shapes.plain(one), "at_once": _step(one.at_once),
             "next_before": _step(one.next_before), "next_after": _step(one.next_after)}
            for one in moves
        ],
        "done": None if ended is None else [one.ref for one in ended if not one.refused],
        "failed": [one._asdict() for one in ended or () if one.refused],
    }  # fmt: skip


def _step(step: Step | None) -> dict[str, Any] | None:
    if step is None:
        return None
    return {"at": shapes.plain(step.at), "kind": step.kind.value, "level": step.level}


def _tell(goal: Policy, zone: ZoneInfo, moves: Sequence[Move], lang: str) -> None:
    at_once = sum(one.at_once is not None for one in moves)
    zh = f"{len(moves)} 项将转用 {called(goal)}，其中 {at_once} 项有事即刻到点。"
    en = (
        f"{len(moves)} items would go on under {called(goal)}; for {at_once} a step is due at once."
    )
    show(pick(lang, zh, en))
    if not moves:
        return
    heads = (
        "编号|环节|现行政策|期限|下一步（现在）|下一步（以后）|即刻",
        ("item|stage|under|due|next step now|next step then|at once"),
    )
    made = table(*titles(lang, *heads))
    for one in moves[:SHOWN]:
        made.add_row(
            one.ref, said(NAMES, one.stage, lang), one.left, str(one.due or "-"),
            _said(one.next_before, zone, lang),
            clean(one.refused) or _said(one.next_after, zone, lang),
            _kind(one.at_once, lang) if one.at_once else "",
        )  # fmt: skip
    show(made)
    if len(moves) > SHOWN:
        more = len(moves) - SHOWN
        show(pick(lang, f"另有 {more} 项，详见 --json。", f"{more} more; --json has all of them."))


def _said(step: Step | None, zone: ZoneInfo, lang: str) -> str:
    if step is None:
        return "-"
    when: datetime = step.at.astimezone(zone)
    return f"{when:%Y-%m-%d %H:%M} {_kind(step, lang)}"


def _kind(step: Step, lang: str) -> str:
    word = said(STEPS, step.kind, lang)
    return f"{word} {step.level}" if step.level else word


STEPS = {
    "remind": ("到期提醒", "reminder"),
    "overdue": ("逾期通知", "overdue notice"),
    "overdue_again": ("再催", "overdue again"),
    "rung": ("升级", "rung"),
    "announce": ("升级预告", "rung announced"),
    "service_due": ("催送达", "service due"),
    "deemed_served": ("视为送达", "counts as served"),
    "progress": ("报进展", "progress report"),
    "acknowledge": ("催签收", "receipt due"),
    "deemed_received": ("视为签收", "counts as received"),
    "extension_due": ("催定延期", "extension to decide"),
    "extension_lapsed": ("延期申请失效", "extension request lapses"),
    "hold_request_lapsed": ("中止申请失效", "hold request lapses"),
    "verification": ("催核查", "verification due"),
    "closure": ("催销号审批", "decision due"),
    "hold_expired": ("恢复计时", "clock runs again"),
    "look_back": ("回头看", "look-back"),
}
