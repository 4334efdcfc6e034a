"""``rectiflow papers``: the register of papers, and the templates they are drawn up from."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from cli import shapes
from cli.here import here, opened
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.paper_templates import described, show_templates
from cli.words import pick, said, titles
from models import items, papers, policies
from models.engine import reading
from models.papers import PaperView
from models.views import Named
from rules.errors import InputError, NotFound
from tasks.paper_numbers import KINDS, NAMES, number_of

app = typer.Typer(add_completion=False)

HOW = {
    "mail": ("邮件", "by mail"), "in_person": ("当面", "in person"), "post": ("邮寄", "by post"),
    "other": ("其他方式", "otherwise"), "confirmed": ("本人确认", "confirmed"),
    "deemed": ("视为送达", "deemed served"),
}  # fmt: skip
"""How a paper was served."""


@app.callback()
def papers_() -> None:
    """See what papers were issued, served and confirmed; put templates of your own in place."""


@app.command("list")
def list_papers(
    item: Annotated[str, typer.Option("--item", metavar="REF", help="about this item")] = "",
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="KIND", help=f"repeatable: {', '.join(KINDS)}"),
    ] = None,
    unserved: Annotated[
        bool, typer.Option("--unserved", help="orders and acts still to be served")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="at most so many")] = 50,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """List papers, the newest first."""
    kinds = tuple(_kind(word) for word in kind or ())
    with here() as office, reading(office.engine) as connection:
        if item and items.by_ref(connection, item) is None:
            raise NotFound(f"There is no item {item!r}.", "See: rectiflow list.")
        found = papers.register(connection, ref=item, kinds=kinds, unserved=unserved, limit=limit)
        days = [_days(connection, paper) for paper in found]
    if as_json:
        emit({"papers": [_document(paper) for paper in found]})
        return
    made = table(*titles(lang, "编号|文书|事项|受送达人|签发人|制发|送达|签收",
                         "number|paper|item|to|signed by|issued|served|confirmed"))  # fmt: skip
    for paper, (issued, served, confirmed) in zip(found, days, strict=True):
        how = said(HOW, paper.served_how, lang) if paper.served_how else ""
        cells = (paper.serial, said(NAMES, paper.kind, lang), paper.ref, _name(paper.addressee),
                 _name(paper.signer), issued, f"{served} {how}".strip(), confirmed)  # fmt: skip
        made.add_row(*map(clean, cells))
    show(made)


@app.command("show")
def show_paper(
    serial: Annotated[
        str, typer.Argument(metavar="NUMBER", help="as in the list, or as printed on the paper")
    ],
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Show one paper: where it lies, what it is, and how it was served."""
    with here() as office, reading(office.engine) as connection:
        paper = papers.paper(connection, number_of(serial).serial)
        days = _days(connection, paper)
        file = office.settings.document_folder / paper.file
    if as_json:
        emit({**_document(paper), "path": str(file), "there": file.is_file()})
        return
    issued, served, confirmed = days
    how = said(HOW, paper.served_how, lang) if paper.served_how else ""
    by = _name(paper.served_by)
    lines = (
        (pick(lang, "文书", "paper"), f"{said(NAMES, paper.kind, lang)} {paper.serial}"),
        (pick(lang, "印发文号", "printed"), number_of(paper.serial).printed(lang)),
        (pick(lang, "事项", "item"), paper.ref),
        (pick(lang, "受送达人", "to"), _name(paper.addressee)),
        (pick(lang, "签发人", "signed by"), _name(paper.signer)),
        (pick(lang, "制发", "issued"), issued),
        (pick(lang, "送达", "served"), " ".join(word for word in (served, how, by) if word)),
        (pick(lang, "签收", "confirmed"), confirmed),
        (pick(lang, "文件", "file"), f"{file}{'' if file.is_file() else _gone(lang)}"),
    )
    show(*(f"{title}  {clean(value)}" for title, value in lines if value))
    if paper.minutes:
        show("", clean(paper.minutes, lines=True))


@app.command()
def templates(
    copy: Annotated[
        Path | None, typer.Option("--copy", metavar="DIR", help="copy them there, to be changed")
    ] = None,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Tell which templates there are, which are your own, and which variables they may use."""
    office = opened()
    found = described(office.settings.home / "papers")
    copied = [] if copy is None else _copied(copy)
    if as_json:
        emit({**found, "copied": copied})
    else:
        show_templates(found, copied, lang)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE.docx", help="a template of your own")],
    sample: Annotated[
        Path | None,
        typer.Option("--sample", metavar="FILE", help="write a paper with invented words there"),
    ] = None,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Try a template as it would be used; 2 when it cannot be."""
    from tasks import paper_templates

    made = paper_templates.check(file)
    if sample is not None:
        _write(sample, made)
    named = file.name in paper_templates.FILES
    if as_json:
        emit({"file": str(file), "usable": True, "named": named})
        return
    show(pick(lang, f"{file} 可以使用。", f"{file} can be used."))
    if not named:
        en = "Give it the name of one of the papers: see rectiflow papers templates."
        show(pick(lang, "放入 papers/ 时须用文书的文件名，见 rectiflow papers templates。", en))


def _kind(word: str) -> str:
    for kind, names in NAMES.items():
        if word.casefold() in (kind, *(name.casefold() for name in names)):
            return kind
    raise InputError(f"{word!r} is not known.", f"Choose one of: {', '.join(KINDS)}.", "--kind")


def _days(connection: Connection, paper: PaperView) -> tuple[str, ...]:
    """When it was issued, served and confirmed, on the campaign's clock."""
    from config.calendars import calendar_for

    zone = calendar_for(policies.policy(connection, paper.policy_id)).zone

    def local(instant: datetime | None) -> str:
        return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M") if instant else ""

    return tuple(map(local, (paper.issued_at, paper.served_at, paper.acknowledged_at)))


def _document(paper: PaperView) -> dict[str, Any]:
    values: dict[str, Any] = shapes.plain(paper)
    del values["policy_id"]
    return values


def _name(who: Named | None) -> str:
    return who.name if who else ""


def _gone(lang: str) -> str:
    return pick(lang, "（文件不在）", " (the file is gone)")


def _copied(folder: Path) -> list[str]:
    """The house's templates copied; the office's own, where they stand already, stay."""
    from tasks.paper_templates import PAPERS

    there = [name.name for name in PAPERS.glob("*.docx") if (folder / name.name).exists()]
    if there:
        said_there = f"{folder} has {', '.join(sorted(there))} already."
        raise InputError(said_there, "Move them away first, or name another folder.", "--copy")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [shutil.copyfile(file, folder / file.name).name
                for file in sorted(PAPERS.glob("*.docx"))]  # fmt: skip
    except OSError as error:
        said_why = f"{folder} cannot be written to: {error.strerror or error}."
        raise InputError(said_why, "Name another folder.", "--copy") from error


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        said_why = f"{file} cannot be written: {error.strerror or error}."
        raise InputError(said_why, "Name another file.", "--sample") from error
