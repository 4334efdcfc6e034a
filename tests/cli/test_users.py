"""Accounts from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from config.clock import wall
from models.engine import open_engine
from tasks import accounts


@pytest.fixture
def home(founded_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rectiflow.db").write_bytes(founded_file.read_bytes())
    monkeypatch.setenv("RECTIFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("RECTIFLOW_PUBLIC_URL", "https://zg.example.org/")
    return tmp_path


def test_an_account_is_given_listed_closed_and_opened(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["user", "add", "coordinator", "--admin", "--json"]) == 0
    link = json.loads(capsys.readouterr().out)["link"]
    assert link.startswith("https://zg.example.org/welcome/")
    engine = open_engine(f"sqlite:///{home / 'rectiflow.db'}")
    token = link.rpartition("/")[2]
    accounts.accept(engine, token, "a sentence of some words", wall())
    assert main(["user", "add", "coordinator"]) == 2
    assert main(["user", "disable", "coordinator"]) == 1
    assert "only one who administers" in capsys.readouterr().err
    assert main(["user", "add", "verifier"]) == 0
    assert main(["user", "admin", "verifier"]) == 0
    assert main(["user", "disable", "coordinator"]) == 0
    capsys.readouterr()
    assert main(["user", "list", "--json"]) == 0
    listed = {one["login"]: one for one in json.loads(capsys.readouterr().out)["accounts"]}
    assert listed["coordinator"]["disabled_at"] is not None
    assert main(["user", "enable", "coordinator"]) == 0
    capsys.readouterr()
    assert main(["user", "token", "coordinator", "--name", "sync", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["token"].startswith("rf_")
    assert main(["user", "sessions", "coordinator"]) == 0
    assert main(["user", "revoke", "coordinator"]) == 0
    assert main(["user", "drop-factor", "coordinator"]) == 0
    assert main(["user", "link", "verifier", "--subject", "s-1"]) == 2
    monkeypatch.setenv("RECTIFLOW_OPENID_ISSUER", "https://login.example.org")
    assert main(["user", "link", "verifier", "--subject", "s-1"]) == 0
    assert main(["user", "link", "verifier", "--subject", "s-2"]) == 2
    assert main(["user", "unlink", "verifier", "--json"]) == 0
    engine.dispose()
