"""What rules are called when people read about them: steps, reasons for a notice, what to do.

One sentence each in Chinese and English, used by the agenda on the screen and in every mail.
"""

from __future__ import annotations

from collections.abc import Mapping

from rules.agenda import Step, StepKind
from rules.notices import Seat
from rules.policy import Policy
from rules.vocabulary import name

_STEPS: Mapping[StepKind, tuple[str, str]] = {
    StepKind.REMIND: ("到期前提醒责任人", "the responsible person is reminded of the deadline"),
    StepKind.OVERDUE: ("发出逾期通知", "the overdue notice is sent"),
    StepKind.OVERDUE_AGAIN: ("再次发出逾期通知", "the overdue notice is sent again"),
    StepKind.RUNG: ("升级督促：{act}", "escalation: {act}"),
    StepKind.PROGRESS: ("请责任人报告进展", "a progress report is asked for"),
    StepKind.ACKNOWLEDGE: ("催告签收", "the acknowledgement is asked for again"),
    StepKind.DEEMED_RECEIVED: ("逾期未签收，视为签收", "the assignment counts as received"),
    StepKind.VERIFICATION: ("核查超时提醒", "the verifier is told that the limit has passed"),
    StepKind.CLOSURE: ("销号审批超时提醒", "the supervisors are told that the limit has passed"),
    StepKind.HOLD_EXPIRED: ("中止期满，恢复计时", "the hold ends and the clock runs again"),
    StepKind.LOOK_BACK: ("回头看", "the item is looked at again"),
    StepKind.ANNOUNCE: (
        "预告责任人：即将{act}",
        "the responsible person is told what comes next: {act}",
    ),
    StepKind.SERVICE_DUE: ("提醒送达：{act}", "the coordinators are reminded to serve: {act}"),
    StepKind.DEEMED_SERVED: ("逾期未送达，视为送达：{act}", "the act counts as served: {act}"),
    StepKind.EXTENSION_DUE: (
        "提醒审批延期申请",
        "the extension request is brought up again before it lapses",
    ),
    StepKind.EXTENSION_LAPSED: ("延期申请失效", "the extension request lapses"),
    StepKind.HOLD_REQUEST_LAPSED: ("中止申请失效", "the request for a hold lapses"),
}

_REASONS: Mapping[StepKind, tuple[str, str]] = {
    StepKind.REMIND: ("到期前按规定天数提醒", "reminders come a fixed number of days before"),
    StepKind.OVERDUE: ("到期次一工作日仍未报送核查", "not submitted by the end of the due day"),
    StepKind.OVERDUE_AGAIN: (
        "督促层级用尽后定期重复",
        "repeated at intervals after the last rung of the ladder",
    ),
    StepKind.RUNG: ("逾期后按规定天数逐级升级", "the ladder climbs a fixed number of days after"),
    StepKind.PROGRESS: ("整改期间定期报告进展", "progress is reported at intervals"),
    StepKind.ACKNOWLEDGE: ("交办后规定时间内未签收", "not acknowledged within the limit"),
    StepKind.DEEMED_RECEIVED: ("交办后长时间未签收", "not acknowledged for too long"),
    StepKind.VERIFICATION: ("核查未在规定时间内完成", "not verified within the limit"),
    StepKind.CLOSURE: ("审批未在规定时间内完成", "closure not decided within the limit"),
    StepKind.HOLD_EXPIRED: ("中止计时到期", "the day until which the clock was stopped has passed"),
    StepKind.LOOK_BACK: ("销号后按规定天数回头看", "a fixed number of days after closing"),
    StepKind.ANNOUNCE: (
        "升级前按规定天数预告",
        "what comes next is announced a fixed number of days before",
    ),
    StepKind.SERVICE_DUE: ("送达前不再升级", "the ladder waits until the act is served"),
    StepKind.DEEMED_SERVED: ("长时间未送达", "not served for too long"),
    StepKind.EXTENSION_DUE: ("审批时限将满", "the time to decide on the request is nearly up"),
    StepKind.EXTENSION_LAPSED: ("规定时间内未审批", "the request was not decided in time"),
    StepKind.HOLD_REQUEST_LAPSED: ("规定时间内未审批", "the request was not decided in time"),
}

