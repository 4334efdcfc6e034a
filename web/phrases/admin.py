"""What the pages of administration say in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from web.phrases import admin_moves, admin_rules, admin_staff, admin_units, admin_wordings

WORDS: Mapping[str, tuple[str, str]] = {
    **admin_staff.WORDS,
    **admin_units.WORDS,
    **admin_rules.WORDS,
    **admin_moves.WORDS,
    **admin_wordings.WORDS,
}
