"""What these pages say in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

from web.phrases.launch_leaving import WORDS as LEAVING
from web.phrases.launch_round import WORDS as ROUND

_FIELDS: Mapping[str, tuple[str, str]] = {
    "launch.field.number": ("编号（唯一）", "Number (unique)"),
    "launch.field.title": ("问题标题", "Title"),
    "launch.field.description": ("问题描述", "Description"),
    "launch.field.requirement": ("整改要求", "Requirement"),
    "launch.field.category": ("问题类别", "Category"),
    "launch.field.source": ("问题来源", "Source"),
    "launch.field.severity": ("严重程度", "Severity"),
    "launch.field.unit": ("责任单位", "Responsible unit"),
    "launch.field.responsible": ("责任人", "Responsible person"),
    "launch.field.leader": ("包案领导", "Leader"),
    "launch.field.verifier": ("核查人", "Verifier"),
    "launch.field.co_units": ("协办单位", "Co-units"),
    "launch.field.opened": ("立项时间", "Opened"),
    "launch.field.due": ("整改期限", "Deadline"),
    "launch.field.due_superior": ("上级时限", "Superior's deadline"),
    "launch.field.stage": ("环节", "Stage"),
    "launch.field.outcome": ("办结结论", "Outcome"),
    "launch.field.level": ("督办层级", "Level"),
    "launch.field.confidential": ("保密件", "Confidential"),
    "launch.field.complainant": ("反映人", "Complainant"),
    "launch.field.note": ("备注", "Note"),
    "launch.field.closed": ("是否销号", "Closed"),
    "launch.field.closed_at": ("销号时间", "Closed on"),
    "launch.field.campaign": ("专项行动", "Campaign"),
    "launch.hint.number": (
        "台账上的编号，同一行动内不重复；没有可不填。",
        "As in your ledger; unique within the campaign. May be left empty.",
    ),
    "launch.hint.due": (
        "可不填：交办时按程度自动计算。",
        "May be left empty: it is worked out when the item is assigned.",
    ),
    "launch.hint.complainant": (
        "只有整改办和督导可查看，每次查看都会留痕。",
        "Shown to the office alone; every look is noted.",
    ),
    "launch.confidential_more": (
        "只有承办人员、整改办和督导可以看到。",
        "Seen by those named on it and by the office alone.",
    ),
}

_STATES: Mapping[str, tuple[str, str]] = {
    "launch.state.uploaded": ("已上传，待对应列", "Uploaded, to be mapped"),
    "launch.state.mapped": ("已对应列", "Mapped"),
    "launch.state.rehearsing": ("正在试导入", "Dry run"),
    "launch.state.rehearsed": ("已试导入，待确认", "Ready, to be confirmed"),
    "launch.state.running": ("正在导入", "Importing"),
    "launch.state.done": ("已完成", "Done"),
    "launch.state.failed": ("未成功", "Failed"),
    "launch.state.interrupted": ("已中断", "Interrupted"),
    "launch.state.cancelled": ("已放弃", "Given up"),
    "launch.state.stopped": ("已停止", "Stopped"),
    "launch.waits": ("排队中", "Waiting"),
    "launch.in_line": ("正在排队，前面还有别的任务……", "Waiting for other work to end…"),
    "launch.reading": ("正在读取文件……", "Reading the file…"),
    "launch.storing.rehearsing": ("正在试导入（不保存）……", "Trying it, storing nothing…"),
    "launch.storing.running": ("正在写入……", "Storing…"),
    "launch.progress": ("进度", "Progress"),
    "launch.so_far": ("已处理 {done} 行，共 {of} 行", "{done} of {of} rows"),
    "launch.read_so_far": ("已读取 {done} 行", "{done} rows read"),
    "launch.soon": ("马上开始", "Beginning"),
    "launch.refresh": ("刷新", "Refresh"),
    "launch.leave.rehearsing": (
        "可以离开此页，稍后从“我的上传”回来看结果。",
        "You may leave this page and come back to it from your uploads.",
    ),
    "launch.leave.running": (
        "可以离开此页，导入会继续进行；稍后从“我的上传”回来看结果。",
        "You may leave this page: the work goes on. Come back to it from your uploads.",
    ),
    "launch.cancelled_more": (
        "已放弃，没有导入任何内容，上传的文件已删除。",
        "Given up: nothing was imported, and the file is deleted.",
    ),
    "launch.cancelled_kept": (
        "已放弃，余下的不再处理；此前已写入的内容保留，上传的文件已删除。",
        "Given up: the rest is not taken over. What was taken over before stays; the file is "
        "deleted.",
    ),
    "launch.stop": ("停止", "Stop it"),
    "launch.stop_title": ("停止这项任务？", "Stop this work?"),
    "launch.stop_now": ("确认停止", "Stop it now"),
    "launch.stop_not": ("不停止，返回", "Let it go on"),
    "launch.stop.rehearsing": (
        "试导入和比对不保存任何内容；停止后可以重新开始。",
        "Nothing has been stored, and nothing is lost: it can be begun again.",
    ),
    "launch.stop.running": (
        "已写入的内容会保留，不会撤销；余下的不再处理。之后可以从停下的地方继续。",
        "What has been taken over stays; the rest is left alone. You can go on from there later.",
    ),
    "launch.stopping": ("正在停止，处理完手头这一批即止……", "Stopping after the piece at hand…"),
    "launch.stopped_more": (
        "已按要求停止。此前写入的内容保留：新增 {created} 项，更新 {updated} 项；"
        "余下 {left} 行尚未处理。可以继续：已导入的行会自动识别，不会重复。",
        "Stopped as you asked. What was taken over stays: {created} items are new, {updated} "
        "updated. {left} rows have not been looked at. Go on whenever you like: rows that are "
        "here are recognised.",
    ),
    "launch.stopped_nothing": (
        "已按要求停止，没有导入任何内容。",
        "Stopped as you asked; nothing was imported.",
    ),
    "launch.interrupted_more": (
        "处理时系统曾中断。可以继续：已导入的行会自动识别，不会重复；也可以重新上传。",
        "The work was interrupted. Go on or upload the file again: rows that are here are "
        "recognised.",
    ),
    "launch.fault": (
        "程序出错了，已经记录。请重试，或联系系统管理员。",
        "The fault is ours and has been noted. Please try again.",
    ),
}

_RESULT: Mapping[str, tuple[str, str]] = {
    "launch.done_more": (
        "导入完成：新增 {created} 项，更新 {updated} 项。",
        "It is done: {created} items are new, {updated} were updated.",
    ),
    "launch.nothing_stored": (
        "这是试导入的结果，尚未保存任何内容。请核对后再确认导入。",
        "This is a dry run: nothing is stored yet. Look at it, then confirm.",
    ),
    "launch.nothing_to_do": ("没有可导入的新内容。", "There is nothing new to import."),
    "launch.count.rows": ("总行数", "Rows"),
    "launch.count.created": ("新增", "New"),
    "launch.count.updated": ("更新", "Updated"),
    "launch.count.unchanged": ("不变", "Unchanged"),
    "launch.count.refused_rows": ("未接收", "Refused"),
    "launch.provisional": (
        "{count} 项的期限所在年份尚未公布放假安排，提醒日期为暂定。",
        "{count} items are due in a year whose calendar is not published yet.",
    ),
    "launch.strange": (
        "有 {count} 个词系统不认识：",
        "{count} words mean nothing here:",
    ),
    "launch.comma": ("、", ", "),
    "launch.called": ("{title}（{code}）", "{title} ({code})"),
    "launch.refused": ("未接收的 {count} 行", "{count} rows are refused"),
    "launch.refused_more": (
        "其余各行不受影响。可下载这些行（含原因），改正后单独上传。",
        "The others are not held up. Download these rows with the reasons, correct them, and "
        "upload them by themselves.",
    ),
    "launch.first_of": (
        "此处列出前 {shown} 条，共 {count} 条。",
        "Shown are the first {shown} of {count}.",
    ),
    "launch.warnings": ("已接收、请核对的 {count} 处", "{count} cells are taken, but look at them"),
    "launch.drafts": (
        "将登记为草稿的单位和人员：{count}",
        "Units and people entered as drafts: {count}",
    ),
    "launch.drafts_more": (
        "系统中没有这些单位和人员。导入后请整改办在“管理”中确认、补充或合并。",
        "They are not known here. Confirm, complete or merge them after the import.",
    ),
    "launch.draft_kind": ("类别", "Kind"),
    "launch.draft_name": ("名称", "Name"),
    "launch.draft_unit": ("上级（所属）单位代码", "Unit above it (code)"),
    "launch.draft.unit": ("单位", "Unit"),
    "launch.draft.person": ("人员", "Person"),
    "launch.row": ("行号", "Row"),
    "launch.cell": ("单元格", "Cell"),
    "launch.column": ("列", "Column"),
    "launch.reason": ("原因", "Reason"),
    "launch.go": ("确认导入 {count} 项", "Import {count} items"),
    "launch.go_on": ("继续导入", "Go on"),
    "launch.to_board": ("去看台账", "To the board"),
    "launch.another": ("再上传一个文件", "Upload another file"),
    "launch.map_again": ("重新对应列", "Map again"),
    "launch.cancel": ("放弃此次上传", "Give it up"),
    "launch.rehearse_again": ("重新试导入", "Dry run again"),
}

WORDS: Mapping[str, tuple[str, str]] = {
    **_FIELDS,
    **_STATES,
    **_RESULT,
    **ROUND,
    **LEAVING,
    "do.register": ("登记", "Register"),
    "nav.launch": ("登记与导入", "Launch"),
    "launch.title": ("登记与导入", "Launch"),
    "launch.trail": ("所在位置", "Where you are"),
    "launch.item": ("登记一个事项", "Enter one item"),
    "launch.item_more": (
        "逐项填写，保存后即可立项、交办。",
        "Fill in a form; the item can be accepted and assigned right after.",
    ),
    "launch.ledger": ("上传台账", "Upload a ledger"),
    "launch.ledger_more": (
        "上传 Excel 或 CSV：对应列、试导入、核对后再导入。",
        "Excel or CSV: map its columns, try it, look, then import.",
    ),
    "launch.past": ("我的上传和导出", "My uploads and exports"),
    "launch.past_none": ("您还没有上传过台账", "You have not uploaded anything yet"),
    "launch.past_none_more": (
        "有现成的台账可以直接上传，列名不必与系统一致；没有的话，下载空白台账填写即可。",
        "Any ledger will do, whatever its columns are called. Or fill in our empty one.",
    ),
    "launch.newest": ("最新", "Newest"),
    "launch.older": ("更早的", "Older"),
    "launch.kind.ledger": ("导入台账", "Ledger"),
    "launch.template": ("下载空白台账", "Download an empty ledger"),
    "launch.file": ("台账文件", "The ledger"),
    "launch.file_more": (
        "支持 .xlsx 和 .csv，不超过 30 MB。上传后先核对，不会立即导入。",
        ".xlsx or .csv, up to 30 MB. Nothing is imported before you have looked at it.",
    ),
    "launch.upload": ("上传", "Upload"),
    "launch.no_ledger": ("没有现成的台账？", "No ledger yet?"),
    "launch.no_ledger_more": (
        "下载空白台账，填好后上传。只有“编号”和“问题标题”必须填写。",
        "Download an empty one and fill it in. Only number and title are required.",
    ),
    "launch.steps": ("步骤", "Steps"),
    "launch.step.upload": ("上传", "Upload"),
    "launch.step.map": ("对应列", "Map columns"),
    "launch.step.rehearse": ("试导入", "Dry run"),
    "launch.step.go": ("导入", "Import"),
    "launch.map": ("每一列是什么", "What the columns mean"),
    "launch.remembered": (
        "沿用上次相同表头的对应方式，请核对。",
        "Mapped as the last file with these columns. Please check.",
    ),
    "launch.fits": (
        "已按“{name}”的方式预填，请核对。",
        "Filled in after “{name}”. Please check.",
    ),
    "launch.sheet": ("工作表", "Sheet"),
    "launch.header_row": ("表头在", "The header is"),
    "launch.found": ("自动查找", "to be found"),
    "launch.nth_row": ("第 {row} 行", "row {row}"),
    "launch.look_again": ("重新查看", "Look again"),
    "launch.their_column": ("台账的列", "Column"),
    "launch.first_rows": ("前几行的内容", "First rows"),
    "launch.means": ("对应为", "Means"),
    "launch.blank": ("（空）", "(blank)"),
    "launch.keep": ("保留为附加列", "Keep as an extra column"),
    "launch.ignore": ("不导入", "Ignore"),
    "launch.our_fields": ("系统的字段", "Our fields"),
    "launch.dates": ("日期的写法", "How days are written"),
    "launch.dates.usual": (
        "常用写法（2026-11-02、2026年11月2日……）",
        "As usual (2026-11-02 and the like)",
    ),
    "launch.dates.day_first": ("日/月/年（02/11/2026）", "Day first (02/11/2026)"),
    "launch.dates.month_first": ("月/日/年（11/02/2026）", "Month first (11/02/2026)"),
    "launch.map_more": (
        "几列选同一字段时会合并（如市、区、单位）。编号和标题必须有。",
        "Columns with the same meaning are joined (city, district, unit). Number and title are "
        "required.",
    ),
    "launch.rehearse": ("试导入", "Dry run"),
    "launch.lacks": ("请为必填字段选择一列：{fields}。", "Choose a column for: {fields}."),
    "launch.words": ("说明这些词的意思", "Say what these words mean"),
    "launch.words_more": (
        "台账里的这些词系统不认识。请选择对应的词；不选的，类别和来源照原样保留，其他的该行不接收。",
        "These words of the ledger mean nothing here. Where you choose none, categories and "
        "sources stay as they are written, and rows with others are refused.",
    ),
    "launch.their_word": ("台账的词", "Word"),
    "launch.times": ("{count} 次", "{count} times"),
    "launch.as_it_is": ("照原样保留", "As it is written"),
    "launch.refuse_it": ("不认识，不接收", "Unknown: refuse the row"),
    "launch.no_level": ("无", "None"),
    "launch.yes": ("是", "Yes"),
    "launch.no": ("否", "No"),
    "launch.back": ("返回", "Back"),
    "launch.save": ("保存", "Save"),
    "launch.save_again": ("保存并再登记一个", "Save and enter another"),
    "launch.entered": ("已登记 {ref}。", "{ref} is entered."),
    "launch.open_it": ("打开", "Open it"),
    "launch.change": ("切换", "Change"),
    "launch.not_chosen": ("（待定）", "(not chosen)"),
    "launch.required": ("必须填写。", "This is required."),
    "launch.number_taken": (
        "此编号在本行动中已经使用，请换一个，或更正原事项。",
        "This number is taken in this campaign. Use another one, or correct that item.",
    ),
    "launch.too_long": ("内容过长，不能超过 {most} 个字。", "Too long: at most {most} characters."),
    "launch.no_campaign": ("没有这个专项行动。", "There is no such campaign."),
    "launch.unusable": ("填写的内容无法识别，请检查。", "This cannot be used as it is."),
}
