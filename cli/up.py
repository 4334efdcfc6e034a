"""``rectiflow up``: the service in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

from contextlib import nullcontext
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from cli.here import here
from cli.home_lock import held
from cli.options import InLang, Lang
from cli.output import show
from cli.stopping import stop_asked
from cli.terminal import is_terminal, line
from cli.words import pick
from config.clock import wall
from config.logging import set_up
from models import schema
from models.board import backlog
from models.engine import reading
from notifications.smtp_url import parse_smtp_url
from rules.errors import RectiflowError, Unavailable
from tasks.accounts import founder_token
from tasks.office import Office

if TYPE_CHECKING:
    from flows.service import Service
    from web.server import WebServer

app = typer.Typer(add_completion=False)

LOG = "rectiflow.log"
LOOK_SECONDS = 1.0


@app.command()
def up(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="port of the web server")
    ] = None,
    host: Annotated[str | None, typer.Option(help="address the web server listens on")] = None,
    lang: InLang = Lang.ZH,
) -> None:
    """Run what makes things happen: web server, Prefect, the items' flows, clock and mails.

    Commands are accepted whether it runs or not; what they lead to catches up from here.
    """
    with here() as office, stop_asked() as asked:
        _require_schema(office)
        mail = mail_place(office)
        office.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with held(office.settings.home):
            log = office.settings.home / LOG
            set_up(office.settings.log_level, log)
            from flows.service import Service
            from web.server import serving

            where = host or office.settings.web_host, port or office.settings.web_port
            with serving(office, *where) as web:
                # Before Prefect, which takes half a minute: links are to work at once.
                _tell_web(web, where[1], lang)
                _tell_founder(office, web, lang)
                with Service(office) as service:
                    _tell(office, service, mail, str(log), lang)
                    _watch(office, service, asked, lang)
                    show(pick(lang, "正在停止……", "Stopping ..."))
        show(
            pick(
                lang,
                "已停止，未竟之事下次接着办。",
                "Stopped; what is left is taken up next time.",
            )
        )


def mail_place(office: Office) -> str:
    """Where mails go: the server without user and password, or the folder.

    Raises:
        InputError: the SMTP URL is unusable.
    """
    if office.settings.smtp_url:
        return parse_smtp_url(office.settings.smtp_url).server
    return str(office.settings.mail_folder)


def _require_schema(office: Office) -> None:
    """Nothing can be done on a database that does not fit.

    Raises:
        Unavailable: it has no tables yet, or those of another version.
    """
    found = schema.current(office.engine)
    if found == schema.HEAD:
        return
    where = office.engine.url.render_as_string(hide_password=True)
    what = "has no tables yet" if found is None else f"has the schema {found}, not {schema.HEAD}"
    raise Unavailable(f"The database {where} {what}.", "Run: rectiflow init.")


def _tell_web(web: WebServer, wanted: int, lang: str) -> None:
    show(pick(lang, f"网页：{web.url}", f"Web: {web.url}"))
    if web.moved:
        show(pick(lang, f"端口 {wanted} 已被占用，改用 {web.port}。",
                  f"Port {wanted} is taken; {web.port} is used instead."))  # fmt: skip


def _tell_founder(office: Office, web: WebServer, lang: str) -> None:
    """Nobody has an account yet: a link for whoever reads this terminal, and for an hour."""
    token = founder_token(office.engine, wall())
    if token is None:
        return
    link = f"{office.settings.public_url.rstrip('/') or web.url}/welcome/{token}"
    show(
        pick(lang, "还没有账号。请用此链接设置首位管理员（一小时内有效，仅一次）：",
             "Nobody has an account yet. Make the first administrator by this link "
             "(once, within an hour):"),
        f"  {link}",
    )  # fmt: skip


def _tell(office: Office, service: Service, mail: str, log: str, lang: str) -> None:
    database = office.engine.url.render_as_string(hide_password=True)
    show(
        pick(lang, "正在运行，按 Ctrl-C 停止。", "Running. Stop it with Ctrl-C."),
        pick(lang, f"数据库：{database}", f"Database: {database}"),
        f"Prefect: {service.ui_url}",
        pick(lang, f"邮件：{mail}", f"Mails: {mail}"),
        pick(lang, f"日志：{log}", f"Log: {log}"),
    )


def _watch(office: Office, service: Service, asked: Event, lang: str) -> None:
    """Keep one quiet line up to date; without a terminal say only when Prefect comes and goes.

    Raises:
        Unavailable: the service could not be brought up.
    """
    told, reached = "", False
    with line() if is_terminal() else nullcontext() as write:
        while not asked.wait(LOOK_SECONDS):
            if service.trouble:
                raise Unavailable(service.trouble, f"See {office.settings.home / LOG}.")
            reached = reached or service.connected
            words = _prefect(service.connected, reached, lang)
            if write is not None:
                write(f"{wall().astimezone():%H:%M:%S}  {words}{_waiting(office, lang)}")
            elif words != told:
                show(words)
            told = words


def _prefect(connected: bool, reached: bool, lang: str) -> str:
    if connected:
        return pick(lang, "Prefect 已连通。", "Prefect is reached. ")
    if not reached:
        return pick(lang, "Prefect 正在启动……", "Prefect is starting ... ")
    return pick(lang, "Prefect 暂时不通，恢复后自动接着办。",
                "Prefect is away; its part catches up when it returns. ")  # fmt: skip


def _waiting(office: Office, lang: str) -> str:
    """What is still to be done; a database that is away is said, not died of."""
    try:
        with reading(office.engine) as connection:
            left = backlog(connection, office.clock.now())
    except RectiflowError as error:
        return str(error)
    return pick(
        lang,
        f"到点未办 {left.steps_due}，流程落后 {left.behind}，待发邮件 {left.mails_waiting}",
        f"{left.steps_due} steps due, {left.behind} runs behind, "
        f"{left.mails_waiting} mails waiting",
    )
