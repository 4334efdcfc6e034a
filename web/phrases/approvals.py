"""Approvals: the queue, and one decision after the other."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "approvals.nav": ("待我审批", "Approvals"),
    "approvals.nav_count": ("项待审批", "waiting"),
    "approvals.nav.verify": ("待我核查", "Verifications"),
    "approvals.nav.verify_count": ("项待核查", "waiting"),
    "approvals.nav.both": ("待我核查、审批", "Verify and approve"),
    "approvals.nav.both_count": ("项待核查、审批", "waiting"),
    "approvals.title": ("待我审批", "Waiting for my decision"),
    "approvals.title.verify": ("待我核查", "Waiting for my verification"),
    "approvals.title.both": ("待我核查、审批", "Waiting for my verification or decision"),
    "approvals.lead": (
        "已超过办理时限的在前，其次是督办级别高的，再次是时限近的。",
        "What is overdue comes first, then the highest rung of the ladder, then what is due next.",
    ),
    "approvals.all": ("全部", "All"),
    "approvals.kinds": ("按事由筛选", "Kinds of decisions"),
    "approvals.closure": ("销号审批", "Closure"),
    "approvals.extension": ("延期申请", "Extension"),
    "approvals.hold": ("中止申请", "Hold"),
    "approvals.verification": ("核查", "Verification"),
    "approvals.none": ("没有等您审批的事项", "Nothing waits for your decision"),
    "approvals.none.verify": ("没有等您核查的事项", "Nothing waits for your verification"),
    "approvals.none.both": (
        "没有等您核查、审批的事项",
        "Nothing waits for your verification or decision",
    ),
    "approvals.none_more.verify": (
        "有事项报核并指定您核查时，会出现在这里，也会发邮件告诉您。",
        "When work is submitted and you are appointed to verify it, you will see it here and in "
        "your mail.",
    ),
    "approvals.none_more.both": (
        "有新的报核、销号、延期或中止申请时，会出现在这里，也会发邮件告诉您。",
        "When work is to be verified or struck off, or time is asked for, you will see it here "
        "and in your mail.",
    ),
    "approvals.none_more": (
        "有新的销号、延期或中止申请时，会出现在这里，也会发邮件告诉您。",
        "When work is to be struck off, or time is asked for, you will see it here and in your "
        "mail.",
    ),
    "approvals.all_done": ("都办完了", "All done"),
    "approvals.late": ("已超时限", "overdue"),
    "approvals.since": ("{day}起等待", "waiting since {day}"),
    "approvals.next_page": ("下一页", "Next page"),
    "approvals.first_page": ("回到首页", "First page"),
    "approvals.start": ("逐项审批", "Decide one by one"),
    "approvals.start.verify": ("逐项核查", "Verify one by one"),
    "approvals.start.both": ("逐项办理", "Go one by one"),
    "approvals.pick": ("选择 {ref}", "Choose {ref}"),
    "approvals.pick_none": ("须逐项审批", "one by one"),
    "approvals.bulk": ("批量批准所选…", "Approve the chosen…"),
    "approvals.bulk_hint": (
        "规则允许批量销号的事项可勾选；提交前会先列出逐项结果供您核对。",
        "What the policy lets you approve together can be ticked; you see what would become of "
        "each before anything is done.",
    ),
    "approvals.done": ("{ref}：已办理“{what}”。", "{ref}: {what}, done."),
    "approvals.back": ("返回列表", "The queue"),
    "approvals.before": ("上一项", "Previous"),
    "approvals.behind": ("下一项", "Next"),
    "approvals.last": ("这是最后一项", "This is the last one"),
    "approvals.open": ("事项全貌", "The whole item"),
    "approvals.decide": ("审批", "Decision"),
    "approvals.decide.verify": ("核查", "Verification"),
    "approvals.nothing": (
        "此事项现在没有待核查、审批的内容。",
        "There is nothing to decide on this item now.",
    ),
    "approvals.not_yours": ("不由您办理：{why}", "Not for you to decide: {why}"),
    "approvals.why": ("为什么由您办理", "Why you may decide"),
    "approvals.why_not": ("为什么不由您办理", "Why you may not decide"),
    "approvals.why.supervisor": ("您是责任单位的上级督导", "You supervise the responsible unit"),
    "approvals.why_no.supervisor": (
        "您不是责任单位的督导",
        "You do not supervise the responsible unit",
    ),
    "approvals.why.office": ("您负责督办责任单位", "You steer the responsible unit"),
    "approvals.why_no.office": ("您不负责督办责任单位", "You do not steer the responsible unit"),
    "approvals.why.verifier": ("您是指定的核查人", "You are the appointed verifier"),
    "approvals.why_no.verifier": ("核查人是别人", "Somebody else verifies"),
    "approvals.why.verified": ("由{who}核查，不是您", "{who} verified it, not you"),
    "approvals.why_no.verified": (
        "是您核查的，不能再由您审批",
        "You verified it yourself and do not approve it as well",
    ),
    "approvals.why.apart": ("核查的不是您", "You did not verify it"),
    "approvals.why_no.apart": (
        "是您核查的，不能再由您审批",
        "You verified it yourself and do not approve it as well",
    ),
    "approvals.why.independent": (
        "您不在责任单位，也不是责任人、包案领导",
        "You are not of the responsible unit, nor its responsible person or leader",
    ),
    "approvals.why_no.independent": (
        "您属于责任单位，或是责任人、包案领导",
        "You are of the responsible unit, or its responsible person or leader",
    ),
    "approvals.why.waived": (
        "您属于责任单位，但经督导准予例外",
        "You are of the responsible unit, and were exempted",
    ),
    "approvals.why_no.waived": ("未获准例外", "You were not exempted"),
    "approvals.asked": ("要求与问题", "What was asked"),
    "approvals.required": ("整改要求", "Requirement"),
    "approvals.required_none": ("台账没有写明整改要求。", "No requirement was written down."),
    "approvals.problem": ("问题", "Problem"),
    "approvals.reported": ("报核情况", "What was reported"),
    "approvals.reported_none": ("本轮没有报核记录。", "Nothing was submitted in this round."),
    "approvals.finding": ("核查结论", "The verifier's finding"),
    "approvals.finding_none": ("没有写明结论。", "No finding was written down."),
    "approvals.returned": ("以往退回", "Returned before"),
    "approvals.evidence": ("佐证材料（第 {round} 轮）", "Evidence (round {round})"),
    "approvals.evidence_none": (
        "本轮没有佐证材料。",
        "No evidence was attached in this round.",
    ),
    "approvals.earlier": ("以往各轮的材料（{count}）", "Evidence of earlier rounds ({count})"),
    "approvals.request": ("申请理由", "Why it was asked for"),
    "approvals.request.extension": (
        "申请延期至 {day}（现行期限 {due}，本轮已延 {count} 次）",
        "more time until {day} (the deadline is {due}, extended {count} times in this round)",
    ),
    "approvals.request.hold": ("申请中止计时至 {day}", "a stop of the clock until {day}"),
    "approvals.tick": (
        "请先逐项核对并勾选，再批准销号。",
        "Please tick what you have looked at, then approve.",
    ),
    "approvals.sure": (
        "我已审阅佐证材料和核查结论，同意销号",
        "I have looked at the evidence and the finding, and agree to strike it off",
    ),
    "approvals.left": ("还有 {count} 项未勾选", "{count} still to be ticked"),
    "approvals.ready": ("已全部核对", "Everything is ticked"),
    "approvals.return": ("退回…", "Return…"),
    "approvals.keys": (
        "快捷键：j 下一项，k 上一项，1–9 勾选，a 批准，r 退回，e 材料，u 列表，? 帮助",
        "Keys: j next, k previous, 1–9 tick, a approve, r return, e evidence, u queue, ? help",
    ),
    "approvals.keys.item": ("下一项 / 上一项", "next / previous item"),
    "approvals.keys.tick": ("勾选清单", "tick a line of the checklist"),
    "approvals.keys.yes": ("批准、同意", "approve, agree"),
    "approvals.keys.no": ("退回、不同意", "return, refuse"),
    "approvals.keys.evidence": ("看材料", "evidence"),
    "approvals.keys.list": ("返回列表", "the queue"),
    "approvals.keys.pick": ("勾选此行（批量）", "choose the row (for bulk)"),
}
