"""An item's stage is written in one module, reached from one other, in listed transactions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.reading import Breach, Source, breaches, found_in, imports, last_name

WRITER = "models/writes.py"
"""The only module with statements that write the guarded columns."""

CALLERS = ("tasks/act.py",)
"""The only modules that import the writer."""

GUARDED = {"stage"}
"""Columns of an item that nothing else writes."""

ITEM_ROWS = {"Item", "ItemRow", "ItemTable"}
"""Names of the table class: giving it a guarded column at construction is writing, too."""

COMMITTERS = (
    "models/engine.py",
    "models/migrations/env.py",
    "tasks/act.py",
)
"""The only modules that begin or end a transaction; everything else works inside one."""

SQL_WRITES = re.compile(
    rf"\b(update\b.*\bset\b.*\b({'|'.join(GUARDED)})\s*="
    rf"|insert\s+into\s+items?\b[^)]*\b({'|'.join(GUARDED)})\b)",
    re.IGNORECASE | re.DOTALL,
)


def _names_guarded(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant(value=str(name)):
            return name in GUARDED
        case ast.Attribute() | ast.Name():
            return last_name(node) in GUARDED
    return False


def _writes_by_call(node: ast.Call) -> bool:
    name = last_name(node.func)
    if name in {"setattr", "__setattr__"}:
        return any(_names_guarded(argument) for argument in node.args[:2])
    if name not in {"values", "ordered_values", *ITEM_ROWS}:
        return False
    keys = [key for arg in node.args if isinstance(arg, ast.Dict) for key in arg.keys]
    return any(k.arg in GUARDED for k in node.keywords) or any(map(_names_guarded, keys))


def guarded_writes(source: Source) -> Iterator[Breach]:
    """Places that write a guarded column: by attribute, by statement, or in SQL text."""
    if source.path == WRITER:
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Store()) if name in GUARDED:
                yield Breach(source.path, node.lineno, f"only {WRITER} writes .{name}")
            case ast.Call() if _writes_by_call(node):
                yield Breach(source.path, node.lineno, f"only {WRITER} writes an item's stage")
            case ast.Constant(value=str(text)) if SQL_WRITES.search(text):
                yield Breach(
                    source.path, node.lineno, f"only {WRITER} writes an item's stage in SQL"
                )


def back_doors(source: Source) -> Iterator[Breach]:
    """Imports of the writer from anywhere but its callers."""
    if source.path in CALLERS:
        return
    writer = WRITER.removesuffix(".py").replace("/", ".")
    for line, name in imports(source.tree):
        if name == writer or name.startswith(f"{writer}."):
            yield Breach(source.path, line, f"only {', '.join(CALLERS)} may import {writer}")


def transactions(source: Source) -> Iterator[Breach]:
    """Commits and transactions opened by a leaf, which would break its caller's atomicity."""
    if source.path in COMMITTERS:
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="commit" | "begin" as name)):
                yield Breach(
                    source.path, node.lineno, f".{name}() belongs to {', '.join(COMMITTERS)}"
                )


def test_only_the_writer_writes_an_items_stage() -> None:
    assert breaches(guarded_writes) == []


def test_only_act_reaches_the_writer() -> None:
    assert breaches(back_doors) == []


def test_only_the_listed_modules_commit() -> None:
    assert breaches(transactions) == []


@pytest.mark.parametrize(
    "text",
    [
        "item.stage = Stage.CLOSED",
        "item.stage, item.round = stage, 2",
        "item.stage: str = 'closed'",
        "setattr(item, 'stage', 'closed')",
        "object.__setattr__(item, 'stage', 'closed')",
        "update(Item).values(stage='closed')",
        "update(Item).values({'stage': 'closed'})",
        "items.update().values({items.c.stage: 'closed'})",
        "Item(ref='A-1', stage='closed')",
        "text('UPDATE item SET version = version + 1, stage = :stage WHERE id = :id')",
        "text('insert into items (id, ref, stage) values (1, 2, 3)')",
    ],
)
def test_a_write_past_the_writer_is_seen_in_every_form(text: str) -> None:
    assert len(found_in(guarded_writes, "tasks/closure.py", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "state = dataclasses.replace(state, stage=Stage.CLOSED)",
        "if item.stage == Stage.CLOSED: pass",
        "select(Item).where(Item.stage == 'closed')",
        "text('SELECT stage FROM item WHERE stage = :stage')",
        "ItemState(stage=Stage.INTAKE)",
        "update(Person).values(address='a@b')",
    ],
)
def test_reading_and_computing_a_stage_is_left_alone(text: str) -> None:
    assert found_in(guarded_writes, "tasks/closure.py", text) == []


@pytest.mark.parametrize(
    "text", ["from models import writes", "from models.writes import move", "import models.writes"]
)
def test_a_back_door_to_the_writer_is_seen(text: str) -> None:
    assert len(found_in(back_doors, "cli/act.py", text)) == 1
    assert found_in(back_doors, "tasks/act.py", text) == []
    assert found_in(back_doors, "cli/act.py", "from models import writeups") == []


def test_a_commit_in_a_leaf_is_seen() -> None:
    assert len(found_in(transactions, "models/event.py", "session.commit()")) == 1
    assert len(found_in(transactions, "tasks/sweep.py", "with engine.begin() as c: pass")) == 1
    assert found_in(transactions, "models/engine.py", "session.commit()") == []
    assert found_in(transactions, "models/event.py", "session.execute(statement)") == []
