"""Channels, webhooks and mails that came back, from the command line."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.engine import writing
from rules.vocabulary import Stage
from tests.cli.conftest import Run
from tests.cli.test_health import found as found_check
from tests.notifications.gateway import Gateway
from tests.notifications.test_bounces import GONE, report
from tests.stock import Stock, entered, led_by

pytestmark = [
    # Apprise imports modules that Python will drop.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def channels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of channels, whose gateways have to be written into it."""
    file = tmp_path / "channels.yaml"
    file.touch(0o600)
    monkeypatch.setenv("RECTIFLOW_CHANNELS_FILE", str(file))
    return file


def test_people_and_units_are_reached_by_channels(
    rectiflow: Run, store: Stock, channels: Path
) -> None:
    with Gateway(200, 500) as gateway:
        channels.write_text(f"robot: json://127.0.0.1:{gateway.port}/key-9f2c\n")
        assert rectiflow("channel", "add", "zhang", "robot", "--kind", "overdue").code == 0
        assert rectiflow("channel", "add", "bureau", "robot").code == 0
        ran = rectiflow("channel", "list", "--json")
        assert ran.document == {
            "channels": ["robot"],
            "contacts": [
                {"person": "zhang", "unit": None, "channel": "robot", "kinds": ["overdue"]},
                {"person": None, "unit": "bureau", "channel": "robot", "kinds": []},
            ],
            "missing": [],
        }
        assert "key-9f2c" not in rectiflow("channel", "list").out
        assert rectiflow("channel", "test", "robot").code == 0
        failed = rectiflow("channel", "test", "robot")
        assert (failed.code, "status 500" in failed.err) == (3, True)
        assert "key-9f2c" not in failed.err
    assert rectiflow("channel", "remove", "zhang", "robot").code == 0
    for words in (
        ("remove", "zhang", "robot"), ("add", "nobody", "robot"), ("add", "zhang", "other"),
        ("add", "zhang", "robot", "--kind", "nonsense"), ("test", "other"),
    ):  # fmt: skip
        ran = rectiflow("channel", *words)
        assert (ran.code, bool(ran.err)) == (2, True), words


def test_the_doctor_looks_at_the_file_of_channels(
    rectiflow: Run, store: Stock, channels: Path
) -> None:
    channels.write_text("robot: json://127.0.0.1:9/x\n")
    rectiflow("channel", "add", "zhang", "robot")
    assert found_check(rectiflow("doctor", "--json"), "channels")["state"] == "ok"
    channels.write_text("other: json://127.0.0.1:9/x\n")
    channels.chmod(0o644)
    check = found_check(rectiflow("doctor", "--json"), "channels")
    assert "Not in the file of channels: robot" in check["message"]
    assert "Everybody on this machine can read" in check["message"]
    channels.write_text("nonsense")
    assert found_check(rectiflow("doctor", "--json"), "channels")["state"] == "warn"


def test_a_webhook_is_added_tried_and_removed_and_its_secret_shown_once(
    rectiflow: Run, store: Stock, home: Path
) -> None:
    with Gateway(200, 404) as gateway:
        refused = rectiflow("webhook", "add", "board", gateway.url)
        assert (refused.code, "--allow-private" in refused.err) == (2, True)
        ran = rectiflow(
            "webhook",
            "add",
            "board",
            gateway.url,
            "--allow-private",
            "--kind",
            "approved",
            "--json",
        )
        secret = ran.document["secret"]
        assert secret.startswith("whsec_")
        file = home / "webhooks" / "board.secret"
        assert (file.read_text().strip(), stat.S_IMODE(file.stat().st_mode)) == (secret, 0o600)
        listed = rectiflow("webhook", "list", "--json")
        assert secret not in listed.out
        (hook,) = listed.document["webhooks"]
        assert (hook["name"], hook["kinds"], hook["calls"]) == ("board", ["approved"], {})
        assert rectiflow("webhook", "test", "board").code == 0
        assert rectiflow("webhook", "test", "board").code == 3
        assert gateway.asked[0].said["type"] == "test"
    assert rectiflow("webhook", "calls", "board", "--json").document == {"calls": []}
    assert rectiflow("webhook", "replay", "board", "--json").document["calls"] == 0
    assert rectiflow("webhook", "resume", "board").code == 0
    for words in (
        ("add", "board", "https://a.example/", "--kind", "nonsense"),
        ("add", "../x", "https://a.example/"), ("add", "b", "http://a.example/"),
        ("add", "board", gateway.url, "--allow-private"), ("remove", "nobody"),
        ("calls", "nobody"), ("calls", "--state", "nonsense"), ("test", "nobody"),
    ):  # fmt: skip
        assert rectiflow("webhook", *words).code == 2, words
    assert file.read_text().strip() == secret, "a name that is taken changes no secret"
    assert rectiflow("webhook", "remove", "board").code == 0
    assert not file.exists()


def test_one_secret_for_all_webhooks_is_given_by_a_setting(
    rectiflow: Run, store: Stock, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTIFLOW_WEBHOOK_SECRET", "short")
    words = ("webhook", "add", "board", "http://127.0.0.1:9/", "--allow-private", "--json")
    assert rectiflow(*words).code == 2
    monkeypatch.setenv("RECTIFLOW_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert rectiflow(*words).document["secret"] is None
    assert not (home / "webhooks").exists()


def test_a_mail_that_came_back_marks_the_person_until_the_address_is_put_right(
    rectiflow: Run, store: Stock, engine: Engine, tmp_path: Path
) -> None:
    entered(engine, [led_by(store, "bureau", Stage.DEADLINE)])
    with writing(engine) as connection:
        connection.execute(
            text("UPDATE person SET email = 'lin@rectify.example' WHERE code = 'zhang'")
        )
        connection.execute(
            text("UPDATE item SET responsible_id = (SELECT id FROM person WHERE code = 'zhang')")
        )
    file = tmp_path / "bounce.eml"
    file.write_bytes(report(GONE))
    ran = rectiflow("mail", "bounce", str(file), "--json")
    (failed,) = ran.document["failed"]
    assert failed["marked"] == ["zhang"]
    (one,) = rectiflow("people", "--undeliverable", "--json").document["people"]
    assert (one["code"], one["items"]) == ("zhang", 1)
    assert "User unknown" in one["why"]
    assert "zhang" in rectiflow("people", "--undeliverable").out
    assert rectiflow("status", "--json").document["undeliverable"] == 1
    assert "people --undeliverable" in rectiflow("status", "--lang", "en").out
    assert found_check(rectiflow("doctor", "--json"), "reach")["state"] == "warn"
    done = rectiflow("person", "set", "zhang", "--email", "zhang@rectify.example", "--json")
    assert done.document["items"] == 1
    assert rectiflow("people", "--undeliverable", "--json").document["people"] == []
    assert "known" in rectiflow("mail", "bounce", str(file)).out or rectiflow(
        "people", "--undeliverable", "--json"
    ).document == {"people": []}
    assert rectiflow("person", "reachable", "zhang", "--json").document["items"] == 0


def test_a_bounce_comes_through_a_pipe_and_what_is_none_is_refused(
    started: Run, store: Stock, tmp_path: Path
) -> None:
    ran = started("mail", "bounce", "--json", input=report(GONE).decode())
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out)["failed"][0]["known"] is False
    assert started("mail", "bounce", "-", input="Subject: away\n\nI am away.\n").code == 2
