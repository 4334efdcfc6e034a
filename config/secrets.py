"""The installation's own secret, with which links are signed: given, or made once and kept.

Whoever knows it can forge links, and changing it makes all links void that are on their way.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from config.settings import PREFIX, Settings
from rules.errors import InputError, Unavailable

KEY_FILE = "secret.key"
BYTES = 32
LEAST_LENGTH = 32
"""Characters of a usable key: in hexadecimal these are 128 bits."""


def secret_key(settings: Settings) -> str:
    """The secret, made at the first call unless one is set; the file can be read by us alone.

    Raises:
        InputError: the secret is too short to be one.
        Unavailable: it cannot be read, or cannot be kept.
    """
    if settings.secret_key:
        return _long_enough(settings.secret_key, f"{PREFIX}SECRET_KEY")
    file = settings.home / KEY_FILE
    try:
        if not file.exists():
            _make(file)
        return _long_enough(file.read_text(encoding="ascii").strip(), str(file))
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise Unavailable(
            f"The secret {file} cannot be used: {why}.",
            f"Check the folder's permissions, or set {PREFIX}SECRET_KEY_FILE.",
        ) from error


def _make(file: Path) -> None:
    """Write a new secret beside its place and link it there, whole; the first of several stays."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made with mode 0600.
    number, beside = tempfile.mkstemp(prefix=f".{KEY_FILE}-", dir=file.parent)
    try:
        with os.fdopen(number, "w", encoding="ascii") as new:
            new.write(secrets.token_urlsafe(BYTES))
            new.flush()
            os.fsync(new.fileno())
        # Another process may have been faster; its secret is as good.
        with suppress(FileExistsError):
            os.link(beside, file)
    finally:
        Path(beside).unlink(missing_ok=True)


def _long_enough(key: str, where: str) -> str:
    if len(key) < LEAST_LENGTH:
        raise InputError(
            f"The secret is too short: it needs {LEAST_LENGTH} characters.",
            'Make one with: python -c "import secrets; print(secrets.token_urlsafe(32))".',
            where=where,
        )
    return key
