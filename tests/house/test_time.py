"""Time is an argument: one module reads the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.reading import Breach, Source, aliases, breaches, dotted, found_in

CLOCK = "config/clock.py"

READS_THE_CLOCK = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "pendulum.now",
    "pendulum.today",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.now",
    "sqlmodel.func.now",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
}
"""Monotonic clocks are not among them: they measure durations and are nobody's time of day."""

ZONELESS_FORMATS = ("models/", "ledgers/")
"""SQLite columns and spreadsheet cells cannot hold a zone; the code beside them takes it off."""


def clock_readings(source: Source) -> Iterator[Breach]:
    """Uses of a wall clock, called or handed on (``default_factory=datetime.now``)."""
    if source.path == CLOCK:
        return
    known = aliases(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name | ast.Attribute):
            name = dotted(node, known)
            if name in READS_THE_CLOCK:
                yield Breach(source.path, node.lineno, f"only {CLOCK} reads the time: {name}")


def dropped_zones(source: Source) -> Iterator[Breach]:
    """Instants robbed of their zone, outside the modules that speak to zoneless formats."""
    if source.path.startswith(ZONELESS_FORMATS):
        return
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="replace"), keywords=keywords):
                given = {k.arg: k.value for k in keywords}
                if isinstance(zone := given.get("tzinfo"), ast.Constant) and zone.value is None:
                    yield Breach(source.path, node.lineno, "the zone of an instant is dropped")


def test_only_the_clock_module_reads_the_time() -> None:
    assert breaches(clock_readings) == []


def test_no_zone_is_dropped() -> None:
    assert breaches(dropped_zones) == []


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import UTC, datetime\nx = datetime.now(UTC)",
        "import datetime as dt\nx = dt.datetime.utcnow()",
        "import datetime\nx = datetime.date.today()",
        "from datetime import datetime as D\nfield(default_factory=D.now)",
        "import time\nx = time.time()",
        "from time import time as clock\nx = clock()",
        "from sqlalchemy import func\nx = func.now()",
    ],
)
def test_a_reading_of_the_clock_is_seen_in_every_form(text: str) -> None:
    assert len(found_in(clock_readings, "tasks/act.py", text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "from config.clock import Clock\ndef f(clock: Clock):\n    return clock.now()",
        "import time\nx = time.monotonic() - time.perf_counter()",
        "from datetime import datetime\nx = datetime.fromisoformat('2026-01-01T00:00:00+00:00')",
        "def f(now):\n    return now",
    ],
)
def test_time_as_an_argument_is_left_alone(text: str) -> None:
    assert found_in(clock_readings, "tasks/act.py", text) == []


def test_the_clock_module_itself_may() -> None:
    text = "from datetime import UTC, datetime\nx = datetime.now(UTC)"
    assert found_in(clock_readings, CLOCK, text) == []


def test_a_dropped_zone_is_seen_and_a_named_one_is_not() -> None:
    assert len(found_in(dropped_zones, "tasks/act.py", "x = due().replace(tzinfo=None)")) == 1
    assert found_in(dropped_zones, "tasks/act.py", "x = due.replace(tzinfo=UTC)") == []
    assert found_in(dropped_zones, "tasks/act.py", "x = text.replace('a', 'b')") == []
    assert found_in(dropped_zones, "ledgers/writer.py", "x = due.replace(tzinfo=None)") == []
