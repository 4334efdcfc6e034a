"""The checks of ``rectiflow doctor``: each looks at one thing and tells what it finds."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from typing import NamedTuple

from cli.here import here
from config.channels import SETTING as CHANNELS
from config.channels import read_channels, readable_by_others
from config.clock import read_lapse
from config.settings import Settings, load
from flows.server import check_server
from flows.server_home import read_record
from models import contacts, schema
from models.engine import reading
from models.summary import Summary, durability, summary
from notifications.addresses import Mailbox
from notifications.smtp_url import parse_smtp_url
from rules.errors import RectiflowError, Unavailable
from tasks.health import look
from tasks.office import Office

SECONDS = 3.0
"""How long another machine may take to answer."""
ENOUGH_DISK = 1 << 30
LITTLE_DISK = 100 << 20


class State(StrEnum):
    """How a check ended: well, with something to look at, or with something that is needed gone."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(NamedTuple):
    """One check: what was looked at, how it ended, what was found, and what to do."""

    name: str
    state: State
    message: str
    hint: str = ""


def examine() -> list[Check]:
    """Every check that can be made here, in the order in which things depend on each other."""
    try:
        settings = load()
    except RectiflowError as error:
        return [_failed("settings", error)]
    checks = [
        Check("settings", State.OK, "They are usable."),
        *(_made(name, partial(check, settings)) for name, check in _OUTSIDE.items()),
    ]
    try:
        with here() as office:
            checks += _inside(office)
    except RectiflowError as error:
        checks.append(_failed("database", error))
    return checks


def _inside(office: Office) -> Iterator[Check]:
    """What can only be seen in the database."""
    found = schema.current(office.engine)
    if found != schema.HEAD:
        said = f"It has the schema {found}; this program needs {schema.HEAD}."
        yield Check("database", State.FAIL, said, "Run: rectiflow init.")
        return
    with reading(office.engine) as connection:
        setting, safe = durability(connection)
        numbers = summary(connection, office.clock.now())
    health = look(office)
    name = office.engine.url.render_as_string(hide_password=True)
    yield Check("database", State.OK, f"{name} is reached; its schema is {found}.")
    advice = "" if safe else "Switch it on: an accepted command could be lost at a power failure."
    yield Check("durability", State.OK if safe else State.WARN, setting, advice)
    for name, part, good in _WATCHED:
        found_there = [each for each in health.findings if each.part == part]
        advice = found_there[0].advice if found_there else ""
        yield _found(name, [each.en for each in found_there], good, advice)
    yield from _work(numbers)
    yield _channels(office)


def _channels(office: Office) -> Check:
    """Whether the file of channels is usable, safe, and has every name that is in use."""
    try:
        known = read_channels(office.settings)
        exposed = readable_by_others(office.settings)
    except (RectiflowError, OSError) as error:
        return Check("channels", State.WARN, str(error), "Messages by chat wait until then.")
    with reading(office.engine) as connection:
        missing = [name for name in contacts.used(connection) if name not in known]
    wrong = [f"Not in the file of channels: {', '.join(missing)}."] if missing else []
    wrong += ["Everybody on this machine can read the file of channels."] if exposed else []
    advice = f"Complete the file named by {CHANNELS}, and let only its owner read it."
    return _found("channels", wrong, f"{len(known)} beside mail.", advice)


_WATCHED = (
    ("machinery", "clock", "It runs."),
    ("punctuality", "steps", "What is due is done."),
    ("way_out", "mails", "Mails leave in time."),
    ("follower", "runs", "No flow is far behind."),
    ("time", "time", "The clock has not been set back."),
)
"""Checks that are findings of the watchdog's: name, part, and what is said when all is well."""


def _work(numbers: Summary) -> Iterator[Check]:
    """What waits for somebody."""
    late = [f"Steps that are due: {numbers.steps_due}."] if numbers.steps_due else []
    yield _found("steps", late, "None is due.", "The machinery fires them once it runs.")
    late_runs, missing = numbers.lagging, numbers.unstarted
    behind = [f"Behind: {late_runs}; still to be made: {missing}."] if late_runs + missing else []
    yield _found("runs", behind, "They have caught up.", "The follower catches up once it runs.")
    dead = numbers.deliveries["dead"]
    lost = [f"Given up: {dead}."] if dead else []
    advice = "See: rectiflow mail list --state dead; then: rectiflow mail replay --dead."
    yield _found("mails", lost, "None was given up.", advice)
    stop = [numbers.mail_stop.reason] if numbers.mail_stop else []
    advice = "Decide: rectiflow mail release --as PERSON, or rectiflow mail discard."
    yield _found("mail_cap", stop, "No run went above the cap.", advice)
    units, people = numbers.draft_units, numbers.draft_people
    waiting = [f"To be confirmed: units {units}, people {people}."] if units + people else []
    advice = "See: rectiflow units --drafts, rectiflow people --drafts."
    yield _found("drafts", waiting, "None waits.", advice)
    mute = [f"People named on open items without an address: {numbers.unreachable}."]
    advice = "See: rectiflow people; then: rectiflow person set CODE --email ADDRESS."
    yield _found("addresses", mute if numbers.unreachable else [], "Everybody has one.", advice)
    lost = [f"People whom no mail reaches: {numbers.undeliverable}."]
    advice = (
        "See: rectiflow people --undeliverable; then: rectiflow person set CODE --email ADDRESS."
    )
    yield _found("reach", lost if numbers.undeliverable else [], "Mail reaches everybody.", advice)
    calls = [f"Given up: {numbers.dead_calls}."] if numbers.dead_calls else []
    advice = "See: rectiflow webhook calls --state dead; then: rectiflow webhook replay NAME."
    yield _found("webhooks", calls, "No call was given up.", advice)


