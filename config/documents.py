"""Reads a YAML document into a validated model, with messages that name the file and the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.constructor import ConstructorError

from config.faults import Objection, line_of, objections
from rules.errors import InputError

M = TypeVar("M", bound=BaseModel)


class _Loader(yaml.SafeLoader):
    """Plain words mean what they look like, as in YAML 1.2: ``NO`` is a country, ``17:00`` a time,
    ``010`` ten. Days and the like are told from texts by the model. No key stands twice."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  (as the base class has it; filled below)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


for _tag, _looks, _begins in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _shape = re.compile(rf"^(?:{_looks})$")
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _shape, ["", *_begins])


WHOLE = "the document"
"""What a mistake is about that is no single key's."""

Judge = Callable[[M], Iterable[Objection]]
"""Objects to a model that is well-formed, but cannot be used."""


def read_document(path: Path, model: type[M], judge: Judge[M] | None = None) -> M:
    """The document in ``path`` as ``model``, if ``judge`` has nothing against it.

    Raises:
        InputError: it cannot be read, is not YAML, does not fit the model, or is objected to.
    """
    return parse_document(_text(path), model, str(path), judge)


def parse_document(text: str, model: type[M], where: str, judge: Judge[M] | None = None) -> M:
    """The document in ``text`` as ``model``; ``where`` is what messages call it.

    Raises:
        InputError: as :func:`read_document`; the first mistake, and how many more there are.
    """
    made, mistakes = _judged(text, model, where, judge)
    if made is None:
        first, *more = mistakes
        if more:
            count = "Another mistake follows" if len(more) == 1 else f"{len(more)} more follow"
            first.hint = f"{first.hint} {count}.".strip()
        raise first
    return made


def mistakes_in(path: Path, model: type[M], judge: Judge[M] | None = None) -> list[InputError]:
    """Everything that is wrong with the document; nothing when it is good.

    Raises:
        InputError: it cannot be read, or is not YAML, so that nothing more can be said.
    """
    return _judged(_text(path), model, str(path), judge)[1]


def mistakes_in_text(
    text: str, model: type[M], where: str, judge: Judge[M] | None = None
) -> tuple[M | None, list[InputError]]:
    """The document in ``text`` as ``model``, or everything that is wrong with it.

    Raises:
        InputError: it is not YAML, so that nothing more can be said.
    """
    return _judged(text, model, where, judge)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"It cannot be read: {error}.", "Save it as UTF-8.", where=str(path)
        ) from error
    except OSError as error:
        raise InputError(f"It cannot be read: {error}.", where=str(path)) from error


def _judged(
    text: str, model: type[M], where: str, judge: Judge[M] | None
) -> tuple[M | None, list[InputError]]:
    """The model when there is nothing against it, else all mistakes by line, what is
    missing last."""
    root, values = _parsed(text, where)
    try:
        made = model.model_validate(values)
    except ValidationError as error:
        found = list(objections(error, model))
    else:
        found = list(judge(made)) if judge is not None else []
        if not found:
            return made, []
    # A misspelt key is missed, too: what is written is looked at first.
    found.sort(key=lambda objection: (objection.absent, line_of(root, objection.at)))
    return None, [_mistake(objection, root, where) for objection in found]


def _mistake(objection: Objection, root: Any, where: str) -> InputError:
    key = ".".join(str(part) for part in objection.at) or WHOLE
    place = f"{where}:{line_of(root, objection.at)}"
    return InputError(f"{key}: {objection.sentence}.", objection.hint, where=place)


def _parsed(text: str, where: str) -> tuple[Any, dict[Any, Any]]:
    """The nodes of the document, and its values."""
    try:
        root = yaml.compose(text, Loader=_Loader)
        values = yaml.load(text, Loader=_Loader)
    except RecursionError as error:
        raise InputError("The document is nested too deeply.", where=where) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}" if mark else where
        problem = str(getattr(error, "problem", error))
        raise InputError(f"This is not YAML: {problem}.", _remedy(problem), where=place) from error
    if not isinstance(values, dict):
        raise InputError("The document must be a mapping of keys to values.", where=where)
    return root, values


def _remedy(problem: str) -> str:
    """What most often helps against what the YAML reader says."""
    if "\\t" in problem:
        return "Indent with spaces, not with tabs."
    if "stands twice" in problem:
        return "Take one of them out."
    return "Look at the indentation and the brackets, and put texts with a colon in quotes."
