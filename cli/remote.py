"""A server elsewhere, on which commands work by a token when ``RECTIFLOW_URL`` names one.

    with server(lang) as there:
        document = there.get("/items/ZG-00001")

What the server refuses is raised here as it would be raised there, so that commands end in the
same sentences and exit codes. Imported only when there is such a server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import quote

import httpx

from config.settings import PREFIX, load
from rules.errors import InputError, NotFound, RectiflowError, Refusal, Refused, Unavailable

SECONDS = httpx.Timeout(300.0, connect=10.0)
"""An import takes its time."""

RULES = {
    "stale": "OneWriterAtATime",
    "changed": "OneWriterAtATime",
    "not-allowed": "HoldTheDuty",
}
"""Kinds that are refusals, whether or not they name their rule."""


class Server:
    """The API of a server, for one command."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The document at a path below /api/v1.

        Raises:
            RectiflowError: as the same command would raise it on that machine.
        """
        given = {key: value for key, value in query.items() if value not in (None, "", ())}
        return self._told(self._client.build_request("GET", path, params=given))

    def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None,
        version: int | None = None, file: tuple[str, IO[bytes]] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """What a POST with this body, or with a file and fields, is answered with.

        Raises:
            RectiflowError: as the same command would raise it on that machine.
        """
        headers = {} if key is None else {"idempotency-key": key}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        if file is not None:
            fields = {name: str(value) for name, value in (body or {}).items()}
            request = self._client.build_request(
                "POST", path, headers=headers, data=fields, files={"file": file}
            )
        else:
            request = self._client.build_request("POST", path, headers=headers, json=body or {})
        return self._told(request)

    def require_self(self, person: str) -> None:
        """See that whoever is named with ``--as`` is the person of the token.

        Raises:
            InputError: it is somebody else.
        """
        if not person:
            return
        me = self.get("/me")["person"]
        if person not in (me["code"], me["name"]):
            raise InputError(
                f"The token acts for {me['code']}, not for {person}.",
                "Leave --as out, or use a token of theirs.",
                where="--as",
            )

    def _told(self, request: httpx.Request) -> dict[str, Any]:
        try:
            answer = self._client.send(request)
        except httpx.HTTPError as error:
            raise Unavailable(
                f"The server {self._client.base_url.host} cannot be reached: {error}.",
                f"Check {PREFIX}URL and the network.",
            ) from error
        if answer.is_success and "json" in answer.headers.get("content-type", ""):
            document: dict[str, Any] = answer.json()
            return document
        raise _raised(answer)


@contextmanager
def server(lang: str = "en") -> Iterator[Server]:
    """The server that the settings name.

    Raises:
        InputError: there is no token for it.
    """
    settings = load()
    if not settings.token:
        raise InputError(
            "There is no token for that server.",
            "Somebody who runs it makes one: rectiflow user token LOGIN --name ... --scope act.",
            where=f"{PREFIX}TOKEN",
        )
    headers = {"authorization": f"Bearer {settings.token}", "accept-language": lang}
    base = settings.url.rstrip("/") + "/api/v1"
    # Nobody else is told the token: a server that has moved is to be named anew.
    with httpx.Client(
        base_url=base, headers=headers, timeout=SECONDS, follow_redirects=False
    ) as client:
        yield Server(client)


def at(ref: str) -> str:
    """The path of an item."""
    return f"/items/{quote(ref, safe='')}"


def _raised(answer: httpx.Response) -> RectiflowError:
    """The error that a problem document tells of."""
    if "problem+json" not in answer.headers.get("content-type", ""):
        return Unavailable(
            f"{answer.request.url.host} does not answer like Rectiflow ({answer.status_code}).",
            f"Check {PREFIX}URL: the address under which people reach it.",
        )
    said: dict[str, Any] = answer.json()
    kind = str(said["type"]).rpartition("problem-")[2]
    detail, hint = str(said["detail"]), str(said.get("hint", ""))
    rule, where = said.get("rule") or RULES.get(kind), str(said.get("where", ""))
    if rule is not None:
        return Refused(Refusal(rule, detail, hint))
    if kind in ("unauthorized", "scope"):
        return InputError(detail, hint, where=f"{PREFIX}TOKEN")
    if kind in ("throttled", "fault", "unavailable"):
        return Unavailable(detail, hint or "Try again in a moment.")
    return (NotFound if kind == "not-found" else InputError)(detail, hint, where)
