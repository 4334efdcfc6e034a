"""Policies and the calendars that they name: what is wrong with a text, key by key."""

from __future__ import annotations

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    "There is no policy, or far too much of it.": "没有规则文本，或文本过长。",
    "There is no policy {name} here.": "没有“{name}”这个规则。",
    "Stored: {names}. Bring a file in with: {command}.": "已有：{names}。",
    "There is no policy profile {name}.": "没有“{name}”这个规则范本。",
    "Choose one of {known}, or give the path of a YAML file.": "可选：{known}。",
    "Version {version} of the policy {name} is stored with other content.": (
        "规则 {name} 的第 {version} 版已存在，但内容不同。"
    ),
    "Raise its version: items keep the version under which they started.": (
        "请提高版本号：事项始终按其开始时的版本办理。"
    ),
    "Save it as UTF-8.": "请另存为 UTF-8。",
    "The document is nested too deeply.": "文本嵌套过深。",
    "This is not YAML: {why}.": "这不是有效的 YAML。",
    "The document must be a mapping of keys to values.": "文本须由“键: 值”组成。",
    "Indent with spaces, not with tabs.": "请用空格缩进，不要用制表符。",
    "Take one of them out.": "请删去其中一个。",
    "Look at the indentation and the brackets, and put texts with a colon in quotes.": (
        "请检查缩进和括号；含冒号的文字请加引号。"
    ),
    "There are: {known}.": "可用：{known}。",
    "Write a name of the IANA list, like Asia/Shanghai.": (
        "请写 IANA 时区名称，如 Asia/Shanghai。"
    ),
    "Write the ISO code of a country and, if need be, of a subdivision, like US and MA.": (
        "请写国家（及所需的地区）的 ISO 代码，如 US 和 MA。"
    ),
    "There is no zone {zone}.": "没有时区“{zone}”。",
    "There is no calendar for {place}.": "没有“{place}”的日历。",
    "there is no zone {zone}": "没有时区“{zone}”",
    "there is no calendar for {place}": "没有“{place}”的日历",
    "There is no zone {zone}": "没有时区“{zone}”",
    "There is no calendar for {place}": "没有“{place}”的日历",
    "there is no notice {kind}": "没有“{kind}”这类通知",
    "{day} is in extra_days_off, too": "{day} 同时列为放假（extra_days_off）",
    # What is to be written instead, and what was.
    "{what}, not {given}": "{what}（现为“{given}”）",
    "it is missing; write it here": "缺少此项，请在此填写",
    "write a whole number": "请写整数",
    "write a number of at least {least}": "请写不小于 {least} 的数",
    "write a number of at most {most}": "请写不大于 {most} 的数",
    "write true or false": "请写 true 或 false",
    "write a day, like 2026-10-01": "请写日期，如 2026-10-01",
    'write a time, like "17:00"': '请写时间，如 "17:00"',
    'write a time in quotes, like "17:00"': '请给时间加引号，如 "17:00"',
    "write a text; a number or a yes goes in quotes": "请写文字；数字或 yes 须加引号",
    "it must not be empty": "不能为空",
    "write one of {known}": "请写其中之一：{known}",
    "write a list, like [one, another]": "请写列表，如 [one, another]",
    "write a section of keys and values": "请写一组“键: 值”",
    "there is no such key here": "这里没有这个键",
    "write the key as a text": "键请写成文字",
    "quiet hours that begin when they end would last all day; leave quiet_hours out for none": (
        "免打扰时段首尾相同即为全天；不需要时请删去 quiet_hours"
    ),
    "it needs digest_at, the time of the digest": "须有 digest_at（每日摘要的时间）",
    "limits are missing for: {names}": "缺少这些严重程度的时限：{names}",
    "{name} must not be before {limit}": "{name} 不能早于 {limit}",
    "ladder rungs must come later one by one": "督办各级的天数须逐级递增",
    "two {name} share a code: {code}": "{name} 中有两项代码相同：{code}",
    "times are in the campaign's zone; leave the offset out": "时间按行动所在时区，请删去时差",
    "a limit takes either days, like {days: 15}, or the end of a period, like {by: month_end}": (
        "时限或写天数，如 {days: 15}，或写期末，如 {by: month_end}"
    ),
    "plus counts periods: it goes with by, like {by: month_end, plus: 1}": (
        "plus 须与 by 同用，如 {by: month_end, plus: 1}"
    ),
    "a limit by the end of a period ends on a working day: leave unit out": (
        "期末时限总在工作日结束，请删去 unit"
    ),
    "name somebody, or leave it out for the usual three": "请写明对象，或删去此项（默认三方）",
    "only an interview has minutes: leave minutes out of this rung": (
        "只有约谈有记录，请删去 minutes"
    ),
    "office hours must open before they close": "上班时间须早于下班时间",
    "half_day_closes must lie between {opens} and {closes}": (
        "half_day_closes 须在 {opens} 与 {closes} 之间"
    ),
}
