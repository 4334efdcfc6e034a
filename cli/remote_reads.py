"""What a server elsewhere tells, brought into the shapes in which commands print it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, get_type_hints
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from cli.item_page import Around
from cli.remote import Server, at
from models.listing import Page
from models.views import ItemView, Named
from rules.errors import Refusal
from tasks.prospects import Prospect

MOST = 200
"""Items that a server tells at once."""

_HINTS = get_type_hints(ItemView)


def listed(there: Server, size: int, query: Mapping[str, Any]) -> tuple[Page, list[Any]]:
    """Up to ``size`` items, as they are shown, and as they were told."""
    found: list[Any] = []
    cursor, total = query.get("cursor"), None
    while True:
        part = {**query, "cursor": cursor, "limit": min(MOST, size - len(found))}
        document = there.get("/items", **part)
        total = document["total"]
        found += document["items"]
        cursor = _cursor(document["next"])
        if cursor is None or len(found) >= size:
            return Page(tuple(map(view_of, found)), cursor, total), found


def sheet(there: Server, ref: str) -> tuple[dict[str, Any], Around]:
    """Everything about an item, as ``rectiflow show`` has it."""
    item = there.get(at(ref))
    agenda = there.get(f"{at(ref)}/agenda")
    told = {
        name: there.get(f"{at(ref)}/{path}")[key]
        for name, path, key in (
            ("history", "history", "history"), ("deliveries", "deliveries", "deliveries"),
            ("documents", "papers", "papers"), ("evidence", "evidence", "evidence"),
            ("extensions", "extensions", "extensions"),
        )
    }  # fmt: skip
    document = {"item": item, "agenda": agenda["steps"], "flow_run": None, **told}
    policy = item["policy"]
    rules = there.get(f"/policies/{policy['name']}@{policy['version']}")["document"]
    categories = {one["code"]: (one["zh"], one["en"]) for one in rules["categories"]}
    return document, Around(ZoneInfo(agenda["zone"]), categories, agenda["nothing"])


def prospects_of(documents: Sequence[Mapping[str, Any]]) -> list[Prospect]:
    """What may be done, as it is shown."""
    return [
        Prospect(
            one["command"],
            (no := one["refusal"]) and Refusal(no["rule"], no["message"], no["hint"]),
            *(tuple(one[field]) for field in ("leads_to", "required", "optional")),
        )
        for one in documents
    ]


def view_of(told: Mapping[str, Any]) -> ItemView:
    """The item as it is shown. What a list keeps to itself is empty."""
    values = {"id": 0, "policy_version": told["policy"]["version"]}
    for field in ItemView._fields:
        if field not in values:
            values[field] = _value(told[field], _HINTS[field])
    values["policy"] = told["policy"]["name"]
    return ItemView(**values)


def _value(value: Any, kind: Any) -> Any:
    words = str(kind)
    if value is None:
        return "" if kind is str else None
    if "Named" in words:
        many = isinstance(value, list)
        return tuple(Named(**one) for one in value) if many else Named(**value)
    if "datetime.datetime" in words:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if "datetime.date" in words else value


def _cursor(address: str | None) -> str | None:
    """The cursor in the address of the next page."""
    if address is None:
        return None
    return parse_qs(urlsplit(address).query)["cursor"][0]
