"""Browsers in which members of the cast are signed in, and what they send."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import httpx

from config.clock import wall
from tasks import accounts, signing_in
from tasks.office import Office
from tasks.signing_in import From
from tests.web.conftest import PUBLIC
from web.app import create_app

COOKIE = "__Host-rectiflow"

File = tuple[str, bytes, str]


class Desk:
    """One application, and browsers of the cast before it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.app = create_app(office)
        self._open: dict[str, httpx.AsyncClient] = {}

    def of(self, who: str, lang: str = "en") -> httpx.AsyncClient:
        """This member's browser."""
        if who not in self._open:
            self._open[who] = httpx.AsyncClient(
                transport=httpx.ASGITransport(self.app), base_url=PUBLIC,
                headers={"cookie": f"{COOKIE}={token_of(self.office, who)}; rectiflow-lang={lang}"},
            )  # fmt: skip
        return self._open[who]

    async def close(self) -> None:
        """Shut every browser."""
        for one in self._open.values():
            await one.aclose()

    async def bring(
        self, who: str, ref: str, files: Sequence[File], *, fields: Any = None, **headers: str
    ) -> httpx.Response:
        """Open the item's page, choose files, and send the form."""
        sent = upload_form(await self.of(who).get(f"/items/{ref}")) | (fields or {})
        return await self.of(who).post(
            f"/items/{ref}/evidence", data=sent, files=[("files", one) for one in files],
            headers=headers,
        )  # fmt: skip


def token_of(office: Office, who: str) -> str:
    """A new session of this member of the cast."""
    account = accounts.add(office.engine, who, wall())
    signed = signing_in.enter(office.engine, account.id, wall(), From("", ""))
    assert signed is not None
    return signed.token


def upload_form(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the form for evidence."""
    found = re.search(r'enctype="multipart/form-data"(.*?)</form>', page.text, re.DOTALL)
    assert found, page.status_code
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[1]))
