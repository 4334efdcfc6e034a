"""Makes ``docs/board.svg``, the board of a real showing: run ``python docs/picture.py``.

It takes a minute and a half. The picture loads nothing from elsewhere.
"""

from __future__ import annotations

import io
import re
import sys
import threading
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from rich._export_format import CONSOLE_SVG_FORMAT  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.style import Style  # noqa: E402

from cli.board import board  # noqa: E402
from cli.demo_cast import Cast  # noqa: E402
from cli.demo_home import demo_home  # noqa: E402
from cli.demo_news import Reporter  # noqa: E402
from cli.demo_scene import Scene  # noqa: E402
from cli.demo_show import TURNS_A_DAY  # noqa: E402
from config.logging import set_up  # noqa: E402

WIDTH, HEIGHT = 120, 36
SECONDS_PER_DAY = 5.0
WATCHED_SECONDS = 60.0
HOME = "/tmp/rectiflow-demo-k2w8v1xq"
"""What the home is called in the picture."""

FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""Without the fonts that rich would have a browser fetch."""


def main() -> None:
    """Watch a showing for a minute and draw what is on its board then."""
    with demo_home(None) as home, Scene(home, SECONDS_PER_DAY) as scene:
        set_up("INFO", home / "rectiflow.log")
        pause = threading.Event()
        while scene.office is None or not scene.connected:
            scene.require_sound()
            pause.wait(0.2)
        cast = Cast(scene.office, scene.calendar, SECONDS_PER_DAY / TURNS_A_DAY, eager=False)
        cast.start()
        pause.wait(WATCHED_SECONDS)
        frame = Reporter(scene, "zh-CN").frame()
        cast.stop()
        shown = frame._replace(
            prefect_url="http://127.0.0.1:4200",
            mail_folder=frame.mail_folder.replace(str(home), HOME),
            commands=tuple(line.replace(str(home), HOME) for line in frame.commands),
        )
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor")
    for line in board(shown, WIDTH, HEIGHT, "zh-CN"):
        # Each word keeps its column, whatever width a viewer's font has.
        for word in re.finditer(r"\S+(?: \S+)*", line.plain):
            line.stylize(Style(meta={"column": word.start()}), *word.span())
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
    console.save_svg(str(DOCS / "board.svg"), title="rectiflow demo", code_format=FORMAT)


if __name__ == "__main__":
    main()
