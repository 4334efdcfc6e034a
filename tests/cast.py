"""The fixed cast of the tests: units, people, a small policy, plain calendars, items in a stage.

Nothing here is random and nothing reads a clock. Everybody holds just the roles that their name
says; ``COLLEAGUE`` could do everything, if they did not sit in the responsible unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from rules.case import Case
from rules.commands import Command
from rules.item import Facts, InForce, ItemState, PersonFact, UnitFact
from rules.policy import Category, Limit, Policy, Rung
from rules.vocabulary import Level, Outcome, Role, Severity, Stage
from rules.workdays import WorkCalendar, WorkYear

# The tree. PARALLEL's path begins like BUREAU's: a comparison of bare prefixes would mix them up.
CITY = UnitFact(1, "city", "/1/")
OFFICE = UnitFact(2, "city-office", "/1/2/")
COUNTY = UnitFact(3, "county", "/1/3/")
BUREAU = UnitFact(4, "bureau", "/1/3/4/")
STATION = UnitFact(5, "station", "/1/3/4/5/")
COURT = UnitFact(6, "court", "/1/3/6/")
PARALLEL = UnitFact(41, "parallel", "/1/3/41/")
OTHER_COUNTY = UnitFact(7, "other-county", "/1/7/")
OTHER_BUREAU = UnitFact(8, "other-bureau", "/1/7/8/")
UNITS = (
    CITY, OFFICE, COUNTY, BUREAU, STATION, COURT, PARALLEL, OTHER_COUNTY, OTHER_BUREAU,
)  # fmt: skip


def person(
    ident: int, code: str, unit: UnitFact, *roles: tuple[Role, UnitFact], active: bool = True
) -> PersonFact:
    """A person of ``unit`` with roles over units."""
    return PersonFact(ident, code, unit.path, tuple((r, u.path) for r, u in roles), active)


COORDINATOR = person(11, "coordinator", OFFICE, (Role.COORDINATOR, CITY))
SUPERVISOR = person(12, "supervisor", OFFICE, (Role.SUPERVISOR, CITY))
SECOND_SUPERVISOR = person(13, "second-supervisor", OFFICE, (Role.SUPERVISOR, CITY))
VERIFIER = person(14, "verifier", OFFICE, (Role.VERIFIER, CITY))
SECOND_VERIFIER = person(15, "second-verifier", OFFICE, (Role.VERIFIER, CITY))
RESPONSIBLE = person(21, "responsible", BUREAU, (Role.RESPONSIBLE, BUREAU))
LEADER = person(22, "leader", BUREAU, (Role.LEADER, BUREAU))
COLLEAGUE = person(
    23, "colleague", BUREAU, (Role.COORDINATOR, CITY), (Role.SUPERVISOR, CITY),
    (Role.VERIFIER, CITY),
)  # fmt: skip
CO_WORKER = person(24, "co-worker", COURT, (Role.RESPONSIBLE, COURT))
OUTSIDER = person(
    31, "outsider", OTHER_BUREAU, (Role.COORDINATOR, OTHER_COUNTY),
    (Role.SUPERVISOR, OTHER_COUNTY), (Role.VERIFIER, OTHER_COUNTY),
)  # fmt: skip
VIEWER = person(32, "viewer", OFFICE, (Role.VIEWER, CITY))
AUDITOR = person(33, "auditor", OFFICE, (Role.AUDITOR, CITY))
NOBODY = person(34, "nobody", BUREAU)
PEOPLE = (
    COORDINATOR, SUPERVISOR, SECOND_SUPERVISOR, VERIFIER, SECOND_VERIFIER, RESPONSIBLE, LEADER,
    COLLEAGUE, CO_WORKER, OUTSIDER, VIEWER, AUDITOR, NOBODY,
)  # fmt: skip

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""A Tuesday, ten in the morning in Shanghai."""
TODAY = date(2026, 3, 10)
DUE = date(2026, 3, 27)
"""A Friday, 13 working days after TODAY."""
DIGEST = "0123456789abcdef" * 4


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """The UTC instant of a local time like ``2026-03-10 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def policy(**changes: Any) -> Policy:
    """A small policy: a 10-day limit, two reminders, four rungs, no progress reports."""
    return _policy(**changes) if changes else _PLAIN


def _policy(**changes: Any) -> Policy:
    values: dict[str, Any] = {
        "name": "test",
        "version": 1,
        "title_zh": "测试行动",
        "title_en": "Test campaign",
        "categories": (
            Category(code="conduct", zh="作风", en="Conduct", group="6"),
            Category(code="files", zh="案卷", en="Files"),
        ),
        "limits": _LIMITS,
        "reminders_before": (3, 1),
        "due_soon": 3,
        "progress_every": 0,
        "ladder": _LADDER,
        "repeat_every": 5,
        "repeat_at_most": 2,
    }
    return Policy(**{**values, **changes})


_LIMITS = {
    Severity.GENERAL: Limit(days=10),
    Severity.SERIOUS: Limit(days=20),
    Severity.MAJOR: Limit(days=60, unit="calendar"),
}
_LADDER = (
    Rung(act=Level.LETTER, after=1),
    Rung(act=Level.INTERVIEW, after=5),
    Rung(act=Level.CIRCULAR, after=10),
    Rung(act=Level.LISTING, after=20),
)
_PLAIN = _policy()


def calendar(
    zone: str = "Asia/Shanghai",
    *,
    off: Iterable[date] = (),
    on: Iterable[date] = (),
    opens: time = time(9),
    closes: time = time(17),
    published: int = 9999,
) -> WorkCalendar:
    """Monday to Friday are worked, but for ``off`` and with ``on`` (make-up weekends) added.

    Years after ``published`` are provisional. Equal arguments give the same object.
    """
    return _calendar(zone, frozenset(off), frozenset(on), opens, closes, published)


@cache
def _calendar(
    zone: str, off: frozenset[date], on: frozenset[date], opens: time, closes: time, published: int
) -> WorkCalendar:
    def year_of(year: int) -> WorkYear:
        first, last = date(year, 1, 1), date(year, 12, 31)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        worked = {day for day in days if (day.weekday() < 5 and day not in off) or day in on}
        return WorkYear(frozenset(worked), published=year <= published)

    return WorkCalendar(ZoneInfo(zone), opens, closes, year_of)


def item(stage: Stage, **changes: Any) -> ItemState:
    """A plausible item that has just entered ``stage`` at :data:`NOW`, led by BUREAU."""
    entered = item_at_intake()._replace(stage=stage)
    if stage is not Stage.INTAKE:
        entered = entered._replace(**_ASSIGNED)
    if stage not in (Stage.INTAKE, Stage.ASSIGNMENT):
        entered = entered._replace(acknowledged_at=NOW)
    if stage in (Stage.VERIFICATION, Stage.CLOSURE, Stage.CLOSED):
        entered = entered._replace(verifier_id=VERIFIER.id, submitted_at=NOW, evidence=1)
    if stage in (Stage.CLOSURE, Stage.CLOSED):
        entered = entered._replace(passed_by=VERIFIER.id)
    if stage is Stage.CLOSED:
        entered = entered._replace(outcome=Outcome.RECTIFIED, closed_at=NOW)
    return entered._replace(**changes)


_ASSIGNED: dict[str, Any] = {
    "unit_id": BUREAU.id,
    "unit_path": BUREAU.path,
    "responsible_id": RESPONSIBLE.id,
    "leader_id": LEADER.id,
    "due_original": DUE,
    "due": DUE,
    "due_version": 1,
}


def item_at_intake() -> ItemState:
    """An item that has just been registered."""
    return ItemState(
        id=100, ref="R-2026-0100", campaign_id=1, title="窗口推诿", category="conduct",
        severity=Severity.GENERAL, confidential=False,
        stage=Stage.INTAKE, outcome=None, round=1, life=1, level=0, served=0, confirmed=0,
        rung_at=None, ladder_from=None, stay_until=None, unreachable=False, version=1, moves=1,
        head="0" * 64,
        unit_id=None, unit_path=None, co_unit_paths=(), responsible_id=None, leader_id=None,
        verifier_id=None, passed_by=None, waived=None,
        due_original=None, due=None, due_superior=None, due_version=0, due_from=None,
        due_held=0,
        stage_since=NOW, plan_from=NOW, acknowledged_at=None, submitted_at=None, closed_at=None,
        on_hold=False, hold_until=None, held_at=None, holds=0, hold_asked_until=None,
        hold_asked_by=None, hold_asked_at=None,
        extension_due=None, extension_by=None, extension_at=None, asks=0, extensions=0,
        evidence=0, fired=(),
    )  # fmt: skip


OTHER_POLICY = policy(name="other", version=2, reminders_before=(5, 2), ladder=_LADDER[:2])
"""Another reminder, and half the ladder."""
OTHER_ITEM = item(Stage.DEADLINE, id=200, ref="R-2026-0200")
CLOSED_ITEM = item(Stage.CLOSED, id=300, ref="R-2026-0300")
FOREIGN_ITEM = item(Stage.DEADLINE, id=400, ref="X-2026-0400", campaign_id=2)

FACTS = Facts(
    units={unit.code: unit for unit in UNITS},
    people={each.code: each for each in PEOPLE},
    items={each.ref: each for each in (item_at_intake(), OTHER_ITEM, CLOSED_ITEM, FOREIGN_ITEM)},
    policies={
        "test@1": InForce(1, _PLAIN, calendar()),
        "other@2": InForce(2, OTHER_POLICY, calendar()),
    },
)


def case(
    state: ItemState,
    command: Command,
    actor: PersonFact,
    now: datetime = NOW,
    rules: Policy | None = None,
    days: WorkCalendar | None = None,
) -> Case:
    """Everything that the rules look at, with the cast as the known facts."""
    return Case(state, command, actor, now, rules or policy(), days or calendar(), FACTS)
