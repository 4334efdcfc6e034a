"""What open pages say when something has changed."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "live.item": ("此事项刚有新进展。", "This item has just moved on."),
    "live.list": ("列表有变化。", "The list has changed."),
    "live.refresh": ("刷新", "Refresh"),
}
