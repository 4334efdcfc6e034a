"""What programs read: the JSON shapes of items and histories, the same in commands and API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from models.listing import Page
from models.views import ItemView, Named


def item(view: ItemView, *, listed: bool = False) -> dict[str, Any]:
    """One item. In lists a confidential item shows neither its title nor its texts."""
    values = {field: plain(value) for field, value in zip(view._fields, view, strict=True)}
    del values["id"], values["policy_version"]
    values["policy"] = {"name": view.policy, "version": view.policy_version}
    if listed and view.confidential:
        values |= dict.fromkeys(("title", "description", "requirement"))
    return values


def page(found: Page) -> dict[str, Any]:
    """A page of items."""
    items = [item(view, listed=True) for view in found.items]
    return {"items": items, "next_cursor": found.next_cursor, "total": found.total}


def plain(value: Any) -> Any:
    """The value as JSON has it: instants in UTC and days in ISO 8601, codes with their names."""
    match value:
        case Named():
            return {"code": value.code, "name": value.name}
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Enum():
            return value.value
        case tuple() if hasattr(value, "_asdict"):
            return {field: plain(each) for field, each in value._asdict().items()}
        case Mapping():
            return {key: plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
    return value
