"""What people have said about their notices: preferences, and absences with substitutes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, delete, insert, select

from models.absence import Absence
from models.preference import Preference
from rules.absences import Away
from rules.mailing import Way

PREFERENCE = Preference.__table__  # type: ignore[attr-defined]
ABSENCE = Absence.__table__  # type: ignore[attr-defined]


def wishes(connection: Connection) -> dict[int, dict[str, Way]]:
    """Everybody's ways by kind, by person; few people have any."""
    found: dict[int, dict[str, Way]] = defaultdict(dict)
    columns = (PREFERENCE.c.person_id, PREFERENCE.c.kind, PREFERENCE.c.way)
    for person_id, kind, way in connection.execute(select(*columns)):
        found[person_id][kind] = Way(way)
    return found


def wish(connection: Connection, person_id: int, ways: Mapping[str, Way | None]) -> None:
    """Set a person's ways; None takes one back."""
    of_theirs = PREFERENCE.c.person_id == person_id
    connection.execute(delete(PREFERENCE).where(of_theirs, PREFERENCE.c.kind.in_(list(ways))))
    rows = [
        {"person_id": person_id, "kind": kind, "way": way.value}
        for kind, way in ways.items()
        if way is not None
    ]
    if rows:
        connection.execute(insert(PREFERENCE), rows)


def absences(connection: Connection, since: date) -> dict[int, list[Away]]:
    """Absences that are not over on ``since``, by person, in the order they were entered."""
    found: dict[int, list[Away]] = defaultdict(list)
    statement = select(*_AWAY).where(ABSENCE.c.last >= since).order_by(ABSENCE.c.id)
    for row in connection.execute(statement):
        found[row.person_id].append(Away(*row))
    return found


_AWAY = tuple(ABSENCE.c[field] for field in Away._fields)


def enter_absence(connection: Connection, away: Away) -> None:
    """Somebody is away; what was entered for the same days before is replaced."""
    overlapping = (
        ABSENCE.c.person_id == away.person_id,
        ABSENCE.c.first <= away.last,
        ABSENCE.c.last >= away.first,
    )
    connection.execute(delete(ABSENCE).where(*overlapping))
    connection.execute(insert(ABSENCE).values(away._asdict()))


def cancel_absences(
    connection: Connection, person_id: int, since: date, first: date | None = None
) -> int:
    """Somebody is back, or stays: absences that are not over on ``since`` go, or only the one
    with this ``first`` day; how many."""
    gone = delete(ABSENCE).where(ABSENCE.c.person_id == person_id, ABSENCE.c.last >= since)
    if first is not None:
        gone = gone.where(ABSENCE.c.first == first)
    return connection.execute(gone).rowcount
