"""May this person administer, and what have they done?

Every administrative deed goes through :func:`deed`: whoever may not is refused, and what they set
about is noted before it is done, how it ended afterwards. A page that shows administration asks
:func:`rights`. Instants are wall time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from models import accounts, admin_deeds, admin_lists
from models.engine import reading, writing
from rules.errors import RectiflowError, Refusal, Refused
from rules.item import PersonFact, is_root
from rules.vocabulary import Role

DEEDS = (
    *("unit.add", "unit.set", "unit.move", "unit.merge", "unit.close", "unit.open"),
    *("person.add", "person.set", "person.role", "person.merge", "person.reachable", "roster"),
    *("person.away", "person.notices"),
    *("account.add", "account.invite", "account.disable", "account.enable", "account.admin"),
    *("account.signout", "account.factor", "token.new", "token.revoke"),
    *("policy.import", "policy.migrate", "template.put", "template.drop"),
    *("wording.put", "wording.drop"),
    *("mail.replay", "mail.release", "mail.discard"),
    *("webhook.replay", "webhook.resume", "webhook.test", "channel.test"),
)
"""Everything that is noted."""

DONE, REFUSED, FAILED = "done", "refused", "failed"


class Admin(NamedTuple):
    """Somebody about to administer something, through ``via`` (web or cli)."""

    engine: Engine
    person: PersonFact
    at: datetime
    via: str = "web"


class Rights(NamedTuple):
    """What somebody may do there: everything, or look at most of it and settle drafts."""

    administers: bool
    looks: bool


def rights(connection: Connection, person: PersonFact) -> Rights:
    """Administrators do everything. Coordinators over everything look, and settle drafts: it is
    their ledgers that make them."""
    account = accounts.by_person(connection, person.id)
    administers = bool(account and account.usable and account.administrator)
    return Rights(administers, administers or steers_everything(person))


def steers_everything(person: PersonFact) -> bool:
    """Whether the person coordinates the root, and so everything."""
    held = (path for role, path in person.roles if role is Role.COORDINATOR)
    return person.active and any(map(is_root, held))


@contextmanager
def deed(
    admin: Admin, what: str, about: str, detail: str = "", *, office: bool = False
) -> Iterator[None]:
    """Let the person do this, and note it. ``office``: coordinators over everything may, too.

    Raises:
        Refused: they may not; nothing is noted, nothing done.
    """
    assert what in DEEDS, what
    with writing(admin.engine) as connection:
        require(connection, admin.person, office=office)
        noted = admin_deeds.note(
            connection, admin.person.id, admin.via, what, about, detail, admin.at
        )
    try:
        yield
    except Refused as error:
        _end(admin.engine, noted, REFUSED, f"{detail} {error}".strip())
        raise
    except RectiflowError as error:
        _end(admin.engine, noted, FAILED, f"{detail} {error}".strip())
        raise
    _end(admin.engine, noted, DONE)


def require(connection: Connection, person: PersonFact, *, office: bool = False) -> None:
    """See that the person may administer, or, with ``office``, settle what ledgers have made.

    Raises:
        Refused: they may not.
    """
    found = rights(connection, person)
    if not (found.administers or (office and found.looks)):
        who = "an administrator"
        who += " or a coordinator over everything" if office else ""
        raise Refused(
            Refusal("AdministerTheConsole", f"{person.code} may not do this.", f"It takes {who}.")
        )


def may(engine: Engine, person: PersonFact) -> Rights:
    """The same as :func:`rights`, for a page."""
    with reading(engine) as connection:
        return rights(connection, person)


def is_a_draft(admin: Admin, kind: str, code: str) -> bool:
    """Whether the unit or person was named by a ledger: then the office may settle it, too."""
    with reading(admin.engine) as connection:
        return admin_lists.is_draft(connection, kind, code)


def _end(engine: Engine, noted: int, outcome: str, detail: str = "") -> None:
    with writing(engine) as connection:
        admin_deeds.end(connection, noted, outcome, detail)
