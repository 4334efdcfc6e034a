"""The secret is made once, kept for us alone, and never replaced behind anybody's back."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.secrets import KEY_FILE, LEAST_LENGTH, secret_key
from config.settings import Settings
from rules.errors import InputError, Unavailable


def test_a_secret_is_made_once_and_readable_by_us_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = secret_key(Settings(home=home))
    assert len(first) >= LEAST_LENGTH
    assert secret_key(Settings(home=home)) == first
    assert stat.S_IMODE((home / KEY_FILE).stat().st_mode) == 0o600
    assert [file.name for file in home.iterdir()] == [KEY_FILE]
    assert secret_key(Settings(home=tmp_path / "other")) != first


def test_processes_that_begin_together_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: secret_key(Settings(home=tmp_path)), range(8)))
    assert len(set(made)) == 1


def test_a_secret_that_is_set_is_the_one(tmp_path: Path) -> None:
    assert secret_key(Settings(home=tmp_path, secret_key="k" * LEAST_LENGTH)) == "k" * LEAST_LENGTH
    assert list(tmp_path.iterdir()) == []


def test_a_short_secret_is_refused_without_being_repeated(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too short") as caught:
        secret_key(Settings(home=tmp_path, secret_key="geheim"))
    assert "geheim" not in str(caught.value)
    (tmp_path / KEY_FILE).write_text("", encoding="ascii")
    with pytest.raises(InputError, match="too short"):
        secret_key(Settings(home=tmp_path))


def test_a_secret_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).mkdir()
    with pytest.raises(Unavailable, match="cannot be used"):
        secret_key(Settings(home=tmp_path))
