"""One command on many items: the selection, what would become of each, and what has."""

from __future__ import annotations

from collections.abc import Mapping

_JOB: Mapping[str, tuple[str, str]] = {
    "launch.kind.bulk": ("批量办理", "Many items"),
    "bulk.job.title": ("批量办理（{count} 项）", "{count} items"),
    "bulk.job.what": ("{what}（{count} 项）", "{what}: {count} items"),
    "bulk.job.state.uploaded": ("已选定，待选办理", "Chosen, nothing to do yet"),
    "bulk.job.state.rehearsing": ("正在预览", "Looking ahead"),
    "bulk.job.state.rehearsed": ("已预览，待确认", "Ready, to be confirmed"),
    "bulk.job.state.running": ("正在办理", "At work"),
    "bulk.job.state.done": ("已办完", "Done"),
    "bulk.job.state.failed": ("未成功", "Failed"),
    "bulk.job.state.interrupted": ("已中断", "Interrupted"),
    "bulk.job.state.cancelled": ("已放弃", "Given up"),
    "bulk.job.state.stopped": ("已停止", "Stopped"),
    "bulk.job.reading": ("马上开始……", "Beginning…"),
    "bulk.job.storing.rehearsing": (
        "正在逐项查看能否办理（不作任何改动）……",
        "Asking of each item whether it can be done; nothing is changed…",
    ),
    "bulk.job.storing.running": ("正在逐项办理……", "Working through them one by one…"),
    "bulk.job.so_far": ("已处理 {done} 项，共 {of} 项", "{done} of {of} items"),
    "bulk.job.leave": (
        "可以离开此页，任务会继续进行；稍后从“批量办理”回来看结果。",
        "You may leave this page: the work goes on. Come back to it from “Many items at once”.",
    ),
    "bulk.job.stop.rehearsing": (
        "预览不作任何改动；停止后可以重新开始。",
        "Nothing has been changed, and nothing is lost: it can be begun again.",
    ),
    "bulk.job.stop.running": (
        "已办理的不会撤销，余下的不再办理。之后可以从停下的地方继续。",
        "What is done stays done; the rest is left alone. You can go on from there later.",
    ),
    "bulk.job.stopped": (
        "已按要求停止。已办理的 {done} 项不会撤销，余下 {left} 项未动。"
        "可以继续办理，已办的不会重复。",
        "Stopped as you asked. {done} items are done and stay so; {left} are as they were. You "
        "can go on: nothing is done twice.",
    ),
    "bulk.job.stopped_before": (
        "已按要求停止，没有办理任何事项。",
        "Stopped as you asked; nothing was done.",
    ),
    "bulk.job.interrupted": (
        "处理时系统曾中断。可以继续：已办的不会重复。",
        "The work was interrupted. Go on: nothing is done twice.",
    ),
    "bulk.job.cancelled": (
        "已放弃。已办理 {done} 项，其余未动。",
        "Given up. {done} items were done; the others are as they were.",
    ),
    "bulk.job.nothing_yet": (
        "以下是预览，尚未办理。确认后在后台逐项办理、单独记录。",
        "This is what would become of each. Nothing is done yet; once confirmed, each is done and "
        "recorded on its own, in the background.",
    ),
    "bulk.job.forgotten": (
        "逐项结果已过保存期。每一项办了什么，见各事项的办理记录。",
        "What became of each is no longer kept here: see the items' histories.",
    ),
    "bulk.job.first": (
        "此处列出前 {shown} 项，共 {count} 项；全部都会预览。",
        "Shown are the first {shown} of {count}; the preview has all of them.",
    ),
    "bulk.job.go": ("确认办理 {count} 项", "Do it: {count} items"),
    "bulk.job.go_on": ("继续办理", "Go on"),
    "bulk.job.rehearse": ("重新预览", "Look ahead again"),
    "bulk.job.cancel": ("放弃", "Give it up"),
    "bulk.job.part.will": ("将办理", "Will be done"),
    "bulk.job.part.refused": ("不能办理", "Cannot be done"),
    "bulk.job.part.left": ("不办", "Left out"),
    "bulk.job.part.done": ("已办理", "Done"),
    "bulk.job.part.failed": ("未办理", "Not done"),
    "bulk.job.span": ("第 {first} 至 {last} 项，共 {count} 项", "{first} to {last} of {count}"),
    "bulk.job.leave_out": ("不办 {ref}", "Leave out {ref}"),
    "bulk.job.leave_these": ("所勾选的不办", "Leave out what is ticked"),
    "bulk.job.before": ("上一页", "Before"),
    "bulk.job.after": ("下一页", "Next"),
    "bulk.job.past": ("较大批次的办理", "Larger selections"),
    "bulk.job.all": ("我的批量办理", "My larger selections"),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "bulk.title": ("批量办理", "Many items at once"),
    "bulk.chosen": ("已选 {count} 项", "{count} items chosen"),
    "bulk.none": ("还没有选择事项", "Nothing is chosen"),
    "bulk.none_more": (
        "请先在列表中勾选要办理的事项，再选“批量办理”。",
        "Tick items in a list first, then choose what to do with them.",
    ),
    "bulk.many": (
        "一次最多办理 {most} 项，只取了前 {most} 项。",
        "At most {most} items at a time: these are the first {most}.",
    ),
    "bulk.unseen": (
        "其中 {count} 项不存在或您无权查看。",
        "{count} of them do not exist, or are not for you to see.",
    ),
    "bulk.what": ("要办理什么", "What to do"),
    "bulk.what_hint": (
        "先预览：列出每一项能否办理及原因，确认之后才会办理。",
        "You first see what would become of each item, and why not; nothing is done before you "
        "confirm.",
    ),
    "bulk.count": ("{count} 项可办", "{count} of them"),
    "bulk.nothing": (
        "所选事项现在没有您可以批量办理的事。请逐项打开查看。",
        "There is nothing that you may do with these at once. Open them one by one.",
    ),
    "bulk.list": ("所选事项", "The selection"),
    "bulk.preview": ("预览", "Preview"),
    "bulk.preview_title": ("{what}：预览", "{what}: preview"),
    "bulk.will": ("将办理 {count} 项", "{count} will be done"),
    "bulk.will_hint": (
        "去掉勾选即不办理。每项单独办理、单独记录。",
        "Untick what is to be left out. Each is done and recorded on its own.",
    ),
    "bulk.will_none": ("没有可以办理的事项。", "None of them can be done."),
    "bulk.refused": ("不能办理 {count} 项", "{count} cannot be done"),
    "bulk.confirm": ("确认办理", "Do it"),
    "bulk.wait": ("正在逐项办理，请稍候…", "Working through them one by one…"),
    "bulk.back": ("返回修改", "Back"),
    "bulk.result_title": ("{what}：结果", "{what}: result"),
    "bulk.done": ("已办理 {count} 项", "{count} done"),
    "bulk.done_none": ("没有办理任何事项。", "Nothing was done."),
    "bulk.failed": ("未办理 {count} 项", "{count} not done"),
    "bulk.failed_hint": (
        "这些事项没有改动。可以改用其他办法，或查看最新情况后再试。",
        "These were left as they are. Try again once you have looked at them, or do something "
        "else.",
    ),
    "bulk.again": ("对未办理的再试", "Try the rest again"),
    "bulk.board": ("事项台账", "Board and ledger"),
    "bulk.home": ("我的工作", "My work"),
    "bulk.column.item": ("事项", "Item"),
    "bulk.column.why": ("原因", "Why not"),
    "bulk.pick": ("办理 {ref}", "Do {ref}"),
    **_JOB,
}
