"""``status`` and ``doctor``: what runs, what waits, what is missing, and what to do about it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from config.clock import wall
from config.settings import load
from models import heartbeats
from models.engine import writing
from rules.vocabulary import Stage
from tasks.health import machinery, span_said
from tasks.pulse import LEAST_SECONDS, pulse
from tests.cli.conftest import Run
from tests.cli.test_acts import registered
from tests.stock import Stock, entered, led_by

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)
SETTINGS = load({"RECTIFLOW_SWEEP_SECONDS": "20", "RECTIFLOW_DELIVERY_SECONDS": "100"})


def beating(**ages: float) -> dict[str, tuple[datetime, str]]:
    """Heartbeats that came so many seconds ago."""
    return {part: (NOW - timedelta(seconds=age), "") for part, age in ages.items()}


def heard(**ages: float) -> list[str]:
    """What is said of heartbeats of these ages."""
    return [found.en for found in machinery(pulse(beating(**ages), SETTINGS, NOW))]


def test_without_a_clock_nothing_runs() -> None:
    assert heard() == heard(sweep=1) == heard(clock=LEAST_SECONDS + 1)
    assert "not running" in heard()[0]


def test_a_part_may_be_late_by_some_beats_and_no_more() -> None:
    assert heard(clock=LEAST_SECONDS, sweep=80, delivery=400) == []
    assert heard(clock=1, sweep=81) == ["The sweep last did its work 81 seconds ago."]
    assert heard(clock=1, delivery=401) == ["The delivery last did its work 6 minutes ago."]


def test_a_part_without_a_rhythm_is_never_late() -> None:
    (beat, _) = pulse(beating(clock=1, follower=10_000), SETTINGS, NOW)[::-1]
    assert (beat.part, beat.fresh, beat.age_seconds) == ("follower", None, 10_000)
    assert heard(clock=1, follower=10_000) == []


def test_a_heartbeat_from_a_clock_that_runs_ahead_is_fresh() -> None:
    assert heard(clock=-30) == []


def beat(engine: Engine, *parts: str) -> None:
    """Let parts of the machinery beat just now."""
    with writing(engine) as connection:
        for part in parts:
            heartbeats.beat(connection, part, wall(), "test")


def test_status_counts_and_knows_whether_the_machinery_runs(
    rectiflow: Run, store: Stock, engine: Engine, home: Path
) -> None:
    registered(rectiflow)
    entered(engine, [led_by(store, "bureau", Stage.DEADLINE, due=date(2026, 10, 30))])
    still = rectiflow("status", "--json")
    assert still.code == 0
    document = still.document
    assert (document["healthy"], len(document["problems"])) == (False, 1)
    assert document["home"] == str(home)
    assert (document["items"], document["stages"]["intake"]) == (2, 1)
    assert document["lights"] == {"green": 1, "yellow": 0, "red": 1}
    assert (document["unannounced"], document["unstarted"], document["lagging"]) == (1, 0, 2)
    assert document["waiting"] == 3
    assert document["drafts"] == {"units": 0, "people": 1}
    assert document["now"].startswith("2026-11-02T01:00:00")
    assert document["next_step_at"] > document["now"]
    assert document["prefect"] == {"api_url": None}
    beat(engine, "clock", "sweep", "delivery")
    running = rectiflow("status", "--json").document
    assert (running["healthy"], running["problems"]) == (True, [])
    assert [each["part"] for each in running["heartbeats"]] == ["clock", "delivery", "sweep"]
    assert all(each["fresh"] and each["age_seconds"] < 60 for each in running["heartbeats"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_status_in_words(rectiflow: Run, store: Stock, engine: Engine) -> None:
    registered(rectiflow)
    assert "没有运行" in rectiflow("status").out
    beat(engine, "clock")
    assert "运转正常" in rectiflow("status").out
    words = rectiflow("status", "--lang", "en").out
    assert "Everything runs" in words
    assert "Intake 1" in words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_status_names_the_prefect_server(
    rectiflow: Run, store: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "http://prefect.example.org:4200/api"
    monkeypatch.setenv("RECTIFLOW_PREFECT_API_URL", url)
    assert rectiflow("status", "--json").document["prefect"] == {"api_url": url}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_another_schema_is_seen(rectiflow: Run, store: Stock, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    document = rectiflow("status", "--json").document
    assert not document["healthy"]
    assert "0000" in document["problems"][0]
    ran = rectiflow("doctor", "--json")
    assert (ran.code, found(ran, "database")["state"]) == (3, "fail")
    assert "init" in found(ran, "database")["hint"]


def found(ran: Any, name: str) -> dict[str, str]:
    """One check of the doctor."""
    (check,) = (each for each in ran.document["checks"] if each["name"] == name)
    result: dict[str, str] = check
    return result


def test_a_sound_installation_passes_every_check(
    rectiflow: Run, store: Stock, engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "clock.json").unlink()
    monkeypatch.setenv("RECTIFLOW_MAIL_FROM", "zgb@example.org")
    assert rectiflow("person", "set", "wang").code == 0
    beat(engine, "clock")
    ran = rectiflow("doctor", "--json")
    assert (ran.code, ran.document["ok"]) == (0, True)
    states = {check["name"]: check["state"] for check in ran.document["checks"]}
    assert set(states.values()) == {"ok"}, ran.document
    assert set(states) == {"settings", "home", "disk", "mail_server", "sender", "prefect", "clock",
                           "papers", "database", "durability", "machinery", "punctuality",
                           "way_out", "follower", "time", "steps", "runs", "mails", "mail_cap",
                           "drafts", "addresses", "reach", "webhooks", "channels"}  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_should_be_looked_at_is_a_warning_with_advice(
    rectiflow: Run, store: Stock, engine: Engine
) -> None:
    late = datetime(2026, 10, 12, 2, tzinfo=UTC)
    entered(engine, [led_by(store, "bureau", Stage.DEADLINE, due=date(2026, 10, 16))], late)
    ran = rectiflow("doctor", "--json")
    assert ran.code == 0
    for name, said in (("sender", "localhost"), ("clock", "lapses"), ("machinery", "not running"),
                       ("steps", "1"), ("runs", "1"), ("drafts", "people 1"),
                       ("addresses", "address: 1")):  # fmt: skip
        check = found(ran, name)
        assert check["state"] == "warn", check
        assert said in check["message"]
        assert check["hint"]
    words = rectiflow("doctor").out
    assert "rectiflow up" in words
    assert "warn" in words


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_database_that_is_not_in_wal_is_named(
    rectiflow: Run, store: Stock, engine: Engine
) -> None:
    import sqlite3

    with closing(sqlite3.connect(str(engine.url.database))) as connection:
        engine.dispose()
        connection.execute("PRAGMA journal_mode = DELETE")
    check = found(rectiflow("doctor", "--json"), "durability")
    assert (check["state"], "journal_mode=delete" in check["message"]) == ("warn", True)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Something that listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_server_is_reached_or_not(
    rectiflow: Run, store: Stock, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = listener.getsockname()[1]
    monkeypatch.setenv("RECTIFLOW_SMTP_URL", f"smtp://ada:geheim@127.0.0.1:{port}")
    assert found(rectiflow("doctor", "--json"), "mail_server")["state"] == "ok"
    listener.close()
    ran = rectiflow("doctor", "--json")
    assert (ran.code, found(ran, "mail_server")["state"]) == (3, "fail")
    assert "geheim" not in ran.out


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("name", "value", "check"),
    [
        ("RECTIFLOW_SMTP_URL", "http://x", "mail_server"),
        ("RECTIFLOW_MAIL_FROM", "nobody", "sender"),
        ("RECTIFLOW_PREFECT_API_URL", "http://127.0.0.1:9/api", "prefect"),
        ("RECTIFLOW_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/x", "database"),
        ("RECTIFLOW_DATABASE_URL", "mysql://x", "database"),
        ("RECTIFLOW_WORKER_LIMIT", "many", "settings"),
    ],
)
def test_what_is_needed_and_wrong_fails_with_what_to_do(
    rectiflow: Run,
    store: Stock,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    check: str,
) -> None:
    monkeypatch.setenv(name, value)
    ran = rectiflow("doctor", "--json")
    assert (ran.code, ran.err, ran.document["ok"]) == (3, "", False)
    assert found(ran, check)["state"] == "fail"
    assert found(ran, check)["message"]
    assert rectiflow("doctor").code == 3


def test_before_anything_is_set_up_the_doctor_says_where_to_begin(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTIFLOW_HOME", str(home / "nowhere"))
    ran = rectiflow("doctor", "--json")
    assert ran.code == 3
    assert "init" in found(ran, "home")["hint"]
    assert "init" in found(ran, "database")["hint"]
    assert not (home / "nowhere").exists()


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (0.4, "0 seconds", "0 秒"), (119, "119 seconds", "119 秒"), (120, "2 minutes", "2 分钟"),
        (7_199, "119 minutes", "119 分钟"), (7_200, "2 hours", "2 小时"),
        (172_799, "47 hours", "47 小时"), (172_800, "2 days", "2 天"),
    ],
)  # fmt: skip
def test_a_stretch_of_time_is_told_in_what_fits_it(seconds: float, en: str, zh: str) -> None:
    span = timedelta(seconds=seconds)
    assert (span_said(span, "en"), span_said(span, "zh-CN")) == (en, zh)
