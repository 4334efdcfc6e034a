"""The demonstration while somebody watches: opened at once, and closed in good order.

What there is to show takes seconds to import; a first board is there before that.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml
from rich.text import Text

from cli.demo_home import demo_home
from cli.output import show
from cli.stopping import stop_asked
from cli.terminal import Canvas, is_terminal, screen
from cli.words import pick
from config.logging import set_up
from sample.files import path


def run_demo(
    seconds: float | None, keep: Path | None, database: str, lang: str, *, pages: bool = True
) -> None:
    """Show the demonstration until somebody ends it.

    Raises:
        InputError: the folder or the database to use holds something else.
        Unavailable: something that is needed cannot be had.
    """
    with stop_asked() as asked, demo_home(keep) as home:
        set_up("INFO", home / "rectiflow.log")
        with ExitStack() as stack:
            canvas = stack.enter_context(screen()) if is_terminal() else None
            _say(canvas, pick(lang, "正在准备……", "Getting ready ..."), lang)

            from cli.demo_scene import Scene
            from cli.demo_show import Show

            scene = stack.enter_context(Scene(home, seconds, database=database))
            shown = stack.enter_context(Show(scene, lang, database, pages=pages))
            if canvas is not None:
                shown.on_screen(canvas, asked)
            else:
                shown.in_lines(asked)
            _say(canvas, pick(lang, "正在停止……", "Stopping ..."), lang)
    if keep is None:
        show(
            pick(lang, "演示结束，临时目录已删除。", "It has ended; its temporary home is removed.")
        )
    else:
        show(pick(lang, f"演示结束，目录保留在 {home}", f"It has ended; its home is kept: {home}"))


def _say(canvas: Canvas | None, words: str, lang: str) -> None:
    """One sentence where the board was or will be."""
    if canvas is None:
        show(words)
        return
    told: dict[str, Any] = yaml.safe_load(path("campaign.yaml").read_text(encoding="utf-8"))
    title = pick(lang, told["title"], told["title_en"])
    canvas.draw([Text(str(title), "bold"), Text(words, "yellow")])
