"""Reads a YAML document into a validated model, with messages that name the file and the line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.constructor import ConstructorError

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


def read_document(path: Path, model: type[M]) -> M:
    """The document in ``path`` as ``model``.

    Raises:
        InputError: it cannot be read, is not YAML, or does not fit the model.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"It cannot be read: {error}.", where=str(path)) from error
    return parse_document(text, model, str(path))


def parse_document(text: str, model: type[M], where: str) -> M:
    """The document in ``text`` as ``model``; ``where`` is what messages call it."""
    try:
        root = yaml.compose(text, Loader=_Loader)
        values = yaml.load(text, Loader=_Loader)
    except RecursionError as error:
        raise InputError("The document is nested too deeply.", where=where) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}" if mark else where
        raise InputError(
            f"This is not YAML: {getattr(error, 'problem', error)}.", where=place
        ) from error
    if not isinstance(values, dict):
        raise InputError("The document must be a mapping of keys to values.", where=where)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        line = _line(root, first["loc"])
        key = ".".join(str(part) for part in first["loc"]) or "the document"
        said = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{key}: {said}.", where=f"{where}:{line}") from error


def _line(node: Any, path: tuple[int | str, ...]) -> int:
    """The line of the deepest node on ``path`` that exists, counted from 1."""
    line: int = node.start_mark.line + 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(part)), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                return line
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            return line
    return line
