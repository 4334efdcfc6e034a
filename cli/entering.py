"""What is typed about units and people, checked before it is stored."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from cli.quick import chosen
from models import directory
from rules.errors import InputError
from rules.item import SYSTEM, UnitFact
from rules.vocabulary import Role
from tasks.admin import checked


def code_of(text: str, what: str) -> str:
    """The code by which commands call a unit or a person.

    Raises:
        InputError: it could not be told from other words of a command.
    """
    if re.fullmatch(r"[\w.-]{1,64}", text) and text != SYSTEM.code:
        return text
    hint = "Use up to 64 letters, digits, dots, hyphens and underscores."
    raise InputError(f"{text!r} cannot be the code of a {what}.", hint, where="CODE")


def name_of(text: str) -> str:
    """A name on one line.

    Raises:
        InputError: it is empty or too long.
    """
    return checked.name_of(text, "--name")


def address_of(text: str) -> str:
    """A mail address; empty for none.

    Raises:
        InputError: no mail could be sent there.
    """
    return checked.address_of(text, "--email")


def unit_called(connection: Connection, word: str) -> UnitFact:
    """The unit with this code or name.

    Raises:
        NotFound: no unit, or more than one, is called that.
    """
    return directory.units(connection, [word])[word]


def roles_of(
    connection: Connection, words: Iterable[str] | None, home: UnitFact, where: str
) -> list[tuple[Role, UnitFact]]:
    """Roles as they are typed: ``ROLE`` over the person's own unit, or ``ROLE@UNIT``.

    Raises:
        InputError: there is no such role.
        NotFound: there is no such unit.
    """
    found = []
    for word in words or ():
        role, _, unit = word.partition("@")
        seat = unit_called(connection, unit) if unit else home
        found.append((chosen(Role, [role], where)[0], seat))
    return found


@contextmanager
def free(code: str, what: str) -> Iterator[None]:
    """Say that the code is taken when the database says that something stands twice."""
    try:
        yield
    except IntegrityError as error:
        hint = f"Use another, or change that one with: rectiflow {what} set {code}."
        raise InputError(f"There is a {what} {code!r} already.", hint, where="CODE") from error
