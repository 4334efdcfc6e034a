"""``rectiflow roster``: load units and people from tables."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.words import pick
from rules.errors import InputError
from tasks.roster import RosterReport, load_roster

app = typer.Typer(add_completion=False)


@app.command()
def roster(
    units: Annotated[
        Path | None, typer.Option(help="table of units: code, name, parent, kind, closed")
    ] = None,
    people: Annotated[
        Path | None,
        typer.Option(help="table of people, a line a role: code, name, unit, role, scope, ..."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would happen, and store nothing")
    ] = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Load units and people (.csv or .xlsx): all of it, or nothing where a row is wrong.

    Again changes nothing. Nobody is deleted, no role taken away; drafts become real. The exit
    code is 2 when a row is wrong.
    """
    if units is None and people is None:
        raise InputError(
            "There is nothing to load.", "Give --units FILE, --people FILE, or both.",
            where="--units",
        )  # fmt: skip
    with here() as office:
        report = load_roster(office.engine, units, people, dry_run=dry_run, lang=lang)
    if as_json:
        emit({**asdict(report), "dry_run": dry_run})
    else:
        _tell(report, dry_run, lang)
    if report.refused:
        raise typer.Exit(InputError.exit_code)


def _tell(report: RosterReport, dry_run: bool, lang: Lang) -> None:
    if report.refused:
        made = table(*(pick(lang, zh, en) for zh, en in (
            ("文件", "file"), ("行号", "line"), ("列", "column"), ("原因", "why"))))  # fmt: skip
        for problem in report.refused:
            made.add_row(
                clean(problem.file), str(problem.row), clean(problem.cell), clean(problem.reason)
            )
        nothing = pick(lang, "有误，未保存任何内容：", "Nothing was stored, because of:")
        show(nothing, made)
        return
    if dry_run:
        show(pick(lang, "试导入：未保存任何内容。", "A dry run: nothing was stored."))
    titles = (("", "行", "新增", "更新", "不变"), ("", "lines", "created", "updated", "unchanged"))
    made = table(*(pick(lang, zh, en) for zh, en in zip(*titles, strict=True)))
    for name, tally in (("单位", report.units), ("人员", report.people)):
        word = pick(lang, name, {"单位": "units", "人员": "people"}[name])
        counts = (tally.rows, tally.created, tally.updated, tally.unchanged)
        made.add_row(word, *(str(count) for count in counts))
    show(made)
    if report.promoted:
        count = len(report.promoted)
        show(pick(lang, f"{count} 个草稿已确认。", f"{count} drafts are confirmed."))
    if report.closed:
        codes = ", ".join(map(clean, report.closed))
        show(pick(lang, f"停用单位：{codes}。", f"Closed: {codes}."))
