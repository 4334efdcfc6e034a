"""Passwords: which may be chosen, and how they are kept.

The rules are those of NIST SP 800-63B (5.1.1): a least length, nothing that is guessed first, and
no demands for kinds of characters or for regular changes. What is kept is Argon2id (RFC 9106).
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rules.errors import Refusal, Refused

LEAST = 10
MOST = 256
"""Characters of a password."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)
"""32 MiB, two passes, one lane: half as much again as OWASP's least, and some 40 ms of one core."""

_AT_ONCE = threading.BoundedSemaphore(4)
"""Each hash takes 32 MiB: a rush of attempts must not take all there is."""

GUESSED_FIRST = frozenset(
    {
        *("1234567890", "12345678910", "0123456789", "1q2w3e4r5t", "qwertyuiop", "password12"),
        *("password123", "passw0rd123", "administrator", "adminadmin", "iloveyou123"),
        *("rectiflow1", "rectiflow123", "zhenggai123", "abcdefghij", "1qaz2wsx3edc", "woaini1314"),
    }
)
LEAST_DIFFERENT = 4
"""Characters of a password that differ from each other."""


def require_usable(password: str, login: str) -> None:
    """See that a password may be chosen for this login.

    Raises:
        Refused: it is too short or too long, or would be guessed first.
    """
    text = _spelt(password)
    low, name = text.casefold(), login.casefold()
    if len(text) < LEAST:
        raise _refused("RequireLongPassword", f"The password has fewer than {LEAST} characters.")
    if len(text) > MOST:
        raise _refused("RequireShorterPassword", f"The password has more than {MOST} characters.")
    if low == name or low in (name * 2, name[::-1]) or (len(name) > 5 and name in low):
        raise _refused("ForbidLoginAsPassword", "The password contains the login.")
    if low in GUESSED_FIRST or len(set(low)) < LEAST_DIFFERENT:
        raise _refused("ForbidGuessedPassword", "The password is among those that are tried first.")


def hashed(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(_spelt(password))


def fits(kept: str, password: str) -> bool:
    """Whether the password is the one that was kept; takes as long when none was."""
    try:
        with _AT_ONCE:
            _HASHER.verify(kept or _nobodys(), _spelt(password)[: MOST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether it was kept in another way than passwords are kept now."""
    return _HASHER.check_needs_rehash(kept)


def _spelt(password: str) -> str:
    """The same characters, however a keyboard makes them."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    """What nobody's password is compared with."""
    return _HASHER.hash("nobody has this password")


def _refused(rule: str, reason: str) -> Refused:
    return Refused(Refusal(rule, reason, "Choose another; a sentence of some words is good."))
