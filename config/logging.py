"""Log lines: a sentence, an ``action``, and what it is about, by reference only.

Lines go to standard error (and a file when one is given); nothing is logged that names a person
or tells an item's content.
"""

from __future__ import annotations

import logging
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"


def log_context(action: str, **about: object) -> str:
    """The tail of a log line: ``[action=sweep fired=12]``. Values are references, not content."""
    words = " ".join(f"{key}={value}" for key, value in about.items() if value is not None)
    return f"[action={action}{' ' + words if words else ''}]"


def set_up(level: str = "INFO", file: Path | None = None) -> None:
    """Send our log lines to ``file``, or to standard error when there is none."""
    handler: logging.Handler = (
        logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler()
    )
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger("rectiflow")
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    root.propagate = False
    # A tick that finds the last one still at work says so at every tick: that is as intended.
    # The web server warns of every request that is no HTTP.
    for name in ("apscheduler", "uvicorn"):
        other = logging.getLogger(name)
        other.handlers[:] = [handler]
        other.setLevel(logging.ERROR)
        other.propagate = False
