"""The words of the field, as they are stored, with their Chinese and English names.

A stored value never changes; the names people read live in :data:`NAMES`.
"""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where an item stands (环节)."""

    INTAKE = "intake"
    ASSIGNMENT = "assignment"
    DEADLINE = "deadline"
    REMINDER = "reminder"
    VERIFICATION = "verification"
    CLOSURE = "closure"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How a closed item ended (办结结论). Only the first two say that something was put right."""

    RECTIFIED = "rectified"
    LONG_TERM = "long_term"
    UNSUBSTANTIATED = "unsubstantiated"
    MERGED = "merged"
    TRANSFERRED = "transferred"
    WITHDRAWN = "withdrawn"


class Role(StrEnum):
    """What a person is, within a unit and everything below it."""

    COORDINATOR = "coordinator"
    RESPONSIBLE = "responsible"
    LEADER = "leader"
    SUPERVISOR = "supervisor"
    VERIFIER = "verifier"
    VIEWER = "viewer"
    AUDITOR = "auditor"


class Light(StrEnum):
    """Derived from the clock, never stored."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Severity(StrEnum):
    """How grave a finding is; a policy gives each its limit."""

    GENERAL = "general"
    SERIOUS = "serious"
    MAJOR = "major"


class Source(StrEnum):
    """Where a finding came from (问题来源)."""

    INSPECTION = "inspection"
    HOTLINE = "hotline"
    PETITION = "petition"
    SELF_REPORT = "self_report"
    SUPERIOR = "superior"
    SCREENING = "screening"
    ONLINE = "online"
    OTHER = "other"


class Level(StrEnum):
    """The act of a rung of the escalation ladder, lowest first."""

    LETTER = "letter"
    INTERVIEW = "interview"
    CIRCULAR = "circular"
    LISTING = "listing"


OPEN_STAGES = tuple(stage for stage in Stage if stage is not Stage.CLOSED)

NAMES: dict[str, tuple[str, str]] = {
    Stage.INTAKE: ("立项", "Intake"),
    Stage.ASSIGNMENT: ("交办", "Assignment"),
    Stage.DEADLINE: ("限期整改", "Deadline"),
    Stage.REMINDER: ("催办", "Reminder"),
    Stage.VERIFICATION: ("核查", "Verification"),
    Stage.CLOSURE: ("销号审批", "Closure"),
    Stage.CLOSED: ("已销号", "Closed"),
    Outcome.RECTIFIED: ("已整改", "Rectified"),
    Outcome.LONG_TERM: ("转入长期坚持", "Kept up for the long term"),
    Outcome.UNSUBSTANTIATED: ("查否", "Unsubstantiated"),
    Outcome.MERGED: ("并案", "Merged"),
    Outcome.TRANSFERRED: ("移送", "Transferred"),
    Outcome.WITHDRAWN: ("撤销", "Withdrawn"),
    Role.COORDINATOR: ("整改办", "Coordinator"),
    Role.RESPONSIBLE: ("责任人", "Responsible person"),
    Role.LEADER: ("包案领导", "Leader"),
    Role.SUPERVISOR: ("督导审批", "Supervisor"),
    Role.VERIFIER: ("核查人", "Verifier"),
    Role.VIEWER: ("查看", "Viewer"),
    Role.AUDITOR: ("审计", "Auditor"),
    Light.GREEN: ("绿灯", "Green"),
    Light.YELLOW: ("黄灯", "Yellow"),
    Light.RED: ("红灯", "Red"),
    Severity.GENERAL: ("一般", "General"),
    Severity.SERIOUS: ("较重", "Serious"),
    Severity.MAJOR: ("重大", "Major"),
    Source.INSPECTION: ("巡查督导", "Inspection"),
    Source.HOTLINE: ("12345热线", "12345 hotline"),
    Source.PETITION: ("信访", "Petition"),
    Source.SELF_REPORT: ("自查", "Self-report"),
    Source.SUPERIOR: ("上级反馈", "Superior's feedback"),
    Source.SCREENING: ("数据筛查", "Data screening"),
    Source.ONLINE: ("网络留言", "Online message"),
    Source.OTHER: ("其他", "Other"),
    Level.LETTER: ("提醒函", "Letter of reminder"),
    Level.INTERVIEW: ("约谈", "Interview"),
    Level.CIRCULAR: ("通报", "Circular"),
    Level.LISTING: ("挂牌督办", "Supervised listing"),
}


def rung_name(level: int, lang: str = "zh-CN") -> str:
    """What the rung of the ladder is called; empty on none, the number beyond the last."""
    if level <= 0:
        return ""
    rungs = tuple(Level)
    return name(rungs[level - 1], lang) if level <= len(rungs) else str(level)


def name(word: StrEnum | str, lang: str = "zh-CN") -> str:
    """The word as a person reads it, in Chinese or English; the stored value when unknown."""
    zh, en = NAMES.get(word, (str(word), str(word)))
    return zh if lang.startswith("zh") else en
