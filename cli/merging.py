"""``rectiflow unit merge`` and ``person merge``: a draft becomes what it really is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from cli import shapes
from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show
from cli.words import pick
from config.clock import wall
from models import directory
from models.engine import reading
from rules.errors import InputError
from tasks import merging
from tasks.admin import staff, units
from tasks.admin.desk import Admin
from tasks.merging import Merger

Draft = Annotated[str, typer.Argument(metavar="DRAFT", help="the draft's code")]
Into = Annotated[str, typer.Argument(metavar="INTO", help="the code of what it really is")]
By = Annotated[
    str,
    typer.Option("--as", metavar="PERSON", help="who orders it: an administrator or coordinator"),
]
Yes = Annotated[bool, typer.Option("--yes", help="carry it out; without it nothing is changed")]


def merge_unit(
    draft: Draft, into: Into, person: By = "", yes: Yes = False, as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:  # fmt: skip
    """Merge a draft into the unit that it really is: first shown, with --yes carried out.

    Its items get an event each; units below it, people and roles follow. It cannot be undone.
    """
    _merge(merging.preview_units, units.merge, draft, into, person, yes, as_json, lang)


def merge_person(
    draft: Draft, into: Into, person: By = "", yes: Yes = False, as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:  # fmt: skip
    """Merge a draft into the person that they really are: first shown, with --yes carried out.

    Its items get an event each. It cannot be undone.
    """
    _merge(merging.preview_people, staff.merge, draft, into, person, yes, as_json, lang)


def _merge(
    preview: Callable[..., Merger], merge: Callable[..., Merger], draft: str, into: str,
    person: str, yes: bool, as_json: bool, lang: str,
) -> None:  # fmt: skip
    if yes and not person:
        raise InputError("It is not said who orders it.", "Name them with --as.", where="--as")
    with here() as office:
        now = office.clock.now()
        if yes:
            with reading(office.engine) as connection:
                admin = Admin(office.engine, directory.person(connection, person), wall(), "cli")
            found = merge(admin, draft, into, now)
        else:
            found = preview(office.engine, draft, into, now)
    if as_json:
        emit({**shapes.plain(found), "done": yes})
    else:
        _tell(found, yes, lang)
    if not found.possible:
        raise typer.Exit(1)


def _tell(found: Merger, yes: bool, lang: str) -> None:
    hangs = found.hangs
    zh = f"{found.draft} → {found.into}：事项 {found.moved} 项"
    en = f"{found.draft} -> {found.into}: {found.moved} items"
    if found.kind == "unit":
        zh += f"，下级单位 {hangs.units} 个，人员 {hangs.people} 人"
        en += f", {hangs.units} units below, {hangs.people} people"
    show(clean(pick(lang, zh, en)))
    for one in found.kept:
        show(clean(pick(lang, f"{one.ref} 不改：{one.refusal}", f"{one.ref} stays: {one.refusal}")))
    if not yes:
        zh = "以上为预览，未作改动；确认后加 --yes --as 本人。"
        show(pick(lang, zh, "Nothing is changed yet; to carry it out add --yes --as PERSON."))
