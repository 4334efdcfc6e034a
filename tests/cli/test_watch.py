"""``watch`` works when nothing else does; ``person feed`` tells an address once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config.clock import wall
from models import heartbeats
from models.engine import writing
from notifications.catcher import Catcher
from tasks.feeds import hashed
from tests.cli.conftest import Run
from tests.stock import Stock

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def beat(engine: Engine) -> None:
    """The clock has just ticked."""
    with writing(engine) as connection:
        heartbeats.beat(connection, "clock", wall(), "test", "prefect reached")


def test_it_ends_with_one_while_anything_stands_still_and_with_zero_when_all_is_well(
    rectiflow: Run, store: Stock, engine: Engine
) -> None:
    still = rectiflow("watch", "--json")
    assert (still.code, still.document["well"]) == (1, False)
    (found,) = still.document["findings"]
    assert (found["part"], found["advice"]) == ("clock", "Start it with: rectiflow up.")
    assert "not running" in rectiflow("watch", "--lang", "en").out
    beat(engine)
    assert rectiflow("watch", "--json").document == {"well": True, "findings": []}
    ran = rectiflow("watch")
    assert (ran.code, ran.out.strip()) == (0, "运转正常。")


def test_a_database_in_use_is_looked_at_all_the_same(
    rectiflow: Run, store: Stock, engine: Engine
) -> None:
    beat(engine)
    with writing(engine) as connection:
        heartbeats.beat(connection, "clock", wall(), "writer")
        assert rectiflow("watch").code == 0


def test_a_database_that_is_not_there_is_found(rectiflow: Run, home: Path) -> None:
    ran = rectiflow("watch", "--json")
    assert (ran.code, ran.document["findings"][0]["part"]) == (1, "database")
    assert not (home / "rectiflow.db").exists()


def test_a_database_server_that_is_away_is_found(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTIFLOW_DATABASE_URL", "postgresql://ada:geheim@127.0.0.1:9/x")
    ran = rectiflow("watch", "--json")
    assert (ran.code, ran.document["findings"][0]["part"]) == (1, "database")
    assert "geheim" not in ran.out


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Catcher]:
    """A mail server that catches everything."""
    catcher = Catcher(tmp_path / "caught")
    catcher.start()
    yield catcher
    catcher.stop()


@SQLITE
def test_every_look_of_a_timer_together_writes_one_mail(
    rectiflow: Run, store: Stock, post: Catcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rectiflow("watch").code == 1
    refused = rectiflow("watch", "--mail")
    assert (refused.code, "RECTIFLOW_OPERATOR_MAIL" in refused.err) == (2, True)
    monkeypatch.setenv("RECTIFLOW_OPERATOR_MAIL", "ops@example.org")
    monkeypatch.setenv("RECTIFLOW_SMTP_URL", f"{post.url}?starttls=off")
    for _ in range(3):
        assert rectiflow("watch", "--mail").code == 1
    (mail,) = post.mails
    assert mail.recipients == ("ops@example.org",)
    assert "后台服务没有运行" in mail.parsed().get_content()


def test_a_feed_is_told_once_replaced_and_revoked(
    rectiflow: Run, store: Stock, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = rectiflow("person", "feed", "zhang")
    assert bare.out.startswith("/calendar/")
    assert "RECTIFLOW_PUBLIC_URL" in bare.out
    monkeypatch.setenv("RECTIFLOW_PUBLIC_URL", "https://zg.example.org/")
    told = rectiflow("person", "feed", "zhang", "--json").document
    assert told["feed"].startswith("https://zg.example.org/calendar/")
    token = told["feed"].rpartition("/")[2].removesuffix(".ics")
    with writing(engine) as connection:
        kept = connection.exec_driver_sql("SELECT hash, revoked_at FROM feed_token ORDER BY id")
        rows = kept.all()
    assert [row.revoked_at is None for row in rows] == [False, True]
    assert rows[1].hash == hashed(token)
    revoked = rectiflow("person", "feed", "zhang", "--revoke", "--json").document
    assert revoked == {"person": "zhang", "revoked": 1}
    assert "had none" in rectiflow("person", "feed", "zhang", "--revoke").out


@SQLITE
def test_nobody_who_has_left_gets_a_feed(rectiflow: Run, store: Stock) -> None:
    assert rectiflow("person", "set", "zhang", "--inactive").code == 0
    ran = rectiflow("person", "feed", "zhang")
    assert (ran.code, "no longer active" in ran.err) == (1, True)
    assert rectiflow("person", "feed", "nobody").code == 2
