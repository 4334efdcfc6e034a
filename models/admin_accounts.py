"""Accounts page by page, for administrators. Instants are wall time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from models.accounts import ACCOUNT, SESSION, Listed
from models.directory import PERSON, UNIT

PAGE = 50


def page(connection: Connection, words: str, after: str, now: datetime) -> list[Listed]:
    """Accounts with these words in login or name, by login; a page, and one more."""
    mine = (SESSION.c.account_id == ACCOUNT.c.id, SESSION.c.ended_at.is_(None))
    alive = select(func.count()).where(*mine, SESSION.c.expires_at > now).scalar_subquery()
    seen = select(func.max(SESSION.c.seen_at)).where(*mine).scalar_subquery()
    statement = (
        select(
            ACCOUNT.c.login, PERSON.c.code, PERSON.c.name, UNIT.c.name.label("unit"),
            PERSON.c.active, ACCOUNT.c.administrator, ACCOUNT.c.disabled_at, ACCOUNT.c.totp_on,
            alive, seen, ACCOUNT.c.password_hash != "",
        )
        .join(PERSON, PERSON.c.id == ACCOUNT.c.person_id)
        .join(UNIT, UNIT.c.id == PERSON.c.unit_id)
        .where(ACCOUNT.c.login > after)
        .order_by(ACCOUNT.c.login)
        .limit(PAGE + 1)
    )  # fmt: skip
    if words:
        columns = (ACCOUNT.c.login, PERSON.c.code, PERSON.c.name)
        found = or_(*(column.icontains(words, autoescape=True) for column in columns))
        statement = statement.where(found)
    return [Listed(*row) for row in connection.execute(statement)]
