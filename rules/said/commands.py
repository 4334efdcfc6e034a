"""Commands and what is typed for them; items, people and units that are looked for."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "There is no command {name}.": "没有“{name}”这个命令。",
    "Choose one of: {known}.": "可选：{known}。",
    "Choose one of {known}.": "可选：{known}。",
    "Name one of: {known}.": "可选：{known}。",
    "Give one of: {known}.": "可填：{known}。",
    "Use one of: {known}.": "可用：{known}。",
    "Known are: {known}.": "可用：{known}。",
    "Known are {known}.": "可用：{known}。",
    "Known: {known}.": "可用：{known}。",
    "Did you mean {word}?": "是否想填“{word}”？",
    "It takes: {known}.": "可填的内容：{known}。",
    "It takes no fields.": "不需要填写内容。",
    "{command} has no field {field}.": "没有“{field}”这一项。",
    "{command} needs the field {field}.": "此项必须填写。",
    "{command}: {field} is not usable: {why}.": "填写的内容无法识别。",
    "You gave {text}.": "填写的是“{text}”。",
    "The text holds characters that cannot be written.": "文字中有无法保存的字符。",
    "{text} is no day.": "“{text}”不是有效日期。",
    "Give one like 2026-11-30.": "请写成 2026-11-30 的样式。",
    "The deadline {due} is no date of our time.": "期限 {due} 不在允许的范围内。",
    "Give a day from {first} to {last}.": "请填 {first} 至 {last} 之间的日期。",
    "{field} is too large: {value}.": "数字过大：{value}。",
    "Give up to {most}.": "不超过 {most}。",
    "{field} has {length} characters; at most {most} are kept.": (
        "共 {length} 个字，不能超过 {most} 个字。"
    ),
    "It is longer than {most} characters.": "不能超过 {most} 个字。",
    "Shorten it.": "请精简。",
    "{field} holds characters that are no text.": "文字中有无法识别的字符。",
    "Give it in UTF-8.": "请使用 UTF-8 编码。",
    "There is no item {ref}.": "没有 {ref} 这个事项。",
    "There is no item {ref} here.": "没有 {ref} 这个事项。",
    "See: {command}.": "可用 {command} 查看。",
    "Run: {command}.": "请运行 {command}。",
    "See the list of them.": "请在列表中查看。",
    "See the units.": "请在单位列表中查看。",
    "See the list of your uploads.": "请在上传记录中查看。",
    "There is no such job.": "没有这项任务。",
    "There is no person {word}.": "没有“{word}”这个人员。",
    "More than one unit is called {word}.": "名为“{word}”的单位不止一个。",
    "More than one person is called {word}.": "名为“{word}”的人员不止一个。",
    "Use a code: {codes}.": "请填代码：{codes}。",
    "There is no unit with the code {code}.": "没有代码为“{code}”的单位。",
    "There is no person with the code {code}.": "没有代码为“{code}”的人员。",
    "There is no campaign yet.": "还没有专项行动。",
    "There is no campaign {code}.": "没有“{code}”这个专项行动。",
    "There is more than one campaign.": "专项行动不止一个，请选择。",
    "There is no unit {code}.": "没有“{code}”这个单位。",
    "{name} is no period.": "没有“{name}”这个时段。",
    "{text} is no cursor.": "翻页位置无效。",
    "{text} is no place in this order.": "翻页位置无效。",
    "This is no cursor.": "翻页位置无效。",
    "Begin at the first page.": "请从第一页开始。",
    "Give the next_cursor of a list.": "请用列表给出的 next_cursor。",
    "Give the next_cursor of a page.": "请用上一页给出的 next_cursor。",
    "Follow `next` of a page.": "请用上一页给出的 next。",
    "The key {key} was used for {ref} ({kind}).": "幂等键 {key} 已用于 {ref}（{kind}）。",
    "Use a new key for a new command.": "新的操作请用新的键。",
    "Use a new key for a new request.": "新的请求请用新的键。",
    "The number {number} is taken in this campaign: {holder} has it.": (
        "编号“{number}”在本行动中已用于 {holder}。"
    ),
    "Use another number, or correct that item.": "请换一个编号，或更正该事项。",
    "{n} items are too many for one go.": "一次选了 {n} 项，过多。",
    "Choose up to {most}.": "请不超过 {most} 项。",
    "Others kept changing it at the same moment; import the file again.": (
        "其他人正在更改此事项，请重新导入。"
    ),
    "Others keep entering the same units.": "其他人正在登记同样的单位。",
    "Import the file again.": "请重新导入。",
    "{done} of {of} rows were done; import the file again to go on.": (
        "已完成 {done} 行，共 {of} 行；重新导入即可继续。"
    ),
    "{ref} was changed by somebody else at the same moment.": "{ref} 刚刚被他人更改。",
    "Look at it again, then repeat the command.": "请查看最新情况后再办。",
    "{name} is no group of kinds.": "没有“{name}”这一类文件。",
    "{ref} is at version {version} by now.": "{ref} 已是第 {version} 版。",
    "Get it again, look at what has changed, then repeat the command.": (
        "请重新读取、查看变化后再办。"
    ),
    "Who complained is not for this person.": "此人无权查看反映人。",
    "Figures of the whole campaign take a role over all of it.": (
        "查看整个行动的数据，须有覆盖全部单位的角色。"
    ),
    "{ref} has no evidence at place {seq} of its history.": "{ref} 的第 {seq} 条记录没有佐证材料。",
    "{ref} has no paper {serial}.": "{ref} 没有文书 {serial}。",
    "The file of {serial} is missing.": "文书 {serial} 的文件已丢失。",
    "Ask whoever runs the server.": "请联系系统管理员。",
    "Evidence is a file: a digest alone is not taken.": "佐证材料须上传文件，不能只给摘要值。",
    "Send it as a form: {address}.": "请以表单提交：{address}。",
    "See GET .../commands.": "可用的命令见 GET .../commands。",
    "The address holds a character that is no text.": "网址中有无法识别的字符。",
    "Send a good token as: Authorization: Bearer rf_....": (
        "请附上有效令牌：Authorization: Bearer rf_...。"
    ),
    "This takes a token with the scope {scope}.": "须用权限为 {scope} 的令牌。",
    "Make one: {command}": "生成令牌：{command}",
    "At most {most} MB are taken over at once.": "一次不能超过 {most} MB。",
    "Upload it in the console, or split it.": "请在网页上传，或拆分后再试。",
    "This Idempotency-Key was sent with another request before.": (
        "此 Idempotency-Key 已用于另一个请求。"
    ),
    "{who} may not {command} {ref}.": "{who} 无权对 {ref} 办理此事。",
    "It takes {who}.": "须由有相应职责的人员办理。",
    "{ref} is in {stage}: no {command} there.": "{ref} 当前的环节不能办理此事。",
    "Possible: {usable}.": "可以办理：{usable}。",
    "{field} names something that is not there.": "{field} 所指的内容不存在。",
    "The body is no JSON.": "请求内容不是 JSON。",
    "A link does not {command}.": "链接不能办理“{command}”。",
    "It may: {known}.": "可以办理：{known}。",
}
