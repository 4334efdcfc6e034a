"""One measured figure, what it is measured against, and what it ought to be.

A bench is a module of this folder with ``run() -> list[Figure]``; ``python -m bench`` finds it by
its name. A rate is compared with its floor, the same work done by the bare driver in the same run,
because the machine's own speed differs from one machine, and one minute, to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Figure(NamedTuple):
    """A figure. Goals are inclusive; without any the figure is for information."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    """What the bare driver (or whatever ``beside`` says) reached in the same run."""
    beside: str = "bare driver"
    least_ratio: float | None = None
    """At least this much of the floor; what ``--check`` insists on."""
    least: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float | None:
        """The figure as a share of its floor."""
        return self.value / self.floor if self.floor else None

    @property
    def keeps_ratio(self) -> bool:
        """Whether the ratio is what it ought to be, if it ought to be anything."""
        return self.least_ratio is None or (self.ratio or 0) >= self.least_ratio

    @property
    def met(self) -> bool | None:
        """Whether every goal is met; none when there is no goal."""
        if self.least_ratio is None and self.least is None and self.most is None:
            return None
        enough = self.least is None or self.value >= self.least
        return self.keeps_ratio and enough and (self.most is None or self.value <= self.most)


Work = Callable[[], int]
"""Does a portion of work and says how many pieces it was."""


def rates(works: Sequence[Work], rounds: int) -> list[float]:
    """Pieces a second of each work: the median of rounds in which they take turns.

    Turns, so that a disturbance of the machine falls on all of them alike.
    """
    measured: list[list[float]] = [[] for _ in works]
    for number in range(rounds):
        turn = list(enumerate(works))
        for index, work in turn if number % 2 else reversed(turn):
            start = perf_counter()
            pieces = work()
            measured[index].append(pieces / (perf_counter() - start))
    return [median(each) for each in measured]
