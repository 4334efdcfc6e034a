"""What is shown of a demonstration: a live board in a terminal, else a line an event."""

from __future__ import annotations

import time
from threading import Event
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from cli import board_rows
from cli.board import Frame, board
from cli.browser import open_pages
from cli.demo_cast import Cast
from cli.demo_news import Reporter
from cli.demo_scene import Scene
from cli.output import show
from cli.terminal import Canvas, keys
from cli.words import pick
from rules.vocabulary import Light, Stage, name

REFRESH_SECONDS = 0.5

TURNS_A_DAY = 16
"""How often somebody acts in a lapsed working day."""
REAL_PAUSE = 3.0
"""Seconds between two acts where a day takes a day."""

COUNT_SECONDS = 15.0
"""Without a terminal, how often the numbers are told."""

PLAIN_WIDTH = 160


class Show:
    """A scene with its cast, shown in one way or the other."""

    def __init__(self, scene: Scene, lang: str, database: str, *, pages: bool = False) -> None:
        self._scene = scene
        self._pages = pages
        self._reporter = Reporter(scene, lang, database)
        self._lang = lang
        self._cast: Cast | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._cast is not None:
            self._cast.stop()

    def on_screen(self, canvas: Canvas, asked: Event) -> None:
        """The live board, until q, Ctrl-C or a signal."""
        with keys() as key:
            while not asked.is_set():
                canvas.draw(board(self._frame(), *canvas.size, self._lang))
                self._open_pages()
                if key(REFRESH_SECONDS) in ("q", "Q"):
                    return

    def in_lines(self, asked: Event) -> None:
        """What happens, line by line, until a signal."""
        told, mails, counted, said = 0, 0, 0.0, ""
        self._tell_where(self._frame())
        while not asked.wait(REFRESH_SECONDS):
            frame = self._frame()
            words = frame.doing or f"Prefect {frame.prefect}"
            if words != said:
                show(words)
                said = words
            told = self._tell_events(frame, told)
            for post in self._reporter.posts[mails:]:
                show(board_rows.post(post.to, post.subject, PLAIN_WIDTH).plain)
                mails += 1
            if frame.news is not None and time.monotonic() - counted > COUNT_SECONDS:
                counted = time.monotonic()
                self._tell_counts(frame)

    def _open_pages(self) -> None:
        """Once everybody may sign in, the console opens, where there is a browser."""
        if self._pages and self._scene.web is not None and self._scene.tryouts:
            self._pages = False
            open_pages(self._scene.web.url)

    def _frame(self) -> Frame:
        """What is to be shown now; the cast enters as soon as there is a stage.

        Raises:
            RectiflowError: the demonstration cannot go on.
        """
        scene = self._scene
        scene.require_sound()
        if self._cast is None and scene.office is not None and not scene.step:
            pause = scene.seconds / TURNS_A_DAY if scene.seconds else REAL_PAUSE
            eager = scene.seconds is None
            self._cast = Cast(scene.office, scene.calendar, min(pause, REAL_PAUSE), eager=eager)
            self._cast.start()
        return self._reporter.frame()

    def _tell_where(self, frame: Frame) -> None:
        mails = pick(self._lang, "邮件截留在：", "Mails are caught in: ")
        other = pick(self._lang, "在第二个终端里：", "In a second terminal:")
        web = pick(self._lang, "网页：", "Web: ")
        show(frame.title, frame.pace, f"{web}{frame.web_url}", f"{mails}{frame.mail_folder}", other)
        show(*(f"  {command}" for command in frame.commands))

    def _tell_events(self, frame: Frame, told: int) -> int:
        events = self._reporter.since(told)
        if frame.policy is None or not events:
            return told
        zone = ZoneInfo(frame.policy.zone)
        for event in events:
            row = board_rows.happening(event, frame.policy, zone, PLAIN_WIDTH, self._lang)
            show(row.plain)
        return events[-1].id

    def _tell_counts(self, frame: Frame) -> None:
        if frame.news is None:
            return
        counts = frame.news.counts
        stages = [f"{name(stage, self._lang)} {sum(counts[stage].values())}" for stage in Stage]
        lights = [
            f"{name(light, self._lang)} {sum(cell.get(light, 0) for cell in counts.values())}"
            for light in Light
        ]
        show("  ".join([*stages, *lights]))
