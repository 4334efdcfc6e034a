"""What groups of OpenID Connect give: read from the file of groups.

    groups:
      zg-office: coordinator @ root
      zg-haidong:
        - responsible @ haidong
        - leader @ haidong
      zg-admins: administrator

A group that is not named here gives nothing. Nobody gets a role by anything but this file, whatever
an issuer or a person says of themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict

from config.documents import read_document
from config.settings import PREFIX, Settings
from rules.errors import InputError
from rules.vocabulary import Role

SETTING = f"{PREFIX}OPENID_GROUPS_FILE"

ADMINISTRATOR = "administrator"


class Grant(NamedTuple):
    """What a group gives: a role in a unit's subtree, or the console's administration (no role)."""

    role: Role | None
    unit: str = ""


def _grant(text: object) -> Grant:
    if isinstance(text, str) and text.strip() == ADMINISTRATOR:
        return Grant(None)
    word, at, unit = str(text).partition("@")
    try:
        role = Role(word.strip())
    except ValueError:
        known = ", ".join(Role)
        raise ValueError(
            f"{word.strip()!r} is no role; known: {known}, or {ADMINISTRATOR}"
        ) from None
    if not at or not unit.strip():
        raise ValueError(f"say where: {role} @ UNIT")
    return Grant(role, unit.strip())


def _grants(given: object) -> tuple[Grant, ...]:
    return tuple(_grant(each) for each in (given if isinstance(given, list) else [given]))


class _File(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid")

    groups: dict[str, Annotated[tuple[Grant, ...], BeforeValidator(_grants)]]


def read_groups(settings: Settings) -> Mapping[str, tuple[Grant, ...]]:
    """What each group gives; nothing when no file is set.

    Raises:
        InputError: the file cannot be read, or is not what it should be; with its line.
    """
    if not settings.openid_groups_file:
        return {}
    path = Path(settings.openid_groups_file).expanduser()
    if not path.is_file():
        raise InputError("The file of groups does not exist.", f"Check {SETTING}.", str(path))
    return read_document(path, _File).groups


def only_administrators_have_passwords(settings: Settings) -> bool:
    """Whether a password opens the accounts of administrators alone."""
    return settings.passwords.upper() == "ADMINISTRATORS"
