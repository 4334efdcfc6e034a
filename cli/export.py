"""``rectiflow export``: write items back as a ledger that an import recognises."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show
from cli.quick import choices, chosen
from cli.words import pick
from rules.vocabulary import Stage
from tasks.exporting import ExportReport, export_ledger

app = typer.Typer(add_completion=False)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="where to: .xlsx or .csv")],
    stage: Annotated[
        list[str] | None,
        typer.Option(metavar="STAGE", help=f"in this stage, repeatable: {choices(Stage)}"),
    ] = None,
    unit: Annotated[str, typer.Option(help="led by this unit or one below it: code or name")] = "",
    campaign: Annotated[str, typer.Option(help="code of the campaign, when there are more")] = "",
    confidential: Annotated[
        bool,
        typer.Option("--confidential", help="with confidential items, and who complained"),
    ] = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Write the items of a campaign as a ledger: whole, or not at all. Formulas are neutralised.

    A file of that name is replaced. Importing it with the mapping ledger changes nothing.
    """
    stages = chosen(Stage, stage, "--stage")
    with here() as office:
        done = export_ledger(
            office.engine, file, office.clock.now(),
            campaign=campaign, stages=stages, unit=unit, confidential=confidential, lang=lang,
        )  # fmt: skip
    if as_json:
        emit({**done._asdict(), "path": str(done.path), "shortened": list(done.shortened)})
    else:
        _tell(done, lang)


def _tell(done: ExportReport, lang: Lang) -> None:
    place = clean(str(done.path))
    show(pick(lang, f"已写出 {done.rows} 项：{place}", f"{done.rows} items are in {place}."))
    if done.left_out:
        zh = f"另有 {done.left_out} 项保密事项未写出，如需写出请加 --confidential。"
        en = f"{done.left_out} confidential items were left out; --confidential includes them."
        show(pick(lang, zh, en))
    if done.shortened:
        cells = ", ".join(done.shortened[:10])
        zh = f"{len(done.shortened)} 个单元格超长，已截短（{cells}）；.csv 无此限制。"
        en = f"{len(done.shortened)} texts were too long for a cell ({cells}); .csv has no limit."
        show(pick(lang, zh, en))
