"""How a module looks: documented public names, empty ``__init__``, a size one can read."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.reading import Breach, Source, breaches, found_in, last_name, modules

MOST_LINES = 400
"""Beyond this a module holds two ideas. The aim is 200."""

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "misc", "common"}
"""Names under which anything could be found."""

SPEAKS_FOR_ITSELF = {"override", "overload", "setter", "field_validator", "model_validator"}
"""Decorators whose functions need no docstring: what they do is said elsewhere."""

Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _is_public(node: Documented) -> bool:
    decorators = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return not node.name.startswith("_") and SPEAKS_FOR_ITSELF.isdisjoint(
        map(last_name, decorators)
    )


def undocumented(source: Source) -> Iterator[Breach]:
    """Public modules, classes, functions and methods without a docstring.

    What a migration's ``upgrade`` does is said once, at the head of its module.
    """
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield Breach(source.path, 1, "the module says nothing about itself")
    if "/migrations/" in source.path:
        return
    pending: list[ast.Module | ast.ClassDef] = [source.tree]
    while pending:
        for node in pending.pop().body:
            if not isinstance(node, Documented) or not _is_public(node):
                continue
            if not ast.get_docstring(node):
                yield Breach(source.path, node.lineno, f"{node.name} has no docstring")
            if isinstance(node, ast.ClassDef):
                pending.append(node)


def busy_inits(source: Source) -> Iterator[Breach]:
    """``__init__.py`` files with more, or less, than a docstring."""
    if source.path.endswith("/__init__.py"):
        body = source.tree.body
        if len(body) != 1 or not ast.get_docstring(source.tree):
            yield Breach(source.path, 1, "an __init__ holds a docstring and nothing else")


def hard_to_read(source: Source) -> Iterator[Breach]:
    """Modules that are too long or whose name says nothing."""
    lines = source.text.count("\n")
    # A migration is as long as the schema it makes, and is not read again.
    if lines > MOST_LINES and "/migrations/versions/" not in source.path:
        yield Breach(source.path, lines, f"longer than {MOST_LINES} lines")
    name = source.path.rpartition("/")[2].removesuffix(".py")
    if name in SAYS_NOTHING:
        yield Breach(source.path, 1, f"{name} says nothing about what is inside")


def test_public_names_are_documented() -> None:
    assert breaches(undocumented) == []


def test_every_init_is_a_docstring_only() -> None:
    assert breaches(busy_inits) == []


def test_modules_can_be_read_in_one_sitting() -> None:
    assert breaches(hard_to_read) == []


def test_tests_need_no_init() -> None:
    assert [s.path for s in modules("tests") if s.path.endswith("__init__.py")] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", ["the module says nothing about itself"]),
        ('"""M."""\ndef f(): ...', ["f has no docstring"]),
        ('"""M."""\nasync def f(): ...', ["f has no docstring"]),
        ('"""M."""\nclass C:\n    x = 1', ["C has no docstring"]),
        ('"""M."""\nclass C:\n    """C."""\n    def f(self): ...', ["f has no docstring"]),
        (
            '"""M."""\nclass C:\n    """C."""\n    @property\n    def f(self): ...',
            ["f has no docstring"],
        ),
    ],
)
def test_a_missing_docstring_is_seen(text: str, said: list[str]) -> None:
    assert found_in(undocumented, "rules/x.py", text) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"""M."""\ndef _f(): ...',
        '"""M."""\nclass _C:\n    def f(self): ...',
        '"""M."""\nclass C:\n    """C."""\n    def __str__(self): ...',
        '"""M."""\ndef f():\n    """F."""\n    def inner(): ...',
        '"""M."""\nclass C:\n    """C."""\n    @field_validator("x")\n    def f(self): ...',
    ],
)
def test_private_and_inner_names_need_none(text: str) -> None:
    assert found_in(undocumented, "rules/x.py", text) == []


def test_an_init_with_code_is_seen() -> None:
    assert len(found_in(busy_inits, "rules/__init__.py", '"""R."""\nfrom rules.item import X')) == 1
    assert len(found_in(busy_inits, "rules/__init__.py", "")) == 1
    assert found_in(busy_inits, "rules/__init__.py", '"""R."""\n') == []


def test_a_long_or_vaguely_named_module_is_seen() -> None:
    assert len(found_in(hard_to_read, "rules/x.py", "\n" * (MOST_LINES + 1))) == 1
    assert found_in(hard_to_read, "rules/x.py", "\n" * MOST_LINES) == []
    assert len(found_in(hard_to_read, "tasks/utils.py", "")) == 1
