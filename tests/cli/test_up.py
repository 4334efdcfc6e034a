"""``rectiflow up``: one for a home, through outages of Prefect and mail, to an orderly stop."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from cli.home_lock import held, is_held
from rules.errors import Unavailable
from tests.cli.conftest import Run
from tests.cli.running import PATIENCE, Running, clean_environment, none_left
from tests.house.reading import ROOT

STOP_SECONDS = 15.0
BEHIND = "SELECT count(*) FROM item WHERE followed < moves"


def test_without_a_database_it_says_init(rectiflow: Run, home: Path) -> None:
    ran = rectiflow("up")
    assert ran.code == 3
    assert "There is no database yet" in ran.err
    assert "rectiflow init" in ran.err


def test_a_database_without_tables_is_not_run_on(rectiflow: Run, home: Path) -> None:
    (home / "rectiflow.db").touch()
    ran = rectiflow("up")
    assert ran.code == 3
    assert "has no tables yet. Run: rectiflow init." in ran.err
    assert not (home / "prefect").exists()


def test_an_unusable_mail_server_is_told_before_anything_starts(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rectiflow("init").code == 0
    monkeypatch.setenv("RECTIFLOW_SMTP_URL", "http://mail.example")
    ran = rectiflow("up")
    assert ran.code == 2
    assert "RECTIFLOW_SMTP_URL" in ran.err
    assert not (home / "prefect").exists()


def test_a_prefect_server_that_is_not_there_is_told(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rectiflow("init").code == 0
    monkeypatch.setenv("RECTIFLOW_PREFECT_API_URL", "http://127.0.0.1:9/api")
    ran = rectiflow("up")
    assert ran.code == 3
    assert "No Prefect API is reached" in ran.err


def test_a_home_is_held_by_one_and_free_again_afterwards(tmp_path: Path) -> None:
    assert is_held(tmp_path) is None
    with held(tmp_path):
        assert is_held(tmp_path)
        with (
            pytest.raises(Unavailable, match=r"already running .* \(process \d+\)"),
            held(tmp_path),
        ):
            pass
    assert is_held(tmp_path) is False
    with held(tmp_path):
        pass


def at_any_hour(folder: Path) -> Path:
    """The usual policy without its quiet hours: the test runs when it runs."""
    text = (ROOT / "config/profiles/education-rectification.yaml").read_text(encoding="utf-8")
    file = folder / "at-any-hour.yaml"
    file.write_text(re.sub(r"(?m)^notices:\n(?:[ \t].*\n)+", "", text), encoding="utf-8")
    assert "quiet_hours" not in file.read_text(encoding="utf-8")
    return file


@pytest.mark.slow
def test_it_survives_prefect_and_mail_being_away_and_stops_in_good_order(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with socket.socket() as nobody:
        # Bound and not listened on: whoever calls is turned away, and nobody else can take it.
        nobody.bind(("127.0.0.1", 0))
        environ = clean_environment(
            tmp_path, RECTIFLOW_HOME=str(home), RECTIFLOW_DELIVERY_SECONDS="0.5",
            RECTIFLOW_SMTP_URL=f"smtp://user:secret@127.0.0.1:{nobody.getsockname()[1]}?starttls=off",
        )  # fmt: skip
        _run(environ, "init", "--profile", str(at_any_hour(tmp_path)))
        with Running("up", "--lang", "en", environ=environ) as up:
            web = up.until("Web:").partition("Web: ")[2]
            # It answers while Prefect is still on its way.
            assert httpx.get(f"{web}/healthz").status_code == 200
            assert str(home / "rectiflow.db") in up.until("Database:")
            assert "secret" not in up.until("Mails:")
            _run(environ, "up", code=3, says=f"(process {up.process.pid})")
            up.until("Prefect is reached.")
            _run(environ, "person", "add", "second", "--name", "李某", "--unit", "office",
                 "--role", "coordinator@root", "--email", "second@rectiflow.example")  # fmt: skip
            _run(environ, "register", "--as", "coordinator", "--set", "title=窗口推诿")
            _soon(home, "SELECT state, attempts FROM delivery WHERE address <> ''", ("failed", 0))
            _soon(home, BEHIND, (0,))
            _kill_prefect(home)
            _run(environ, "act", "ZG-00001", "accept", "--as", "coordinator",
                 "--set", "category=files")  # fmt: skip
            _soon(home, BEHIND, (0,))
            began = time.monotonic()
            assert up.ended(signal.SIGTERM) == 0
            assert time.monotonic() - began < STOP_SECONDS
            up.until("Stopped")
    assert none_left(home)
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{web}/healthz")
    log = (home / "rectiflow.log").read_text(encoding="utf-8")
    assert "窗口推诿" not in log
    assert "secret" not in log
    assert "Prefect's server ended (signal 9)" in log


def _run(environ: dict[str, str], *words: str, code: int = 0, says: str = "") -> None:
    with Running(*words, environ=environ) as one:
        if says:
            one.until(says)
        assert one.ended(patience=60.0) == code, one.said


def _kill_prefect(home: Path) -> None:
    record = json.loads((home / "prefect" / "server.json").read_text(encoding="utf-8"))
    os.kill(record["pid"], signal.SIGKILL)


def _soon(home: Path, statement: str, wanted: tuple[object, ...]) -> None:
    """The store says this, soon."""
    end = time.monotonic() + PATIENCE
    while True:
        with closing(sqlite3.connect(home / "rectiflow.db", timeout=20)) as connection:
            found = connection.execute(statement).fetchone()
        if found == wanted:
            return
        assert time.monotonic() < end, f"{statement}: {found}"
        time.sleep(0.1)
