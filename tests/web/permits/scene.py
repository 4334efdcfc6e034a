"""Who asks for what: every kind of viewer, signed in, and the items that they may or may not see.

One store holds them all. Requests go straight into the application, as a server would hand them
over; whatever changed something is undone by putting the store back.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx
from fastapi import FastAPI

from config.clock import ManualClock, wall
from config.settings import Settings
from models import directory, people
from models.engine import open_engine, reading, writing
from rules.vocabulary import Role, Stage
from tasks import accounts, api_tokens, signing_in
from tasks.api_tokens import Scope
from tasks.office import Office
from tasks.signing_in import From
from tests.conftest import MONDAY
from tests.tasks.staff import give, item_in, staffed, state
from web.app import create_app
from web.throttle import Throttle

PUBLIC = "https://zg.example.org"
HOST = urlsplit(PUBLIC).netloc

VIEWERS: Mapping[str, str] = {
    "nobody": "",
    "plain": "plain",
    "resp": "responsible",
    "leader": "leader",
    "counit": "co-worker",
    "coord": "county-coordinator",
    "elsewh": "outsider",
    "office": "coordinator",
    "superv": "supervisor",
    "verif": "verifier",
    "viewer": "viewer",
    "audit": "auditor",
    "admin": "clerk",
}
"""The columns, each with the person behind it: nobody is signed in; a plain person of another unit;
the responsible person and the leader; somebody of a co-unit; the coordinator of the subtree, one of
another subtree, and the office's; its supervisor and verifier; viewer and auditor of everything; an
administrator without any role."""

ITEMS = ("ordinary", "secret", "named")
"""An item of the bureau's; a confidential one of the bureau's; a confidential one of another
bureau's, on which the plain person is named."""


COMPLAINANT = "李四之名"


