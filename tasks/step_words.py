"""Words of the agenda in Chinese and English, beside the vocabulary's own."""

from __future__ import annotations

from collections.abc import Mapping

SEATS: Mapping[str, tuple[str, str]] = {
    "responsible": ("责任人", "the responsible person"),
    "leader": ("包案领导", "the leader"),
    "verifier": ("核查人", "the verifier"),
    "coordinators": ("整改办", "the coordinators"),
    "supervisors": ("督导", "the supervisors"),
    "helpers": ("协办单位", "the co-units"),
}

WEEKDAYS: Mapping[str, tuple[str, str]] = {
    "monday": ("周一", "Monday"),
    "tuesday": ("周二", "Tuesday"),
    "wednesday": ("周三", "Wednesday"),
    "thursday": ("周四", "Thursday"),
    "friday": ("周五", "Friday"),
    "saturday": ("周六", "Saturday"),
    "sunday": ("周日", "Sunday"),
}


def said(table: Mapping[str, tuple[str, str]], key: str, lang: str) -> str:
    """The word for ``key`` in a table of Chinese and English; the key itself when unknown."""
    zh, en = table.get(key, (key, key))
    return zh if lang.startswith("zh") else en


def pick(lang: str, zh: str, en: str) -> str:
    """One of two texts, by language."""
    return zh if lang.startswith("zh") else en
