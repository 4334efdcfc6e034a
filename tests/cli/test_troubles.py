"""When something that is needed is missing, locked or broken: a sentence, and the right code."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models import engine as door
from models.engine import writing
from tests.cli.conftest import Run

REGISTER = ("register", "--as", "coordinator", "--set", "title=窗口推诿")


@pytest.mark.parametrize(
    "words",
    [
        ("list",), ("show", "ZG-00001"), ("agenda", "ZG-00001"), REGISTER, ("status",),
        ("audit", "verify"), ("people",), ("units",), ("commands", "ZG-00001", "--as", "x"),
        ("act", "ZG-00001", "comment", "--as", "x", "--set", "text=y"),
        ("unit", "add", "jn", "--name", "某局"),
        ("person", "add", "zhang", "--name", "张三", "--unit", "jn"),
    ],
)  # fmt: skip
def test_without_a_database_every_command_says_init(
    rectiflow: Run, home: Path, words: tuple[str, ...]
) -> None:
    (home / "clock.json").unlink()
    ran = rectiflow(*words)
    assert (ran.code, ran.out) == (3, "")
    assert "There is no database yet" in ran.err
    assert "rectiflow init" in ran.err
    assert list(home.iterdir()) == []


def test_a_database_without_tables_says_init(
    rectiflow: Run, database_url: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("RECTIFLOW_DATABASE_URL", database_url)
    if database_url.startswith("sqlite"):
        Path(database_url.removeprefix("sqlite:///")).touch()
    ran = rectiflow("list", "--json")
    assert (ran.code, ran.err) == (3, "")
    assert "no tables" in ran.document["error"]["message"]
    assert "init" in ran.document["error"]["hint"]


def test_a_file_that_is_no_database_is_left_as_it_is(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / "letter.txt"
    file.write_text("敬启者" * 1000, encoding="utf-8")
    monkeypatch.setenv("RECTIFLOW_DATABASE_URL", f"sqlite:///{file}")
    for words in (("list",), ("init",)):
        ran = rectiflow(*words)
        assert ran.code == 3, ran
        assert "is not a database" in ran.err
    assert file.read_text(encoding="utf-8") == "敬启者" * 1000


def test_a_server_that_is_not_there_is_named_without_its_password(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTIFLOW_DATABASE_URL", "postgresql://ada:geheim@127.0.0.1:1/zg")
    ran = rectiflow("list")
    assert ran.code == 3
    assert "127.0.0.1:1/zg" in ran.err
    assert "geheim" not in ran.err


def test_while_another_program_writes_reading_goes_on_and_writing_says_locked(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rectiflow("init").code == 0
    monkeypatch.setattr(door, "BUSY_MILLISECONDS", 50)
    with closing(sqlite3.connect(home / "rectiflow.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert rectiflow("list").code == 0
        ran = rectiflow(*REGISTER)
        assert ran.code == 3
        assert "locked" in ran.err
        other.execute("ROLLBACK")
    assert rectiflow(*REGISTER).code == 0


def test_a_database_that_may_only_be_read_is_read_and_not_written(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rectiflow("init").code == 0
    url = f"sqlite:///file:{home / 'rectiflow.db'}?mode=ro&uri=true"
    monkeypatch.setenv("RECTIFLOW_DATABASE_URL", url)
    assert rectiflow("list").code == 0
    ran = rectiflow(*REGISTER, "--json")
    assert ran.code == 3
    assert "may only be read" in ran.document["error"]["message"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RECTIFLOW_DATABASE_URL", "mysql://x/y", "RECTIFLOW_DATABASE_URL"),
        ("RECTIFLOW_DATABASE_URL", "nonsense", "RECTIFLOW_DATABASE_URL"),
        ("RECTIFLOW_SWEEP_SECONDS", "soon", "RECTIFLOW_SWEEP_SECONDS"),
        ("RECTIFLOW_WORKER_LIMIT", "1000", "Give 1 to 64"),
        ("RECTIFLOW_HOEM", "/tmp/x", "RECTIFLOW_HOEM"),
        ("RECTIFLOW_SMTP_URL_FILE", "/nowhere/at/all", "RECTIFLOW_SMTP_URL_FILE"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    rectiflow: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    ran = rectiflow("list")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_a_home_that_cannot_be_made_is_named(
    rectiflow: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").touch()
    monkeypatch.setenv("RECTIFLOW_HOME", str(home / "file" / "below"))
    ran = rectiflow("init")
    assert ran.code == 3
    assert "RECTIFLOW_HOME" in ran.err


def break_policy(engine: Engine) -> None:
    """Make the stored policy something that no program of ours has written."""
    with writing(engine) as connection:
        connection.execute(text("UPDATE policy SET document = '{}'"))


def test_a_fault_of_ours_is_apologised_for_and_kept_in_a_file(
    rectiflow: Run, store: object, engine: Engine, home: Path
) -> None:
    assert rectiflow(*REGISTER).code == 0
    break_policy(engine)
    # Policies are parsed once a process; this one has been parsed under the same address.
    from models import policies

    policies._STORED.clear()
    ran = rectiflow("agenda", "ZG-00001")
    assert (ran.code, ran.out) == (70, "")
    assert "We are sorry" in ran.err
    assert str(home / "errors.log") in ran.err
    assert "Traceback" not in ran.err
    assert "Traceback" in (home / "errors.log").read_text(encoding="utf-8")
    as_json = rectiflow("agenda", "ZG-00001", "--json")
    assert (as_json.code, as_json.err) == (70, "")
    assert "sorry" in as_json.document["error"]["message"]


def test_whoever_looks_for_a_fault_sees_the_traceback(
    rectiflow: Run, store: object, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models import policies

    assert rectiflow(*REGISTER).code == 0
    break_policy(engine)
    policies._STORED.clear()
    monkeypatch.setenv("RECTIFLOW_LOG_LEVEL", "DEBUG")
    assert "Traceback" in rectiflow("agenda", "ZG-00001").err
