"""Asked to stop: SIGINT (Ctrl-C), SIGTERM and SIGHUP as an event that the main thread looks at.

A second signal interrupts whatever the stop is waiting for.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stop_asked() -> Iterator[threading.Event]:
    """An event that is set by the first such signal; only for the main thread."""
    asked = threading.Event()
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def note(number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    for number in SIGNALS:
        # A shell's nohup has ignored SIGHUP on purpose.
        if before[number] is not signal.SIG_IGN:
            signal.signal(number, note)
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
