"""``rectiflow policy``: which policies there are, what they mean, and which items they rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import Connection

from cli import shapes
from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import clean, emit, show, table
from cli.policy_moves import migrate
from cli.words import pick, titles
from config.profiles import load_profile, mistakes_in_profile, names
from models import pinned, policies
from models.engine import reading, writing
from rules.errors import InputError, NotFound, Unavailable
from rules.policy import Policy
from tasks.migrating import called, place
from tasks.policy_words import in_words

app = typer.Typer(add_completion=False)
app.command()(migrate)

InCampaign = Annotated[str, typer.Option(help="code of the campaign, when there are more")]


@app.callback()
def policy() -> None:
    """Look at policies, check a file, put a new version in force, move items onto another."""


@app.command("list")
def list_(as_json: AsJson = False, lang: InLang = Lang.ZH) -> None:
    """List the stored versions, what they are in force for, and the profiles to choose from."""
    with here() as office, reading(office.engine) as connection:
        stored = pinned.versions(connection)
    profiles = [load_profile(name) for name in names()]
    if as_json:
        emit({
            "stored": [
                {"policy": one.called, **shapes.plain(one)} for one in stored
            ],
            "profiles": [
                {"policy": called(one), "title_zh": one.title_zh, "title_en": one.title_en}
                for one in profiles
            ],
        })  # fmt: skip
        return
    made = table(
        *titles(lang, "政策|存入|新事项适用于|在办事项", "policy|stored|new items of|open")
    )
    for one in stored:
        made.add_row(
            clean(one.called), f"{one.created_at:%Y-%m-%d}", ", ".join(one.campaigns),
            str(one.open_items),
        )  # fmt: skip
    show(made)
    made = table(*titles(lang, "自带政策|名称", "profile|title"))
    for profile in profiles:
        made.add_row(called(profile), pick(lang, profile.title_zh, profile.title_en))
    show(made)


@app.command("show")
def show_(
    name: Annotated[
        str, typer.Argument(metavar="[NAME[@VERSION]|FILE]", help="else the one in force")
    ] = "",
    campaign: InCampaign = "",
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Show a policy in words: a stored version, a profile or a file; else the one in force."""
    _tell(found(name, campaign), as_json, lang)


def found(name: str, campaign: str) -> Policy:
    """The policy meant: what is stored here comes before the profiles; the one in force without
    a name.

    Raises:
        NotFound: there is no such policy, profile, file or campaign.
        InputError: the file is not a valid policy.
        Unavailable: nothing is named and there is no database.
    """
    if name and Path(name).suffix in (".yaml", ".yml"):
        return load_profile(name)
    try:
        with here() as office, reading(office.engine) as connection:
            return _stored(connection, name, campaign)
    except (NotFound, Unavailable):
        if "@" in name or not name:
            raise
    return load_profile(name)


def _stored(connection: Connection, name: str, campaign: str) -> Policy:
    if name:
        return pinned.version(connection, name)[1]
    fact = policies.campaign(connection, campaign)
    return policies.policy(connection, fact.policy_id)


def _tell(shown: Policy, as_json: bool, lang: str) -> None:
    if as_json:
        words = [{"about": about, "says": says} for about, says in in_words(shown, lang)]
        emit({"policy": called(shown), "document": shown.model_dump(mode="json"), "words": words})
        return
    show(f"{called(shown)}  {clean(pick(lang, shown.title_zh, shown.title_en))}")
    _show_words(shown, lang)


def _show_words(shown: Policy, lang: str) -> None:
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    for about, says in in_words(shown, lang):
        grid.add_row(about, clean(says))
    show(grid)


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="a policy file, or a profile")],
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Check a policy file: every mistake with its line and key, or what the policy means."""
    mistakes = mistakes_in_profile(file)
    if not mistakes:
        _tell(load_profile(file), as_json, lang)
        return
    if as_json:
        emit({"policy": None, "mistakes": [_mistake(one) for one in mistakes]})
    else:
        for one in mistakes:
            show(clean(str(one)))
    raise typer.Exit(1)


def _mistake(one: InputError) -> dict[str, Any]:
    file, _, line = one.where.rpartition(":")
    key, _, sentence = one.message.partition(": ")
    return {"file": file, "line": int(line), "key": key, "message": sentence, "hint": one.hint}


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="a policy file, or a profile")],
    campaign: InCampaign = "",
    as_json: AsJson = False,
    lang: InLang = Lang.ZH,
) -> None:
    """Put a policy in force for new items of a campaign. Items keep the version they are under."""
    new = load_profile(file)
    with here() as office, writing(office.engine) as connection:
        done = place(connection, new, campaign, office.clock.now())
    if as_json:
        emit(done._asdict())
        return
    if done.before == done.called:
        show(pick(lang, f"{done.campaign} 已适用 {done.called}，无变化。",
                  f"{done.campaign} is under {done.called} already: nothing changes."))  # fmt: skip
        return
    zh = f"{done.campaign} 的新事项自即日起适用 {done.called}（此前 {done.before}）；在办事项不变。"
    en = f"New items of {done.campaign} start under {done.called} (before: {done.before})."
    hint = pick(lang, "需要转换在办事项：", "To move items that are open: ")
    show(pick(lang, zh, en), f"{hint}rectiflow policy migrate --to {done.called}")
