"""``rectiflow person notices`` and ``person away``: how somebody hears, and who hears instead."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import emit, show, table
from cli.words import pick, said, titles
from models import directory, wishes
from models.engine import writing
from rules.mailing import ALL
from rules.notice_names import KIND_NAMES
from tasks import hearing
from tasks.hearing import Leave

_WAYS = {
    "now": ("立即", "at once"), "digest": ("进每日摘要", "in the daily digest"),
    "off": ("不发", "not at all"),
}  # fmt: skip

Code = Annotated[str, typer.Argument(metavar="CODE", help="the handle by which commands call them")]


def notices(
    code: Code,
    ways: Annotated[
        list[str] | None,
        typer.Argument(metavar="KIND=WAY...", help="way: now, digest, off, default; kind: or all"),
    ] = None,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Show, or set, how somebody hears of a kind of notice. What is mandatory is never off."""
    given = {kind: way for kind, _, way in (word.partition("=") for word in ways or ())}
    with here() as office, writing(office.engine) as connection:
        person = directory.person(connection, code)
        if given:
            hearing.hear(connection, person.id, given)
        found = wishes.wishes(connection).get(person.id, {})
    if as_json:
        emit({"person": person.code, "notices": {kind: way.value for kind, way in found.items()}})
        return
    if not found:
        show(pick(lang, "按规则办理，未作设置。", "As the policy has it; nothing is set."))
        return
    made = table(*titles(lang, "种类|方式", "kind|way"))
    for kind, way in sorted(found.items()):
        name = pick(lang, "其他各类", "all others") if kind == ALL else said(KIND_NAMES, kind, lang)
        made.add_row(f"{kind} {name}", said(_WAYS, way.value, lang))
    show(made)


def away(
    code: Code,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="first day, YYYY-MM-DD")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="last day")] = "",
    substitute: Annotated[
        str, typer.Option(metavar="CODE", help="who gets their notices meanwhile")
    ] = "",
    back: Annotated[bool, typer.Option("--back", help="they are back, or do not go")] = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Show, or enter, when somebody is away and who gets their notices meanwhile."""
    with here() as office, writing(office.engine) as connection:
        today = hearing.today(connection, office.clock.now())
        person = directory.person(connection, code)
        if back:
            hearing.come_back(connection, person.id, today)
        elif first or until or substitute:
            hearing.go_away(connection, person, Leave(first, until, substitute), today)
        found = wishes.absences(connection, today).get(person.id, [])
        ids = [one.substitute_id for one in found]
        known = {key: one.code for key, one in directory.people_by_id(connection, ids).items()}
    rows = [
        {"from": one.first.isoformat(), "until": one.last.isoformat(),
         "substitute": known[one.substitute_id]}
        for one in found
    ]  # fmt: skip
    if as_json:
        emit({"person": person.code, "away": rows})
        return
    for row in rows:
        show(f"{row['from']} - {row['until']}: {row['substitute']}")
    if not rows:
        show(pick(lang, f"{person.code}在岗。", f"{person.code} is here."))