def _home(settings: Settings) -> Check:
    home = settings.home
    if not home.is_dir():
        return Check("home", State.FAIL, f"There is no folder {home}.", "Run: rectiflow init.")
    try:
        with tempfile.TemporaryFile(dir=home):
            return Check("home", State.OK, f"{home} may be written to.")
    except OSError as error:
        said = f"{home} cannot be written to: {error.strerror}."
        return Check("home", State.FAIL, said, "Check the folder's permissions and the disk.")


def _disk(settings: Settings) -> Check:
    place = settings.home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    said = f"{free / (1 << 30):.1f} GiB are free."
    if free < LITTLE_DISK:
        return Check("disk", State.FAIL, said, "Free some space.")
    return _found("disk", [] if free >= ENOUGH_DISK else [said], said, "Free some space.")


def _mail_server(settings: Settings) -> Check:
    if not settings.smtp_url:
        said = f"None is set: mails are written to {settings.mail_folder}."
        return Check("mail_server", State.OK, said)
    server = parse_smtp_url(settings.smtp_url)
    try:
        socket.create_connection((server.host, server.port), SECONDS).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable(
            f"{server.server} is not reached: {reason}.",
            "Check RECTIFLOW_SMTP_URL and the network; mails wait until then.",
        ) from error
    return Check("mail_server", State.OK, f"{server.server} is reached.")


def _sender(settings: Settings) -> Check:
    sender = Mailbox(settings.mail_from).address
    if sender.endswith("@localhost"):
        said = f"Mails come from {sender}, to which nobody can answer."
        return Check("sender", State.WARN, said, "Set RECTIFLOW_MAIL_FROM.")
    return Check("sender", State.OK, f"Mails come from {sender}.")


def _prefect(settings: Settings) -> Check:
    if settings.prefect_api_url:
        version = check_server(settings.prefect_api_url, timeout=SECONDS)
        said = f"{settings.prefect_api_url} is reached; its version is {version}."
        return Check("prefect", State.OK, said)
    record = read_record(settings.home)
    try:
        version = check_server(record.api_url, timeout=SECONDS) if record else ""
    except Unavailable:
        version = ""
    if record and version:
        return Check("prefect", State.OK, f"Our own server runs at {record.ui_url}.")
    return Check("prefect", State.OK, "Our own server starts with: rectiflow up.")


def _lapse(settings: Settings) -> Check:
    lapse = read_lapse(settings.home)
    if lapse is None:
        return Check("clock", State.OK, "Campaign time is the machine's time.")
    said = f"Campaign time lapses: a working day every {lapse.seconds_per_day:g} seconds."
    return Check("clock", State.WARN, said, "That is for demonstrations only.")


def _papers(settings: Settings) -> Check:
    """An office's own template that is not usable: papers are drawn up by ours meanwhile."""
    folder = settings.home / "papers"
    if not folder.is_dir():
        return Check("papers", State.OK, "Papers are drawn up by the built-in templates.")
    from tasks.paper_templates import problems

    wrong = [f"{problem.file.name}: {problem.reason}" for problem in problems(folder)]
    hint = "Try each with: rectiflow papers check FILE; the built-in ones are used until then."
    return _found("papers", wrong, f"The templates in {folder} are usable.", hint)


_OUTSIDE: dict[str, Callable[[Settings], Check]] = {
    "home": _home,
    "disk": _disk,
    "mail_server": _mail_server,
    "sender": _sender,
    "prefect": _prefect,
    "clock": _lapse,
    "papers": _papers,
}
"""What can be looked at without the database."""


def _found(name: str, sentences: list[str], good: str, hint: str) -> Check:
    """Something to look at, or that there is nothing."""
    if not sentences:
        return Check(name, State.OK, good)
    return Check(name, State.WARN, " ".join(sentences), hint)


def _made(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except RectiflowError as error:
        return _failed(name, error)


def _failed(name: str, error: RectiflowError) -> Check:
    where = getattr(error, "where", "")
    said = f"{where}: {error.message}" if where else error.message
    return Check(name, State.FAIL, said, error.hint)
