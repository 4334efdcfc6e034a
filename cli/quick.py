"""A command that must answer at once reads its options as plain words.

Typer hands every option to pydantic, which takes a tenth of a second to load. ``Quick`` leaves
the words as they are; the command makes numbers and words of the vocabulary of them here.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

from typer.core import TyperCommand

from rules.errors import InputError
from rules.vocabulary import NAMES

W = TypeVar("W", bound=StrEnum)


class AsWords:
    """Mixed into a Typer command or group, leaves its options as the words they were given as.

    All of them are declared as ``str``, lists of ``str`` or flags.
    """

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, ``--help`` among them, none of which is converted."""
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in params:
            # A private name of Typer 0.29. Should it lose its meaning the command still works,
            # only slower, and the test of what `list` loads fails.
            param._runtime_param = _AsGiven()
        return params


class Quick(AsWords, TyperCommand):
    """A command whose options are left as words."""


class _AsGiven:
    """Stands in for Typer's conversion of one parameter."""

    def coerce(self, value: Any, **_about: Any) -> Any:
        """The words as they were given; several of them as a list."""
        return list(value) if isinstance(value, tuple) else value


def choices(kind: type[StrEnum]) -> str:
    """The words to choose from, for a help text."""
    return ", ".join(kind)


def chosen(kind: type[W], texts: Iterable[str] | None, where: str) -> tuple[W, ...]:
    """Words of the vocabulary, by their stored value or their Chinese or English name.

    Raises:
        InputError: there is no such word.
    """
    return tuple(_word(kind, text, where) for text in texts or ())


def _word(kind: type[W], text: str, where: str) -> W:
    for word in kind:
        names = (word.value, *NAMES.get(word, ()))
        if text.casefold() in (name.casefold() for name in names):
            return word
    raise InputError(f"{text!r} is not known.", f"Choose one of: {choices(kind)}.", where=where)


def number(text: str, least: int, most: int, where: str) -> int:
    """A whole number within bounds.

    Raises:
        InputError: it is none.
    """
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    raise InputError(f"{text!r} is not usable.", f"Give a number, {least} to {most}.", where=where)
