"""Reading the project's own source: what the house tests share.

A checker is a function from one module's source to the places where it breaks a rule, so that it
can be tried on a line of text as well as on the whole house.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]

PACKAGES = (
    "rules",
    "config",
    "models",
    "ledgers",
    "notifications",
    "sample",
    "tasks",
    "flows",
    "web",
    "cli",
)
"""Every top-level package, lowest layer first. One that does not exist yet is passed over."""

BESIDE = ("tests", "bench", "docs")
"""Top-level folders with Python in them that are no part of the program."""

UNREAD_FOLDERS = {"__pycache__", "build", "dist", "node_modules"}


class Source(NamedTuple):
    """One module: its path from the root, with slashes, and its text."""

    path: str
    text: str

    @property
    def package(self) -> str:
        """The top-level package the module belongs to."""
        return self.path.split("/", 1)[0]

    @property
    def tree(self) -> ast.Module:
        """The parsed module."""
        return ast.parse(self.text, filename=self.path)


class Breach(NamedTuple):
    """A place where a rule is broken, printed as ``path:line: what``."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


Checker = Callable[[Source], Iterator[Breach]]


def files(*folders: str) -> Iterator[Path]:
    """Files below the given top-level folders (all of the project without any).

    Environments, caches and hidden folders other than ``.ci`` are passed over.
    """
    starts = [ROOT / folder for folder in folders] or [ROOT]
    pending = [start for start in starts if start.is_dir()]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            hidden = path.name.startswith(".") and path.name != ".ci"
            if path.is_dir() and not hidden and path.name not in UNREAD_FOLDERS:
                pending.append(path)
            elif path.is_file():
                yield path


def modules(*folders: str) -> list[Source]:
    """Every Python module of the given top-level folders (of all packages without any)."""
    found = sorted(path for path in files(*(folders or PACKAGES)) if path.suffix == ".py")
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in found
    ]


def breaches(check: Checker, sources: list[Source] | None = None) -> list[str]:
    """What a checker finds in the whole program, ready to be compared with an empty list."""
    return [str(b) for source in (modules() if sources is None else sources) for b in check(source)]


def found_in(check: Checker, path: str, text: str) -> list[str]:
    """What a checker says of one invented module, without path and line."""
    return [breach.what for breach in check(Source(path, text))]


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything imported, anywhere in the module.

    Imports inside functions, under ``TYPE_CHECKING`` and by ``import_module("name")`` count as
    well. ``from a import b`` gives ``a.b``. Relative imports give nothing: they cannot leave a
    top-level package.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
            case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]) if last_name(
                func
            ) in {"import_module", "__import__"}:
                yield node.lineno, name


def last_name(node: ast.AST) -> str:
    """The last identifier of ``a``, ``a.b`` or ``a.b.c``; empty for anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def aliases(tree: ast.AST) -> dict[str, str]:
    """What each imported local name stands for: ``dt`` -> ``datetime`` after ``import .. as``."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    local = alias.asname or alias.name.split(".", 1)[0]
                    known[local] = alias.name if alias.asname else local
            case ast.ImportFrom(module=str(module), names=names, level=0):
                known |= {a.asname or a.name: f"{module}.{a.name}" for a in names}
    return known


def dotted(node: ast.AST, known: dict[str, str]) -> str:
    """The full dotted name of a name or attribute, imports resolved; empty for anything else."""
    match node:
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Attribute(value=value, attr=attr):
            base = dotted(value, known)
            return f"{base}.{attr}" if base else ""
    return ""
