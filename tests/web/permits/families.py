"""The families of pages."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from tests.web.permits import admin, api, item, launch, others, signing

FAMILIES: Mapping[str, ModuleType] = {
    "signing": signing, "item": item, "launch": launch, "others": others, "admin": admin,
    "api": api,
}  # fmt: skip
