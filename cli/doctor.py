"""``rectiflow doctor``: everything that is needed, checked one by one, with what to do."""

from __future__ import annotations

import typer

from cli import shapes
from cli.checks import Check, State, examine
from cli.options import AsJson
from cli.output import clean, emit, show, table
from rules.errors import Unavailable

app = typer.Typer(add_completion=False)

COLOURS = {State.OK: "green", State.WARN: "yellow", State.FAIL: "red"}


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check everything that is needed. Exit code 3 when something that is needed fails."""
    checks = examine()
    if as_json:
        emit({"ok": not _failed(checks), "checks": shapes.plain(checks)})
    else:
        _tell(checks)
    if _failed(checks):
        raise typer.Exit(Unavailable.exit_code)


def _failed(checks: list[Check]) -> bool:
    return any(check.state is State.FAIL for check in checks)


def _tell(checks: list[Check]) -> None:
    from rich.text import Text

    made = table("", "check", "what was found", "what to do")
    for check in checks:
        state = Text(check.state.value, style=COLOURS[check.state])
        made.add_row(state, check.name, clean(check.message), clean(check.hint))
    show(made)
