"""Tables of units and people, loaded by an administrator."""

from __future__ import annotations

from pathlib import Path

from models.engine import writing
from tasks.admin.desk import Admin, deed, require
from tasks.roster import RosterReport, load_roster


def load(
    admin: Admin, units: Path | None, people: Path | None, *, lang: str, dry_run: bool = False
) -> RosterReport:
    """Load the tables, or with ``dry_run`` say what they would change.

    Raises:
        Refused: they may not.
        InputError: a file is no table, or a column is missing or unknown.
    """
    if dry_run:
        with writing(admin.engine) as connection:
            require(connection, admin.person)
        return load_roster(admin.engine, units, people, dry_run=True, lang=lang)
    what = " ".join(name for name, file in (("units", units), ("people", people)) if file)
    with deed(admin, "roster", what):
        return load_roster(admin.engine, units, people, lang=lang)
