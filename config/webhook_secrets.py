"""The secrets that webhooks are signed with: one a webhook, in a file of the home, or one for all.

The database has none of them: whoever reads a backup of it cannot sign in our name.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from config.settings import PREFIX, Settings
from rules.errors import InputError, Unavailable

SETTING = f"{PREFIX}WEBHOOK_SECRET"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def name_problem(name: str) -> str:
    """What is wrong with a webhook's name; empty when nothing is."""
    return "" if NAME.fullmatch(name) else "A name has up to 64 letters, digits and . _ -"


def keep(settings: Settings, name: str, secret: str) -> None:
    """Keep a new webhook's secret where only we can read it.

    Raises:
        InputError: the name is unusable.
        Unavailable: it cannot be kept.
    """
    file = _file(settings, name)
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="ascii") as new:
            new.write(secret + "\n")
            new.flush()
            os.fsync(new.fileno())
    except OSError as error:
        raise Unavailable(
            f"The secret cannot be kept in {file}: {error.strerror}.",
            "Check the home's permissions.",
        ) from error


def secret_of(settings: Settings, name: str) -> str:
    """The secret of a webhook: its own, else the one for all.

    Raises:
        Unavailable: there is none, or it cannot be read.
    """
    file = _file(settings, name)
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        if settings.webhook_secret:
            return settings.webhook_secret
        why = "it is not there"
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
    raise Unavailable(
        f"The secret of the webhook {name} cannot be read from {file}: {why}.",
        f"Put the file back, or set {SETTING}, or add the webhook again.",
    )


def forget(settings: Settings, name: str) -> None:
    """Remove a webhook's secret, if it has one of its own."""
    _file(settings, name).unlink(missing_ok=True)


def _file(settings: Settings, name: str) -> Path:
    if problem := name_problem(name):
        raise InputError(problem, where="name")
    return settings.home / "webhooks" / f"{name}.secret"