_WHY_SEAT: Mapping[Seat, tuple[str, str]] = {
    Seat.RESPONSIBLE: ("您是责任人", "you are its responsible person"),
    Seat.LEADER: ("您是包案领导", "you are its leader"),
    Seat.VERIFIER: ("您是核查人", "you are its verifier"),
    Seat.COORDINATORS: ("您是该单位的整改办联系人", "you are a coordinator over its unit"),
    Seat.SUPERVISORS: ("您负责该单位的督导审批", "you are a supervisor over its unit"),
    Seat.HELPERS: ("贵单位是本事项的协办单位", "your unit helps with it"),
}

OWN_REASONS = frozenset({"contact_lost"})
"""Events whose reason is a sentence of ours, not somebody's own words."""

_TODO: Mapping[tuple[str, Seat], str] = {
    ("registered", Seat.COORDINATORS): "accept",
    ("assigned", Seat.RESPONSIBLE): "acknowledge",
    ("acknowledge_due", Seat.RESPONSIBLE): "acknowledge",
    ("declined", Seat.COORDINATORS): "accept",
    ("due_soon", Seat.RESPONSIBLE): "submit",
    ("overdue", Seat.RESPONSIBLE): "submit",
    ("escalated", Seat.RESPONSIBLE): "confirm",
    ("progress_due", Seat.RESPONSIBLE): "report_progress",
    ("extension_requested", Seat.COORDINATORS): "grant_extension",
    ("extension_requested", Seat.SUPERVISORS): "grant_extension",
    ("verification_requested", Seat.VERIFIER): "pass",
    ("verification_requested", Seat.COORDINATORS): "appoint",
    ("verification_overdue", Seat.VERIFIER): "pass",
    ("closure_requested", Seat.SUPERVISORS): "approve",
    ("closure_overdue", Seat.SUPERVISORS): "approve",
    ("failed", Seat.RESPONSIBLE): "submit",
    ("reopened", Seat.RESPONSIBLE): "submit",
    ("hold_expired", Seat.RESPONSIBLE): "submit",
    ("resumed", Seat.RESPONSIBLE): "submit",
    ("extension_granted", Seat.RESPONSIBLE): "submit",
    ("extension_refused", Seat.RESPONSIBLE): "submit",
    ("extension_lapsed", Seat.RESPONSIBLE): "submit",
    ("denied", Seat.VERIFIER): "pass",
    ("denied", Seat.RESPONSIBLE): "submit",
    ("verification_overdue", Seat.COORDINATORS): "appoint",
    ("rung_announced", Seat.RESPONSIBLE): "submit",
    ("service_due", Seat.COORDINATORS): "serve",
    ("served", Seat.RESPONSIBLE): "confirm",
    ("hold_requested", Seat.COORDINATORS): "hold",
    ("hold_requested", Seat.SUPERVISORS): "hold",
    ("hold_refused", Seat.RESPONSIBLE): "submit",
    ("hold_lapsed", Seat.RESPONSIBLE): "submit",
    ("contact_lost", Seat.COORDINATORS): "assign",
    ("due_recomputed", Seat.RESPONSIBLE): "submit",
}


def _in(pair: tuple[str, str], lang: str) -> str:
    return pair[0] if lang.startswith("zh") else pair[1]


def step_sentence(step: Step, policy: Policy, lang: str = "zh-CN") -> str:
    """What the step does, as a phrase: "escalation: interview"."""
    return _in(_STEPS[step.kind], lang).format(act=act_name(step.level, policy, lang))


def step_reason(step: Step, lang: str = "zh-CN") -> str:
    """Why the step is on the agenda, as a phrase."""
    return _in(_REASONS[step.kind], lang)


def act_name(level: int, policy: Policy, lang: str = "zh-CN") -> str:
    """What the rung of this level is called under the policy; empty when there is none."""
    if not 1 <= level <= len(policy.ladder):
        return ""
    word = name(policy.ladder[level - 1].act, lang)
    return word if lang.startswith("zh") else word.lower()


def why_told(seat: Seat, step_kind: str, lang: str = "zh-CN") -> str:
    """Why somebody gets a notice: the seat they hold, and the rule that made a step fire."""
    seat_text = _in(_WHY_SEAT[seat], lang)
    rule = _in(_REASONS[StepKind(step_kind)], lang) if step_kind else ""
    if lang.startswith("zh"):
        return f"{seat_text}；规则：{rule}。" if rule else f"{seat_text}。"
    sentence = seat_text[0].upper() + seat_text[1:]
    return f"{sentence}; the rule: {rule}." if rule else f"{sentence}."


def todo(kind: str, seat: Seat) -> str:
    """The command that this kind of notice is about for this seat; empty when it is about none.

    Whether the item still allows it is for whoever words the notice to find out.
    """
    return _TODO.get((kind, seat), "")
