"""Does the machinery do its work? Findings in sentences, each with its limit and the reason for it.

``status``, ``doctor``, ``/readyz``, ``rectiflow watch`` and the watchdog all tell the same ones.
They are made from what stands in the database alone, so that they can be made on another machine,
while nothing of ours runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from config.clock import LapsedClock, wall
from models import heartbeats, schema
from models.engine import reading
from models.watch import Watched, watched
from rules.errors import RectiflowError
from rules.worded import worded
from tasks.office import Office
from tasks.own_words import FAULTY
from tasks.pulse import CLOCK, Beat, pulse

STEP_LATE = timedelta(minutes=10)
"""A sweep looks every 20 s and fires 100,000 steps in about a minute; ten are a standstill."""

MAIL_LATE = timedelta(minutes=10)
"""A delivery looks every 5 s; a morning's 10,000 mails leave within some minutes."""

MAIL_CLOSED = timedelta(minutes=15)
"""Mail servers are restarted now and then, which takes minutes and is nobody's business."""

LAG_LATE = timedelta(minutes=30)
"""Prefect may be restarted or be slow; items go on without it."""

AHEAD = timedelta(minutes=2)
"""Clocks of several machines differ by seconds; what lies further ahead was written by a clock
that has been set back since."""


class Finding(NamedTuple):
    """Something that stands still: which part, what is wrong in English and Chinese, what to do."""

    part: str
    en: str
    zh: str
    advice: str = ""
    since: datetime | None = None

    def said(self, lang: str) -> str:
        """The sentence in this language."""
        return self.zh if lang.startswith("zh") else self.en


class Health(NamedTuple):
    """How the machinery is. ``beats`` are its heartbeats, empty when there is no database."""

    findings: tuple[Finding, ...]
    beats: tuple[Beat, ...] = ()

    def of(self, part: str) -> Finding | None:
        """What was found of this part."""
        return next((finding for finding in self.findings if finding.part == part), None)


PARTS = ("database", "clock", "steps", "mails", "wording", "runs", "prefect", "time")
"""Everything that is looked at."""

NEEDED = frozenset({"database", "clock", "steps", "mails", "time"})
"""Parts without which people wait in vain; the others catch up without anybody noticing."""


def look(at: Office) -> Health:
    """Look at everything; a database that cannot be read is itself a finding."""
    try:
        found = schema.current(at.engine)
        if found != schema.HEAD:
            return Health((_other_schema(found),))
        now = wall()
        with reading(at.engine) as connection:
            seen = watched(connection, at.clock.now(), now)
    except RectiflowError as error:
        zh = f"数据库无法使用：{worded(error.message, 'zh-CN')}"
        return Health((Finding("database", error.message, zh, error.hint),))
    return judge(at, seen, now)


def judge(at: Office, seen: Watched, now: datetime) -> Health:
    """What stands still of what was seen at ``now`` (wall time)."""
    beats = pulse(seen.beats, at.settings, now)
    findings = [*machinery(beats), *_mails(seen, now), *_wording(seen), *_set_back(at, seen, now)]
    if not isinstance(at.clock, LapsedClock):
        # Where a day takes seconds, minutes of campaign time say nothing.
        findings += _behind(seen, at.clock.now())
    return Health(tuple(sorted(findings, key=lambda each: PARTS.index(each.part))), tuple(beats))


def _other_schema(found: str | None) -> Finding:
    return Finding(
        "database",
        f"The database has the schema {found}, not {schema.HEAD}. Run: rectiflow init.",
        f"数据库结构为 {found}，应为 {schema.HEAD}，请运行 rectiflow init。",
        "Run: rectiflow init.",
    )


def machinery(beats: list[Beat]) -> Iterator[Finding]:
    """Parts that should have done their work by now."""
    clock = next((beat for beat in beats if beat.part == CLOCK), None)
    if clock is None or not clock.fresh:
        yield Finding(
            "clock",
            "The machinery is not running; nothing happens by itself.",
            "后台服务没有运行，到点的事不会自动办理。",
            "Start it with: rectiflow up.",
            clock.at if clock else None,
        )
        return
    if clock.detail == NO_PREFECT:
        yield Finding(
            "prefect",
            "Prefect is not reached; items go on without it.",
            "Prefect 暂时不通，事项照常办理。",
            "See: rectiflow doctor.",
        )
    for beat in beats:
        if beat.fresh is False:
            age = timedelta(seconds=beat.age_seconds)
            said = f"The {beat.part} last did its work {_en(age)} ago."
            zh = f"{worded(beat.part, 'zh-CN')}上次运行是 {_zh(age)}前。"
            part = {"sweep": "steps", "delivery": "mails"}.get(beat.part, "clock")
            yield Finding(part, said, zh, "See the log.", beat.at)


