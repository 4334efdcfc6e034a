"""My work."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "work.title": ("我的工作", "My work"),
    "work.hello": ("{name}，您好", "Hello, {name}"),
    "work.at_hand": ("我的任务", "Work in hand"),
    "work.do": ("须办理", "To do"),
    "work.approve": ("待审批", "To approve"),
    "work.watch": ("须关注", "To watch"),
    "work.none.do": ("没有需要您办理的事项。", "Nothing waits for you to do it."),
    "work.none.approve": ("没有等您审批的事项。", "Nothing waits for your approval."),
    "work.none.watch": ("没有需要您关注的事项。", "There is nothing to watch."),
    "work.none": ("都办完了", "All done"),
    "work.none_more": (
        "目前没有与您有关的在办事项。有新的事项时，这里和邮件都会告诉您。",
        "There is nothing open that concerns you. When there is, you will see it here and in "
        "your mail.",
    ),
    "work.more": (
        "仅显示最急的 50 项。",
        "The 50 most pressing are shown.",
    ),
    "work.overdue": ("逾期 {days} 个工作日", "{days} working days overdue"),
    "work.today": ("今天到期", "due today"),
    "work.left": ("还剩 {days} 个工作日", "{days} working days left"),
    "work.in.verification": ("已报核", "submitted"),
    "work.in.closure": ("待审批销号", "closure to decide"),
    "work.late.verification": ("核查已超时", "verification is late"),
    "work.late.closure": ("审批已超时", "decision is late"),
    "work.no_due": ("无期限", "no deadline"),
    "work.held": ("已中止计时", "clock stopped"),
    "work.next": ("若不办理：", "If nobody acts: "),
    "work.column.item": ("事项", "Item"),
    "work.column.todo": ("要做什么", "What to do"),
    "work.column.due": ("期限", "Due"),
    "why.accept": ("待立项", "to be accepted"),
    "why.assign": ("待交办", "to be assigned"),
    "why.acknowledge": ("已交给您，待签收", "assigned to you, to be acknowledged"),
    "why.submit": ("由您整改，完成后报核", "yours to put right and submit"),
    "why.overdue": ("正在催办，请尽快报核", "being chased: submit as soon as you can"),
    "why.verify": ("由您核查", "yours to verify"),
    "why.appoint": ("待指定核查人", "needs a verifier"),
    "why.approve": ("待审批销号", "closure to decide"),
    "why.extension": ("待审批延期", "extension to decide"),
    "why.hold": ("待审批中止计时", "hold to decide"),
    "why.leader": ("您是包案领导", "you are its leader"),
    "why.waiting": ("等待他人办理", "waits for somebody else"),
    "why.held": ("已中止计时", "the clock is stopped"),
    "why.chased": ("正在催办", "being chased"),
    "why.helping": ("贵单位协办", "your unit helps with it"),
}
