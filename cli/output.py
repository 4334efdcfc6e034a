"""What goes to the terminal: one JSON document for scripts, or text for people.

Text comes from ledgers and people; control characters are taken out before a terminal sees them.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

PLAIN_WIDTH = 160
"""Columns of text that goes to a file or another program."""


def emit(document: object) -> None:
    """Write the one JSON document of a command: UTF-8 (RFC 8259), indented for a person only."""
    _spelt_in(sys.stdout, "utf-8")
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=indent) + "\n")


def show(*parts: RenderableType) -> None:
    """Write text, tables and panels to standard output."""
    console = _console(sys.stdout)
    for part in parts:
        console.print(part, soft_wrap=isinstance(part, str))


def tell_error(sentence: str) -> None:
    """Write a sentence about what went wrong to standard error."""
    _console(sys.stderr).print(clean(sentence, lines=True), style="red", soft_wrap=True)


def table(*titles: str, caption: str = "") -> Table:
    """A table without lines, to be filled."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(box=SIMPLE_HEAD, pad_edge=False, caption=caption or None, caption_justify="left")
    for title in titles:
        made.add_column(title)
    return made


def clean(text: str, *, lines: bool = False) -> str:
    """The text without control characters, which could rewrite a terminal; on one line unless
    ``lines`` are to be kept."""
    kept = "\n" if lines else ""
    return "".join(
        character if character in kept or unicodedata.category(character) not in _UNSEEN else " "
        for character in text
    )


_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    _spelt_in(stream, None)
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(file=stream, highlight=False, markup=False, emoji=False, width=width)


def _spelt_in(stream: Any, encoding: str | None) -> None:
    """Let no character that the terminal's encoding lacks end a command."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding=encoding, errors="replace")
