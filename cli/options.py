"""Options and arguments that several commands share, with the same words everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from rules.errors import InputError


class Lang(StrEnum):
    """Languages of words and sentences."""

    ZH = "zh-CN"
    EN = "en"


Ref = Annotated[str, typer.Argument(metavar="REF", help="the item's reference, like ZG-00001")]
AsJson = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]
InLang = Annotated[Lang, typer.Option("--lang", help="language of words and sentences")]
AsPerson = Annotated[
    str, typer.Option("--as", metavar="PERSON", help="who does it: a handle or a name")
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="a field of the command; may be repeated"),
]
Key = Annotated[
    str | None,
    typer.Option("--key", help="idempotency key: repeating it returns the first receipt"),
]


def require_person(person: str) -> None:
    """See that somebody is named who does it. On a server elsewhere the token names them.

    Raises:
        InputError: nobody is.
    """
    if not person:
        raise InputError(
            "Nobody is named who does it.", "Say --as PERSON: a handle or a name.", "--as"
        )
