"""What is said about a cell, in both languages: one table.

Whoever fills in a ledger reads these, so each says what is wrong and, where it is not plain, what
to do about it.
"""

from __future__ import annotations

from rules.vocabulary import NAMES
from rules.worded import in_chinese, pattern

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
    # Reasons for refusing a row that only a comparison with the store shows.
    "too_long": ("超过 {limit} 个字。", "The text is longer than {limit} characters."),
    "out_of_time": (
        "日期 {text} 不在 {low} 至 {high} 之间，无法安排。",
        "The date {text} is not within {low} to {high}; nothing can be planned for it.",
    ),
    "unit_closed": (
        "单位“{text}”已停用，请填写接替它的单位。",
        "The unit {text} is closed; name the one that has taken over from it.",
    ),
    "not_closed": ("不能停用：{reason}。", "It cannot be closed: {reason}."),
    "several_units": (
        "名为“{text}”的单位不止一个，请填单位代码：{codes}。",
        "Several units are called {text}; write a code: {codes}.",
    ),
    "several_people": (
        "名为“{text}”的人员不止一个，请填人员代码：{codes}。",
        "Several people are called {text}; write a code: {codes}.",
    ),
    "undecided": (
        "台账现为“{now}”，系统中为“{here}”。导入不作决定：如台账无误，请用命令办理"
        "（rectiflow commands {ref}）。",
        'The ledger now says "{now}", here it is "{here}". An import decides nothing: if the '
        "ledger is right, give the command that decides it (rectiflow commands {ref}).",
    ),
    "number_is_reference": (
        "编号“{number}”是另一事项的系统编号，请换一个编号。",
        'The number "{number}" is the reference of another item; use another one.',
    ),
    "not_exported": (
        "此行不是从系统导出的（或已无法识别、无权查看）：新增事项请用“上传台账”。",
        "This row was not exported to you, or cannot be recognised; to enter new items upload "
        "them as a ledger.",
    ),
    "closing_decided": (
        "环节和是否销号不能在台账里修改，请在事项页办理；本行改正后请重新上传。",
        "Stage and closing are decided on the item's page, not in a ledger; put the row right and "
        "upload it again.",
    ),
    "not_yours": (
        "“{text}”不在您负责的范围内，请由该单位的上级整改办导入。",
        '"{text}" is not among the units that you coordinate; ask the office above it.',
    ),
    "number_not_yours": (
        "编号“{number}”的事项不在您负责的范围内。",
        'The item with the number "{number}" is not among those that you coordinate.',
    ),
    "not_taken_over": ("未能更新（{reason}）。", "It could not be taken over ({reason})."),
    # Reasons for refusing a roster of units and people.
    "bad_code": (
        "“{text}”不能作代码：可用字母、数字、点、连字符和下划线，不超过 64 个字符。",
        '"{text}" cannot be a code: use up to 64 letters, digits, dots, hyphens and underscores.',
    ),
    "code_twice": ("代码“{text}”已用于第 {first} 行。", 'Line {first} has the code "{text}" too.'),
    "told_twice": (
        "第 {first} 行对“{text}”的说法不同，同一人各行须一致。",
        'Line {first} says otherwise of "{text}"; all lines of a person must agree.',
    ),
    "no_such_unit": (
        "没有代码为“{text}”的单位（上级单位须写在前面的行）。",
        'There is no unit with the code "{text}" (a parent stands in a line before).',
    ),
    "second_root": (
        "第 {first} 行已是最高单位，本行须写上级单位。",
        "Line {first} is the unit above all others; this one needs a parent.",
    ),
    "root_elsewhere": (
        "“{text}”在系统中的位置不同：{here}。",
        '"{text}" has another place here: it is {here}.',
    ),
    "below_itself": (
        "“{text}”不能归到自己的下级单位“{parent}”之下。",
        '"{text}" cannot be put below "{parent}", which is below it.',
    ),
    "bad_address": ("邮箱不可用（{reason}）。", "No mail can be sent there ({reason})."),
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
    "due_beyond_superior": (
        "期限 {due} 晚于上级时限 {superior}。",
        "The deadline {due} is after the superior's, {superior}.",
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
    "recorded_otherwise": (
        "台账现为“{now}”，系统中为“{here}”：以系统记载为准。",
        'The ledger now says "{now}", here "{here}" is on record, which stands.',
    ),
    "blank_kept": (
        "此格为空，系统中为“{here}”：空白不作变更。",
        'The cell is blank, here it is "{here}": a blank changes nothing.',
    ),
    "not_independent": (
        "核查人“{text}”自己负责此事或属于责任单位：未指定为核查人，请另行指定。",
        'The verifier "{text}" answers for the work or belongs to the responsible unit: nobody '
        "is named, somebody independent has to be.",
    ),
    "was_not_independent": (
        "核查人“{text}”自己负责此事或属于责任单位：已销号，按历史保留。",
        'The verifier "{text}" answers for the work or belongs to the responsible unit: closed '
        "already, kept as history.",
    ),
    "stage_not_borne": (
        "环节写为“{text}”，但其余各栏不足以支持：按“{taken}”处理。",
        'The stage "{text}" is not borne out by the rest of the row: taken as "{taken}".',
    ),
    "without_unit": (
        "未写明责任单位，“{text}”无处可归：保留为附加信息。",
        '"{text}" belongs to no unit that the row names: kept beside the item.',
    ),
    "level_beyond": (
        "督办层级 {level} 高于政策的最高一级 {most}：按 {most} 处理。",
        "The level {level} is beyond the highest rung of the policy: taken as {most}.",
    ),
    "formula_left_out": (
        "附加列中的公式未读取。",
        "The cell contains a formula; as an extra it was left out.",
    ),
}


_PAIRS = (*NAMES.values(), ("（空）", "(blank)"), ("是", "yes"), ("否", "no"))
_WORDS = (dict(_PAIRS), {en: zh for zh, en in _PAIRS})
"""What a word is in English, and in Chinese."""


def say(code: str, lang: str, **facts: object) -> str:
    """The sentence ``code`` in ``lang`` ("zh-CN" or "en") with its facts filled in."""
    zh, en = _SENTENCES[code]
    if not lang.startswith("zh"):
        return en.format(**facts)
    if reason := str(facts.get("reason", "")):
        said = in_chinese(reason) or in_chinese(f"{reason}.")
        facts["reason"] = said.rstrip("。") or reason
    return zh.format(**facts)


def retold(code: str, said: str, lang: str) -> str:
    """What was said of a cell in either language, in this one: who looks at it later may read
    another language than who brought the file."""
    if code not in _SENTENCES:
        return said
    zh, en = _SENTENCES[code] if lang.startswith("zh") else reversed(_SENTENCES[code])
    found = pattern(en).looks.fullmatch(said)
    if found is None or pattern(zh).looks.fullmatch(said):
        return said
    facts = {name: _renamed(each, lang) for name, each in found.groupdict().items()}
    return say(code, lang, **facts)


def _renamed(fact: str, lang: str) -> str:
    """Words of the vocabulary, and lists of them, in this language; anything else as it is."""
    new = _WORDS[lang.startswith("zh")]
    parts = fact.replace("、", ", ").split(", ")
    if not any(part in new for part in parts):
        return fact
    return ("、" if lang.startswith("zh") else ", ").join(new.get(part, part) for part in parts)


def sentences() -> dict[str, tuple[str, str]]:
    """The whole table, for checking that both languages tell the same facts."""
    return dict(_SENTENCES)
