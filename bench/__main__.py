"""Runs benches and prints a table: ``python -m bench [--check] [--json] [names]``."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figure import Figure

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The benches there are: modules of this folder with a ``run``."""
    files = (file for file in FOLDER.glob("*.py") if "\ndef run(" in file.read_text("utf-8"))
    return sorted(file.stem for file in files)


def main() -> int:
    """Run what was asked for; 1 when ``--check`` finds a ratio below its floor."""
    known = names()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of: {', '.join(known)}")
    parser.add_argument("--check", action="store_true", help="fail below a stated ratio")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(known):
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    figures: list[Figure] = []
    for name in asked.names or known:
        figures += importlib.import_module(f"bench.{name}").run()
    if asked.json:
        words = [{**f._asdict(), "ratio": f.ratio, "met": f.met} for f in figures]
        sys.stdout.write(json.dumps(words, indent=2) + "\n")
    else:
        Console().print(_table(figures))
    return 1 if asked.check and not all(figure.keeps_ratio for figure in figures) else 0


def _table(figures: list[Figure]) -> Table:
    table = Table("", "figure", "unit", "beside it", "ratio", "goal", "met")
    for figure in figures:
        goals = (("ratio ≥", figure.least_ratio), ("≥", figure.least), ("≤", figure.most))
        table.add_row(
            figure.what,
            _number(figure.value),
            figure.unit,
            f"{_number(figure.floor)} ({figure.beside})" if figure.floor else "",
            f"{figure.ratio:.2f}" if figure.ratio else "",
            ", ".join(f"{sign} {_number(goal)}" for sign, goal in goals if goal is not None),
            {None: "", True: "yes", False: "no"}[figure.met],
        )
    for column in (1, 4):
        table.columns[column].justify = "right"
    return table


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
