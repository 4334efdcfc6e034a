"""Papers: numbered, drawn up from a template, kept in a file, noted in the history.

A paper is issued once for each occasion (kind, life, round, level, occasion), however often the
work is repeated. Number, entry in the register and file come about in one transaction or not at
all, so that a series has no gap and no number without its paper; then the history notes it. What
a crash has left unnoted is noted with the item's next paper, or when the work is repeated.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import deliveries, documents, items, policies, service
from models.documents import MINUTES, NOTED_UNDER, Occasion
from models.engine import reading, writing
from models.items import Loaded
from rules.commands import Record
from rules.errors import Unavailable
from rules.item import SYSTEM, ItemState
from tasks.act import act
from tasks.office import Office
from tasks.paper_facts import Asked, gather, language
from tasks.paper_numbers import Number
from tasks.paper_templates import render


def templates_of(at: Office) -> Path:
    """The folder with the office's own templates of papers; it need not be there."""
    return at.settings.home / "papers"


def issue(at: Office, loaded: Loaded, asked: Asked) -> str:
    """Issue the paper, or find the one already issued; its serial.

    Raises:
        Unavailable: the file or the database cannot be written; nothing was issued.
    """
    serial = _registered(at, loaded, asked)
    note(at, loaded.item)
    return serial


def issue_minutes(at: Office, loaded: Loaded) -> None:
    """Draw up the minutes (约谈记录) of the item's interviews that were held and have none."""
    with reading(at.engine) as connection:
        held = documents.without_minutes(connection, loaded.item.id)
    for one in held:
        asked = Asked(MINUTES, one.level, one.occasion, signer_id=one.served_by, held=one)
        # Of the round in which it was held, whatever has happened to the item since.
        then = loaded.item._replace(life=one.life, round=one.round)
        issue(at, loaded._replace(item=then), asked)


def note(at: Office, item: ItemState) -> None:
    """Note in the item's history what has been issued and is not noted there yet."""
    with reading(at.engine) as connection:
        left = documents.unnoted(connection, item.id)
    for one in left:
        command = Record(document=one.kind, serial=one.serial, level=one.level)
        key = f"{NOTED_UNDER}{one.serial}"
        act(at.engine, item.ref, command, SYSTEM, at.clock.now(), key=key)


def catch_up(at: Office, item: ItemState) -> None:
    """Bring what the register says of service in step with the item's history."""
    with writing(at.engine) as connection:
        items.hold(connection, [item.ref])
        service.catch_up(connection, item.id)


def _registered(at: Office, loaded: Loaded, asked: Asked) -> str:
    item = loaded.item
    occasion = Occasion(item.id, asked.kind, item.life, item.round, asked.level, asked.occasion)
    with writing(at.engine) as connection:
        # Whoever serves the act at this moment comes before us or after us (models.service).
        items.hold(connection, [item.ref])
        if (serial := documents.issued(connection, occasion)) is not None:
            return serial
        number = _numbered(at, connection, loaded, asked.kind)
        # Whoever held the series before us may have issued this very paper.
        if (serial := documents.issued(connection, occasion)) is not None:
            connection.rollback()
            return serial
        _enter(at, connection, loaded, asked, occasion, number)
        return number.serial


def _numbered(at: Office, connection: Connection, loaded: Loaded, kind: str) -> Number:
    policy = policies.policy(connection, loaded.policy_id)
    code, _ = deliveries.campaign_names(connection)[loaded.item.campaign_id]
    year = calendar_for(policy).day_of(at.clock.now()).year
    number = Number(code, kind, year, 0)
    return number._replace(number=documents.take_number(connection, number.series))


def _enter(
    at: Office,
    connection: Connection,
    loaded: Loaded,
    asked: Asked,
    occasion: Occasion,
    number: Number,
) -> None:
    policy, now = policies.policy(connection, loaded.policy_id), at.clock.now()
    day = calendar_for(policy).day_of(now)
    values, signer_id, addressee_id = gather(connection, loaded.item, policy, asked, number, day)
    file = at.settings.document_folder / f"{quote(number.serial, safe='')}.docx"
    documents.issue(
        connection, occasion, number.serial, file.name, now,
        signer_id=signer_id, addressee_id=addressee_id,
    )  # fmt: skip
    service.catch_up(connection, loaded.item.id)
    _write(file, render(templates_of(at), asked.kind, language(policy), values))


def _write(file: Path, content: bytes) -> None:
    """Write beside and rename, so that a reader and a crash see all of the paper or none of it.

    Readable by its owner only, for a paper may be about anything.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as paper:
                paper.write(content)
                paper.flush()
                os.fsync(paper.fileno())
            os.replace(beside, file)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unavailable(
            f"The paper {file} cannot be written: {error.strerror or error}.",
            "Check the folder and the disk; it is tried again.",
        ) from error
