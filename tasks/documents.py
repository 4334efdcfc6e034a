"""Formal documents: numbered, drawn up from a template, kept in a file, noted in the history.

A document is issued once for each occasion (kind, life, round, level), however often the work is
repeated: first it is entered in the register, then written, then noted.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from config.calendars import calendar_for
from models import deliveries, documents, policies
from models.documents import Occasion
from models.engine import reading, writing
from models.items import Loaded
from rules.commands import Record
from rules.errors import Unavailable
from rules.item import SYSTEM
from rules.vocabulary import name
from rules.wording import act_name
from tasks.act import act
from tasks.office import Office

PAPERS = Path(__file__).parent / "papers"

KINDS = ("order", "letter", "interview", "circular", "listing", "closing", "reply")
"""Every kind of document; each has a template in each language."""


def issue(at: Office, loaded: Loaded, kind: str, level: int) -> str:
    """Issue the document, or find the one already issued; its serial.

    Raises:
        Unavailable: the file cannot be written.
    """
    item = loaded.item
    occasion = Occasion(item.id, kind, item.life, item.round, level)
    now = at.clock.now()
    with writing(at.engine) as connection:
        policy = policies.policy(connection, loaded.policy_id)
        code, title = deliveries.campaign_names(connection)[item.campaign_id]
        serial = documents.issued(connection, occasion)
        if serial is None:
            year = calendar_for(policy).day_of(now).year
            number = documents.take_number(connection, f"{code}-{kind}-{year}")
            serial = f"{code}-{kind}-{year}-{number:04d}"
            documents.issue(connection, occasion, serial, f"{serial}.txt", now)
    file = at.settings.document_folder / f"{serial}.txt"
    if not file.exists():
        _write(file, _text(at, loaded, kind, serial, title))
    command = Record(document=kind, serial=serial, level=level if kind != "order" else 0)
    act(at.engine, item.ref, command, SYSTEM, now, key=f"document/{serial}")
    return serial


def _text(at: Office, loaded: Loaded, kind: str, serial: str, campaign: str) -> str:
    """The document in the campaign's language."""
    item = loaded.item
    with reading(at.engine) as connection:
        policy = policies.policy(connection, loaded.policy_id)
        ids = [p for p in (item.responsible_id, item.leader_id) if p is not None]
        people = deliveries.addressees(connection, ids)
        units = deliveries.unit_names(connection, [item.unit_id] if item.unit_id else [])
    lang = "zh-CN" if policy.country == "CN" else "en"
    calendar = calendar_for(policy)
    responsible = people.get(item.responsible_id or 0)
    leader = people.get(item.leader_id or 0)
    values: dict[str, Any] = {
        "serial": serial,
        "campaign": campaign,
        "ref": item.ref,
        "title": item.title,
        "unit": units.get(item.unit_id or 0, ""),
        "responsible": responsible.name if responsible else "",
        "leader": leader.name if leader else "",
        "due": item.due.isoformat() if item.due else "",
        "act": act_name(item.level, policy, lang),
        "outcome": name(item.outcome, lang) if item.outcome else "",
        "round": item.round,
        "events": item.version,
        "head": item.head,
        "day": calendar.day_of(at.clock.now()).isoformat(),
    }
    return _papers().get_template(f"{kind}.{lang}.txt").render(values)


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
    """Write beside and rename: a reader sees the whole document or none."""
    beside = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, file)
    except OSError as error:
        raise Unavailable(
            f"The document {file} cannot be written: {error.strerror}.",
            "Check the folder and the disk; it is tried again.",
        ) from error
