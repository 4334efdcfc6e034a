"""What the forms of the pages about many items say: a selection, a command, what was seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from fastapi import HTTPException
from starlette.datastructures import FormData

from rules.bulk import IN_BULK
from rules.commands import Command, parse
from tasks import bulk
from web.deeds import values_in

SEEN = re.compile(r"(\S{1,32}):([0-9]{1,9})")


class Sent(NamedTuple):
    """What a form of these pages says."""

    refs: tuple[str, ...]
    more: bool
    """Whether more were chosen than fit into one go."""
    seen: tuple[tuple[str, int], ...]
    command: str
    values: dict[str, str]
    batch: str
    query: str


def command_in(sent: Sent) -> Command:
    """The command that is wished.

    Raises:
        HTTPException: it is none that is given to many at once (404).
        InputError: a value cannot be read.
    """
    if sent.command not in IN_BULK:
        raise HTTPException(404)
    return parse(sent.command, sent.values)


def sent_in(form: FormData) -> Sent:
    """What the form says.

    Raises:
        HTTPException: what was seen is not written as it is here (400).
    """
    texts = {name: [str(value) for value in form.getlist(name)] for name in form}
    joined = {name: ",".join(values) for name, values in texts.items()}
    words = " ".join([*texts.get("ref", ()), *texts.get("refs", ())]).split()
    refs = tuple(dict.fromkeys(words))
    seen = _seen(texts.get("seen", ()))
    return Sent(
        refs[: bulk.MOST], len(refs) > bulk.MOST, seen, joined.get("command", ""),
        values_in(joined), joined.get("batch", ""), joined.get("query", "")[:2000],
    )  # fmt: skip


def _seen(texts: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Reference and version of each item that is to be done."""
    found = [SEEN.fullmatch(text) for text in texts]
    if any(one is None for one in found) or len(found) > bulk.AT_ONCE:
        raise HTTPException(400)
    return tuple((one[1], int(one[2])) for one in found if one)
