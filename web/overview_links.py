"""Where the figures of an overview lead: to the board, filtered to just what was counted."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import urlencode

from rules.figures import AGES, Span
from rules.overview import BEFORE_EVERYTHING
from tasks.overview import Overview

BOARD = "/board"


class Links:
    """The addresses of the items behind the figures of one overview."""

    def __init__(self, overview: Overview) -> None:
        self._campaign = overview.campaign.code
        self._unit = "" if overview.wholly else overview.unit.code
        self._period = overview.period

    def board(self, *, unit: str | None = None, **filters: str | int) -> str:
        """The board with these filters, for the overview's unit unless another one is named."""
        place = self._unit if unit is None else unit
        asked = {"campaign": self._campaign, "unit": place, **filters}
        return f"{BOARD}?{urlencode({name: value for name, value in asked.items() if value})}"

    def now(self, name: str, *, unit: str | None = None, category: str = "") -> str:
        """The open items that the counter of this name counts."""
        return self.board(unit=unit, category=category, **NOW[name])

    def closed(self, *, unit: str | None = None, category: str = "", outcome: str = "") -> str:
        """What was closed in the period."""
        first = self._period.first
        begins = "" if first == BEFORE_EVERYTHING else first.isoformat()
        return self.board(
            unit=unit, category=category, outcome=outcome, stage="closed", closed_from=begins,
            closed_to=self._period.last.isoformat(),
        )  # fmt: skip

    def age(self, place: int) -> str:
        """The open items of one bucket of :data:`rules.figures.AGES`."""
        last = self._period.last
        oldest = (last - timedelta(days=AGES[place])).isoformat() if place < len(AGES) else ""
        newest = last - timedelta(days=AGES[place - 1] + 1) if place else last
        return self.board(stage=OPEN, opened_from=oldest, opened_to=newest.isoformat())

    def month(self, name: str, month: str) -> str:
        """What was opened or closed in a month."""
        first, last = _days_of(month, self._period)
        if name == "opened":
            return self.board(stage=ANY, opened_from=first, opened_to=last)
        return self.board(stage="closed", closed_from=first, closed_to=last)


OPEN, ANY = "open", "all"

NOW: dict[str, dict[str, str | int]] = {
    "open": {"stage": OPEN},
    "red": {"stage": OPEN, "light": "red"},
    "yellow": {"stage": OPEN, "light": "yellow"},
    "green": {"stage": OPEN, "light": "green"},
    "overdue": {"stage": OPEN, "overdue": "original"},
    "overdue_in_force": {"stage": OPEN, "overdue": "in_force"},
    "on_hold": {"stage": OPEN, "held": "yes"},
    "to_verify": {"stage": "verification"},
    "to_close": {"stage": "closure"},
    **{f"rung{level}": {"stage": OPEN, "level": level} for level in range(1, 5)},
}


def _days_of(month: str, period: Span) -> tuple[str, str]:
    first = date.fromisoformat(f"{month}-01")
    follows = (first + timedelta(days=32)).replace(day=1)
    return first.isoformat(), min(follows - timedelta(days=1), period.last).isoformat()
