"""The API over a store with the cast, called as programs call it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from config.clock import wall
from rules.errors import InputError
from tasks import accounts, api_tokens
from tasks.api_tokens import Scope
from tasks.office import Office
from web.app import create_app

BASE = "https://zg.example.org/api/v1"


def token_for(
    office: Office, who: str, scope: Scope = Scope.ACT, lasts: timedelta = timedelta(days=1)
) -> str:
    """A token by which a program acts for this member of the cast."""
    with suppress(InputError):  # they have an account
        accounts.add(office.engine, who, wall(), administrator=scope is Scope.ADMIN)
    return api_tokens.new(office.engine, who, "test", [scope], wall(), lasts)


class Programs:
    """Programs, each with the token of somebody of the cast."""

    def __init__(self, office: Office, app: FastAPI) -> None:
        self.office, self.app = office, app
        self._open: dict[tuple[str, Scope, str], httpx.AsyncClient] = {}

    def of(self, who: str, scope: Scope = Scope.ACT, lang: str = "en") -> httpx.AsyncClient:
        """The program of this person."""
        key = (who, scope, lang)
        if key not in self._open:
            token = token_for(self.office, who, scope)
            self._open[key] = self.bare(
                {"authorization": f"Bearer {token}", "accept-language": lang}
            )
        return self._open[key]

    def bare(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """A program that sends these headers and nothing else."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers or {})

    async def close(self) -> None:
        for one in self._open.values():
            await one.aclose()


@pytest.fixture
async def programs(office: Office) -> AsyncIterator[Programs]:
    made = Programs(office, create_app(office))
    yield made
    await made.close()


def require_problem(answer: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """The answer is a problem document of this kind."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"/api/v1/docs#problem-{kind}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document


def refs(document: dict[str, Any]) -> Sequence[str]:
    """The references of a page of items."""
    return [item["ref"] for item in document["items"]]
