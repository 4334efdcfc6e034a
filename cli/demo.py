"""``rectiflow demo``: a sample campaign, live in this terminal; or a check of it all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, InLang, Lang
from rules.errors import InputError

app = typer.Typer(add_completion=False)

PACE = "5s"
CHECK_PACE = "0.1s"
SLOWEST, FASTEST = 86_400.0, 0.1
UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


@app.command()
def demo(
    lapse: Annotated[
        str, typer.Option(help="length of a working day, like 5s or 1m; off: real time")
    ] = "",
    keep: Annotated[
        Path | None, typer.Option(help="keep the home in this folder; go on there another time")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="drive three items through whole lives and report")
    ] = False,
    time_limit: Annotated[
        float, typer.Option(min=10, max=3600, help="seconds that the check may take")
    ] = 180,
    database: Annotated[
        str, typer.Option(help="URL of an empty database, in place of a file in the home")
    ] = "",
    pages: Annotated[
        bool,
        typer.Option("--open/--no-open", help="open the console in a browser, if there is one"),
    ] = True,
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Show an invented campaign at work: reminders, escalations and closures within minutes.

    It has a home, a Prefect server and a mail catcher of its own and touches no other. The check
    prints what it saw as JSON and ends with 1 when anything is missing.
    """
    seconds = pace(lapse or (CHECK_PACE if check else PACE))
    if check:
        if seconds is None:
            raise InputError("The check waits for deadlines.", f"Give --lapse {CHECK_PACE}.")
        from cli.demo_check import run_check

        raise typer.Exit(run_check(seconds, time_limit, keep, database, quiet=as_json))
    if as_json:
        raise InputError("Only the check reports in JSON.", "Add --check.", where="--json")
    from cli.demo_watch import run_demo

    run_demo(seconds, keep, database, lang, pages=pages)


def pace(text: str) -> float | None:
    """Seconds for a working day, from ``5s``, ``0.5``, ``2m``, ``1h``; None for ``off``.

    Raises:
        InputError: it is none of these, or out of bounds.
    """
    if text == "off":
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?|\.\d+)\s*([smh]?)", text.strip())
    seconds = float(found[1]) * UNITS[found[2]] if found else 0.0
    if not FASTEST <= seconds <= SLOWEST:
        raise InputError(
            f"{text!r} is no length for a working day.",
            f"Give one like {PACE} or 1m, from {FASTEST:g}s to 24h, or off.",
            where="--lapse",
        )
    return seconds
