"""The live board as lines of text: pure, from what has been read to what a terminal shows.

Every line fits the width and all of them the height, whatever the terminal; lights are told by
their word and their colour, never by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.text import Text

from cli import board_rows as rows
from cli.words import pick
from models.board import Counts, Happening, Progress
from models.views import ItemView
from rules.policy import Policy
from rules.vocabulary import Light, Stage, name

WIDE = 120
"""From this width on, events and mails stand side by side."""

TALL = 32
"""From this height on, the counts are a table."""


class Post(NamedTuple):
    """A mail that has arrived at the catcher."""

    to: str
    subject: str


class News(NamedTuple):
    """What was read from the store at one moment."""

    now: datetime
    counts: Counts
    progress: Progress
    urgent: tuple[ItemView, ...] = ()
    happenings: Sequence[Happening] = ()
    posts: Sequence[Post] = ()


class Frame(NamedTuple):
    """Everything on the board. ``news`` is missing until the campaign has been set up."""

    title: str
    pace: str
    """How campaign time passes, in words."""
    doing: str
    """What is being set up, in words; empty when everything is up."""
    prefect: str
    prefect_url: str
    mail_folder: str
    commands: tuple[str, ...]
    """Command lines for a second terminal; the first names the home."""
    policy: Policy | None = None
    news: News | None = None
    web_url: str = ""


def board(frame: Frame, width: int, height: int, lang: str) -> list[Text]:
    """The board in ``height`` lines of ``width`` columns at most, the most important first."""
    head = list(_head(frame, width, lang))
    foot = list(_foot(frame, width, lang))
    counted = list(_counted(frame.news, width, height, lang)) if frame.news else []
    room = height - len(head) - len(counted) - len(foot)
    while room < 6 and len(foot) > 1:
        foot.pop(-2)
        room += 1
    body = _body(frame, frame.news, width, room, lang) if frame.news and room > 2 else []
    lines = [*head, *counted, *body, *foot]
    return [rows.cut(line, width) for line in lines[:height]]


def _head(frame: Frame, width: int, lang: str) -> Iterator[Text]:
    when = moment(frame.news.now, frame.policy, lang) if frame.news else ""
    gap = width - cell_len(frame.title) - cell_len(when)
    if gap > 0:
        yield Text.assemble((frame.title, "bold"), " " * gap, (when, "bold cyan"))
    else:
        yield Text(frame.title, "bold")
        yield Text(when, "bold cyan")
    yield Text.assemble((frame.doing or frame.pace, "yellow" if frame.doing else ""))
    if frame.web_url:
        yield Text.assemble((pick(lang, "网页 ", "Web "), "bold"), frame.web_url)
    done = frame.news.progress if frame.news else None
    runs = mails = ""
    if done:
        runs = pick(lang, f"跟随 {done.followed}，落后 {done.behind}；",
                    f"{done.followed} runs follow, {done.behind} behind; ")  # fmt: skip
        mails = pick(lang, f"已发 {done.mails_sent}，待发 {done.mails_waiting}；",
                     f"{done.mails_sent} sent, {done.mails_waiting} waiting; ")  # fmt: skip
    url = pick(lang, "界面 ", "pages at ") + frame.prefect_url if frame.prefect_url else ""
    yield Text.assemble(("Prefect ", "bold"), f"{frame.prefect}{_sep(lang)}{runs}{url}")
    if frame.mail_folder:
        caught = pick(lang, "全部截留在 ", "all caught in ") + frame.mail_folder
        yield Text.assemble((pick(lang, "邮件 ", "Mails "), "bold"), f"{mails}{caught}")


def _sep(lang: str) -> str:
    return pick(lang, "；", "; ")


def _counted(news: News, width: int, height: int, lang: str) -> Iterator[Text]:
    """Items by stage and light: a table where it fits, else running text."""
    shades = (Light.GREEN, Light.YELLOW, Light.RED)
    sums = {light: sum(cell.get(light, 0) for cell in news.counts.values()) for light in shades}
    titles = {stage: name(stage, lang) for stage in Stage}
    column = (width - 8) // len(titles)
    if height >= TALL:
        yield Text("")
    if height < TALL or max(map(cell_len, titles.values())) >= column:
        tokens = [(f"{titles[stage]} {sum(cell.values())}", "")
                  for stage, cell in news.counts.items()]  # fmt: skip
        tokens += [(f"{name(light, lang)} {count}", rows.COLOURS[light])
                   for light, count in sums.items()]  # fmt: skip
        yield from rows.flow(tokens, width)
        return
    yield Text(" " * 8 + "".join(rows.fit(title, column) for title in titles.values()), "bold")
    whole = "".join(rows.fit(str(sum(news.counts[stage].values())), column) for stage in titles)
    yield Text(rows.fit(pick(lang, "件数", "Items"), 8) + whole)
    for light in shades:
        cells = "".join(
            rows.fit(str(news.counts[stage].get(light) or "·"), column) for stage in titles
        )
        yield Text.assemble((rows.fit(name(light, lang), 8) + cells, rows.COLOURS[light]))


def _body(frame: Frame, news: News, width: int, room: int, lang: str) -> list[Text]:
    """The most urgent items, the last events and the last mails, in ``room`` lines."""
    policy = frame.policy
    if policy is None:
        return []
    zone = ZoneInfo(policy.zone)
    wide = width >= WIDE
    half = (width - 2) // 2 if wide else width
    hot = [rows.item(one, policy, width, lang) for one in news.urgent]
    past = [rows.happening(one, policy, zone, half, lang) for one in reversed(news.happenings)]
    post = [rows.post(one.to, one.subject, half) for one in reversed(news.posts)]
    titles = (pick(lang, "最急", "Most urgent"), pick(lang, "刚刚发生", "Just happened"),
              pick(lang, "刚刚寄出", "Just mailed"))  # fmt: skip
    if wide:
        upper = room // 2
        left = _section(titles[1], past, room - upper, half)
        right = _section(titles[2], post, room - upper, half)
        return [*_section(titles[0], hot, upper, width), *rows.beside(left, right, half)]
    mails = max(2, room // 4)
    upper = (room - mails) // 2
    return [
        *_section(titles[0], hot, upper, width),
        *_section(titles[1], past, room - mails - upper, width),
        *_section(titles[2], post, mails, width),
    ]


def _section(title: str, lines: Iterable[Text], room: int, width: int) -> list[Text]:
    """A titled list in exactly ``room`` lines."""
    rule = Text(f"── {title} ".ljust(2) + "─" * max(0, width - cell_len(title) - 4), "dim")
    shown = [rule, *lines][:room]
    return shown + [Text("")] * (room - len(shown))


def _foot(frame: Frame, width: int, lang: str) -> Iterator[Text]:
    for command in frame.commands:
        # A command line is there to be copied: it is broken, never cut.
        yield from rows.broken(f"$ {command}", width, "green")
    how = pick(lang, "按 q 结束；以上命令可在第二个终端里执行。",
               "q ends; the commands above are for a second terminal.")  # fmt: skip
    yield Text(how, "dim")


def moment(now: datetime, policy: Policy | None, lang: str) -> str:
    """The campaign's day, weekday and time."""
    if policy is None:
        return ""
    local = now.astimezone(ZoneInfo(policy.zone))
    day = "一二三四五六日"[local.weekday()]
    weekday = pick(lang, f"周{day}", f"{local:%a}")
    return f"{local:%Y-%m-%d} {weekday} {local:%H:%M}"
