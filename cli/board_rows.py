"""The board's rows: one item, one event, one mail in one line, and lines fitted to a width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import zip_longest
from zoneinfo import ZoneInfo

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.text import Text

from cli.output import clean
from cli.words import EVENTS, pick, said
from models.board import Happening
from models.views import ItemView
from rules.agenda import Step, StepKind
from rules.policy import Policy
from rules.vocabulary import NAMES, Light, name
from rules.wording import act_name, step_sentence

COLOURS: Mapping[Light, str] = {
    Light.GREEN: "green",
    Light.YELLOW: "yellow",
    Light.RED: "bold red",
}

PAPERS: Mapping[str, tuple[str, str]] = {
    "order": ("交办单", "order"),
    "closing": ("销号单", "closing record"),
    "reply": ("答复函", "reply"),
}
"""Documents of the automatic work that are no rungs of the ladder."""

NOTES: Mapping[str, tuple[str, str]] = {
    "routing": ("建议承办单位", "Unit suggested"),
    "provisional_deadline": ("期限所在年份日历未公布", "Deadline in a year without calendar"),
}
"""What the automatic work notes without a document."""

NARROW = 56
"""Below this width a row has only its most important columns."""


def item(view: ItemView, policy: Policy, width: int, lang: str) -> Text:
    """An item in one line. What a confidential one is about is not shown."""
    light = Light(view.light) if view.light else None
    lamp = (fit(name(light, lang) if light else "", 7), COLOURS[light] if light else "")
    title = pick(lang, "〔保密〕", "[confidential]") if view.confidential else clean(view.title)
    stage = fit(name(view.stage, lang), 9 if lang.startswith("zh") else 13)
    if width < NARROW:
        return Text.assemble(lamp, fit(view.ref, 13), stage, title)
    rung = fit(act_name(view.level, policy, lang), 10 if lang.startswith("zh") else 20)
    return Text.assemble(lamp, fit(view.ref, 13), stage, rung, fit(_due(view.due), 12), title)


def happening(event: Happening, policy: Policy, zone: ZoneInfo, width: int, lang: str) -> Text:
    """An event in one line: when, which item, what, by whom."""
    when = f"{event.at.astimezone(zone):%m-%d %H:%M}"
    what = event_words(event, policy, lang)
    who = clean(event.who) or pick(lang, "自动", "by itself")
    if width < NARROW:
        return Text.assemble(fit(event.ref, 13), what, " ", (who, "cyan"))
    return Text.assemble((f"{when}  ", "dim"), fit(event.ref, 13), what, "  ", (who, "cyan"))


def event_words(event: Happening, policy: Policy, lang: str) -> str:
    """What happened: a fired step by what it does, a document by its name."""
    if event.kind == "step_fired":
        kind = StepKind(event.data["step"])
        step = Step(event.at, "", kind, int(event.data.get("level", 0)), "")
        return step_sentence(step, policy, lang)
    words = said(EVENTS, event.kind, lang)
    if event.kind == "recorded":
        paper = str(event.data.get("document", ""))
        if paper in NOTES:
            return said(NOTES, paper, lang)
        return f"{words} {said(PAPERS, paper, lang) if paper in PAPERS else name(paper, lang)}"
    if event.kind == "approved":
        return f"{words} {said(NAMES, str(event.data.get('outcome', '')), lang)}"
    return words


def post(to: str, subject: str, width: int) -> Text:
    """A mail in one line."""
    room = min(38, max(12, width // 3))
    return Text.assemble((fit(f"→ {clean(to)}", room), "cyan"), " ", clean(subject))


def fit(text: str, width: int) -> str:
    """The text in exactly ``width`` columns, with a blank at its end."""
    if cell_len(text) < width:
        return set_cell_size(text, width)
    return set_cell_size(text, max(0, width - 2)) + "… " if width > 2 else " " * width


def cut(line: Text, width: int) -> Text:
    """The line in at most ``width`` columns."""
    line.truncate(width, overflow="ellipsis")
    line.no_wrap = True
    return line


def flow(tokens: Iterable[tuple[str, str]], width: int) -> Iterator[Text]:
    """Words with their styles, as many in a line as fit."""
    line = Text()
    for word, style in tokens:
        if line and line.cell_len + 2 + cell_len(word) > width:
            yield line
            line = Text()
        line.append(("  " if line else "") + word, style)
    yield line


def broken(text: str, width: int, style: str) -> Iterator[Text]:
    """The whole text, in as many lines as it takes."""
    for part in chop_cells(text, max(1, width)):
        yield Text(part, style)


def beside(left: list[Text], right: list[Text], half: int) -> Iterator[Text]:
    """Two columns of ``half`` columns each."""
    for one, other in zip_longest(left, right, fillvalue=Text("")):
        row = cut(one.copy(), half)
        row.pad_right(half - row.cell_len + 2)
        yield row + cut(other.copy(), half)


def _due(day: date | None) -> str:
    return day.isoformat() if day else ""
