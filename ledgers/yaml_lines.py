"""Where in a YAML file does each key stand, so that a message can name the line?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from rules.errors import InputError

_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file's content, and for each path of keys the line (from 1) that it stands on."""

    content: Any
    lines: dict[tuple[str | int, ...], int]

    def line(self, path: tuple[str | int, ...]) -> int:
        """The line of the deepest part of ``path`` that the file has."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


def parse(text: str, name: str) -> Document:
    """Read YAML of plain keys and values. Raises InputError with ``where`` = name:line.

    Keys are kept as text (``no``, ``1`` and ``是`` alike), a key given twice is refused, and only
    true and false are booleans.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise InputError(
            f"This is not valid YAML: {error.problem or error.context}.", where=f"{name}:{line}"
        ) from error
    except yaml.YAMLError as error:
        raise InputError(f"This is not valid YAML: {error}.", where=name) from error
    lines: dict[tuple[str | int, ...], int] = {}
    return Document(_value(node, (), lines, name) if node else None, lines)


def _value(
    node: yaml.Node, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], name: str
) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > _DEPTH:
        raise InputError("This is nested too deeply.", where=f"{name}:{lines[path]}")
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, i), lines, name) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, item in node.value:
            where = f"{name}:{key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise InputError("A key must be a plain word.", where=where)
            if key.value in found:
                raise InputError(f'The key "{key.value}" is given twice.', where=where)
            lines[(*path, key.value)] = key.start_mark.line + 1
            found[key.value] = _value(item, (*path, key.value), lines, name)
        return found
    return _scalar(node, f"{name}:{lines[path]}")


def _scalar(node: yaml.Node, where: str) -> Any:
    # YAML 1.1 takes yes, no, on and off for booleans; here they are names of columns and words.
    if node.tag == "tag:yaml.org,2002:bool" and node.value.lower() not in ("true", "false"):
        return node.value
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except yaml.YAMLError as error:
        raise InputError(f"This value is not understood: {node.value}.", where=where) from error
    finally:
        loader.dispose()
