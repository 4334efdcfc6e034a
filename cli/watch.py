"""``rectiflow watch``: what stands still, for a timer of this machine or another."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show
from cli.words import pick
from config.clock import wall
from config.settings import load
from rules.errors import Unavailable
from tasks.health import Finding, look
from tasks.watching import require_operator
from tasks.watching import watch as told

app = typer.Typer(add_completion=False)

FOUND = 1


@app.command()
def watch(
    mail: Annotated[
        bool, typer.Option("--mail", help="write to the operator: at the begin and at the end")
    ] = False,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Look once whether due steps are fired, mails leave, and the machinery runs.

    It needs the database alone, and works when nothing else does. Exit code 1 when anything
    stands still.
    """
    settings = load()
    if mail:
        require_operator(settings)
    findings = _found()
    if mail:
        seen = told(settings, findings, wall(), mail=True)
        findings = list(seen.findings)
        if seen.untold is not None and not findings:
            raise seen.untold
    if as_json:
        emit({"well": not findings, "findings": [_document(each, lang) for each in findings]})
    else:
        well = pick(lang, "运转正常。", "Everything runs.")
        show(*[clean(each.said(lang)) for each in findings] or [well])
    if findings:
        raise typer.Exit(FOUND)


def _found() -> list[Finding]:
    """What stands still; that there is no database to look into is a finding, too."""
    try:
        with here() as office:
            return list(look(office).findings)
    except Unavailable as error:
        zh = f"数据库无法使用：{error.message}"
        return [Finding("database", error.message, zh, error.hint)]


def _document(finding: Finding, lang: str) -> dict[str, object]:
    return {
        "part": finding.part,
        "message": finding.said(lang),
        "advice": finding.advice,
        "since": finding.since and finding.since.isoformat(),
    }