NO_PREFECT = "no prefect"
"""What the clock's heartbeat says while Prefect is not reached."""


def _mails(seen: Watched, now: datetime) -> Iterator[Finding]:
    """Mails that should have left."""
    closed = seen.beats.get(heartbeats.MAIL_CLOSED)
    if closed is not None and seen.mail_waits and now - closed[0] > MAIL_CLOSED:
        yield Finding(
            "mails",
            f"No mail has left for {_en(now - closed[0])}: {closed[1]}",
            f"邮件已有 {_zh(now - closed[0])} 发不出去：{worded(closed[1], 'zh-CN')}",
            "Check the mail server and RECTIFLOW_SMTP_URL; the mails wait.",
            closed[0],
        )
    elif seen.mail is not None and now - seen.mail > MAIL_LATE:
        yield Finding(
            "mails",
            f"A mail should have left {_en(now - seen.mail)} ago.",
            f"有邮件应在 {_zh(now - seen.mail)} 前发出，至今未发。",
            "The delivery sends it once it runs.",
            seen.mail,
        )


def _wording(seen: Watched) -> Iterator[Finding]:
    """A wording of the office's own that could not be used: ours was."""
    if (faulty := seen.beats.get(FAULTY)) is not None:
        yield Finding(
            "wording",
            f"A wording of your own could not be used, the built-in one was: {faulty[1]}",
            f"自定义的通知措辞无法使用，已改用内置措辞：{worded(faulty[1], 'zh-CN')}",
            "Put it right under Administration, Templates, or use the built-in one again.",
            faulty[0],
        )


def _behind(seen: Watched, now: datetime) -> Iterator[Finding]:
    """What should have happened by ``now`` (campaign time)."""
    if seen.step is not None and now - seen.step.at > STEP_LATE:
        yield Finding(
            "steps",
            f"A step of {seen.step.ref} has been due for {_en(now - seen.step.at)}.",
            f"{seen.step.ref} 有一步骤到点已 {_zh(now - seen.step.at)} 仍未执行。",
            "The sweep fires it once it runs; see the log if it does.",
            seen.step.at,
        )
    if seen.event is not None and now - seen.event > MAIL_LATE:
        yield Finding(
            "mails",
            f"Of an event {_en(now - seen.event)} ago nobody has been told yet.",
            f"{_zh(now - seen.event)} 前的事项变动尚未通知任何人。",
            "The delivery tells of it once it runs.",
            seen.event,
        )
    if seen.lag is not None and now - seen.lag > LAG_LATE:
        yield Finding(
            "runs",
            f"Flow runs are behind their items for {_en(now - seen.lag)}.",
            f"流程落后于事项已 {_zh(now - seen.lag)}。",
            "The follower catches up once Prefect is reached.",
            seen.lag,
        )


def _set_back(at: Office, seen: Watched, now: datetime) -> Iterator[Finding]:
    """What was written by a clock that showed a later time than it does now."""
    written = [now + AHEAD, *(moment for moment, _ in seen.beats.values())]
    ahead = max(written) - now
    if seen.newest is not None and not isinstance(at.clock, LapsedClock):
        ahead = max(ahead, seen.newest - at.clock.now())
    if ahead > AHEAD:
        yield set_back(ahead)


def set_back(span: timedelta) -> Finding:
    """The machine's clock shows an earlier time than it has shown before."""
    return Finding(
        "time",
        f"The clock has been set back by {_en(span)}: what was written then lies ahead of it.",
        f"系统时钟被拨回 {_zh(span)}，已有记录晚于当前时间。",
        "Put the machine's clock right.",
    )


def silent(seconds: float) -> Finding:
    """The database has been asked and does not answer."""
    return Finding(
        "database",
        f"The database has not answered for {seconds:.0f} seconds.",
        f"数据库已有 {seconds:.0f} 秒没有应答。",
        "See: rectiflow doctor.",
    )


def span_said(span: timedelta, lang: str) -> str:
    """A stretch of time in words: seconds below two minutes, then minutes, hours and days."""
    seconds = int(span.total_seconds())
    for size, zh, en in ((86_400, "天", "days"), (3_600, "小时", "hours"), (60, "分钟", "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {zh if lang.startswith('zh') else en}"
    return f"{seconds} {'秒' if lang.startswith('zh') else 'seconds'}"


_en = partial(span_said, lang="en")
_zh = partial(span_said, lang="zh-CN")
