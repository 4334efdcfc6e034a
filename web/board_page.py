"""What the board's page needs besides its rows: the form of filters, the chips, the links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from models.ledger import MOST_COUNTED, Order
from rules.policy import Policy
from rules.vocabulary import Level, Light, Outcome, Severity, Source, Stage, name
from tasks.board import Board
from tasks.board_query import DAYS, Query
from web.words import say

Choices = Sequence[tuple[str, str]]


class Filter(NamedTuple):
    """One filter of the form. ``kind``: ticks, select, text or date."""

    name: str
    label: str
    kind: str
    chosen: tuple[str, ...]
    choices: Choices = ()
    hint: str = ""
    suggests: str = ""


class Chip(NamedTuple):
    """An active filter, and the address of the board without it."""

    label: str
    what: str
    address: str


FIRST = ("scope", "unit", "light", "stage")
"""Filters that are always in sight; the rest unfold."""


def filters_of(
    query: Query, policy: Policy, campaigns: Choices, lang: str
) -> tuple[list[Filter], list[Filter]]:
    """The filters of the form: those in sight and the others."""
    found = []
    for each, kind in _KINDS.items():
        choices = choices_of(each, policy, campaigns, lang)
        if each == "campaign" and len(choices) < 2:
            continue
        hint = {"unit": "board.unit_hint", "person": "board.people_hint"}.get(each, "")
        found.append(
            Filter(
                each,
                say(lang, f"board.f.{each}"),
                kind,
                query.all(each),
                choices,
                say(lang, hint) if hint else "",
                "units" if each == "unit" else "",
            )
        )
    return [f for f in found if f.name in FIRST], [f for f in found if f.name not in FIRST]


def chips_of(query: Query, policy: Policy, campaigns: Choices, lang: str) -> list[Chip]:
    """The active filters, each with the way to be rid of it."""
    found = []
    for key, value in query.given:
        called = dict(choices_of(key, policy, campaigns, lang)).get(value, value)
        label = say(lang, f"board.f.{key}")
        found.append(Chip(label, called, address(query.without(key, value))))
    return found


def choices_of(key: str, policy: Policy, campaigns: Choices, lang: str) -> Choices:
    """What may be chosen for a filter, as (stored word, name)."""
    if key in _WORDS:
        return tuple((str(word), name(word, lang)) for word in _WORDS[key])
    zh = lang.startswith("zh")
    match key:
        case "scope" | "overdue":
            words = {"scope": ("open", "closed", "all"), "overdue": ("in_force", "original")}[key]
            return tuple((word, say(lang, f"board.{key}.{word}")) for word in words)
        case "confidential" | "held":
            return tuple((word, say(lang, f"board.{word}")) for word in ("yes", "no"))
        case "helping":
            return (("yes", say(lang, "board.yes")),)
        case "level":
            rungs = enumerate(Level, 1)
            none = ("0", say(lang, "board.level.0"))
            return (none, *((str(place), name(rung, lang)) for place, rung in rungs))
        case "category":
            return tuple((one.code, one.zh if zh else one.en) for one in policy.categories)
        case "campaign":
            return campaigns
    return ()


_WORDS: Mapping[str, Sequence[str]] = {
    "stage": tuple(Stage), "light": tuple(Light), "source": tuple(Source),
    "severity": tuple(Severity), "outcome": tuple(Outcome),
}  # fmt: skip
_KINDS = {
    "scope": "select", "unit": "text", "light": "ticks", "stage": "ticks", "overdue": "select",
    "person": "text", "category": "ticks", "source": "ticks", "severity": "ticks",
    "level": "ticks", "outcome": "ticks", "campaign": "select", **dict.fromkeys(DAYS, "date"),
    "confidential": "select", "held": "select", "helping": "select",
}  # fmt: skip


def address(query: Query, path: str = "/board", **more: str) -> str:
    """The address of the board under this query; never that of the board as it opens."""
    parts = [query.text, urlencode({key: value for key, value in more.items() if value})]
    return f"{path}?{'&'.join(part for part in parts if part) or 'scope=open'}"


def counted(board: Board, lang: str) -> str:
    """How many items there are, in words."""
    if board.total is None:
        key = "board.many" if board.words else "board.more"
        return say(lang, key) if board.words else say(lang, key, n=f"{MOST_COUNTED:,}")
    if board.total == 1:
        return say(lang, "board.count_one")
    return say(lang, "board.count", n=f"{board.total:,}")


SORTED_BY = {"due": (Order.DUE, Order.DUE_LAST), "opened": (Order.OPENED,),
             "changed": (Order.CHANGED,), "level": (Order.LEVEL,)}  # fmt: skip
"""Orders that a column's head leads to."""


def heads_of(columns: Sequence[str], query: Query, lang: str) -> list[tuple[str, str, str, str]]:
    """Each column with its label, the order that its head leads to, and how it is sorted now."""
    found = []
    for column in columns:
        orders = SORTED_BY.get(column, ())
        after = orders[-1] if orders and query.order is orders[0] else orders[0] if orders else None
        link = address(query.sorted_by(after)) if after else ""
        now = ""
        if query.order in orders:
            now = "ascending" if query.order is Order.DUE else "descending"
        found.append((column, say(lang, f"board.c.{column}"), link, now))
    return found
