"""A policy in plain words: what it does to whom and when, in Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time

from rules.policy import Limit, Policy, Rung
from rules.seats import Seat
from rules.vocabulary import NAMES, Severity
from tasks.step_words import SEATS, WEEKDAYS, pick, said

Line = tuple[str, str]
"""What is spoken of, and what is said of it."""

_PERIODS = {
    "week_end": ("本周", "the week"),
    "month_end": ("本月", "the month"),
    "quarter_end": ("本季度", "the quarter"),
    "year_end": ("本年", "the year"),
}


def in_words(policy: Policy, lang: str) -> list[Line]:
    """What the policy means, a line for each thing it decides."""
    return [line for part in _PARTS for line in part(policy, lang)]


def limit_in_words(limit: Limit, lang: str) -> str:
    """A limit: so many days, or until the end of a period."""
    if limit.by is not None:
        period = said(_PERIODS, limit.by, lang)
        zh, en = f"{period}最后一个工作日前", f"by the last working day of {period}"
        if limit.plus:
            zh, en = f"{period}之后第{limit.plus}期的最后一个工作日前", f"{en}, {limit.plus} later"
        return pick(lang, zh, en)
    kind = pick(lang, "个工作日", " working days") if limit.unit == "working" else pick(
        lang, "个日历日（遇休息日顺延）", " calendar days (ending on a working day)"
    )  # fmt: skip
    return pick(lang, f"{limit.days}{kind}内", f"within {limit.days}{kind}")


def _worked(days: int) -> str:
    return "1 working day" if days == 1 else f"{days} working days"


def clock(value: time) -> str:
    """A time of day, to the minute."""
    return f"{value:%H:%M}"


def _calendar(policy: Policy, lang: str) -> Iterator[Line]:
    hours = policy.office_hours
    place = "-".join(word for word in (policy.country, policy.subdivision) if word)
    text = f"{place}, {policy.zone}, {clock(hours.opens)}-{clock(hours.closes)}"
    yield pick(lang, "日历", "calendar"), text
    half = [day.isoformat() for day in hours.half_days]
    half += [said(WEEKDAYS, day, lang) for day in hours.short_weekdays]
    if half:
        early = clock(hours.half_day_closes)
        zh, en = f"{'、'.join(half)}提前至{early}", f"{', '.join(half)}: closes at {early}"
        yield pick(lang, "半天班", "half days"), pick(lang, zh, en)
    for days, zh, en in (
        (policy.extra_days_off, "另行放假", "days off of its own"),
        (policy.extra_days_on, "另行上班", "working days of its own"),
    ):
        if days:
            yield pick(lang, zh, en), ", ".join(day.isoformat() for day in days)


def _limits(policy: Policy, lang: str) -> Iterator[Line]:
    for severity in Severity:
        title = pick(lang, f"{NAMES[severity][0]}问题限期", f"limit, {severity.value}")
        yield title, limit_in_words(policy.limits[severity], lang)


def _receipt(policy: Policy, lang: str) -> Iterator[Line]:
    zh = f"应在{policy.acknowledge_within}个工作日内签收"
    en = f"due within {_worked(policy.acknowledge_within)}"
    if policy.deemed_received_after is not None:
        zh += f"，满{policy.deemed_received_after}个工作日视为已签收"
        en += f"; after {policy.deemed_received_after} it counts as received"
    yield pick(lang, "签收", "receipt"), pick(lang, zh, en)


def _reminders(policy: Policy, lang: str) -> Iterator[Line]:
    days = ", ".join(str(day) for day in policy.reminders_before)
    if days:
        en = f"{days} working days before the due day"
        yield pick(lang, "催办", "reminders"), pick(lang, f"到期前{days}个工作日", en)
    every = policy.progress_every
    if every:
        often = (
            pick(lang, f"每{every}个工作日一次", f"every {_worked(every)}")
            if isinstance(every, int)
            else pick(lang, "每", "every ") + said(WEEKDAYS, every.weekly, lang)
        )
        yield pick(lang, "进展", "progress"), often


def _ladder(policy: Policy, lang: str) -> Iterator[Line]:
    for level, rung in enumerate(policy.ladder, 1):
        title = pick(lang, f"第{level}级", f"rung {level}")
        yield title, _rung(rung, lang)
    if policy.ladder and policy.announce_before:
        n = policy.announce_before
        en = f"told {_worked(n)} before each rung, with the reason"
        yield pick(lang, "预告", "announced"), pick(lang, f"每级提前{n}个工作日告知及理由", en)
    if any(rung.served for rung in policy.ladder):
        zh = f"应在{policy.serve_within}个工作日内送达"
        en = f"due within {_worked(policy.serve_within)}"
        if policy.deemed_served_after is not None:
            zh += f"，满{policy.deemed_served_after}个工作日视为送达"
            en += f"; after {policy.deemed_served_after} it counts as served"
        yield pick(lang, "送达", "service"), pick(lang, zh, en)
    if policy.repeat_every and policy.repeat_at_most:
        every, most = policy.repeat_every, policy.repeat_at_most
        en = f"the overdue notice, every {_worked(every)}, {most} times at most"
        yield pick(lang, "再催", "again"), pick(lang, f"每{every}个工作日，至多{most}次", en)
    n = policy.stay_at_most
    yield pick(lang, "暂缓", "stays"), pick(lang, f"至多{n}日", f"of {n} days at most")


def _rung(rung: Rung, lang: str) -> str:
    act = said(NAMES, rung.act, lang)
    whom = _seats(rung.to, lang)
    signer = said(SEATS, rung.signer, lang)
    after = rung.after
    zh = f"逾期通知后{after}个工作日：{act}，送{whom}，由{signer}签发"
    en = f"{act.lower()}, {_worked(after)} after the overdue notice, to {whom}; by {signer}"
    if rung.served:
        zh, en = f"{zh}；送达后再升级", f"{en}; the next waits until it is served"
    if rung.minutes:
        zh, en = f"{zh}；须有约谈记录", f"{en}; with minutes"
    return pick(lang, zh, en)


def _seats(seats: tuple[Seat, ...], lang: str) -> str:
    return pick(lang, "、", ", ").join(said(SEATS, seat, lang) for seat in seats)


def _decisions(policy: Policy, lang: str) -> Iterator[Line]:
    for within, zh, en in (
        (policy.verification_within, "核查", "verification"),
        (policy.closure_within, "销号审批", "striking off"),
    ):
        words = pick(lang, f"{within}个工作日内", f"within {_worked(within)}")
        yield pick(lang, zh, en), words
    if policy.closure_checklist:
        lines = [pick(lang, line.zh, line.en) for line in policy.closure_checklist]
        yield pick(lang, "审批清单", "checklist"), pick(lang, "；", "; ").join(lines)
    if policy.bulk_approval:
        names = [said(NAMES, one, lang) for one in policy.bulk_approval]
        yield pick(lang, "批量销号", "in bulk"), pick(lang, "、", ", ").join(names)
    days = ", ".join(str(day) for day in policy.look_back_after)
    if days:
        en = f"{days} calendar days after closing"
        yield pick(lang, "回头看", "look-back"), pick(lang, f"销号后{days}日", en)
    needed = policy.evidence_required
    zh, en = ("报核须附佐证", "needed to submit") if needed else ("报核可不附佐证", "not needed")
    yield pick(lang, "佐证材料", "evidence"), pick(lang, zh, en)


def _more_time(policy: Policy, lang: str) -> Iterator[Line]:
    zh = [f"每轮至多{policy.extensions_at_most}次"]
    en = [f"at most {policy.extensions_at_most} a round"]
    if longest := policy.extension_longest:
        zh.append(f"每次至多{longest}个工作日")
        en.append(f"{_worked(longest)} at a time")
    by = policy.extensions_decided_by
    if by != "either":
        zh.append(f"由{said(SEATS, by, lang)}决定")
        en.append(f"decided by {said(SEATS, by, lang)}")
    if within := policy.extension_decided_within:
        zh.append(f"{within}个工作日未决定即失效")
        en.append(f"lapsing when undecided for {_worked(within)}")
    yield pick(lang, "延期", "extensions"), pick(lang, "，".join(zh), ", ".join(en))
    if policy.extension_reasons:
        names = [pick(lang, one.zh, one.en) for one in policy.extension_reasons]
        yield pick(lang, "延期事由", "reasons"), pick(lang, "；", "; ").join(names)
    zh_hold, en_hold = f"至多{policy.hold_at_most}日", f"{policy.hold_at_most} days at most"
    if within := policy.hold_decided_within:
        zh_hold += f"，申请{within}个工作日未决定即失效"
        en_hold += f", a request lapsing when undecided for {_worked(within)}"
    yield pick(lang, "中止计时", "holds"), pick(lang, zh_hold, en_hold)


def _mails(policy: Policy, lang: str) -> Iterator[Line]:
    rules = policy.notices
    if quiet := rules.quiet_hours:
        span = f"{clock(quiet.begins)}-{clock(quiet.ends)}"
        zh, en = (f"{span}及休息日", f"{span} and days off") if quiet.days_off else (span, span)
        yield pick(lang, "免打扰", "quiet hours"), pick(lang, zh, en)
    if rules.digest_at is not None:
        when = clock(rules.digest_at)
        kinds = ", ".join(rules.digested) or pick(lang, "仅本人所选", "only what people choose")
        zh, en = f"工作日{when}：{kinds}", f"{when} on working days: {kinds}"
        yield pick(lang, "每日汇总", "daily digest"), pick(lang, zh, en)
    for count, title_zh, title_en, zh, en in (
        (rules.window_minutes, "催办间隔", "window", "每人{}分钟内至多一封催办邮件",
         "one chasing mail a person in {} minutes"),
        (rules.collapse_above, "合并", "collapsing", "一人待发超过{}封并为一封",
         "more than {} waiting for a person become one"),
        (rules.cap_per_run, "上限", "cap", "一次超过{}封即停发并询问整改办",
         "a run of more than {} stops and asks a coordinator"),
        (rules.repeat_hours, "重复", "repeats", "相同通知{}小时内不重发",
         "the same notice is not sent again within {} hours"),
    ):  # fmt: skip
        if count:
            yield pick(lang, title_zh, title_en), pick(lang, zh, en).format(count)


_PARTS: tuple[Callable[[Policy, str], Iterator[Line]], ...] = (
    _calendar, _limits, _receipt, _reminders, _ladder, _decisions, _more_time, _mails,
)  # fmt: skip
