"""The terminal while a program stays in it: a screen that is drawn anew, one line, and keys.

Whatever ends the program (but SIGKILL), the terminal is as it was before.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text


def is_terminal() -> bool:
    """Whether there is a terminal that can be drawn on."""
    return console().is_terminal and not console().is_dumb_terminal


def console() -> Console:
    """Standard output, with nothing made of what only looks like markup."""
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


def note(sentence: str) -> None:
    """A sentence on standard error, beside what goes to a script."""
    Console(stderr=True, highlight=False, markup=False, emoji=False).print(sentence, soft_wrap=True)


class Canvas:
    """The whole terminal, which may change its size at any time."""

    def __init__(self, live: Live) -> None:
        self._live = live

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        return self._live.console.size.width, self._live.console.size.height

    def draw(self, lines: Sequence[Text]) -> None:
        """Show these lines in place of what was there."""
        self._live.update(Group(*lines), refresh=True)


@contextmanager
def screen() -> Iterator[Canvas]:
    """The whole terminal; what stood there comes back at the end."""
    with Live(console=console(), screen=True, auto_refresh=False) as live:
        yield Canvas(live)


@contextmanager
def line() -> Iterator[Callable[[str], None]]:
    """One line that is written over, and gone at the end."""
    shown = console()
    with Live(console=shown, transient=True, auto_refresh=False) as live:

        def write(words: str) -> None:
            live.update(Text(words, no_wrap=True, overflow="ellipsis"), refresh=True)

        yield write


@contextmanager
def keys() -> Iterator[Callable[[float], str]]:
    """Single keys without Enter. Gives a function that waits so many seconds for one ("" for none).

    In the background, or without a keyboard, it only waits.
    """
    if not _has_keyboard():
        yield _just_wait
        return
    there = sys.stdin.fileno()
    before = termios.tcgetattr(there)
    # Stopped in the middle, the terminal would stay as we have changed it.
    stopping = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        tty.setcbreak(there)
        yield lambda seconds: _key(there, seconds)
    finally:
        termios.tcsetattr(there, termios.TCSADRAIN, before)
        signal.signal(signal.SIGTSTP, stopping)


def _has_keyboard() -> bool:
    """Whether keys typed come to us: another program may have the terminal in front."""
    try:
        there = sys.stdin.fileno()
        return os.isatty(there) and os.tcgetpgrp(there) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _key(there: int, seconds: float) -> str:
    if not select.select([there], [], [], seconds)[0]:
        return ""
    typed = os.read(there, 32)
    if not typed:
        # The terminal is gone: without this, its end would be read over and over.
        time.sleep(seconds)
    return typed.decode("utf-8", "replace")


def _just_wait(seconds: float) -> str:
    time.sleep(seconds)
    return ""
