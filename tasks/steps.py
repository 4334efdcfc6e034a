"""What happens next to an item, when and why: the agenda in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection

from config.calendars import calendar_for
from models import items, policies
from rules.agenda import Step, StepKind, agenda
from rules.errors import NotFound
from rules.item import ItemState
from rules.notices import notices_of
from rules.policy import Policy
from rules.seats import Seat
from rules.vocabulary import NAMES, Stage
from rules.workdays import WorkCalendar
from tasks.step_words import SEATS, WEEKDAYS, pick, said


class Plan(NamedTuple):
    """An item with everything that will happen to it by itself."""

    item: ItemState
    policy: Policy
    calendar: WorkCalendar
    steps: list[Step]


def planned(connection: Connection, ref: str) -> Plan:
    """The plan of the item with this reference.

    Raises:
        NotFound: there is no such item.
    """
    loaded = items.by_ref(connection, ref)
    if loaded is None:
        raise NotFound(f"There is no item {ref!r}.", "See: rectiflow list.")
    policy = policies.policy(connection, loaded.policy_id)
    calendar = calendar_for(policy)
    return Plan(loaded.item, policy, calendar, agenda(loaded.item, policy, calendar))


def described(plan: Plan, now: datetime, lang: str) -> list[dict[str, Any]]:
    """The steps as scripts read them, each with its sentence."""
    return [
        {
            "at": step.at.isoformat(),
            "kind": step.kind.value,
            "key": step.key,
            "level": step.level,
            "to": [seat.value for seat in _told(plan, step)],
            "waiting": step.at <= now,
            "provisional": plan.calendar.is_provisional(plan.calendar.day_of(step.at)),
            "sentence": sentence(plan, step, lang),
        }
        for step in plan.steps
    ]


def sentence(plan: Plan, step: Step, lang: str) -> str:
    """What the step does, to whom, and why."""
    zh = lang.startswith("zh")
    whom = ("、" if zh else ", ").join(said(SEATS, seat, lang) for seat in _told(plan, step))
    why = _WHY[step.kind](plan, step, lang)
    return f"{why}（通知：{whom}）" if zh else f"{why} (told: {whom})"


def _told(plan: Plan, step: Step) -> list[Seat]:
    return [seat for notice in notices_of(step, plan.policy) for seat in notice.seats]


def nothing(plan: Plan, lang: str) -> str:
    """Why nothing will happen by itself."""
    if plan.item.stage is Stage.CLOSED:
        return pick(lang, "已销号，没有待办的回头看。", "Closed, with no look-back to come.")
    stage = said(NAMES, plan.item.stage, lang)
    return pick(
        lang,
        f"{stage}环节不会自动发生什么，等人办理。",
        f"Nothing happens by itself in {stage.lower()}: somebody has to act.",
    )


def _remind(plan: Plan, step: Step, lang: str) -> str:
    due = plan.item.due
    left = plan.calendar.between(plan.calendar.day_of(step.at), due) if due else 0
    zh = f"到期前提醒：期限{due}，还剩{left}个工作日"
    return pick(lang, zh, f"Reminder: due {due}, {left} working days left")


def _overdue(plan: Plan, _step: Step, lang: str) -> str:
    due = plan.item.due
    return pick(lang, f"逾期通知：期限{due}已过", f"Overdue notice: the deadline {due} has passed")


def _again(plan: Plan, _step: Step, lang: str) -> str:
    every = plan.policy.repeat_every
    zh = f"再发逾期通知：最高一级之后每{every}个工作日一次"
    return pick(lang, zh, f"Overdue notice again: every {every} working days after the last rung")


def _rung(plan: Plan, step: Step, lang: str) -> str:
    rung = plan.policy.ladder[step.level - 1]
    act = said(NAMES, rung.act, lang)
    zh = f"升级至第{step.level}级（{act}）：逾期通知后{rung.after}个工作日仍未报核"
    days = f"{rung.after} working days after the overdue notice"
    return pick(lang, zh, f"Rung {step.level} ({act.lower()}): not submitted {days}")


def _progress(plan: Plan, _step: Step, lang: str) -> str:
    every = plan.policy.progress_every
    if not isinstance(every, int):
        zh, en = said(WEEKDAYS, every.weekly, "zh-CN"), said(WEEKDAYS, every.weekly, "en")
        return pick(lang, f"请报告进展：每{zh}一次", f"A progress report is asked for: every {en}")
    zh = f"请报告进展：每{every}个工作日一次"
    return pick(lang, zh, f"A progress report is asked for: every {every} working days")


def _acknowledge(plan: Plan, _step: Step, lang: str) -> str:
    days = plan.policy.acknowledge_within
    zh = f"催促签收：交办后应在{days}个工作日内签收"
    return pick(lang, zh, f"Receipt is asked for: due within {days} working days of assignment")


def _deemed(plan: Plan, _step: Step, lang: str) -> str:
    days = plan.policy.deemed_received_after
    zh = f"视为已签收，进入限期整改：交办后{days}个工作日仍未签收"
    return pick(lang, zh, f"Counts as received: not acknowledged within {days} working days")


def _verification(plan: Plan, _step: Step, lang: str) -> str:
    days = plan.policy.verification_within
    zh = f"催促核查：报核后应在{days}个工作日内核查"
    return pick(lang, zh, f"Verification is asked for: due within {days} working days")


def _closure(plan: Plan, _step: Step, lang: str) -> str:
    days = plan.policy.closure_within
    zh = f"催促销号审批：核查通过后应在{days}个工作日内审批"
    return pick(lang, zh, f"The decision on striking off is asked for: within {days} working days")


def _hold_expired(plan: Plan, _step: Step, lang: str) -> str:
    until = plan.item.hold_until
    zh = f"恢复计时：中止计时至{until}"
    return pick(lang, zh, f"The clock runs again: it was stopped until {until}")


def _look_back(plan: Plan, _step: Step, lang: str) -> str:
    closed = plan.calendar.day_of(plan.item.closed_at) if plan.item.closed_at else None
    zh = f"回头看：{closed}销号"
    return pick(lang, zh, f"Look-back: struck off on {closed}")


def _announce(plan: Plan, step: Step, lang: str) -> str:
    act = said(NAMES, plan.policy.ladder[step.level - 1].act, lang)
    days = plan.policy.announce_before
    zh = f"预告升级至第{step.level}级（{act}）：提前{days}个工作日"
    en = f"Rung {step.level} ({act.lower()}) is announced: {days} working days before"
    return pick(lang, zh, en)


def _service(plan: Plan, step: Step, lang: str) -> str:
    act = said(NAMES, plan.policy.ladder[step.level - 1].act, lang)
    days = plan.policy.serve_within
    zh = f"催促送达第{step.level}级（{act}）：应在{days}个工作日内送达，送达前不再升级"
    en = f"Service of rung {step.level} ({act.lower()}) is asked for: due within {days} working"
    return pick(lang, zh, f"{en} days; the ladder waits for it")


def _deemed_served(plan: Plan, step: Step, lang: str) -> str:
    act = said(NAMES, plan.policy.ladder[step.level - 1].act, lang)
    days = plan.policy.deemed_served_after
    zh = f"第{step.level}级（{act}）视为已送达：{days}个工作日内仍未送达"
    en = f"Rung {step.level} ({act.lower()}) counts as served: not served within {days} working"
    return pick(lang, zh, f"{en} days")


def _extension_due(plan: Plan, _step: Step, lang: str) -> str:
    until = plan.item.extension_due
    zh = f"催促审批延期申请（申请延至{until}）：即将失效"
    return pick(lang, zh, f"The request for an extension until {until} is about to lapse")


def _extension_lapsed(plan: Plan, _step: Step, lang: str) -> str:
    until = plan.item.extension_due
    zh = f"延期申请失效（申请延至{until}）：仍未审批"
    return pick(lang, zh, f"The request for an extension until {until} lapses: not decided")


def _hold_request_lapsed(plan: Plan, _step: Step, lang: str) -> str:
    until = plan.item.hold_asked_until
    zh = f"中止申请失效（申请中止至{until}）：仍未审批"
    return pick(lang, zh, f"The request for a hold until {until} lapses: not decided")


_WHY: Mapping[StepKind, Callable[[Plan, Step, str], str]] = {
    StepKind.REMIND: _remind,
    StepKind.OVERDUE: _overdue,
    StepKind.OVERDUE_AGAIN: _again,
    StepKind.RUNG: _rung,
    StepKind.PROGRESS: _progress,
    StepKind.ACKNOWLEDGE: _acknowledge,
    StepKind.DEEMED_RECEIVED: _deemed,
    StepKind.VERIFICATION: _verification,
    StepKind.CLOSURE: _closure,
    StepKind.HOLD_EXPIRED: _hold_expired,
    StepKind.LOOK_BACK: _look_back,
    StepKind.ANNOUNCE: _announce,
    StepKind.SERVICE_DUE: _service,
    StepKind.DEEMED_SERVED: _deemed_served,
    StepKind.EXTENSION_DUE: _extension_due,
    StepKind.EXTENSION_LAPSED: _extension_lapsed,
    StepKind.HOLD_REQUEST_LAPSED: _hold_request_lapsed,
}
