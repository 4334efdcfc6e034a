"""The watchdog finds what stands still at its limit, tells an operator, and hangs with nobody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.clock import ManualClock, wall
from config.settings import Settings
from flows import watchdog
from flows.watchdog import Watchdog
from models.engine import open_engine
from models.watch import OldestStep, Watched
from notifications.catcher import Catcher
from rules.errors import InputError
from tasks.alarm import REPEAT, STEADY, Word, remembered
from tasks.health import (
    AHEAD,
    LAG_LATE,
    MAIL_CLOSED,
    MAIL_LATE,
    STEP_LATE,
    Finding,
    Health,
    judge,
)
from tasks.office import Office
from tasks.watching import require_operator, watch
from tests.conftest import MONDAY

MOMENT = timedelta(seconds=1)
QUIET = Watched(None, None, False, None, None, None, {})
STOOD = Finding("steps", "A step of ZG-00001 has been due for 2 hours.", "ZG-00001 已 2 小时")
BEAT = {"clock": (MONDAY, "prefect reached")}


@pytest.fixture
def office(tmp_path: Path, clock: ManualClock) -> Iterator[Office]:
    """An installation of which only the settings and the clock are looked at."""
    settings = Settings(home=tmp_path)
    engine = open_engine(settings.database)
    yield Office(settings, engine, clock)
    engine.dispose()


def parts(office: Office, now: datetime = MONDAY, **seen: Any) -> list[str]:
    """The parts that are found to stand still."""
    watched = QUIET._replace(**{"beats": BEAT, **seen})
    return [found.part for found in judge(office, watched, now).findings]


@pytest.mark.parametrize(
    ("seen", "limit", "part"),
    [
        (lambda at: {"step": OldestStep("ZG-00001", at)}, STEP_LATE, "steps"),
        (lambda at: {"mail": at}, MAIL_LATE, "mails"),
        (lambda at: {"event": at}, MAIL_LATE, "mails"),
        (lambda at: {"lag": at}, LAG_LATE, "runs"),
        (
            lambda at: {"mail_waits": True, "beats": {**BEAT, "mail_closed": (at, "refused")}},
            MAIL_CLOSED,
            "mails",
        ),
    ],
    ids=["step", "mail", "event", "lag", "closed"],
)
def test_what_waits_is_found_just_after_its_limit(
    office: Office, seen: object, limit: timedelta, part: str
) -> None:
    assert callable(seen)
    assert parts(office, **seen(MONDAY - limit)) == []
    assert parts(office, **seen(MONDAY - limit - MOMENT)) == [part]


def test_a_way_out_that_is_closed_matters_only_while_something_waits(office: Office) -> None:
    closed = {**BEAT, "mail_closed": (MONDAY - timedelta(days=9), "refused")}
    assert parts(office, beats=closed) == []


def test_a_clock_behind_what_was_written_is_named(office: Office) -> None:
    for ahead, found in ((AHEAD, []), (AHEAD + MOMENT, ["time"])):
        assert parts(office, newest=MONDAY + ahead) == found
        assert parts(office, beats={"clock": (MONDAY + ahead, "")}) == found


def test_a_machinery_without_a_clock_is_found_and_one_without_prefect_named(
    office: Office,
) -> None:
    assert parts(office, beats={}) == ["clock"]
    assert parts(office, beats={"clock": (MONDAY, "no prefect")}) == ["prefect"]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Catcher]:
    """A mail server that catches everything."""
    catcher = Catcher(tmp_path / "caught")
    catcher.start()
    yield catcher
    catcher.stop()


@pytest.fixture
def written(office: Office, post: Catcher) -> Settings:
    """Settings by which the operator is written to."""
    url = f"{post.url}?starttls=off"
    return replace(office.settings, smtp_url=url, operator_mail="ops@example.org")


def test_the_operator_is_written_to_at_the_begin_seldom_again_and_at_the_end(
    written: Settings, post: Catcher
) -> None:
    begin, end = MONDAY, MONDAY + REPEAT + STEADY * 2
    for after in (timedelta(0), MOMENT, REPEAT - MOMENT, REPEAT):
        watch(written, [STOOD], begin + after, mail=True)
    watch(written, [], end - STEADY, mail=True)
    for after in (timedelta(0), MOMENT):
        watch(written, [], end + after, mail=True)
    subjects = [str(mail.parsed()["Subject"]) for mail in post.mails]
    assert [subject.partition("/ ")[2] for subject in subjects] == [
        "Something stands still", "Something still stands still", "All is well again",
    ]  # fmt: skip
    first = post.mails[0]
    assert first.recipients == ("ops@example.org",)
    assert STOOD.en in first.parsed().get_content()
    assert STOOD.zh in first.parsed().get_content()
    assert first.parsed()["Auto-Submitted"] == "auto-generated"


def test_what_could_not_be_told_is_told_as_soon_as_it_can(written: Settings, post: Catcher) -> None:
    away = replace(written, smtp_url="smtp://127.0.0.1:9?starttls=off")
    for minute in range(3):
        look = watch(away, [STOOD], MONDAY + timedelta(minutes=minute), mail=True)
        assert look.word is Word.BEGUN
        assert look.untold is not None
    assert watch(written, [STOOD], MONDAY + timedelta(minutes=3), mail=True).untold is None
    watch(written, [STOOD], MONDAY + timedelta(minutes=4), mail=True)
    assert len(post.mails) == 1


def test_a_refused_operator_is_an_error_without_words_of_the_log_in(
    written: Settings, post: Catcher
) -> None:
    post.faults.refuse = frozenset({"ops@example.org"})
    look = watch(written, [STOOD], MONDAY, mail=True)
    assert look.untold is not None
    assert "did not take the mail" in look.untold.message


def test_a_password_is_not_sent_where_nobody_encrypts(written: Settings, post: Catcher) -> None:
    bare = post.url.replace("smtp://", "smtp://ada:geheim@")
    for options in ("", "?starttls=required"):
        look = watch(replace(written, smtp_url=f"{bare}{options}"), [STOOD], MONDAY, mail=True)
        assert look.untold is not None
        assert "geheim" not in str(look.untold)
    assert post.mails == []


def test_a_clock_that_jumps_back_between_two_looks_is_told(
    written: Settings, post: Catcher
) -> None:
    watch(written, [], MONDAY, mail=True)
    look = watch(written, [], MONDAY - timedelta(hours=3), mail=True)
    assert [found.part for found in look.findings] == ["time"]
    assert "set back by 3 hours" in post.mails[0].parsed().get_content()


def test_without_an_operator_it_is_only_logged(office: Office) -> None:
    assert watch(office.settings, [STOOD], MONDAY, mail=False).untold is None
    assert remembered(office.settings.home).told == {"steps"}
    incomplete: tuple[dict[str, Any], ...] = (
        {},
        {"operator_mail": "ops@example.org"},
        {"smtp_url": "smtp://h"},
        {"operator_mail": "ops", "smtp_url": "smtp://h"},
    )
    for given in incomplete:
        with pytest.raises(InputError):
            require_operator(replace(office.settings, **given))


def test_a_home_that_cannot_be_written_does_not_silence_it(
    written: Settings, post: Catcher
) -> None:
    (written.home / "file").write_text("", encoding="utf-8")
    unwritable = replace(written, home=written.home / "file")
    assert watch(unwritable, [STOOD], MONDAY, mail=True).untold is None
    assert len(post.mails) == 1


def test_the_thread_looks_by_itself_and_ends_when_asked(
    office: Office, written: Settings, post: Catcher
) -> None:
    dog = Watchdog(office._replace(settings=written), first=0.01, every=0.01)
    dog.start()
    waiting = threading.Event()
    for _ in range(1_000):
        if post.mails:
            break
        waiting.wait(0.01)
    dog.stop()
    assert len(post.mails) == 1  # The store has no tables.
    assert "schema" in post.mails[0].parsed().get_content()


def test_a_database_that_does_not_answer_is_not_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, asked = threading.Event(), []

    def hangs(_office: Office) -> Health:
        asked.append(1)
        go_on.wait(20)
        return Health(())

    monkeypatch.setattr(watchdog, "look", hangs)
    monkeypatch.setattr(watchdog, "ANSWER_SECONDS", 0.02)
    dog = Watchdog(office)
    for minute in range(3):
        dog.look_once(MONDAY + timedelta(minutes=minute))
    assert remembered(office.settings.home).told == {"database"}
    assert len(asked) == 1  # Nobody else is sent after the one who hangs.
    go_on.set()


def test_a_clock_that_was_set_wakes_the_ticks(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken = threading.Event()
    started = wall()
    shown = iter([started, *(started - timedelta(hours=2) for _ in range(1_000_000))])
    monkeypatch.setattr(watchdog, "wall", lambda: next(shown))
    dog = Watchdog(office, woken.set, first=0.01, every=0.01)
    dog.start()
    assert woken.wait(10)
    dog.stop()
