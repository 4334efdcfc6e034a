"""``rectiflow unit close`` and ``unit open``: a unit takes nothing new on, or does again."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import shapes
from cli.here import here
from cli.merging import Yes
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show
from cli.words import pick
from config.clock import wall
from models import directory
from models.engine import reading
from rules.errors import InputError
from tasks import unit_closing
from tasks.admin import units
from tasks.admin.desk import Admin
from tasks.office import Office
from tasks.unit_closing import Closing

Code = Annotated[str, typer.Argument(metavar="CODE", help="the unit's code")]
Into = Annotated[str, typer.Option("--into", metavar="CODE", help="the unit that takes over")]
By = Annotated[str, typer.Option("--as", metavar="PERSON", help="who orders it: an administrator")]


def close(
    code: Code, into: Into = "", person: By = "", yes: Yes = False, as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:  # fmt: skip
    """Close a unit: first shown, with --yes carried out.

    It stays in histories and figures, and takes no item, role, person or unit any more. Open items,
    units below and active people are handed to another unit with --into, or keep it open.
    """
    with here() as office:
        now = office.clock.now()
        if yes:
            found = units.close(_admin(office, person), code, into, now)
        else:
            found = unit_closing.preview(office.engine, code, into, now)
    if as_json:
        emit({**shapes.plain(found), "possible": found.possible, "done": yes})
    else:
        _tell(found, yes, lang)
    if not found.possible:
        raise typer.Exit(1)


def open_again(code: Code, person: By = "", as_json: AsJson = False) -> None:
    """Let a closed unit take something on again."""
    with here() as office:
        units.open_again(_admin(office, person), code)
    if as_json:
        emit({"unit": code, "done": "opened"})
    else:
        show(f"The unit {clean(code)} is open again.")


def _admin(office: Office, person: str) -> Admin:
    if not person:
        raise InputError("It is not said who orders it.", "Name them with --as.", where="--as")
    with reading(office.engine) as connection:
        return Admin(office.engine, directory.person(connection, person), wall(), "cli")


def _tell(found: Closing, yes: bool, lang: str) -> None:
    ties = found.ties
    counts = (len(ties.items), len(ties.units), len(ties.people))
    zh = "未销号事项 {} 项，未停用的下级单位 {} 个，在职人员 {} 人".format(*counts)
    en = "{} open items, {} open units below, {} active people".format(*counts)
    where = f" -> {found.into}" if found.into else ""
    show(clean(f"{found.code}{where}: {pick(lang, zh, en)}"))
    names = [*ties.items, *(one.code for one in (*ties.units, *ties.people))]
    if names:
        show(clean(" ".join(names[: unit_closing.SHOWN * 3])))
    for one in found.kept:
        show(clean(pick(lang, f"{one.ref} 不能移交：{one.refusal}", f"{one.ref}: {one.refusal}")))
    if not found.possible and not found.kept:
        zh = "请先办结或移交，或用 --into 指定接替单位。"
        show(pick(lang, zh, "See to these, or name a unit that takes them over with --into."))
    elif not yes:
        zh = "以上为预览，未作改动；确认后加 --yes --as 本人。"
        show(pick(lang, zh, "Nothing is changed yet; to carry it out add --yes --as PERSON."))
