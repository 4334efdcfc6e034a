"""One item's way through everything that people are written to about, and the mails it caused."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from email import policy as email_policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, NamedTuple

from sqlalchemy import Engine

from rules.commands import Register
from rules.vocabulary import Stage
from tasks.act import register
from tests import cast
from tests.conftest import MONDAY
from tests.tasks.post import Tray, announced, ask, change, happen, sent_by, tidy
from tests.tasks.staff import give, item_in

DUE = date(2026, 12, 18)
TITLE = "窗口推诿"
COMPLAINANT = "反映人的姓名"

Steps = tuple[tuple[str, str, Mapping[str, Any]], ...]

EVIDENCE = ("attach_evidence", "responsible", {"sha256": cast.DIGEST, "filename": "照片.jpg"})
SUBMIT = (EVIDENCE, ("submit", "responsible", {"summary": "已换岗"}))
NAMES = {"unit": "bureau", "responsible": "responsible", "leader": "leader"}
ASSIGN = ("assign", "coordinator", {**NAMES, "due": DUE})
ASK = ("request_extension", "responsible", {"due": date(2026, 12, 25), "reason": "等待批复"})
HOLD = ("hold", "c-one", {"until": date(2026, 11, 20), "reason": "等待鉴定"})
NEXT = ("next step", "", {})
"""Time passes until the next step of the agenda, which fires."""

TOUR: tuple[tuple[str, Steps], ...] = (
    ("registered", ()),
    ("assigned", (("accept", "coordinator", {"category": "conduct"}), ASSIGN)),
    ("declined", (("decline", "responsible", {"reason": "不属于我单位"}),)),
    ("assigned again", (("accept", "coordinator", {"category": "conduct"}), ASSIGN)),
    ("acknowledge_due", (NEXT,)),
    ("deemed received", (NEXT,)),
    ("extension_requested", (ASK,)),
    ("extension_refused", (("refuse_extension", "c-one", {"reason": "仍可按期"}),)),
    ("extension requested again", (ASK,)),
    ("extension_granted", (("grant_extension", "c-one", {"due": date(2026, 12, 24)}),)),
    ("held", (HOLD,)),
    ("resumed", (("resume", "c-one", {}),)),
    ("held again", (HOLD,)),
    ("hold_expired", (NEXT,)),
    ("due_soon", (NEXT,)),
    ("due soon again", (NEXT,)),
    ("overdue", (NEXT,)),
    ("escalated", (NEXT,)),
    ("verification_requested", (*SUBMIT, ("appoint", "coordinator", {"verifier": "verifier"}))),
    ("verification_overdue", (NEXT,)),
    ("failed", (("fail", "verifier", {"reason": "照片不清"}),)),
    ("verification requested again",
     (*SUBMIT, ("appoint", "coordinator", {"verifier": "verifier"}))),
    ("closure_requested", (("pass", "verifier", {"finding": "现场属实"}),)),
    ("closure_overdue", (NEXT,)),
    ("denied", (("deny", "supervisor", {"reason": "再核实"}),)),
    ("verification requested a third time",
     (("appoint", "coordinator", {"verifier": "verifier"}),)),
    ("closure requested again", (("pass", "verifier", {}),)),
    ("closed", (("approve", "supervisor", {}),)),
    ("look_back_due", (NEXT,)),
    ("reopened",
     (("reopen", "coordinator", {"reason": "群众再次来电", "due": date(2027, 5, 14)}),)),
    ("withdrawn", (("withdraw", "supervisor", {"reason": "机构撤并"}),)),
)  # fmt: skip
"""Stations in order, each with what leads there. A station's name is its notice where it is the
first of that kind."""


class Letter(NamedTuple):
    """A mail as somebody reads it."""

    kind: str
    seat: str
    who: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def html(self) -> str:
        part = self.message.get_body(("html",))
        assert part is not None
        return str(part.get_content())


class Journey(NamedTuple):
    """The item, and the mails of each station, by seat."""

    ref: str
    stations: dict[str, dict[str, Letter]]


def travel(engine: Engine, lang: str, *, confidential: bool = False) -> Journey:
    """Send an item on the tour, each station's mails written as soon as it is reached."""
    tidy(engine)
    change(engine, "UPDATE person SET lang = :lang, name = code || '甲'", lang=lang)
    now = MONDAY
    ref = register(
        engine,
        Register(title=TITLE, category="conduct", confidential=confidential,
                 complainant=COMPLAINANT, description=f"{COMPLAINANT}来电反映"),
        "coordinator", now,
    ).ref  # fmt: skip
    stations = {}
    for station, steps in TOUR:
        for command, who, fields in steps:
            now = stepped(engine, ref, now, command, who, fields)
        stations[station] = letters(engine)
    # The policy of the tests asks for no reports.
    other = item_in(engine, Stage.DEADLINE, title=TITLE, confidential=confidential)
    letters(engine)
    happen(engine, other, "step_fired", data={"step": "progress", "level": 0})
    stations["progress_due"] = letters(engine)
    change(engine, "UPDATE person SET name = code")
    return Journey(ref, stations)


def stepped(
    engine: Engine, ref: str, now: datetime, command: str, who: str, fields: Mapping[str, Any]
) -> datetime:
    """One command an hour later, or the next step at its instant; the time then."""
    if command != "next step":
        later = now + timedelta(minutes=1)
        give(engine, ref, command, who, later, **fields)
        return later
    (row,) = ask(engine, "SELECT next_action_at AS at FROM item WHERE ref = :ref", ref=ref)
    at: datetime = datetime.fromisoformat(row.at) if isinstance(row.at, str) else row.at
    give(engine, ref, "fire", "system", at)
    return at


def letters(engine: Engine) -> dict[str, Letter]:
    """What has happened is announced and sent; the mails by seat (one of several coordinators)."""
    tray = Tray()
    known = {row.id: row for row in announced(engine)}
    asyncio.run(sent_by(engine, tray))
    by_id = {row.message_id: row for row in known.values()}
    by_id |= {row.message_id: row for row in announced(engine)}
    parser = BytesParser(policy=email_policy.default)
    found = {}
    for envelope in tray.envelopes:
        row = by_id[envelope.message_id]
        message = parser.parsebytes(envelope.data)
        assert isinstance(message, EmailMessage)
        found[row.seat] = Letter(row.kind, row.seat, row.who, message)
    return found
