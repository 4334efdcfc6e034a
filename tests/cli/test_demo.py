"""``rectiflow demo``: a world of its own, on the screen at once, gone without a trace."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import tempfile
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from cli.demo import pace
from cli.demo_home import MARK, PREFIX, remove_leftovers
from cli.home_lock import held
from config.profiles import load_profile
from models.engine import open_engine
from rules.errors import InputError
from tasks.founding import found
from tests.cli.conftest import PROGRAM, Run
from tests.cli.running import PATIENCE, Running, clean_environment, none_left, processes_about
from tests.conftest import MONDAY
from tests.house.reading import ROOT

FIRST_BOARD_SECONDS = 3.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5s", 5.0), ("5", 5.0), ("0.5s", 0.5), (".5", 0.5), ("2m", 120.0), ("1h", 3600.0),
     ("24h", 86400.0), ("off", None)],
)  # fmt: skip
def test_a_day_takes_as_long_as_is_said(text: str, seconds: float | None) -> None:
    assert pace(text) == seconds


@pytest.mark.parametrize("text", ["0", "", "fast", "-5s", "5 d", "25h", "0.01", "5s5s", "nan"])
def test_what_is_no_length_of_a_day_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no length"):
        pace(text)


@pytest.mark.parametrize("words", [("--json",), ("--check", "--lapse", "off")])
def test_what_makes_no_sense_together_is_refused(rectiflow: Run, words: tuple[str, ...]) -> None:
    assert rectiflow("demo", *words).code == 2


def test_a_folder_that_holds_something_else_is_not_touched(rectiflow: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("x", encoding="utf-8")
    ran = rectiflow("demo", "--keep", str(mine))
    assert ran.code == 2
    assert "no demonstration" in ran.err
    assert [file.name for file in mine.iterdir()] == ["letter.txt"]


def test_a_database_that_somebody_works_with_is_not_touched(tmp_path: Path) -> None:
    file = tmp_path / "theirs.db"
    engine = open_engine(f"sqlite:///{file}")
    found(engine, load_profile("education-rectification"), MONDAY)
    engine.dispose()
    before = file.read_bytes()
    environ = clean_environment(tmp_path)
    with Running("demo", "--database", f"sqlite:///{file}", environ=environ) as demo:
        demo.until("holds a campaign that is no demonstration")
        assert demo.ended() == 2
    assert file.read_bytes() == before
    assert not list(tmp_path.glob(f"{PREFIX}*"))


def test_only_homes_whose_demonstration_was_killed_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead, alive, strange = (tmp_path / f"{PREFIX}{name}" for name in ("dead", "alive", "strange"))
    for folder in (dead, alive, strange):
        folder.mkdir()
    for folder in (dead, alive):
        (folder / MARK).touch()
    with held(dead):
        remove_leftovers()
        assert dead.exists()
    with held(alive):
        remove_leftovers()
    assert (dead.exists(), alive.exists(), strange.exists()) == (False, True, True)


def test_a_second_terminal_acts_on_it_and_nothing_else_is_touched(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    environ = clean_environment(
        tmp_path, RECTIFLOW_HOME=str(mine), RECTIFLOW_DATABASE_URL=f"sqlite:///{mine}/x.db"
    )
    # On the first day, which is long, the cast does nothing that would get in our way.
    with Running("demo", "--lang", "en", "--lapse", "10m", environ=environ) as demo:
        settings = _settings(demo.until("RECTIFLOW_HOME="))
        home = Path(settings["RECTIFLOW_HOME"])
        assert home.parent == tmp_path
        demo.until("Closed 70")
        second = environ | settings
        waiting = _document(second, "list", "--stage", "verification", "--json")["items"][0]
        _document(second, "act", waiting["ref"], "pass", "--as", waiting["verifier"]["code"],
                  "--json")  # fmt: skip
        demo.until(f"{waiting['ref']} Passed")
        assert demo.ended(signal.SIGTERM) == 0
        demo.until("its temporary home is removed")
    assert not home.exists()
    assert not mine.exists()
    assert none_left(home)


def test_killed_it_leaves_no_server_behind_and_the_next_one_clears_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Running("demo", "--lang", "en", environ=clean_environment(tmp_path)) as demo:
        home = Path(_settings(demo.until("RECTIFLOW_HOME="))["RECTIFLOW_HOME"])
        demo.until("Prefect is starting")
        assert processes_about(home)
        demo.ended(signal.SIGKILL)
    assert none_left(home)
    assert home.exists()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    remove_leftovers()
    assert not home.exists()


def test_a_kept_home_is_gone_on_with_another_day(tmp_path: Path) -> None:
    home = tmp_path / "kept"
    environ = clean_environment(tmp_path, RECTIFLOW_HOME=str(home))
    days = []
    for _ in range(2):
        words = ("demo", "--lang", "en", "--lapse", "60s", "--keep", str(home))
        with Running(*words, environ=environ) as demo:
            demo.until("Closed ")
            assert demo.ended(signal.SIGTERM) == 0
            demo.until("its home is kept")
        status = _document(environ, "status", "--json")
        assert status["items"] == 280
        days.append(status["now"][:10])
    assert days[0] < days[1]


def test_in_a_terminal_a_board_is_there_at_once_its_pages_open_and_q_ends_it(
    tmp_path: Path,
) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    before = termios.tcgetattr(theirs)
    opened = tmp_path / "opened"
    browser = f"sh -c 'printf %s \"$0\" > {opened}' %s"
    screen = {"DISPLAY": ":99", "BROWSER": browser}
    environ = clean_environment(tmp_path, TERM="xterm-256color", **screen)
    demo = subprocess.Popen(
        [*PROGRAM, "demo"], cwd=ROOT, env=environ, stdin=theirs, stdout=theirs, stderr=theirs,
        preexec_fn=lambda: _take_terminal(theirs),
    )  # fmt: skip
    try:
        _read_until(ours, "正在准备")
        assert _cpu_seconds(demo.pid) < FIRST_BOARD_SECONDS
        _read_until(ours, "最急")
        assert _written(opened).startswith("http://127.0.0.1:")
        os.write(ours, b"q")
        last = _read_until(ours, "临时目录已删除")
        assert demo.wait(30) == 0
    finally:
        demo.kill()
        demo.wait()
    # The screen as it was, and the cursor to be seen.
    assert last.rindex("\x1b[?1049l") > last.rfind("\x1b[?1049h")
    assert last.rindex("\x1b[?25h") > last.rfind("\x1b[?25l")
    assert termios.tcgetattr(theirs) == before
    assert not list(tmp_path.glob(f"{PREFIX}*"))
    os.close(ours)
    os.close(theirs)


def test_the_check_can_be_interrupted_and_says_what_is_missing(tmp_path: Path) -> None:
    with Running("demo", "--check", environ=clean_environment(tmp_path)) as check:
        check.until("waiting for Prefect")
        assert check.ended(signal.SIGTERM) == 1
        report = json.loads(check.until('"ok"'))
    assert (report["ok"], report["missing"]) == (False, ["Prefect was not reached in time."])
    assert not list(tmp_path.glob(f"{PREFIX}*"))
    assert none_left(tmp_path)


@pytest.mark.slow
def test_the_check_sees_three_whole_lives(tmp_path: Path) -> None:
    environ = clean_environment(tmp_path, RECTIFLOW_SMTP_URL="smtp://mail.example:25")
    done = subprocess.run(
        [*PROGRAM, "demo", "--check", "--json"], cwd=ROOT, env=environ, capture_output=True,
        text=True, encoding="utf-8", timeout=240, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert (done.returncode, report["missing"], done.stderr) == (0, [], "")
    assert report["ok"]
    lives = {item["life"]: item for item in report["items"]}
    assert {name: life["rounds"] for name, life in lives.items()} == {
        "straight": 1, "returned": 2, "overdue": 1,
    }  # fmt: skip
    assert lives["overdue"]["levels"] == [1, 2, 3, 4]
    assert {"letter", "interview", "circular", "listing"} < set(lives["overdue"]["documents"])
    assert lives["straight"]["stages"] == [
        "intake", "assignment", "deadline", "verification", "closure", "closed",
    ]  # fmt: skip
    for life in lives.values():
        assert life["flow_run"]["state"] == "COMPLETED"
        assert life["outcome"] == "rectified"
        assert all(mail["caught"] and mail["message_id"] for mail in life["mails"])
        assert all(told["seen"] >= told["expected"] for told in life["notices"].values())
    assert report["totals"]["mails_caught"] == sum(len(life["mails"]) for life in lives.values())
    assert report["sample"]["ledger_rehearsed"] == 280
    assert not list(tmp_path.glob(f"{PREFIX}*"))
    assert none_left(tmp_path)


def _settings(line: str) -> dict[str, str]:
    """The settings that a line tells the second terminal to make."""
    words = shlex.split(line.partition("export ")[2])
    return dict(word.split("=", 1) for word in words)


def _document(environ: dict[str, str], *words: str) -> Any:
    done = subprocess.run(
        [*PROGRAM, *words], cwd=ROOT, env=environ, capture_output=True, text=True,
        encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def _take_terminal(terminal: int) -> None:
    """In the child: a session of its own, with the terminal as its own, in front."""
    os.setsid()
    os.dup2(os.open(os.ttyname(terminal), os.O_RDWR), terminal)


def _read_until(terminal: int, words: str) -> str:
    """All that is written up to these words; colours and moves may stand between them."""
    read = b""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            read += os.read(terminal, 65536)
        text = read.decode("utf-8", "ignore")
        if words in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text):
            return text
    raise AssertionError(f"{words!r} was not shown, but: {read[-2000:]!r}")


def _cpu_seconds(pid: int) -> float:
    """Time that the process has used, which other work on the machine does not lengthen."""
    words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def _written(file: Path) -> str:
    """What the file says, once it says something."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if file.exists() and (text := file.read_text(encoding="utf-8")):
            return text
        time.sleep(0.05)
    raise AssertionError(f"{file} was not written")
