"""Channels besides mail: chat and message gateways, each by a name, from the file of channels.

    wecom-lin: wecombot://KEY
    bureau-group: dingtalk://TOKEN

What stands behind a name is a secret: whoever knows it can write in its place. So it is in this
file only, and never in the database, a log or a message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, RootModel, SecretStr

from config.documents import read_document
from config.settings import PREFIX, Settings
from rules.errors import InputError

SETTING = f"{PREFIX}CHANNELS_FILE"
MAIL = "mail"
"""What deliveries by mail have in place of a channel's name."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_URL = re.compile(r"[a-z][a-z0-9+.-]{1,31}://\S+", re.IGNORECASE)


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("a name has up to 32 letters, digits and . _ -")
    if name == MAIL:
        raise ValueError("mail is no name for another channel")
    return name


def _addressed(url: SecretStr) -> SecretStr:
    # Nothing of it is repeated in the message.
    if not _URL.fullmatch(url.get_secret_value()):
        raise ValueError("this is not an address like wecombot://KEY")
    return url


class _File(
    RootModel[
        dict[
            Annotated[str, AfterValidator(_named)], Annotated[SecretStr, AfterValidator(_addressed)]
        ]
    ]
):
    """The file."""


def read_channels(settings: Settings) -> Mapping[str, str]:
    """The addresses of the channels, by name; none when no file is set.

    Raises:
        InputError: the file cannot be read, or is not what it should be; with its line.
    """
    if not settings.channels_file:
        return {}
    path = Path(settings.channels_file).expanduser()
    if not path.is_file():
        raise InputError("The file of channels does not exist.", f"Check {SETTING}.", str(path))
    if not path.read_bytes().strip():
        return {}
    return {name: url.get_secret_value() for name, url in read_document(path, _File).root.items()}


def readable_by_others(settings: Settings) -> bool:
    """Whether the file of channels can be read by others than its owner and group."""
    if not settings.channels_file:
        return False
    path = Path(settings.channels_file).expanduser()
    return path.is_file() and bool(path.stat().st_mode & 0o004)
