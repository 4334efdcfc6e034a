"""People entered and put right by an administrator: address, roles, whether they still act."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from models import accounts, directory, people, unreachable
from models.engine import writing
from rules.errors import InputError, Refusal, Refused
from rules.item import PersonFact
from rules.vocabulary import Role
from tasks import merging, reach
from tasks.admin.checked import address_of, code_of, lang_of, name_of
from tasks.admin.desk import Admin, deed, is_a_draft
from tasks.merging import Merger


class Particulars(NamedTuple):
    """What is entered of a person; ``unit`` by its code."""

    name: str
    unit: str
    email: str = ""
    lang: str = "zh-CN"

    def checked(self) -> Particulars:
        """The same, as it is stored.

        Raises:
            InputError: a field is not usable; ``where`` names it.
        """
        email, lang = address_of(self.email), lang_of(self.lang)
        return Particulars(name_of(self.name), self.unit.strip(), email, lang)


def add(admin: Admin, code: str, given: Particulars, roles: list[Role]) -> str:
    """Enter a person with roles over their unit; their code.

    Raises:
        Refused: they may not.
        InputError: a field is not usable, or the code is taken.
        NotFound: there is no such unit.
    """
    code, good = code_of(code), given.checked()
    with deed(admin, "person.add", f"{good.name} ({code})"):
        try:
            with writing(admin.engine) as connection:
                home = directory.units(connection, [good.unit])[good.unit].id
                held = [(role, home) for role in dict.fromkeys(roles)]
                people.add_person(
                    connection, code, good.name, home, held, email=good.email, lang=good.lang
                )
        except IntegrityError:
            raise InputError(f"There is a person {code!r} already.", where="code") from None
    return code


def put_right(admin: Admin, code: str, given: Particulars) -> list[int]:
    """Put a person right. What is set is confirmed: they are a draft no longer.

    Returns the mails that did not arrive while the address was wrong and can be sent again.

    Raises:
        Refused, InputError, NotFound: as for :func:`add`.
    """
    good, draft = given.checked(), is_a_draft(admin, "person", code)
    about = f"{good.name} ({code})"
    with deed(admin, "person.set", about, office=draft), writing(admin.engine) as connection:
        person = directory.person(connection, code)
        home = directory.units(connection, [good.unit])[good.unit]
        lost = bool(good.email) and unreachable.since_when(connection, person.id) is not None
        unsent = reach.can_be_reached(connection, person.id) if lost else []
        changes = {"name": good.name, "unit_id": home.id, "email": good.email, "lang": good.lang}
        people.change_person(connection, person.id, {**changes, "draft": False})
        return unsent


def switch(admin: Admin, code: str, active: bool) -> None:
    """Let a person act no more, or again. Whoever does not is signed out everywhere.

    Raises:
        Refused: they may not; or it is themselves, or the last who administers.
    """
    what = "active" if active else "inactive"
    with deed(admin, "person.set", code, what), writing(admin.engine) as connection:
        person = directory.person(connection, code)
        if not active:
            _require_dispensable(connection, admin, person)
        people.change_person(connection, person.id, {"active": active})


def _require_dispensable(connection: Connection, admin: Admin, person: PersonFact) -> None:
    if person.id == admin.person.id:
        raise Refused(
            Refusal("NotOneself", "Nobody lets themselves act no more.", "Ask another one.")
        )
    account = accounts.by_person(connection, person.id)
    if account and account.usable and account.administrator:
        raise Refused(
            Refusal(
                "KeepAnAdministrator",
                f"{person.code} administers the console.",
                "Let them administer no more before.",
            )
        )


def give_role(admin: Admin, code: str, role: Role, unit: str) -> None:
    """Give a person a role in a unit's subtree; one that they hold already stays as it is.

    Raises:
        Refused: they may not.
        NotFound: there is no such person or unit.
    """
    about = f"+{role.value}@{unit}"
    with deed(admin, "person.role", code, about), writing(admin.engine) as connection:
        person = directory.person(connection, code)
        seat = directory.units(connection, [unit])[unit]
        if not people.has_role(connection, person.id, seat.id, role):
            people.add_role(connection, person.id, seat.id, role)


def take_role(admin: Admin, code: str, role: Role, unit: str) -> None:
    """Take a role from a person; see :func:`give_role`."""
    about = f"-{role.value}@{unit}"
    with deed(admin, "person.role", code, about), writing(admin.engine) as connection:
        person = directory.person(connection, code)
        seat = directory.units(connection, [unit])[unit]
        people.drop_role(connection, person.id, seat.id, role)


def reachable(admin: Admin, code: str) -> list[int]:
    """Mail arrives at a person's address again; the mails that can be sent again.

    Raises:
        Refused: they may not.
        NotFound: there is no such person.
    """
    with deed(admin, "person.reachable", code), writing(admin.engine) as connection:
        person = directory.person(connection, code)
        return reach.can_be_reached(connection, person.id)


def merge(admin: Admin, draft: str, into: str, now: datetime) -> Merger:
    """Merge a draft into the person that they really are; see ``tasks.merging``. ``now`` is
    campaign time.

    Raises:
        Refused: they may not, or a rule keeps an open item from it; nothing is done.
        NotFound: there is no such person.
    """
    with deed(admin, "person.merge", draft, f"-> {into}", office=True):
        return merging.merge_people(admin.engine, draft, into, admin.person.code, now)
