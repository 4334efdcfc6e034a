"""Writes the parts of the documentation that follow from the code: run ``python docs/generate.py``.

A generated part stands between ``<!-- generated: NAME -->`` and ``<!-- end of NAME -->``. A test
generates all of them again and fails when a page says something else than the code.
"""

from __future__ import annotations

import re
import sys
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from pydantic import BaseModel  # noqa: E402

from config.settings import PREFIX, Settings  # noqa: E402
from rules.commands import COMMANDS, SYSTEM_COMMANDS  # noqa: E402
from rules.duties import in_words  # noqa: E402
from rules.figures import DEFINITIONS  # noqa: E402
from rules.lifecycle import TABLE, Row  # noqa: E402
from rules.notice_names import KIND_NAMES  # noqa: E402
from rules.notices import BY_EVENT, BY_STEP, MANDATORY, Notice  # noqa: E402
from rules.policy import Policy  # noqa: E402
from rules.vocabulary import NAMES, Outcome, Role, Severity, Source, Stage  # noqa: E402
from tasks.paper_numbers import NAMES as PAPERS  # noqa: E402
from tasks.paper_numbers import SIGNS  # noqa: E402
from tasks.paper_values import meanings  # noqa: E402


def lifecycle_diagram() -> Iterator[str]:
    """The stages and what leads from one to another, as a Mermaid state diagram."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield "    [*] --> intake : register"
    arrows: dict[tuple[Stage, Stage], list[str]] = {}
    for row in TABLE:
        for goal in row.to:
            if goal is not row.stage:
                arrows.setdefault((row.stage, goal), []).append(row.command)
    for (start, goal), commands in arrows.items():
        yield f"    {start} --> {goal} : {', '.join(commands)}"
    yield "```"


def lifecycle_table() -> Iterator[str]:
    """The lifecycle table: who may do what in which stage, where it leads, when it is refused."""
    yield "| in | command | leads to | who may | refused when it breaks |"
    yield "|---|---|---|---|---|"
    for row in TABLE:
        goals = " or ".join(row.to)
        who = in_words(row.who)
        yield f"| {row.stage} | `{row.command}` | {goals} | {who} | {_guards(row)} |"


def _guards(row: Row) -> str:
    return ", ".join(guard.__name__.replace("_", " ") for guard in row.guards) or "-"


def commands() -> Iterator[str]:
    """Every command that a person can give, and its fields."""
    yield "| command | what it does | fields |"
    yield "|---|---|---|"
    for command in COMMANDS.values():
        if command.name in SYSTEM_COMMANDS:
            continue
        doc = (command.__doc__ or "").split("\n")[0]
        names = [
            f"`{field.name}`" if field.default is MISSING else f"[`{field.name}`]"
            for field in fields(command)
        ]
        yield f"| `{command.name}` | {doc} | {', '.join(names) or '-'} |"


def words() -> Iterator[str]:
    """Stored words and their names."""
    yield "| kind | stored | 中文 | English |"
    yield "|---|---|---|---|"
    for kind in (Stage, Outcome, Role, Severity, Source):
        for word in kind:
            zh, en = NAMES[word]
            yield f"| {kind.__name__.lower()} | `{word}` | {zh} | {en} |"


def notices() -> Iterator[str]:
    """Who hears of what."""
    yield "| when | notice | who hears |"
    yield "|---|---|---|"
    for table in (BY_EVENT, BY_STEP):
        for what, told in table.items():
            for notice in told:
                yield f"| {what.replace('_', ' ')} | `{notice.kind}` | {_seats(notice)} |"


def _seats(notice: Notice) -> str:
    return ", ".join(notice.seats)


def notice_kinds() -> Iterator[str]:
    """Every kind of notice with its names, and whether it can be switched off."""
    yield "| kind | 中文 | English | can be switched off |"
    yield "|---|---|---|---|"
    for kind, (zh, en) in sorted(KIND_NAMES.items()):
        off = "no" if kind in MANDATORY or kind in UNASKED else "yes"
        yield f"| `{kind}` | {zh} | {en} | {off} |"


UNASKED = ("bundle", "cap_reached")
"""Kinds about which nobody is asked how they want them."""


def settings() -> Iterator[str]:
    """Every setting."""
    yield "| variable | default | what it is |"
    yield "|---|---|---|"
    for setting in fields(Settings):
        default = setting.default if setting.default != "" else "(empty)"
        yield f"| `{PREFIX}{setting.name.upper()}` | `{default}` | {_bounds(setting.metadata)} |"


def _bounds(metadata: Any) -> str:
    text = str(metadata["description"])
    return f"{text} ({metadata['least']} to {metadata['most']})" if "most" in metadata else text


def policy() -> Iterator[str]:
    """Every key of a policy profile."""
    yield "| key | value | default | what it means |"
    yield "|---|---|---|---|"
    yield from _model(Policy, "")


def _model(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for key, field in model.model_fields.items():
        default = "required" if field.is_required() else _default(field.default)
        kind = _kind(field.annotation) + _between(field.metadata, field.annotation)
        yield f"| `{prefix}{key}` | {kind} | {default} | {field.description or ''} |"
        for part in _parts(field.annotation):
            yield from _model(part, f"{prefix}{key}.")


def _default(value: object) -> str:
    if isinstance(value, BaseModel):
        return "see below"
    if isinstance(value, tuple):
        return f"`[{', '.join(str(each) for each in value)}]`"
    if isinstance(value, time):
        return f"`{value:%H:%M}`"
    if isinstance(value, bool):
        return f"`{value}`".lower()
    return "nothing" if value is None else f"`{value}`"


def _between(metadata: Any, annotation: Any) -> str:
    """The bounds of a number, or of the numbers in a list; empty when there are none."""
    known = {
        word: getattr(each, word) for each in metadata for word in ("ge", "le")
        if getattr(each, word, None) is not None
    }  # fmt: skip
    if known:
        least, most = known.get("ge"), known.get("le")
        return f", {least} to {most}" if most is not None else f", at least {least}"
    for inner in getattr(annotation, "__args__", ()):
        for each in getattr(inner, "__metadata__", ()):
            if found := _between(getattr(each, "metadata", ()), None):
                return found
    return ""


def _kind(annotation: Any) -> str:
    origin = typing.get_origin(annotation)
    inner = typing.get_args(annotation)
    if origin is tuple:
        return f"list of {_kind(inner[0])}"
    if origin is dict:
        return f"mapping of {_kind(inner[0])} to {_kind(inner[1])}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join("nothing" if arg is type(None) else _kind(arg) for arg in inner)
    if origin is typing.Literal:
        return " or ".join(f"`{arg}`" for arg in inner)
    if origin is typing.Annotated:
        return _kind(inner[0])
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return " or ".join(f"`{member}`" for member in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "section"
    return _PLAIN.get(annotation, str(annotation))


_PLAIN = {str: "text", int: "whole number", bool: "true or false", date: "day", time: "time"}


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _parts(inner)


def figures() -> Iterator[str]:
    """Every figure and what is counted."""
    yield "| figure | 中文 | English | what is counted |"
    yield "|---|---|---|---|"
    for figure in DEFINITIONS:
        yield f"| `{figure.key}` | {figure.zh} | {figure.en} | {figure.meaning} |"


def papers() -> Iterator[str]:
    """Every kind of paper."""
    yield "| kind | 中文 | English | sign in the number |"
    yield "|---|---|---|---|"
    for kind, (zh, en) in PAPERS.items():
        yield f"| `{kind}` | {zh} | {en} | {SIGNS[kind]} |"


def paper_variables() -> Iterator[str]:
    """Every variable of a paper's template."""
    yield "| variable | what it is |"
    yield "|---|---|"
    for name, meaning in meanings().items():
        yield f"| `{name}` | {meaning} |"


