"""Answers of the API: a JSON document, what errors an operation may end in, an item's ETag."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from models.engine import reading
from models.items import Loaded
from models.views import ItemView
from rules.errors import InputError, NotFound
from rules.item import ItemState
from tasks import shapes, visible
from tasks.act import Receipt
from tasks.api_tokens import Bearer
from tasks.office import Office
from web.api.kinds import KINDS
from web.api.problems import Problem

VIA = "api"
HEAD_DIGITS = 12


class ErrorShape(BaseModel):
    """One thing that is wrong with what was sent."""

    model_config = ConfigDict(extra="forbid")

    where: str
    detail: str


class ProblemShape(BaseModel):
    """Why something could not be done (RFC 9457)."""

    model_config = ConfigDict(extra="forbid", title="Problem")

    type: str = Field(examples=["/api/v1/docs#problem-refused"])
    title: str
    status: int
    detail: str
    instance: str
    hint: str = Field(default="", description="what to do about it")
    rule: str = Field(default="", description="the rule that refused", examples=["HoldTheDuty"])
    where: str = Field(default="", description="the field, cell or header that is meant")
    ref: str = Field(default="", description="the item that is meant")
    errors: list[ErrorShape] = Field(default=[], description="everything that is wrong")


def ends_in(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """The problems in which an operation may end besides those in which any may."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in ("malformed", "unauthorized", "scope", "invalid", "throttled", "fault",
                 "unavailable", *kinds):  # fmt: skip
        known = KINDS[kind]
        said = found.setdefault(known.status, {"description": "", "model": ProblemShape})
        said["description"] = f"{said['description']} {known.en}: {known.means}".strip()
    return found


ITEM_ENDS = ends_in("not-found")
ACT_ENDS = ends_in("not-found", "not-allowed", "refused", "changed", "stale", "key-reused")

Ref = Annotated[str, Field(max_length=64, description="the item's reference")]
IfMatch = Annotated[
    str | None,
    Header(
        description="do it only if the item still has this ETag; else 412. Only version and head"
        " are compared, and the version in quotes will do: a light that has changed meanwhile does"
        " not matter."
    ),
]
IfNoneMatch = Annotated[str | None, Header(description="304 when the item still has this ETag")]


def told(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The document as JSON."""
    return JSONResponse(document, status, dict(headers or {}))


def version_tag(version: int, head: str) -> str:
    """The part of an ETag that changes when anybody acts."""
    return f"{version}-{head[:HEAD_DIGITS]}"


def item_answer(view: ItemView, document: Any, if_none_match: str | None) -> Response:
    """One item with its ETag; 304 when the caller has it as it is."""
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    # The light changes by the clock alone, and a unit may be renamed.
    digest = hashlib.sha256(content).hexdigest()[:HEAD_DIGITS]
    etag = f'"{version_tag(view.version, view.head)}-{digest}"'
    headers = {"etag": etag, "cache-control": "private, no-cache", "vary": "Authorization"}
    if etag in _tags(if_none_match) or (if_none_match or "").strip() == "*":
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def require_match(item: ItemState, if_match: str | None) -> int | None:
    """The version that the item must still have when the command is carried out.

    Raises:
        Problem: the item is not as the caller knows it.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    ours = version_tag(item.version, item.head)
    # Proxies that compress make a tag weak; the version in it is no less exact.
    known = {"-".join(tag.strip('"').split("-")[:2]) for tag in _tags(if_match)}
    if known & {ours, str(item.version)}:
        return item.version
    raise Problem(
        "stale", f"{item.ref} is at version {item.version} by now.",
        "Get it again, look at what has changed, then repeat the command.", where="If-Match",
    )  # fmt: skip


def receipt_of(done: Receipt) -> dict[str, Any]:
    """A receipt as it is told."""
    document: dict[str, Any] = shapes.plain(done)
    return document | {"etag": f'"{version_tag(done.seq, done.hash)}"'}


@contextmanager
def looking(
    request: Request, office: Office, bearer: Bearer, ref: str
) -> Iterator[tuple[Connection, Loaded]]:
    """The item, for somebody who may see it; that it is confidential and was read is noted.

    Raises:
        NotFound: there is no such item, as far as they are concerned.
    """
    with reading(office.engine) as connection:
        loaded = visible.item(connection, ref, bearer.person)
        yield connection, loaded
    if loaded.item.confidential:
        at = request.app.state.wall()
        visible.note(office.engine, bearer.person, loaded.item.id, visible.CONFIDENTIAL, at, VIA)


@contextmanager
def named_in_request(where: str = "") -> Iterator[None]:
    """What a request names and is not there is wrong input, and no address that is not there."""
    try:
        yield
    except NotFound as error:
        raise InputError(error.message, error.hint, error.where or where) from error


def _tags(header: str | None) -> list[str]:
    return re.findall(r'"[^"]*"', header or "")
