"""``rectiflow status``: how things stand in numbers, and whether the machinery runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import typer

from cli import shapes
from cli.here import here
from cli.options import AsJson, InLang, Lang
from cli.output import emit, show
from cli.words import DELIVERY_STATES, pick, said
from config.clock import wall
from config.settings import Settings
from flows.server_home import read_record
from models import heartbeats, schema
from models.engine import reading
from models.summary import Summary, summary
from rules.vocabulary import NAMES
from tasks.health import look, span_said
from tasks.pulse import pulse

app = typer.Typer(add_completion=False)


@app.command()
def status(as_json: AsJson = False, lang: InLang = Lang.ZH) -> None:
    """Count items, steps, mails and runs, and tell whether the machinery runs.

    "healthy" says that the schema fits and that everything that should tick has ticked lately.
    """
    with here() as office:
        found = schema.current(office.engine)
        health = look(office)
        with reading(office.engine) as connection:
            now = office.clock.now()
            numbers = summary(connection, now)
            beats = pulse(heartbeats.beats(connection), office.settings, wall())
        document = {
            "healthy": not health.findings,
            "problems": [finding.said(lang) for finding in health.findings],
            "home": str(office.settings.home),
            "database": office.engine.url.render_as_string(hide_password=True),
            "schema": found,
            "now": shapes.plain(now),
            **_numbers(numbers),
            "heartbeats": shapes.plain(beats),
            "prefect": {"api_url": prefect_url(office.settings)},
        }
    if as_json:
        emit(document)
    else:
        _tell(document, lang)


def prefect_url(settings: Settings) -> str | None:
    """The API of the Prefect server in use; None when none was ever started here."""
    if settings.prefect_api_url:
        return settings.prefect_api_url
    record = read_record(settings.home)
    return record.api_url if record else None


def _numbers(found: Summary) -> dict[str, Any]:
    numbers: dict[str, Any] = shapes.plain(found)
    drafts = {"units": numbers.pop("draft_units"), "people": numbers.pop("draft_people")}
    return {**numbers, "waiting": found.waiting, "drafts": drafts}


def _tell(document: dict[str, Any], lang: Lang) -> None:
    good = pick(lang, "运转正常。", "Everything runs.")
    show(good if document["healthy"] else "\n".join(document["problems"]))
    for zh, en, line in (
        ("环节", "stages", _counts(document["stages"], NAMES, lang)),
        ("亮灯", "lights", _counts(document["lights"], NAMES, lang)),
        ("结论", "outcomes", _counts(document["outcomes"], NAMES, lang)),
        ("通知", "mails", _counts(document["deliveries"], DELIVERY_STATES, lang)),
    ):
        show(f"{pick(lang, zh, en)}: {line or '0'}")
    steps, next_at = document["steps_due"], document["next_step_at"] or "-"
    show(
        pick(lang, f"到点未办：{steps}，下一步：{next_at}", f"steps due: {steps}, next: {next_at}")
    )
    lag, new = document["lagging"], document["unstarted"]
    show(pick(lang, f"流程落后：{lag}，未建：{new}", f"runs behind: {lag}, to be made: {new}"))
    if stop := document["mail_stop"]:
        zh = f"邮件已暂停发送，待整改办决定（rectiflow mail release 或 discard）：{stop['reason']}"
        en = f"The mail has stopped (rectiflow mail release, or discard): {stop['reason']}"
        show(pick(lang, zh, en))
    if lost := document["undeliverable"]:
        see = "rectiflow people --undeliverable"
        show(pick(lang, f"邮件送不到的人：{lost}（{see}）", f"no mail reaches: {lost} ({see})"))
    for beat in document["heartbeats"]:
        age = span_said(timedelta(seconds=beat["age_seconds"]), lang)
        ago = pick(lang, f"{age}前", f"{age} ago")
        show(f"{beat['part']}: {ago} {beat['detail']}".rstrip())
    if document["prefect"]["api_url"]:
        show(f"Prefect: {document['prefect']['api_url']}")


def _counts(counts: dict[str, int], names: Any, lang: Lang) -> str:
    return ", ".join(f"{said(names, word, lang)} {n}" for word, n in counts.items() if n)
