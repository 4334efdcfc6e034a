"""Programs that go on running in the tests: started, read line by line, stopped or killed."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tests.cli.conftest import PROGRAM
from tests.house.reading import ROOT

PATIENCE = 90.0
"""Seconds that a loaded machine may take for something that takes a few."""


class Running:
    """A program of ours that has been started; killed at the end if it still runs."""

    def __init__(self, *words: str, environ: Mapping[str, str], **options: Any) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [*PROGRAM, *words], cwd=ROOT, env=dict(environ), text=True, encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options,
        )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def until(self, words: str, patience: float = PATIENCE) -> str:
        """The next line with these words in it; fails when none comes."""
        end = time.monotonic() + patience
        while (left := end - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except queue.Empty:
                break
            if line is None:
                break
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"{words!r} was not said, but: {self.said[-30:]}")

    def ended(self, sign: signal.Signals | None = None, patience: float = 30.0) -> int:
        """The exit code, after the signal."""
        if sign is not None:
            self.process.send_signal(sign)
        return self.process.wait(patience)

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            for line in out:
                self._lines.put(line.rstrip("\n"))
        self._lines.put(None)


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """An environment without settings of ours or Prefect's, with this folder as the user's own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RECTIFLOW_", "PREFECT_"))
    }
    return {**kept, "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8", **more}


def processes_about(folder: Path) -> list[int]:
    """Processes that name the folder in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if str(folder) in words:
                found.append(int(entry.name))
    return found


def none_left(folder: Path, patience: float = 15.0) -> bool:
    """Whether no process is about the folder any more, soon."""
    end = time.monotonic() + patience
    while processes_about(folder):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True
