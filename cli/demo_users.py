"""As whom the demonstration lets everybody sign in: one of each kind, in the invented campaign."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from config.clock import wall
from models import staff
from models.engine import reading
from rules.errors import InputError
from rules.vocabulary import Role
from tasks import accounts
from tasks.office import Office

if TYPE_CHECKING:
    from web.app import Tryout

USERS = (
    ("city-office-c1", Role.COORDINATOR, "layout-kanban"),
    ("city-justice-r2", Role.RESPONSIBLE, "checklist"),
    ("city-justice-l1", Role.LEADER, "user-check"),
    ("city-office-v1", Role.VERIFIER, "eye"),
    ("city-office-s1", Role.SUPERVISOR, "rubber-stamp"),
    ("city-office-viewer", Role.VIEWER, "books"),
    ("city-office-auditor", Role.AUDITOR, "history"),
)
"""Handle, kind of user, and icon."""


def tryouts(office: Office) -> list[Tryout]:
    """Those of them who are in the store, each with an account that has no password."""
    return list(_found(office))


def _found(office: Office) -> Iterator[Tryout]:
    from web.app import Tryout

    with reading(office.engine) as connection:
        names = {one.code: one.name for one in staff.people(connection)}
    for code, role, icon in USERS:
        if code not in names:
            continue
        # A kept home has them already.
        with suppress(InputError):
            accounts.add(office.engine, code, wall(), administrator=role is Role.COORDINATOR)
        yield Tryout(code, names[code], role.value, icon)
