"""What is said about a cell, in both languages: one table.

Whoever fills in a ledger reads these, so each says what is wrong and, where it is not plain, what
to do about it.
"""

from __future__ import annotations

_SENTENCES: dict[str, tuple[str, str]] = {
    # Reasons for refusing a row.
    "formula": (
        "单元格是公式，请选择性粘贴为数值后再导入。",
        "The cell contains a formula; paste values instead, then import again.",
    ),
    "cell_error": ("单元格显示错误值 {text}。", "The cell shows the error {text}."),
    "bad_date": (
        "“{text}”不是有效日期，请写成 2024-08-01 的样式。",
        '"{text}" is not a date; write it like 2024-08-01.',
    ),
    "year_outside": (
        "日期 {text} 不在 {low} 年至 {high} 年之间。",
        "The date {text} is outside the years {low} to {high}.",
    ),
    "required": ("此列必须填写。", "This column must be filled in."),
    "unknown_word": (
        "不认识“{text}”，可填：{known}。",
        '"{text}" is not known here; use one of: {known}.',
    ),
    "duplicate": (
        "编号“{number}”已用于第 {first} 行，内容不同。",
        'The number "{number}" is already that of row {first}, with other content.',
    ),
    "repeated": (
        "本行与第 {first} 行（编号“{number}”）完全相同。",
        'This row repeats row {first} (number "{number}") exactly.',
    ),
    "surplus": (
        "本行比表头多出一个值“{text}”，可能缺少引号或多了分隔符。",
        'The row has a value ("{text}") beyond the last column of the header; '
        "a quote may be missing or a delimiter too many.",
    ),
    "rounded": (
        "编号“{text}”已被表格软件改写（超过 15 位或科学计数），请将该列设为文本后重新填写。",
        'The number "{text}" was altered by a spreadsheet (over 15 digits, or shortened); '
        "format the column as text and enter it again.",
    ),
    "stage_clash": (
        "环节为“{stage}”，但是否销号一栏所填与之矛盾。",
        'The stage is "{stage}", but the column that says whether it is closed says otherwise.',
    ),
    # Accepted, but pointed out.
    "closed_without_date": (
        "已完成，但没有完成时间：按完成时间不详处理。",
        "Closed, but without a date: the day of closing is taken as unknown.",
    ),
    "open_with_date": (
        "未完成，却填有完成时间 {text}：按未完成处理，该时间作为附加信息保留。",
        "Not closed, yet dated {text}: taken as open, the date is kept beside it.",
    ),
    "due_before_opening": (
        "期限 {due} 早于立项日 {opened}。",
        "The deadline {due} is before the opening on {opened}.",
    ),
    "due_far": (
        "期限 {due} 在 {years} 年以后，请核对。",
        "The deadline {due} is more than {years} years ahead; please check.",
    ),
    "closed_before_opening": (
        "完成时间 {closed} 早于立项日 {opened}。",
        "The closing on {closed} is before the opening on {opened}.",
    ),
    "future": ("日期 {text} 在将来。", "The date {text} is in the future."),
    "serial": (
        "数字 {text} 按表格日期读作 {date}。",
        "The number {text} was read as the date {date}.",
    ),
    "outcome_while_open": (
        "尚未销号，却填有办结结论“{text}”。",
        'Not closed, yet the outcome "{text}" is given.',
    ),
    "formula_left_out": (
        "附加列中的公式未读取。",
        "The cell contains a formula; as an extra it was left out.",
    ),
}


def say(code: str, lang: str, **facts: object) -> str:
    """The sentence ``code`` in ``lang`` ("zh-CN" or "en") with its facts filled in."""
    zh, en = _SENTENCES[code]
    return (zh if lang.startswith("zh") else en).format(**facts)


def sentences() -> dict[str, tuple[str, str]]:
    """The whole table, for checking that both languages tell the same facts."""
    return dict(_SENTENCES)
