"""What a driver's complaint says about the database's condition, as a sentence for a person.

PostgreSQL is understood by its error codes, and by words only where a connection never came
about; SQLite has nothing but words. A complaint about what was written (a key that is taken, a
text that is too long) quotes that text, so it is never searched for words.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from rules.errors import Unavailable


class Condition(NamedTuple):
    """What is the matter with the database, and what to do about it."""

    what: str
    remedy: str


_UNREACHABLE = Condition("cannot be reached", "Check that it runs, and RECTIFLOW_DATABASE_URL.")
_LOCKED = Condition("is locked by another program", "Close what else has it open, or try again.")
_READ_ONLY = Condition("may only be read", "Check the permissions of the file and its folder.")
_STANDBY = Condition("may only be read", "Connect to the primary server.")
_FULL = Condition("cannot grow: the disk is full", "Free some space; nothing was lost.")
_BROKEN = Condition("cannot be read or written: the disk reports an error", "Check the disk.")
_UNOPENED = Condition("cannot be opened", "Check the path and the folder's permissions.")
_NO_DATABASE = Condition("is not a database", "Check RECTIFLOW_DATABASE_URL.")
_DAMAGED = Condition("is damaged", "Restore it from a backup.")
_EMPTY = Condition("has no tables yet", "Run: rectiflow init.")
_OLD = Condition("has an older schema", "Run: rectiflow init.")
_LOGIN = Condition("refuses our name or password", "Check RECTIFLOW_DATABASE_URL.")
_ABSENT = Condition("does not exist on its server", "Create it, or check RECTIFLOW_DATABASE_URL.")
_FORBIDDEN = Condition("does not let us do this", "Give the user rights on the database.")
_CROWDED = Condition("takes no more connections", "Close some, or raise its max_connections.")
_CROSSED = Condition("was busy with another transaction", "Repeat the command.")
_OPTION = Condition("has an address with an unknown option", "Check RECTIFLOW_DATABASE_URL.")

_BY_WORDS = (
    ("database is locked", _LOCKED),
    ("readonly database", _READ_ONLY),
    ("disk is full", _FULL),
    ("disk i/o error", _BROKEN),
    ("unable to open database", _UNOPENED),
    ("file is not a database", _NO_DATABASE),
    ("malformed", _DAMAGED),
    ("no such table", _EMPTY),
    ("no such column", _OLD),
    ("has no column named", _OLD),
    ("invalid uri query parameter", _OPTION),
    ("invalid connection option", _OPTION),
    ("password authentication failed", _LOGIN),
    ("no password supplied", _LOGIN),
    ("no pg_hba.conf entry", _LOGIN),
    ('fatal:  role "', _LOGIN),
    ('" does not exist', _ABSENT),
    ("too many clients", _CROWDED),
    ("too many connections", _CROWDED),
    ("remaining connection slots", _CROWDED),
    ("connection", _UNREACHABLE),
    ("failed to resolve host", _UNREACHABLE),
)

_BY_CODE = {
    "25006": _STANDBY,
    "28000": _LOGIN,
    "28P01": _LOGIN,
    "3D000": _ABSENT,
    "40001": _CROSSED,
    "40P01": _CROSSED,
    "42501": _FORBIDDEN,
    "42703": _OLD,
    "42P01": _EMPTY,
    "53100": _FULL,
    "53300": _CROWDED,
    "58030": _BROKEN,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}
"""Source: appendix A of PostgreSQL's manual. Class 08 and 57P are connections that are gone."""


def explain(error: DBAPIError, name: str) -> Unavailable | None:
    """The condition of the database called ``name``, or None when the error is our own mistake."""
    if isinstance(error, IntegrityError | DataError):
        return None
    code = getattr(error.orig, "sqlstate", None)
    if code is not None:
        gone = _UNREACHABLE if code.startswith(("08", "57P")) else None
        return _said(_BY_CODE.get(code, gone), name)
    lost = _UNREACHABLE if error.connection_invalidated else None
    return _said(_in_words(str(error.orig)) or lost, name)


def explain_words(text: str, name: str) -> Unavailable | None:
    """The same from the words of a driver alone."""
    return _said(_in_words(text), name)


def _in_words(text: str) -> Condition | None:
    lower = text.lower()
    return next((condition for words, condition in _BY_WORDS if words in lower), None)


def _said(condition: Condition | None, name: str) -> Unavailable | None:
    return condition and Unavailable(f"{name} {condition.what}.", condition.remedy)
