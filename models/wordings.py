"""Which wordings of notices are in force, and which were before; who has put them there, and when.
Instants are wall time."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from models.directory import PERSON
from models.notice_wording import NoticeWording

WORDING = NoticeWording.__table__  # type: ignore[attr-defined]

KEPT = 50
"""Versions that are listed."""

Parts = tuple[str, str, str]
"""Subject, text and HTML."""


class Version(NamedTuple):
    """One version; one that is not ``own`` says that the built-in wording was taken back."""

    id: int
    own: bool
    subject: str
    text: str
    html: str
    at: datetime
    by: str


_NEWEST = select(func.max(WORDING.c.id)).group_by(WORDING.c.kind, WORDING.c.lang)
_IN_FORCE = select(
    WORDING.c.kind, WORDING.c.lang, WORDING.c.subject, WORDING.c.text, WORDING.c.html
).where(WORDING.c.id.in_(_NEWEST), WORDING.c.own)


def in_force(connection: Connection) -> dict[tuple[str, str], Parts]:
    """The office's own wordings by kind and language; where there is none, ours is used."""
    rows = connection.execute(_IN_FORCE).all()
    return {(row.kind, row.lang): (row.subject, row.text, row.html) for row in rows}


def versions(connection: Connection, kind: str, lang: str) -> list[Version]:
    """The versions of a wording, the newest first."""
    fields = [WORDING.c[name] for name in Version._fields[:6]]
    rows = connection.execute(
        select(*fields, PERSON.c.name)
        .join(PERSON, PERSON.c.id == WORDING.c.person_id)
        .where(WORDING.c.kind == kind, WORDING.c.lang == lang)
        .order_by(WORDING.c.id.desc())
        .limit(KEPT)
    )
    return [Version._make(row) for row in rows]


def keep(
    connection: Connection, kind: str, lang: str, parts: Parts | None, person_id: int, at: datetime
) -> None:
    """A new version, in force from now on; without parts ours is used again."""
    subject, text, html = parts or ("", "", "")
    values = {"kind": kind, "lang": lang, "own": parts is not None, "subject": subject,
              "text": text, "html": html, "person_id": person_id, "at": at}  # fmt: skip
    connection.execute(insert(WORDING).values(values))
