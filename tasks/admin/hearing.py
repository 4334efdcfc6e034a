"""How somebody hears, and who hears instead, entered for them by an administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from models import directory
from models.engine import reading, writing
from tasks import hearing
from tasks.admin.desk import Admin, deed
from tasks.hearing import Leave


def go_away(admin: Admin, code: str, given: Leave, on: date, was: date | None = None) -> None:
    """Enter an absence; see ``tasks.hearing``.

    Raises:
        Refused: they may not.
        InputError: a field is not usable.
        NotFound: there is no such person.
    """
    detail = f"{given.first} – {given.until}: {given.substitute}"
    with deed(admin, "person.away", code, detail), writing(admin.engine) as connection:
        person = directory.person(connection, code)
        hearing.go_away(connection, person, given, on, was)


def come_back(admin: Admin, code: str, on: date, was: date | None = None) -> None:
    """End the absence that began on ``was``, or all; see :func:`go_away`."""
    detail = f"back: {was or 'all'}"
    with deed(admin, "person.away", code, detail), writing(admin.engine) as connection:
        hearing.come_back(connection, directory.person(connection, code).id, on, was)


def hear(admin: Admin, code: str, ways: Mapping[str, str]) -> None:
    """Let them hear in these ways; what is the same already is not noted. See :func:`go_away`."""
    with reading(admin.engine) as connection:
        person = directory.person(connection, code)
        news = hearing.news_in(connection, person.id, ways)
    detail = " ".join(f"{kind}={way}" for kind, way in news.items())
    with deed(admin, "person.notices", code, detail), writing(admin.engine) as connection:
        hearing.hear(connection, person.id, news)
