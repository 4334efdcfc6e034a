"""Webhooks, for administrators: who is told of events, and what became of the calls."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field, Strict

from models import webhooks
from models.engine import reading, writing
from models.webhooks import Hook
from rules.events import PAST
from tasks import hooks, shapes
from web.api.answers import ends_in, told
from web.api.calling import Administers
from web.api.problems import Problem
from web.api.shapes import Shape
from web.at_hand import InOffice

router = APIRouter(tags=["webhooks"])

Name = Annotated[str, Path(max_length=64, description="what it is called here")]
CallState = Literal["pending", "sent", "failed", "dead"]
EVENT_KINDS = tuple(sorted(PAST.values()))


class Webhook(Shape):
    """A receiver that is told of events."""

    name: str
    url: str
    kinds: list[str] = Field(description="events that it is told of; empty: all")
    allow_private: bool
    active: bool
    reason: str = Field(description="why it is not active")
    calls: dict[CallState, int] = Field(description="how many calls are in each state")


class Webhooks(Shape):
    """All of them, by name."""

    webhooks: list[Webhook]


class NewWebhook(Shape):
    """A receiver to be told of what happens from now on."""

    name: str = Field(min_length=1, max_length=64, examples=["oa"])
    url: str = Field(max_length=500, examples=["https://oa.example.org/hooks/zhenggai"])
    kinds: list[str] = Field(default=[], max_length=len(EVENT_KINDS), examples=[["assigned"]])
    allow_private: Annotated[bool, Strict()] = Field(
        default=False, description="the receiver is in our own network"
    )


class AddedWebhook(Shape):
    """A webhook that was added."""

    name: str
    secret: str | None = Field(
        description="signs its calls, and is told this once; null when the settings have one"
    )


class Call(Shape):
    """One call."""

    id: int
    webhook: str
    ref: str
    kind: str
    state: CallState
    reason: str
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None


class Calls(Shape):
    """Calls, the newest first."""

    calls: list[Call]


class Replay(Shape):
    """Calls to be made again."""

    calls: list[Annotated[int, Strict(), Field(ge=1, le=2**31 - 1)]] = Field(
        default=[], max_length=1000, description="these; empty: all that were given up"
    )


class Replayed(Shape):
    """How many calls wait to be made again."""

    calls: int


@router.get("/webhooks", operation_id="getWebhooks", response_model=Webhooks,
            responses=ends_in(), summary="Webhooks")  # fmt: skip
def get_webhooks(bearer: Administers, office: InOffice) -> Response:
    """Every webhook, with the numbers of its calls."""
    with reading(office.engine) as connection:
        found = webhooks.listing(connection)
        counts = webhooks.counts(connection)
    fields = ("name", "url", "allow_private", "active", "reason")
    return told({"webhooks": [
        {**{field: getattr(hook, field) for field in fields}, "kinds": list(hook.kinds),
         "allow_private": bool(hook.allow_private), "active": bool(hook.active),
         "calls": counts.get(hook.id, {})}
        for hook in found
    ]})  # fmt: skip


@router.post("/webhooks", operation_id="addWebhook", response_model=AddedWebhook,
             status_code=201, responses=ends_in(), summary="Add a webhook")  # fmt: skip
def add_webhook(
    request: Request, bearer: Administers, office: InOffice, body: NewWebhook
) -> Response:
    """Tell a receiver of what happens from now on, by signed calls. Its secret is told once."""
    hooks.check(body.name, body.url, body.kinds, body.allow_private)
    secret = hooks.add(
        office, body.name, body.url, body.kinds, request.app.state.wall(),
        allow_private=body.allow_private,
    )  # fmt: skip
    return told({"name": body.name, "secret": secret}, 201)


@router.delete("/webhooks/{name}", operation_id="removeWebhook", status_code=204,
               responses=ends_in("not-found"), summary="Forget a webhook")  # fmt: skip
def remove_webhook(bearer: Administers, office: InOffice, name: Name) -> Response:
    """Forget a webhook, its calls and its secret."""
    hooks.remove(office, name)
    return Response(status_code=204)


@router.post("/webhooks/{name}/resume", operation_id="resumeWebhook", status_code=204,
             responses=ends_in("not-found"), summary="Call a receiver again")  # fmt: skip
def resume_webhook(bearer: Administers, office: InOffice, name: Name) -> Response:
    """Call a receiver again that wanted no more, or was found resting; nothing was lost."""
    with writing(office.engine) as connection:
        hook = _called(webhooks.by_name(connection, name), name)
        webhooks.switch(connection, hook.id, active=True)
    return Response(status_code=204)


@router.get("/webhooks/{name}/calls", operation_id="getWebhookCalls", response_model=Calls,
            responses=ends_in("not-found"), summary="Its calls")  # fmt: skip
def get_calls(
    bearer: Administers, office: InOffice, name: Name,
    state: Annotated[list[CallState], Query(description="in these states; none: all")] = [],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
) -> Response:  # fmt: skip
    """The newest calls of a webhook, with what became of them."""
    with reading(office.engine) as connection:
        _called(webhooks.by_name(connection, name), name)
        found = webhooks.calls(connection, name, state, limit)
    return told({"calls": shapes.plain(found)})


@router.post("/webhooks/{name}/replay", operation_id="replayWebhook", response_model=Replayed,
             responses=ends_in("not-found"), summary="Make calls again")  # fmt: skip
def replay_webhook(
    request: Request, bearer: Administers, office: InOffice, name: Name,
    body: Replay | None = None,
) -> Response:  # fmt: skip
    """Make calls again under the same identifiers: those named, or all that were given up."""
    with writing(office.engine) as connection:
        hook = _called(webhooks.by_name(connection, name), name)
        asked: Any = body.calls if body else []
        number = webhooks.replay(connection, hook.id, asked, request.app.state.wall())
    return told({"calls": number})


def _called(hook: Hook | None, name: str) -> Hook:
    if hook is None:
        raise Problem("not-found", f"There is no webhook {name!r}.")
    return hook
