"""Formal documents: numbered, drawn up from a template, kept in a file, noted in the history.

A document is issued once for each occasion (kind, life, round, level), however often the work is
repeated. Number, entry in the register and file come about in one transaction or not at all, so
that a series has no gap and no number without its paper; then the history notes it. What a crash
has left unnoted is noted with the item's next document, or when the work is repeated.
"""

from __future__ import annotations

import os
import tempfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from sqlalchemy import Connection

from config.calendars import calendar_for
from models import deliveries, documents, findings, policies
from models.documents import NOTED_UNDER, Issued, Occasion
from models.engine import reading, writing
from models.items import Loaded
from notifications.cleaning import many_lines, one_line
from rules.commands import Record
from rules.errors import Unavailable
from rules.item import SYSTEM, ItemState
from rules.policy import Policy
from rules.vocabulary import Level, Outcome, name
from tasks.act import act
from tasks.office import Office

PAPERS = Path(__file__).parent / "papers"

SIGNS = {
    "order": "交", "letter": "提", "interview": "约", "circular": "通", "listing": "督",
    "closing": "销", "reply": "复",
}  # fmt: skip
"""Every kind of document, which has a template in each language, and its sign in the number."""

KINDS = tuple(SIGNS)

CLIMB = 100
"""What the level of an act of the ladder grows by each time the ladder is climbed anew."""


class Number(NamedTuple):
    """A document's place in its series."""

    code: str
    kind: str
    year: int
    number: int

    @property
    def series(self) -> str:
        """The series, counted by itself."""
        return f"{self.code}-{self.kind}-{self.year}"

    @property
    def serial(self) -> str:
        """How the register, the file and the history call it."""
        return f"{self.series}-{self.number:04d}"

    def printed(self, lang: str) -> str:
        """How it stands on the paper; in Chinese by GB/T 9704: year in brackets, no zeros."""
        if lang.startswith("zh"):
            return f"{self.code}{SIGNS[self.kind]}〔{self.year}〕{self.number}号"
        return self.serial


def issue(at: Office, loaded: Loaded, kind: str, level: int, due: date | None = None) -> str:
    """Issue the document, or find the one already issued; its serial.

    ``due`` is the deadline it names, without it the item's.

    Raises:
        Unavailable: the file or the database cannot be written; nothing was issued.
    """
    serial = _registered(at, loaded, kind, level, due or loaded.item.due)
    note(at, loaded.item)
    return serial


def note(at: Office, item: ItemState) -> None:
    """Note in the item's history what has been issued and is not noted there yet."""
    with reading(at.engine) as connection:
        left = documents.unnoted(connection, item.id)
    for one in left:
        command = Record(document=one.kind, serial=one.serial, level=_rung(one))
        key = f"{NOTED_UNDER}{one.serial}"
        act(at.engine, item.ref, command, SYSTEM, at.clock.now(), key=key)


def _rung(one: Issued) -> int:
    return one.level % CLIMB if one.kind in tuple(Level) else 0


def _registered(at: Office, loaded: Loaded, kind: str, level: int, due: date | None) -> str:
    item = loaded.item
    occasion = Occasion(item.id, kind, item.life, item.round, level)
    now = at.clock.now()
    with writing(at.engine) as connection:
        if (serial := documents.issued(connection, occasion)) is not None:
            return serial
        policy = policies.policy(connection, loaded.policy_id)
        code, _ = deliveries.campaign_names(connection)[item.campaign_id]
        day = calendar_for(policy).day_of(now)
        number = Number(code, kind, day.year, 0)
        number = number._replace(number=documents.take_number(connection, number.series))
        # Whoever held the series before us may have issued this very document.
        if (serial := documents.issued(connection, occasion)) is not None:
            connection.rollback()
            return serial
        file = at.settings.document_folder / f"{quote(number.serial, safe='')}.txt"
        documents.issue(connection, occasion, number.serial, file.name, now)
        _write(file, _text(connection, item, policy, number, day, due))
        return number.serial


def _text(
    connection: Connection,
    item: ItemState,
    policy: Policy,
    number: Number,
    day: date,
    due: date | None,
) -> str:
    """The document in the campaign's language. One about a confidential item does not tell what
    it is about: nobody knows who gets to read a paper."""
    lang = "zh-CN" if policy.country == "CN" else "en"
    ids = [p for p in (item.responsible_id, item.leader_id) if p is not None]
    people = deliveries.addressees(connection, ids)
    units = deliveries.unit_names(connection, [item.unit_id] if item.unit_id else [])
    campaign = deliveries.campaign_names(connection)[item.campaign_id][1]
    names = {key: one_line(person.name) for key, person in people.items()}
    told = not item.confidential
    values: dict[str, Any] = {
        "serial": number.serial,
        "number": number.printed(lang),
        "campaign": one_line(campaign),
        "ref": item.ref,
        "confidential": item.confidential,
        "title": one_line(item.title) if told else "",
        "requirement": many_lines(findings.requirement_of(connection, item.id)) if told else "",
        "unit": one_line(units.get(item.unit_id or 0, "")),
        "responsible": names.get(item.responsible_id or 0, ""),
        "leader": names.get(item.leader_id or 0, ""),
        "due": _day(due, lang),
        "end": _end(item),
        "outcome": name(item.outcome, lang) if item.outcome else "",
        "round": item.round,
        "events": item.version,
        "head": item.head,
        "day": _day(day, lang),
    }
    return _papers().get_template(f"{number.kind}.{lang}.txt").render(values)


def _end(item: ItemState) -> str:
    """How it came to its end: ``approved`` after a verification, else by its outcome's word."""
    ended_early = item.submitted_at is None or item.outcome in (
        Outcome.MERGED, Outcome.TRANSFERRED, Outcome.WITHDRAWN,
    )  # fmt: skip
    return str(item.outcome or "") if ended_early else "approved"


def _day(day: date | None, lang: str) -> str:
    if day is None:
        return ""
    return f"{day.year}年{day.month}月{day.day}日" if lang.startswith("zh") else day.isoformat()


@cache
def _papers() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(PAPERS),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # plain text
    )


def _write(file: Path, text: str) -> None:
    """Write beside and rename, so that a reader and a crash see all of the paper or none of it.

    Readable by its owner only, for a paper may be about anything.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as paper:
                paper.write(text.encode("utf-8", "replace"))
                paper.flush()
                os.fsync(paper.fileno())
            os.replace(beside, file)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unavailable(
            f"The document {file} cannot be written: {error.strerror or error}.",
            "Check the folder and the disk; it is tried again.",
        ) from error
