"""Three whole lives for the check, as stories, and what must be seen of each besides its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cli.demo_desk import Desk
from rules.vocabulary import Stage


def straight(desk: Desk) -> None:
    """Done, verified, struck off."""
    desk.enter("案卷归档不及时", "lishan-court")
    desk.submit("lishan-court")
    desk.close("lishan-court")


def returned(desk: Desk) -> None:
    """The first work is not found good; the second round's is."""
    desk.enter("窗口告知事项不完整", "minghu-police")
    desk.submit("minghu-police")
    desk.judge("fail", reason="佐证材料不全，缺少逐案整改记录。")
    desk.wait_asleep(Stage.DEADLINE)
    desk.submit("minghu-police")
    desk.close("minghu-police")


def overdue(desk: Desk) -> None:
    """Nobody does anything up to the last rung of the ladder; then it is put right after all."""
    desk.enter("线索台账长期未更新", "yunxiu-proc", soon=True)
    desk.climb_to(4)
    desk.wait_asleep(Stage.REMINDER)
    desk.submit("yunxiu-proc")
    desk.close("yunxiu-proc")


class Life(NamedTuple):
    """One life of the check."""

    name: str
    live: Callable[[Desk], None]
    rounds: int
    levels: tuple[int, ...]
    documents: tuple[str, ...]
    notices: Mapping[str, int]
    """Kinds of notices, and on how many occasions each must have been sent at least."""
    days_pass: bool = False
    """Lived when the others are over, for their deadlines shall not pass."""


_ALWAYS = {
    "registered": 1, "assigned": 1, "verification_requested": 1, "closure_requested": 1,
    "closed": 1,
}  # fmt: skip
_LADDER = ("letter", "interview", "circular", "listing")

LIVES = (
    Life("straight", straight, 1, (), ("order", "closing"), _ALWAYS),
    Life(
        "returned", returned, 2, (), ("order", "closing"),
        {**_ALWAYS, "failed": 1, "verification_requested": 2},
    ),
    Life(
        "overdue", overdue, 1, (1, 2, 3, 4), ("order", *_LADDER, "closing"),
        {**_ALWAYS, "overdue": 1, "escalated": 4}, days_pass=True,
    ),
)  # fmt: skip
