"""What a demonstration has to tell at a moment: read from its store, its catcher and its parts."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from sqlalchemy import Connection

from cli.board import Frame, News, Post
from cli.demo_scene import Scene
from cli.words import pick
from config.settings import Settings, load
from models import board as reads
from models.board import Happening
from models.engine import reading
from models.listing import Wanted, page
from rules.errors import InputError
from rules.vocabulary import Stage
from tasks.office import Office

NEWEST = 60
"""Rows read for each list of the board; few terminals are higher."""

STEPS = {
    "store": ("正在建立数据库……", "Setting up the database ..."),
    "people": ("正在导入单位和人员……", "Importing units and people ..."),
    "ledger": ("正在导入台账……", "Importing the ledger ..."),
    "service": ("正在启动 Prefect……", "Starting Prefect ..."),
}


class Reporter:
    """Puts the board's frames together."""

    def __init__(self, scene: Scene, lang: str, database: str = "") -> None:
        self._scene = scene
        self._lang = lang
        self._to_do = "status"
        self._reached = False
        self._environment = environment(scene, database)
        self.posts: list[Post] = []
        """Every mail that has arrived, the newest last."""

    def frame(self) -> Frame:
        """Everything there is to show now."""
        scene, lang = self._scene, self._lang
        campaign, service = scene.campaign, scene.service
        news = self._news(scene.office) if scene.office is not None else None
        return Frame(
            title=pick(lang, campaign.title, campaign.title_en),
            pace=self._pace(),
            doing=pick(lang, *STEPS[scene.step]) if scene.step else "",
            prefect=self._prefect(),
            prefect_url=service.ui_url if service is not None else "",
            mail_folder=str(scene.catcher.folder),
            web_url=scene.web.url if scene.web is not None else "",
            commands=(f"export {self._environment}", *self._commands()),
            policy=scene.policy,
            news=news,
        )

    def since(self, event_id: int) -> list[Happening]:
        """The events after this one, oldest first; only the newest when there are many."""
        if self._scene.office is None:
            return []
        with reading(self._scene.office.engine) as connection:
            return reads.happenings(connection, NEWEST, event_id)

    def _news(self, office: Office) -> News:
        for mail in self._scene.catcher.mails[len(self.posts) :]:
            subject = str(mail.parsed().get("Subject", ""))
            self.posts.append(Post(", ".join(mail.recipients), subject))
        now = office.clock.now()
        with reading(office.engine) as connection:
            self._to_do = self._example(connection, office)
            return News(
                now,
                reads.counts(connection, now),
                reads.progress(connection),
                reads.urgent(connection, now, NEWEST),
                reads.happenings(connection, NEWEST),
                self.posts[-NEWEST:],
            )

    def _prefect(self) -> str:
        self._reached = self._reached or self._scene.connected
        if self._scene.connected:
            return pick(self._lang, "已连通", "is reached")
        if self._reached:
            return pick(self._lang, "暂时不通", "is away")
        return pick(self._lang, "启动中", "is starting")

    def _pace(self) -> str:
        seconds, lang = self._scene.seconds, self._lang
        if seconds is None:
            return pick(lang, "时间如常，人物皆虚构。", "Real time; everybody is invented.")
        return pick(
            lang,
            f"每 {seconds:g} 秒过一个工作日；虚构的人物自行办理。",
            f"A working day passes in {seconds:g} s; invented people act by themselves.",
        )

    def _commands(self) -> tuple[str, ...]:
        program = own_program()
        return (f"{program} list --light red", f"{program} {self._to_do}")

    def _example(self, connection: Connection, office: Office) -> str:
        """A command that would be accepted now: a verifier's, or else one about progress."""
        now = office.clock.now()
        for view in page(connection, Wanted((Stage.VERIFICATION,)), now, NEWEST).items:
            if view.verifier is not None and not view.on_hold:
                return f"act {view.ref} pass --as {view.verifier.code}"
        for view in page(connection, Wanted((Stage.REMINDER, Stage.DEADLINE)), now, 1).items:
            if view.responsible is not None:
                return f"act {view.ref} report_progress --as {view.responsible.code} --set text=60%"
        return "status"


def environment(scene: Scene, database: str) -> str:
    """The settings with which another command finds this home, as a shell takes them.

    Settings of the user's own that would lead elsewhere are overridden.
    """
    words = {"RECTIFLOW_HOME": str(scene.home)}
    own = _own_settings()
    if own.database_url or database:
        words["RECTIFLOW_DATABASE_URL"] = database
    if own.profile != scene.campaign.profile:
        words["RECTIFLOW_PROFILE"] = scene.campaign.profile
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in words.items())


def _own_settings() -> Settings:
    try:
        return load()
    except InputError:
        return Settings()


def own_program() -> str:
    """How this program is called from the folder we are in."""
    called = Path(sys.argv[0])
    found = shutil.which(called.name)
    if found and Path(found).resolve() == called.resolve():
        return called.name
    return shlex.quote(str(called)) if called.name.startswith("rectiflow") else "rectiflow"
