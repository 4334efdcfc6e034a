"""``rectiflow init``: the database, a campaign under a policy, and the seats of its office."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from cli.here import opened
from cli.options import AsJson
from cli.output import clean, emit, show
from config.profiles import load_profile
from config.settings import load
from rules.errors import InputError, Unavailable
from tasks.founding import OFFICE, Founded, found
from tasks.office import Office

app = typer.Typer(add_completion=False)


@app.command()
def init(
    profile: Annotated[str, typer.Option(help="policy of the campaign: a name or a file")] = "",
    code: Annotated[str, typer.Option(help="beginning of the items' references")] = "ZG",
    title: Annotated[str, typer.Option(help="what the campaign is called")] = "",
    as_json: AsJson = False,
) -> None:
    """Set up the database, the first campaign and its office. Doing it again changes nothing.

    The policy comes from --profile, else from RECTIFLOW_PROFILE.
    """
    if not re.fullmatch(r"\w[\w-]{0,15}", code):
        raise InputError(
            f"{code!r} cannot begin references.",
            "Use up to 16 letters, digits and hyphens.",
            where="--code",
        )
    settings = load()
    policy = load_profile(profile or settings.profile)
    _make_home(settings.home)
    office = opened(settings)
    try:
        founded = found(office.engine, policy, office.clock.now(), code=code, title=title[:200])
    finally:
        office.engine.dispose()
    if as_json:
        emit(_document(office, founded))
    else:
        _tell(office, founded, code)


def _make_home(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"The home {home} cannot be made: {error.strerror}.",
            "Choose another with RECTIFLOW_HOME.",
        ) from error


def _document(office: Office, founded: Founded) -> dict[str, object]:
    return {
        "home": str(office.settings.home),
        "database": office.engine.url.render_as_string(hide_password=True),
        "created": founded.created,
        "campaign": {"code": founded.campaign.code, "title": founded.campaign.title},
        "office": [{"code": handle, "name": name, "role": role} for handle, name, role in OFFICE],
    }


def _tell(office: Office, founded: Founded, code: str) -> None:
    campaign = founded.campaign
    what = "is set up" if founded.created else "was there already; nothing has changed"
    show(
        f"The campaign {campaign.code} ({clean(campaign.title)}) {what}.",
        f"Home: {office.settings.home}",
        f"Database: {office.engine.url.render_as_string(hide_password=True)}",
    )
    if not founded.created and campaign.code != code:
        show(f"Its references begin with {campaign.code}, not {code}.")
    seats = ", ".join(f"{handle} ({name})" for handle, name, _ in OFFICE)
    show(
        f"The seats of its office, for --as: {seats}.",
        "Enter units and people with: rectiflow unit add, rectiflow person add.",
    )
