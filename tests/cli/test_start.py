"""The program as it is started: what it loads, how it ends, what it leaves on its streams."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from cli.main import COMMANDS, EXITS, READER_LEFT
from tests.cli.conftest import PROGRAM, Run
from tests.house.reading import ROOT, modules
from tests.house.test_start_up import HEAVY

REPORT = """
import json, sys
from cli.main import main
sys.argv = ["rectiflow", *{words!r}]
code = main()
sys.stdout.flush()
print(json.dumps([code, sorted(set(name.split(".")[0] for name in sys.modules))]), file=sys.stderr)
"""


def loaded_by(*words: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after a command that went well."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT.format(words=words)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    code, names = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stdout
    return set(names)


def test_help_loads_neither_a_command_nor_the_store(home: Path) -> None:
    assert not {*HEAVY, "sqlalchemy", "pydantic", "models"} & loaded_by("--help")


@pytest.mark.parametrize("words", [("list",), ("list", "--json"), ("list", "--stage", "closed")])
def test_a_list_loads_the_database_and_nothing_else_that_is_slow(
    started: Run, home: Path, words: tuple[str, ...]
) -> None:
    (home / "clock.json").unlink()  # a lapsing clock needs the calendar
    assert started("init").code == 0
    loaded = loaded_by(*words)
    assert "sqlalchemy" in loaded
    assert not {*HEAVY, "pydantic", "yaml"} & loaded


def test_every_command_has_a_module_and_every_module_with_an_app_is_a_command() -> None:
    apps = {
        f"cli.{source.path.removeprefix('cli/').removesuffix('.py')}"
        for source in modules("cli")
        if re.search(r"^app = typer\.Typer\(", source.text, re.MULTILINE)
    }
    assert apps - {"cli.main"} == {entry.module for entry in COMMANDS}


def test_help_names_every_command_and_the_exit_codes(started: Run) -> None:
    shown = started("--help")
    assert (shown.code, shown.err) == (0, "")
    words = " ".join(shown.out.split())
    assert all(f"{entry.name} {entry.help}" in words for entry in COMMANDS)
    assert EXITS.split(";", maxsplit=1)[0] in words


def test_no_words_at_all_ask_for_help(started: Run) -> None:
    assert started().out == started("--help").out


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_every_command_explains_itself(rectiflow: Run, entry: object) -> None:
    name = entry.name  # type: ignore[attr-defined]
    shown = rectiflow(name, "--help")
    assert shown.code == 0
    assert f"rectiflow {name}" in shown.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lst",), "Did you mean 'list'"),
        (("list", "--limt", "3"), "--limit"),
        (("act", "ZG-00001"), "COMMAND"),
        (("act", "ZG-00001", "comment"), "--as"),
        (("audit",), "Missing command"),
        (("audit", "--json"), "No such option"),
        (("show", "ZG-00001", "--lang", "fr"), "zh-CN"),
        (("list", "--lang", "fr"), "zh-CN"),
        (("list", "--limit", "0"), "1 to 10000"),
        (("list", "--limit", "²"), "1 to 10000"),
        (("list", "--stage", "somewhere"), "intake"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(
    rectiflow: Run, words: tuple[str, ...], said: str
) -> None:
    ran = rectiflow(*words)
    if "--json" in words:
        ran = ran._replace(out="", err=ran.document["error"]["message"])
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_with_json_even_wrong_usage_is_one_document(rectiflow: Run) -> None:
    ran = rectiflow("list", "--limt", "3", "--json")
    assert (ran.code, ran.err) == (2, "")
    error = ran.document["error"]
    assert set(error) == {"rule", "message", "hint", "where"}
    assert error["rule"] is None
    assert "--limit" in error["message"]
    assert error["hint"] == "See: rectiflow list --help."


def test_a_reader_who_leaves_early_gets_no_complaint(started: Run, home: Path) -> None:
    assert started("init").code == 0
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "list", "--json"], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (READER_LEFT, "")


def test_an_interruption_ends_quietly_and_leaves_nothing_half_done(
    started: Run, home: Path
) -> None:
    assert started("init").code == 0
    ref = started("register", "--as", "coordinator", "--set", "title=窗口推诿", "--json")
    pipe = home / "pipe"
    os.mkfifo(pipe)
    words = ("act", ref.document["ref"], "attach_evidence", "--as", "coordinator")
    running = subprocess.Popen(
        [*PROGRAM, *words, "--file", str(pipe)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A shell that runs the tests in the background has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    writer = _opened_once_read(pipe)
    os.write(writer, b"half a pic")
    out, err = _interrupted(running)
    os.close(writer)
    assert (running.returncode, out, err) == (130, "", "")
    assert list((home / "evidence").rglob("*")) == []
    assert len(started("show", ref.document["ref"], "--json").document["history"]) == 1


def _interrupted(running: subprocess.Popen[str]) -> tuple[str, str]:
    """What is said on Ctrl-C, pressed again if it fell just before a read began to wait, which
    Python notices only when something comes."""
    for _ in range(5):
        running.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return running.communicate(timeout=10)
    raise AssertionError("it cannot be interrupted")


def _opened_once_read(pipe: Path) -> int:
    """The pipe's writing end, which can be opened from when somebody reads it."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.02)
    raise AssertionError("nobody read the pipe")


def test_in_a_narrow_terminal_titles_give_way_and_references_stay_whole(
    started: Run, home: Path
) -> None:
    assert started("init").code == 0
    words = ("--as", "coordinator", "--set", "title=" + "窗口推诿" * 20)
    assert started("register", *words).code == 0
    reading, writing = os.openpty()
    narrow = {**os.environ, "COLUMNS": "64", "TERM": "dumb"}
    subprocess.run([*PROGRAM, "list"], cwd=ROOT, stdout=writing, env=narrow, check=True, timeout=60)
    os.close(writing)
    shown = os.read(reading, 10_000).decode()
    os.close(reading)
    (line,) = (line for line in shown.splitlines() if "ZG-00001" in line)
    assert "窗口" in line
    assert "…" in line


def test_a_terminal_that_cannot_write_chinese_ends_no_command(started: Run, home: Path) -> None:
    plain = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    assert started("init", env=plain).code == 0
    as_text, as_json = started("people", env=plain), started("people", "--json", env=plain)
    assert (as_text.code, as_json.code) == (0, 0)
    assert "?" in as_text.out
    assert {person["name"] for person in as_json.document["people"]} == {"整改办", "核查人", "督导"}
