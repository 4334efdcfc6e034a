"""Where is a mapping, and what is wrong with it? Found by name among our own, or by path."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from ledgers.mapping import FieldName, Inconsistent, Mapping
from ledgers.mapping_parts import Closing, Dates, FileShape
from ledgers.yaml_lines import Document, parse
from rules.errors import InputError, NotFound

_SHOWN = 5
_KNOWN_KEYS = (
    *Mapping.model_fields,
    *Closing.model_fields,
    *Dates.model_fields,
    *FileShape.model_fields,
    *get_args(FieldName),
)


def mapping_names() -> list[str]:
    """The names of the mappings that come with the program."""
    folder = files("config").joinpath("mappings")
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    )


def load_mapping(name_or_path: str | Path) -> Mapping:
    """The mapping of that name, or the one in that file.

    Raises NotFound when there is neither, InputError naming file, line and key when it is wrong.
    """
    asked = str(name_or_path)
    if isinstance(name_or_path, Path) or asked.endswith((".yaml", ".yml")) or "/" in asked:
        path = Path(asked)
        return read_mapping(_text(path), str(path))
    if asked in mapping_names():
        resource = files("config").joinpath("mappings", f"{asked}.yaml")
        return read_mapping(resource.read_text(encoding="utf-8"), asked)
    names = mapping_names()
    close = get_close_matches(asked, names, 1)
    hint = f"Did you mean {close[0]}? " if close else ""
    raise NotFound(
        f'There is no mapping named "{asked}".',
        f"{hint}Known are {', '.join(names)}; or give the path of a .yaml file.",
    )


def read_mapping(text: str, name: str) -> Mapping:
    """A mapping from the text of its file; ``name`` is for messages. Raises InputError."""
    document = parse(text, name)
    if not isinstance(document.content, dict):
        raise InputError("A mapping starts with keys such as columns: and key:.", where=name)
    try:
        return Mapping.model_validate({**document.content, "name": name})
    except ValidationError as error:
        raise _explained(error, document, name) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise NotFound(
            f"There is no mapping file {path}.",
            f"Give another path, or one of the names {', '.join(mapping_names())}.",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"The mapping cannot be read: {error}.", "Save it as UTF-8 text.", where=str(path)
        ) from error


def _explained(error: ValidationError, document: Document, name: str) -> InputError:
    told: dict[str, int] = {}
    for problem in error.errors():
        path = tuple(part for part in problem["loc"] if part != "[key]")
        cause = problem.get("ctx", {}).get("error")
        if isinstance(cause, Inconsistent):
            path = (*path, *cause.path)
        told.setdefault(_sentence(problem["type"], problem["msg"], path), document.line(path))
    said = [f"line {line}, {sentence}" for sentence, line in told.items()]
    more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
    first = min(told.values())
    return InputError(
        f"This mapping is wrong: {'; '.join(said[:_SHOWN])}{more}.",
        "config/mappings/ledger.yaml describes every key.",
        where=f"{name}:{first}",
    )


def _sentence(kind: str, message: str, path: tuple[str | int, ...]) -> str:
    key = ".".join(str(part) for part in path) or "the whole"
    if kind in ("extra_forbidden", "literal_error") and path:
        close = get_close_matches(str(path[-1]), _KNOWN_KEYS, 1)
        also = f"; did you mean {close[0]}?" if close and close[0] != path[-1] else ""
        what = "there is no such key" if kind == "extra_forbidden" else message
        return f"{key}: {what}{also}"
    return f"{key}: {message.removeprefix('Value error, ')}"
