"""What the pages about edited ledgers say in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "launch.round": ("离线编辑台账", "Edit a ledger offline"),
    "launch.round_more": (
        "导出台账，在 Excel 里修改，再上传：逐格核对差异，确认后才应用。",
        "Export a ledger, edit it, upload it: you see every difference before it is applied.",
    ),
    "launch.kind.edited": ("离线编辑的台账", "Edited ledger"),
    "launch.take": ("导出一份可编辑的台账", "Export a ledger to edit"),
    "launch.take_more": (
        "只含您有权查看的事项，每次不超过 50,000 项。超过 2,000 项的在后台导出，完成后下载。",
        "Only what you may see, 50,000 items at most. More than 2,000 are exported in the "
        "background and fetched when they are ready.",
    ),
    "launch.unit": ("责任单位（含下级）", "Unit (and below)"),
    "launch.all_units": ("全部单位", "All units"),
    "launch.stages": ("环节", "Stages"),
    "launch.stages_more": ("不选表示全部环节。", "None chosen: all of them."),
    "launch.with_confidential": ("包括保密件和反映人", "With confidential items and complainants"),
    "launch.with_confidential_more": (
        "查看会留痕。请妥善保管文件。",
        "This is noted as read. Keep the file safe.",
    ),
    "launch.export": ("导出", "Export"),
    "launch.bring": ("上传修改后的文件", "Upload what you have edited"),
    "launch.bring_more": (
        "先列出每一格的差异，确认后再应用。",
        "Every changed cell is listed first; nothing is applied before you confirm.",
    ),
    "launch.edited_file": ("修改后的台账", "The edited ledger"),
    "launch.edited_hint": (
        "须为从这里导出的 .xlsx。可以排序、筛选、删除不改的行；请保留“系统编号”一列。",
        "An .xlsx that was exported here. Sort, filter and delete rows as you like; keep the "
        "column Reference.",
    ),
    "launch.compare": ("上传并比对", "Upload and compare"),
    "launch.what_may": ("哪些可以改", "What may be edited"),
    "launch.what.may": (
        "标题、描述、整改要求、反映人、备注和附加列可以直接修改。",
        "Title, description, requirement, complainant, note and extra columns.",
    ),
    "launch.what.command": (
        "责任单位、责任人、期限、环节、销号等须走办理程序，不会随文件修改，会提示该用哪项办理。",
        "Unit, people, deadline, stage and closing are decided by commands: they are refused, and "
        "the command is named.",
    ),
    "launch.what.conflict": (
        "导出后系统里又改过的格，列为冲突，不会覆盖。",
        "A cell that has been changed here since the export is a conflict and is not overwritten.",
    ),
    "launch.what.rows": (
        "删除的行不受影响；新增的行请用“上传台账”。",
        "Deleted rows change nothing; new rows are entered by uploading a ledger.",
    ),
    "launch.no_difference": (
        "共 {rows} 行，没有任何修改。",
        "Nothing has been edited in {rows} rows.",
    ),
    "launch.nothing_applied": (
        "以下是比对结果，尚未应用。请核对后确认。",
        "This is what has been edited. Nothing is applied yet.",
    ),
    "launch.applied_more": (
        "已应用 {cells} 处修改，涉及 {items} 个事项。",
        "{cells} changes to {items} items are applied.",
    ),
    "launch.stopped_applied": (
        "已按要求停止。已应用的 {items} 个事项保留修改，余下 {left} 个事项未动。可以继续应用。",
        "Stopped as you asked. The {items} items that were changed stay so; {left} are as they "
        "were. You can go on.",
    ),
    "launch.stopped_unapplied": (
        "已按要求停止，没有应用任何修改。",
        "Stopped as you asked; nothing was applied.",
    ),
    "launch.apply": ("应用 {cells} 处修改（{items} 项）", "Apply {cells} changes to {items} items"),
    "launch.compare_again": ("重新比对", "Compare again"),
    "launch.round_again": ("再编辑一份", "Another one"),
    "launch.pages": ("分页", "Pages"),
    "launch.page_before": ("上一页", "Before"),
    "launch.page_next": ("下一页", "Next"),
    "launch.page_of": ("第 {page} 页，共 {of} 页", "Page {page} of {of}"),
    "launch.changes_gone": (
        "逐格差异已过保存期。",
        "The differences themselves are no longer kept.",
    ),
    "launch.comparing": ("正在比对……", "Comparing…"),
    "launch.changes": ("修改的 {count} 处", "{count} edited cells"),
    "launch.item_cell": ("事项与列", "Item and column"),
    "launch.was": ("导出时", "At the export"),
    "launch.said": ("修改为", "Edited to"),
    "launch.what_comes": ("处理", "What comes of it"),
    "launch.here_now": ("系统现为：", "Here it is now:"),
    "launch.version": ("第 {seq} 条记录", "entry {seq} of its history"),
    "launch.verdict.apply": ("将应用", "To apply"),
    "launch.verdict.applied": ("已应用", "Applied"),
    "launch.verdict.same": ("已一致", "Already so"),
    "launch.verdict.conflict": ("冲突", "Conflict"),
    "launch.verdict.refused": ("不应用", "Refused"),
    "launch.verdict.problems": ("无法比对的行", "Rows that cannot be compared"),
    "launch.why.conflict": (
        "导出后系统里已改动。请在事项页核对后更正。",
        "It has been changed here since the export. Look at the item and correct it there.",
    ),
    "launch.why.same": ("系统里已经是这样。", "It is so already."),
    "launch.why.command": ("须在事项页办理：{do}。", "Decided on the item's page: {do}."),
    "launch.why.nothing": ("此项不能修改。", "This cannot be changed."),
    "launch.why.secret": ("反映人信息不对您开放。", "Who complained is not for you."),
    "launch.why.cut": (
        "原文过长，导出时已截短，请在事项页修改。",
        "The text was cut at the export. Correct it on the item's page.",
    ),
    "launch.why.unusable": ("填写的内容无法保存。", "This cannot be stored."),
}