class Answer(NamedTuple):
    """What came back. A stream is let go after its beginning."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def cell(self) -> str:
        """As the tables write it: ``ok``, ``in`` (first sign in), ``to`` (goes on), or the code."""
        if self.status in (200, 201, 202):
            return "ok"
        if self.status == 303:
            return "in" if self.headers.get("location", "").startswith("/login?next=") else "to"
        return str(self.status)


@dataclass(frozen=True)
class Ask:
    """How a route is asked. Values may name what the scene knows: ``{ref}``, ``{version}``."""

    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    items: tuple[str, ...] = ITEMS


class Scene:
    """The application over a store of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._clean = folder, folder / "clean.db"
        self._addresses = itertools.count(1)
        settings = Settings(
            home=folder, secret_key="s" * 40, public_url=PUBLIC, mail_from="zgb@example.org"
        )
        self.engine = open_engine(settings.database)
        self.office = Office(settings, self.engine, ManualClock(MONDAY))
        self.refs: dict[str, str] = {}
        self.told: dict[str, dict[str, str]] = {}
        """What asks about an item may name besides, by its reference."""
        self.known: dict[str, str] = {}
        """What asks may name besides."""
        self.tokens: dict[str, str] = {}
        self.bearers: dict[str, str] = {}
        self.versions: dict[str, str] = {}
        """Versions of the items, by their references."""
        self._populate()
        self.app: FastAPI = create_app(self.office)
        # Thousands of calls a minute are what these tests are about; that they are too many has
        # tests of its own.
        self.app.state.api_calls = self.app.state.api_failures = Throttle(10**6, 1.0)

    def close(self) -> None:
        """Let go of the store."""
        self.engine.dispose()

    async def ask(
        self, viewer: str, method: str, path: str, ask: Ask | None = None, *, proven: bool = True
    ) -> Answer:
        """One request of this viewer's; with the proof of their session unless ``proven`` is not.

        A store that was changed is put back.
        """
        ask = ask or Ask()
        api = path.startswith("/api/")
        headers = {"host": HOST, "accept-language": "en", **ask.headers}
        form = None if ask.form is None and not ask.files else dict(ask.form or {})
        if api and viewer in self.bearers:
            headers["authorization"] = f"Bearer {self.bearers[viewer]}"
        elif viewer in self.tokens and not api:
            headers["cookie"] = f"__Host-rectiflow={self.tokens[viewer]}"
            if proven and method != "GET":
                form = {"csrf": signing_in.csrf(self.tokens[viewer]), **(form or {})}
        url = f"{PUBLIC}{path}{'?' if ask.query else ''}{urlencode(ask.query)}"
        more = {"files": dict(ask.files)} if ask.files else {}
        sent = httpx.Request(
            method, url, headers=headers, data=form, json=ask.json, **more
        )  # fmt: skip
        answer = await self._hand_over(sent)
        if method != "GET" and answer.status < 400:
            self.put_back()
        return answer

    def put_back(self) -> None:
        """The store as it was in the beginning."""
        # By a transaction, as work in the background may have the store open.
        with (
            closing(sqlite3.connect(self._clean)) as clean,
            closing(sqlite3.connect(self.folder / "rectiflow.db", timeout=20)) as used,
        ):
            clean.backup(used)

    def settle(self) -> None:
        """The store as it is now is what it is put back to."""
        self.versions = {ref: str(state(self.engine, ref).version) for ref in self.refs.values()}
        self.engine.dispose()
        with closing(sqlite3.connect(self.folder / "rectiflow.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(self.folder / "rectiflow.db", self._clean)

    async def _hand_over(self, request: httpx.Request) -> Answer:
        body = request.read()
        number = next(self._addresses)
        scope = {
            "type": "http", "http_version": "1.1", "method": request.method, "scheme": "https",
            "path": request.url.path, "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query, "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "server": (HOST, 443), "asgi": {"version": "3.0"}, "state": {},
            # Everybody comes from a place of their own: nobody is taken for one who tries often.
            "client": (f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", 1),
        }  # fmt: skip
        begun: dict[str, Any] = {}
        got = bytearray()
        enough = asyncio.Event()
        incoming = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if incoming:
                return incoming.pop()
            await enough.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                begun.update(message)
            else:
                got.extend(message.get("body", b""))
                kind = dict(begun["headers"]).get(b"content-type", b"")
                if not message.get("more_body") or kind.startswith(b"text/event-stream"):
                    enough.set()

        task = asyncio.ensure_future(self.app(scope, receive, send))  # type: ignore[arg-type]
        waiting = asyncio.ensure_future(enough.wait())
        await asyncio.wait({task, waiting}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not task.done():
            _, late = await asyncio.wait({task}, timeout=3)
            for each in late:
                each.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)
        headers = {name.decode(): value.decode() for name, value in begun.get("headers", ())}
        cookies = [
            value.decode() for name, value in begun.get("headers", ()) if name == b"set-cookie"
        ]
        return Answer(begun.get("status", 599), headers, bytes(got), tuple(cookies))

    def _populate(self) -> None:
        engine = staffed(self.engine)
        with writing(engine) as connection:
            units = {
                code: fact.id
                for code, fact in directory.units(
                    connection, ["county", "other-bureau", "city-office"]
                ).items()
            }
            people.add_person(connection, "plain", "plain", units["other-bureau"])
            people.add_person(connection, "clerk", "clerk", units["city-office"])
            people.add_person(connection, "county-coordinator", "county-coordinator",
                              units["county"], [(Role.COORDINATOR, units["county"])])  # fmt: skip
        self.refs["ordinary"] = self._item("bureau", "responsible", "leader")
        self.refs["secret"] = self._item("bureau", "responsible", "leader", True)
        self.refs["named"] = self._item("other-bureau", "plain", "", True)
        for name, stage in (("intake", Stage.INTAKE), ("submitted", Stage.VERIFICATION),
                            ("passed", Stage.CLOSURE), ("closed", Stage.CLOSED)):  # fmt: skip
            self.refs[name] = item_in(engine, stage)
        for column, who in VIEWERS.items():
            if who:
                self._sign_in(column, who)

    def _item(self, unit: str, responsible: str, leader: str, confidential: bool = False) -> str:
        first = {"confidential": confidential, "complainant": COMPLAINANT if confidential else ""}
        ref = item_in(self.engine, Stage.INTAKE, **first)
        give(self.engine, ref, "accept", "coordinator", category="conduct")
        co_units = ("court",) if unit == "bureau" else ()
        give(self.engine, ref, "assign", "coordinator", unit=unit, responsible=responsible,
             leader=leader, co_units=co_units)  # fmt: skip
        give(self.engine, ref, "acknowledge", responsible)
        return ref

    def _sign_in(self, column: str, who: str) -> None:
        now, administers = wall(), column == "admin"
        account = accounts.add(self.engine, who, now, administrator=administers)
        signed = signing_in.enter(self.engine, account.id, now, From("test", "127.0.0.1"))
        assert signed is not None
        self.tokens[column] = signed.token
        scope = Scope.ADMIN if administers else Scope.ACT
        self.bearers[column] = api_tokens.new(self.engine, who, "matrix", [scope], now)

    def person(self, column: str) -> Any:
        """The person behind a column, as the rules see them; None for nobody."""
        if not VIEWERS[column]:
            return None
        with reading(self.engine) as connection:
            return directory.person(connection, VIEWERS[column])