def problems() -> Iterator[str]:
    """The kinds of problems that the API tells of."""
    from web.api.kinds import KINDS

    yield "| `problem-...` | status | 中文 | English | what it means |"
    yield "|---|---|---|---|---|"
    for key, kind in KINDS.items():
        yield f"| `{key}` | {kind.status} | {kind.zh} | {kind.en} | {kind.means} |"


def operations() -> Iterator[str]:
    """The operations of the API."""
    from starlette.datastructures import State

    from web.api.app import create_api
    from web.api.reference import described, operations_of

    yield "| operation | address | scope | what it does |"
    yield "|---|---|---|---|"
    for one in operations_of(described(create_api(State(), None))):
        yield f"| `{one.ident}` | `{one.method} {one.path}` | {one.scope} | {one.summary} |"


GENERATED: dict[str, Callable[[], Iterator[str]]] = {
    "lifecycle diagram": lifecycle_diagram,
    "lifecycle table": lifecycle_table,
    "commands": commands,
    "words": words,
    "notices": notices,
    "notice kinds": notice_kinds,
    "settings": settings,
    "policy": policy,
    "papers": papers,
    "paper variables": paper_variables,
    "figures": figures,
    "problems": problems,
    "operations": operations,
}


def generated(page: str) -> str:
    """The page with every generated part as the code has it now."""

    def replace(match: re.Match[str]) -> str:
        part = match["name"]
        body = "\n".join(GENERATED[part]())
        return f"<!-- generated: {part} -->\n{body}\n<!-- end of {part} -->"

    pattern = r"<!-- generated: (?P<name>[\w ]+) -->.*?<!-- end of (?P=name) -->"
    return re.sub(pattern, replace, page, flags=re.DOTALL)


def pages() -> Iterator[Path]:
    """The pages that may hold generated parts."""
    yield from sorted(DOCS.rglob("*.md"))


if __name__ == "__main__":
    for path in pages():
        path.write_text(generated(path.read_text(encoding="utf-8")), encoding="utf-8")
