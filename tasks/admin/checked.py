"""What is typed about units and people, checked before it is stored; ``where`` names the field."""

from __future__ import annotations

import re

from notifications.addresses import address_problem
from rules.errors import InputError
from rules.item import SYSTEM

NAME_LENGTH = 100
KIND_LENGTH = 16
LANGS = ("zh-CN", "en")


def code_of(text: str) -> str:
    """The code by which commands call a unit or a person.

    Raises:
        InputError: it could not be told from other words of a command.
    """
    code = text.strip()
    if re.fullmatch(r"[\w.-]{1,64}", code) and code != SYSTEM.code:
        return code
    hint = "Use up to 64 letters, digits, dots, hyphens and underscores."
    raise InputError("The code is not usable.", hint, where="code")


def name_of(text: str, where: str = "name") -> str:
    """A name on one line.

    Raises:
        InputError: it is empty or too long.
    """
    name = " ".join(text.split())
    if 0 < len(name) <= NAME_LENGTH and "\0" not in name:
        return name
    raise InputError("The name is not usable.", f"Give 1 to {NAME_LENGTH} letters.", where=where)


def address_of(text: str, where: str = "email") -> str:
    """A mail address; empty for none.

    Raises:
        InputError: no mail could be sent there.
    """
    address = text.strip()
    if address and (problem := address_problem(address)):
        raise InputError(problem, where=where)
    return address


def lang_of(text: str) -> str:
    """A language of ours.

    Raises:
        InputError: it is none.
    """
    if text in LANGS:
        return text
    raise InputError(f"{text!r} is no language here.", f"Known: {', '.join(LANGS)}.", where="lang")
