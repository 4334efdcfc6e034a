"""``rectiflow import``: take a ledger over, row by row, and say what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.progress import progress_bar
from cli.words import pick
from config.settings import works_elsewhere
from ledgers.mapping_files import load_mapping
from ledgers.row import CellProblem
from rules.errors import InputError
from tasks.import_words import document
from tasks.places import Draft
from tasks.registering import ImportReport, import_ledger

app = typer.Typer(add_completion=False)

SHOWN = 50
"""Lines of a table; ``--json`` has all."""

Campaign = Annotated[str, typer.Option(help="code of the campaign, when there are more")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the ledger: .xlsx or .csv")],
    mapping: Annotated[
        str, typer.Option(help="how its columns are to be understood: a name, or a .yaml file")
    ] = "ledger",
    campaign: Campaign = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would happen, and store nothing")
    ] = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Take a ledger over as history. Rows are recognised by number: again changes nothing.

    A row that cannot be taken is refused with its cell and the reason; the others are taken. The
    exit code is 0 when any row was taken or known, and 2 when every row was refused.
    """
    if works_elsewhere():
        from cli.remote import server
        from cli.remote_acts import imported

        with server(lang) as there:
            told, report = imported(there, file, mapping, campaign, dry_run)
        _end(told, report, as_json, lang)
        return
    how = load_mapping(mapping)
    words = {"read": pick(lang, "读取", "reading"), "store": pick(lang, "导入", "importing")}
    with here() as office, progress_bar(words, quiet=as_json) as progress:
        report = import_ledger(
            office.engine, file, how, office.clock.now(),
            campaign=campaign, dry_run=dry_run, lang=lang, progress=progress,
        )  # fmt: skip
    _end(document(report, dry_run), report, as_json, lang)


def _end(told: dict[str, Any], report: ImportReport, as_json: bool, lang: Lang) -> None:
    """Say what became of the rows, and end as they did."""
    if as_json:
        emit(told)
    else:
        _tell(report, bool(told["dry_run"]), lang)
    if report.rows and report.refused_rows == report.rows:
        raise typer.Exit(InputError.exit_code)


def _tell(report: ImportReport, dry_run: bool, lang: Lang) -> None:
    if dry_run:
        show(pick(lang, "试导入：未保存任何内容。", "A dry run: nothing was stored."))
    _tell_counts(report, lang)
    for remark in report.remarks:
        show(clean(remark))
    if report.provisional:
        zh = f"{report.provisional} 项的期限所在年份尚未公布放假安排，提醒日期为暂定。"
        en = f"{report.provisional} items are due in a year whose calendar is not published yet."
        show(pick(lang, zh, en))
    if report.refused:
        _tell_cells(report.refused, pick(lang, "未接收的行", "refused"), lang)
        zh = "请改正这些单元格后再次导入：已有的行按编号识别，不会重复。"
        en = "Correct these cells and import the file again: rows already here are recognised."
        show(pick(lang, zh, en), "")
    if report.warnings:
        _tell_cells(report.warnings, pick(lang, "已接收，请核对", "taken, please check"), lang)
    if report.drafts:
        _tell_drafts(report.drafts, lang)


def _tell_counts(report: ImportReport, lang: Lang) -> None:
    titles = (("行", "新增", "更新", "不变", "未接收"),
              ("rows", "created", "updated", "unchanged", "refused"))  # fmt: skip
    made = table(*(pick(lang, zh, en) for zh, en in zip(*titles, strict=True)))
    counts = (report.rows, report.created, report.updated, report.unchanged, report.refused_rows)
    made.add_row(*(str(count) for count in counts))
    show(made)


def _tell_cells(problems: Sequence[CellProblem], title: str, lang: Lang) -> None:
    made = table(pick(lang, "行号", "row"), pick(lang, "单元格", "cell"), title)
    for problem in problems[:SHOWN]:
        cell = problem.cell
        if problem.column not in ("", cell):
            cell = f"{cell} {problem.column}"
        made.add_row(str(problem.row), clean(cell), clean(problem.reason))
    _add_rest(made, len(problems), lang)
    show(made)


def _tell_drafts(drafts: Sequence[Draft], lang: Lang) -> None:
    kinds = {"unit": pick(lang, "单位", "unit"), "person": pick(lang, "人员", "person")}
    titles = (("类别", "代码", "名称", "所属单位"), ("kind", "code", "name", "unit"))
    made = table(*(pick(lang, zh, en) for zh, en in zip(*titles, strict=True)))
    for draft in drafts[:SHOWN]:
        made.add_row(kinds[draft.kind], *(clean(text) for text in draft[1:]))
    _add_rest(made, len(drafts), lang)
    zh = "台账中的下列单位和人员系统中没有，已登记为草稿，请整改办确认"
    en = "The ledger names these units and people, who were not known: a coordinator confirms them"
    how = "rectiflow roster, rectiflow unit set CODE, rectiflow person set CODE --email ..."
    show(pick(lang, f"{zh}（{how}）：", f"{en} ({how}):"), made)


def _add_rest(made: Any, count: int, lang: Lang) -> None:
    if count > SHOWN:
        rest = count - SHOWN
        made.add_row("…", pick(lang, f"另有 {rest} 条", f"{rest} more"), "--json")
