"""One look of the watchdog: what stands still, and a word to the operator when there is one."""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from config.logging import log_context
from config.settings import PREFIX, Settings
from notifications.addresses import Mailbox
from notifications.direct import send_now
from notifications.smtp_url import parse_smtp_url
from rules.errors import InputError, RectiflowError
from tasks.alarm import Alarm, Word, clock_read, next_word, remember, remembered
from tasks.health import Finding, set_back

log = logging.getLogger("rectiflow.watchdog")

_SUBJECTS = {
    Word.BEGUN: "[Rectiflow] 系统运转异常 / Something stands still",
    Word.STILL: "[Rectiflow] 系统仍未恢复 / Something still stands still",
    Word.OVER: "[Rectiflow] 系统已恢复正常 / All is well again",
}
_WELL = ("各部分均已恢复正常。", "Everything does its work again.")
_FOOT = (
    "本邮件由看门狗直接发出。异常持续期间至多每六小时提醒一次。",
    "Sent by the watchdog directly. While this lasts it is repeated every six hours at most.",
)


class Look(NamedTuple):
    """What one look has found, and why the operator could not be told; empty when they were."""

    findings: tuple[Finding, ...]
    word: Word
    untold: RectiflowError | None = None


def watch(settings: Settings, found: Sequence[Finding], now: datetime, *, mail: bool) -> Look:
    """Tell the operator of what was found at ``now`` (wall time), if there is anything to say.

    Without ``mail`` it is only logged. What could not be told is told at the next look.
    """
    alarm, behind = clock_read(remembered(settings.home), now)
    findings = list(found)
    if behind and not any(finding.part == "time" for finding in findings):
        findings.append(set_back(behind))
    told, word = next_word(alarm, (finding.part for finding in findings), now)
    untold = None
    if word is not Word.NOTHING:
        _note(findings, word)
        if mail:
            untold = _written(settings, findings, word, now)
    # What was not told stays to be told; that the clock was read is kept in any case.
    _keep(settings, told if untold is None else alarm)
    return Look(tuple(findings), word, untold)


def require_operator(settings: Settings) -> None:
    """Return when the operator can be written to.

    Raises:
        InputError: an address or the mail server is missing or unusable.
    """
    if not settings.operator_mail:
        raise InputError("There is nobody to write to.", "Set it.", f"{PREFIX}OPERATOR_MAIL")
    if not settings.smtp_url:
        raise InputError("There is no mail server to write by.", "Set it.", f"{PREFIX}SMTP_URL")
    Mailbox(settings.operator_mail)
    parse_smtp_url(settings.smtp_url)


def letter(settings: Settings, findings: Sequence[Finding], word: Word) -> tuple[str, str]:
    """Subject and text of what is written, in both languages: nobody knows the operator's."""
    if word is Word.OVER:
        lines = list(_WELL)
    else:
        lines = [
            line
            for finding in findings
            for line in (f"- {finding.zh}", f"  {finding.en}", f"  {finding.advice}".rstrip())
        ]
    place = f"{socket.gethostname()}: {settings.home}"
    return _SUBJECTS[word], "\n".join([*lines, "", place, *_FOOT, ""])


def _written(
    settings: Settings, findings: Sequence[Finding], word: Word, now: datetime
) -> RectiflowError | None:
    try:
        require_operator(settings)
        to, sender = Mailbox(settings.operator_mail), Mailbox(settings.mail_from)
        subject, text = letter(settings, findings, word)
        send_now(parse_smtp_url(settings.smtp_url), sender, to, subject, text, now)
    except RectiflowError as error:
        log.error("The operator could not be told: %s %s", error, log_context("watchdog"))
        return error
    return None


def _note(findings: Sequence[Finding], word: Word) -> None:
    if word is Word.OVER:
        log.info("Everything does its work again. %s", log_context("watchdog"))
    for finding in findings:
        log.error("%s %s", finding.en, log_context("watchdog", part=finding.part, word=word))


def _keep(settings: Settings, alarm: Alarm) -> None:
    try:
        remember(settings.home, alarm)
    except OSError as error:
        why = error.strerror or "it cannot be written"
        log.error("What was told cannot be kept: %s %s", why, log_context("watchdog"))
