"""docs/cli.md speaks of every command and option, and of nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cli.endings import FAULT
from cli.main import COMMANDS, INTERRUPTED, READER_LEFT, loaded
from rules.errors import InputError, Refused, Unavailable
from tests.cli.test_reads import ITEM
from tests.house.reading import ROOT

PAGE = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
COMMON = {"--help", "--json", "--lang"}
"""Said once for all commands."""


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that can be given, with its words: ``audit verify``."""
    for entry in COMMANDS:
        command = loaded(entry.name)
        below = getattr(command, "commands", None)
        if below is None:
            yield entry.name, command
        else:
            yield from ((f"{entry.name} {name}", each) for name, each in below.items())


def sections() -> dict[str, str]:
    """What the page says under the heading of each command."""
    parts = re.split(r"^#{2,3} (.*)$", PAGE, flags=re.MULTILINE)
    return {
        heading.removeprefix("`rectiflow ").removesuffix("`"): text
        for heading, text in zip(parts[1::2], parts[2::2], strict=True)
        if heading.startswith("`rectiflow ")
    }


def options(command: Any) -> set[str]:
    """The long options of a command."""
    words = {word for param in command.params for word in (*param.opts, *param.secondary_opts)}
    return {word for word in words if word.startswith("--")} - COMMON


def test_every_command_has_its_section_and_every_section_its_command() -> None:
    assert set(sections()) == {words for words, _ in commands()}


def test_every_option_is_spoken_of_where_its_command_is() -> None:
    said = sections()
    missing = {
        f"{words} {option}"
        for words, command in commands()
        for option in options(command)
        if not re.search(rf"{option}\b(?!-)", said.get(words, ""))
    }
    assert missing == set()


def test_no_option_is_spoken_of_that_is_not_there() -> None:
    known = {words: options(command) | COMMON for words, command in commands()}
    invented = {
        f"{words} {option}"
        for words, text in sections().items()
        for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)
        if option not in known[words]
    }
    assert invented == set()


def test_every_exit_code_is_in_the_table() -> None:
    codes = {0, Refused.exit_code, InputError.exit_code, Unavailable.exit_code, FAULT}
    table = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, flags=re.MULTILINE)}
    assert table == codes | {INTERRUPTED, READER_LEFT}


def test_every_field_of_an_item_is_named() -> None:
    shape = PAGE[PAGE.index("### An item") : PAGE.index("### A receipt")]
    assert {name for name in ITEM if f"`{name}`" not in shape} == set()
