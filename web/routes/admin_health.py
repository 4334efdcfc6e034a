"""Health: does the machinery run, how late is anything, what is set, and which years are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from typing import NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response

from config.almanac import almanac
from config.calendars import calendar_for
from config.settings import PREFIX, Settings
from models import pinned, schema
from models.engine import reading
from models.summary import durability, size_of
from tasks.health import PARTS, look, span_said
from tasks.pulse import Beat
from web.admin_desk import Desk, Looking
from web.pages import program_version
from web.prefect_pages import prefect_pages

router = APIRouter(prefix="/admin/health")

URLS = frozenset({"database_url", "smtp_url"})


class Setting(NamedTuple):
    """One setting in force; what is secret is not shown."""

    name: str
    value: str
    about: str


class Year(NamedTuple):
    """Whether a campaign's year is published, or still an estimate."""

    policy: str
    year: int
    published: bool


@router.api_route("", methods=["GET", "HEAD"])
def show(desk: Looking) -> Response:
    """Everything that runs, in words, with what to do about what does not."""
    office = desk.office
    health = look(office)
    with reading(office.engine) as connection:
        size = size_of(connection)
        written, safe = durability(connection)
    return desk.page(
        "health.html", "health", parts=[(part, health.of(part)) for part in PARTS],
        beats=[(one, _age(one, desk.lang)) for one in health.beats], size=size,
        written=written, safe=safe, version=program_version(),
        schema_now=schema.current(office.engine), schema_wanted=schema.HEAD,
        database=office.engine.url.render_as_string(hide_password=True),
        settings=list(_settings(office.settings)) if desk.rights.administers else [],
        years=list(_years(desk)), prefect=prefect_pages(desk.request, office),
    )  # fmt: skip


def _age(beat: Beat, lang: str) -> str:
    return span_said(timedelta(seconds=beat.age_seconds), lang)


def _settings(settings: Settings) -> Iterator[Setting]:
    for one in fields(Settings):
        value = str(getattr(settings, one.name))
        # Addresses hold passwords; the rest of what is secret is nothing but that.
        secret = not one.repr or one.name == "webhook_secret" or one.name in URLS
        shown = "••••••" if secret and value else value
        yield Setting(PREFIX + one.name.upper(), shown, one.metadata["description"])


def _years(desk: Desk) -> Iterator[Year]:
    """This year and the next by each policy in force."""
    with reading(desk.office.engine) as connection:
        names = [one.called for one in pinned.stored(connection) if one.campaigns]
        policies = [(name, pinned.version(connection, name)[1]) for name in names]
    for name, policy in policies:
        now = calendar_for(policy).day_of(desk.office.clock.now()).year
        for year in (now, now + 1):
            yield Year(name, year, almanac(policy, year, desk.lang).published)
