"""Settings are typed, described and bounded, and a slip in one is named."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from config.settings import PREFIX, Settings, load
from models.engine import open_engine
from rules.errors import InputError


def test_every_setting_is_described() -> None:
    for setting in fields(Settings):
        words = setting.metadata["description"]
        assert len(words) > 10, setting.name
        assert not words.endswith("."), "a phrase, for a table"


def test_every_number_is_bounded_and_its_default_lies_within() -> None:
    for setting in fields(Settings):
        if isinstance(setting.default, int | float):
            assert setting.metadata["least"] <= setting.default <= setting.metadata["most"]


def test_without_any_variable_everything_lies_in_the_home() -> None:
    settings = load({})
    assert settings.home == Path("~/.rectiflow").expanduser()
    assert settings.database == f"sqlite:///{settings.home}/rectiflow.db"
    for folder in (settings.evidence_folder, settings.mail_folder, settings.document_folder):
        assert folder.parent == settings.home


def test_variables_are_read_and_typed() -> None:
    settings = load(
        {
            "RECTIFLOW_HOME": "somewhere",
            "RECTIFLOW_WORKER_LIMIT": "7",
            "RECTIFLOW_SWEEP_SECONDS": "0.5",
            "RECTIFLOW_LOG_LEVEL": "debug",
            "RECTIFLOW_DATABASE_URL": "postgresql://h/db",
            "PATH": "/bin",
        }
    )
    assert settings.home == Path("somewhere").absolute()
    assert (settings.worker_limit, settings.sweep_seconds) == (7, 0.5)
    assert (settings.log_level, settings.database) == ("debug", "postgresql://h/db")


def test_an_empty_variable_is_an_unset_one() -> None:
    assert load({f"{PREFIX}{f.name.upper()}": "" for f in fields(Settings)}) == load({})


def test_a_setting_that_is_a_file_is_not_taken_for_a_setting_kept_in_one(tmp_path: Path) -> None:
    file = tmp_path / "where"
    file.write_text("/etc/channels.yaml", encoding="utf-8")
    channels = load({"RECTIFLOW_CHANNELS_FILE": "channels.yaml"})
    assert channels.channels_file == "channels.yaml"
    kept = load({"RECTIFLOW_CHANNELS_FILE_FILE": str(file)})
    assert kept.channels_file == "/etc/channels.yaml"


def test_a_variable_that_is_no_setting_is_named_with_those_that_are() -> None:
    with pytest.raises(InputError, match="no such setting") as caught:
        load({"RECTIFLOW_DATABASE_ULR": "sqlite:///x.db"})
    assert caught.value.where == "RECTIFLOW_DATABASE_ULR"
    assert "RECTIFLOW_DATABASE_URL" in caught.value.hint


@pytest.mark.parametrize("variable", ["RECTIFLOW_", "RECTIFLOW_FILE", "RECTIFLOW_NOTHING_FILE"])
def test_odd_variables_are_no_settings(variable: str) -> None:
    with pytest.raises(InputError, match="no such setting"):
        load({variable: "x"})


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("RECTIFLOW_WORKER_LIMIT", "many", "is not a number"),
        ("RECTIFLOW_WORKER_LIMIT", "2.5", "is not a number"),
        ("RECTIFLOW_WORKER_LIMIT", "0", "Give 1 to 64"),
        ("RECTIFLOW_WORKER_LIMIT", "65", "Give 1 to 64"),
        ("RECTIFLOW_PREFECT_PORT", "65536", "Give 1 to 65535"),
        ("RECTIFLOW_SWEEP_SECONDS", "nan", "Give 0.1 to 3600"),
        ("RECTIFLOW_SWEEP_SECONDS", "inf", "Give 0.1 to 3600"),
        ("RECTIFLOW_SWEEP_SECONDS", "-1", "Give 0.1 to 3600"),
        ("RECTIFLOW_LOG_LEVEL", "LOUD", "Give one of: DEBUG, INFO, WARNING, ERROR"),
        ("RECTIFLOW_PUBLIC_URL", "rectiflow.example.org", "not a usable address"),
        ("RECTIFLOW_PUBLIC_URL", "javascript:alert(1)", "not a usable address"),
        ("RECTIFLOW_HOME", "~nobody-of-this-name/x", "Give the whole path"),
    ],
)
def test_an_unusable_value_names_its_variable(variable: str, value: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        load({variable: value})
    assert caught.value.where == variable


def test_the_bounds_themselves_are_allowed() -> None:
    for value in ("1", "64"):
        assert load({"RECTIFLOW_WORKER_LIMIT": value}).worker_limit == int(value)


def test_a_value_may_be_kept_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "smtp"
    file.write_text("smtp://clerk:geheim@host\n", encoding="utf-8")
    assert load({"RECTIFLOW_SMTP_URL_FILE": str(file)}).smtp_url == "smtp://clerk:geheim@host"


def test_a_number_may_be_kept_in_a_file_and_is_bounded_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "limit"
    file.write_text("99", encoding="utf-8")
    with pytest.raises(InputError, match="Give 1 to 64"):
        load({"RECTIFLOW_WORKER_LIMIT_FILE": str(file)})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"\xff\xfe\x00")
    for file, why in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory"),
                      (damaged, "not text in UTF-8")):  # fmt: skip
        with pytest.raises(InputError, match=why) as caught:
            load({"RECTIFLOW_SMTP_URL_FILE": str(file)})
        assert caught.value.where == "RECTIFLOW_SMTP_URL_FILE"


def test_a_value_given_twice_is_refused_without_showing_it(tmp_path: Path) -> None:
    file = tmp_path / "smtp"
    file.write_text("smtp://a:geheim@host", encoding="utf-8")
    with pytest.raises(InputError, match="given twice") as caught:
        load({"RECTIFLOW_SMTP_URL": "smtp://a:secret@host", "RECTIFLOW_SMTP_URL_FILE": str(file)})
    assert "geheim" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["plain", "with blank", "整改", "100%", "a%20b", "what?", "a#b"])
def test_a_home_of_any_name_holds_its_own_database(tmp_path: Path, name: str) -> None:
    home = tmp_path / name
    settings = load({"RECTIFLOW_HOME": str(home)})
    assert open_engine(settings.database).url.database == str(home / "rectiflow.db")


def test_settings_are_read_from_the_environment_when_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RECTIFLOW_HOME", str(tmp_path))
    assert load().home == tmp_path


def test_what_is_secret_is_not_shown_when_settings_are_printed() -> None:
    settings = load(
        {
            "RECTIFLOW_SECRET_KEY": "geheim",
            "RECTIFLOW_SMTP_URL": "smtp://a:geheim@h",
            "RECTIFLOW_DATABASE_URL": "postgresql://a:geheim@h/d",
        }
    )
    assert "geheim" not in repr(settings)
