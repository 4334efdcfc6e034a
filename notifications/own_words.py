"""An office's own wording of a notice: may it be used, and by what is it found before ours?

What is typed in a browser may do less than a file in the installation's folder: it fills values
in, asks whether there is one, and stands in the house's frame. Nothing is called, repeated,
multiplied or reached into, so that no wording can run for long, grow, or read what it should not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.context import KINDS
from notifications.gathered import GATHERED, GATHERED_VARIABLES
from notifications.view import VARIABLES

LONGEST = 20_000
"""Characters of one part."""

PARTS = ("subject.txt", "body.txt", "body.html")
"""The parts of a wording, by the names of their files."""

FILTERS = frozenset({"indent", "upper", "lower", "trim", "default", "d"})
REACHED = frozenset({"at", "what", "year", "month", "day"})
"""Attributes of values: the next step's, and a day's."""
LARGEST = 100
"""No number in a wording is larger: as a width it would make a mail of any size."""

_PLAIN = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Block, nodes.CondExpr),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Concat),
    *(nodes.Add, nodes.Sub, nodes.Tuple),
)


class Wording(NamedTuple):
    """The three parts of a notice in one language."""

    subject: str
    text: str
    html: str


class Mistake(NamedTuple):
    """What keeps a wording from being used: in which part, on which line."""

    part: str
    line: int
    sentence: str


@dataclass(frozen=True)
class Own:
    """An office's own words: those of a folder, and before them those that are stored, by the name
    of their file. ``faults`` gets what could not be used when it was tried."""

    folder: Path | None
    stored: tuple[tuple[str, str], ...] = ()
    faults: list[str] = field(default_factory=list, compare=False)


def own(folder: Path | None, stored: Mapping[tuple[str, str], Wording]) -> Own:
    """The own words of an office: of its folder, and those stored by kind and language."""
    named = [
        (f"{kind}.{lang}/{part}", words)
        for (kind, lang), wording in stored.items()
        for part, words in zip(PARTS, wording, strict=True)
    ]
    return Own(folder, tuple(sorted(named)))


def mistakes(kind: str, lang: str, wording: Wording) -> list[Mistake]:
    """What is wrong with a wording as it is written; whether it works is seen by trying it."""
    found: list[Mistake] = []
    known = GATHERED_VARIABLES if kind in GATHERED else VARIABLES
    for part, source in zip(PARTS, wording, strict=True):
        found += [Mistake(part, line, said) for line, said in _wrong(source, lang, known)]
    return found


def _wrong(source: str, lang: str, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    if not source.strip():
        yield 1, "It is empty."
    if len(source) > LONGEST or "\0" in source:
        yield 1, f"It is longer than {LONGEST} characters."
        return
    try:
        tree = ImmutableSandboxedEnvironment().parse(source)
    except TemplateSyntaxError as error:
        yield error.lineno, f"The template is not written correctly: {error.message}."
        return
    except RecursionError:
        yield 1, "It is nested too deeply."
        return
    for node in _below(tree):
        if said := _refused(node, lang, known):
            yield node.lineno or 1, said


def _below(tree: nodes.Template) -> Iterator[nodes.Node]:
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop(0)
        yield node
        waiting.extend(node.iter_child_nodes())


def _refused(node: nodes.Node, lang: str, known: frozenset[str]) -> str:
    match node:
        case nodes.Name(name=name) if name not in known:
            return f"There is no value {name!r} in this notice."
        case nodes.Getattr(attr=attr) if attr not in REACHED:
            return f"Nothing has a part {attr!r} here."
        case nodes.Filter(name=name) if name not in FILTERS:
            return f"The filter {name!r} is not to be used here."
        case nodes.Test(name=name) if name not in ("none", "defined"):
            return f"The test {name!r} is not to be used here."
        case nodes.Const(value=value) if isinstance(value, int | float) and abs(value) > LARGEST:
            return f"The number {value} is too large."
        case nodes.Extends(template=nodes.Const(value=str(frame))) if frame in _frames(lang):
            return ""
        case nodes.Name() | nodes.Getattr() | nodes.Filter() | nodes.Test() | nodes.Const():
            return ""
        case _ if isinstance(node, _PLAIN):
            return ""
    return f"{type(node).__name__.lower()} is not to be used in a wording."


def _frames(lang: str) -> frozenset[str]:
    bodies = ("body.txt", "body.html")
    return frozenset(f"{of}.{lang}/{part}" for of in ("base", "gathered") for part in bodies)


EVERY_KIND = (*KINDS, *GATHERED)
"""Every notice whose wording can be replaced."""
