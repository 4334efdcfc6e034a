"""The way in from a terminal: which command is which module, and how every ending is told.

A command's module is imported when the command is given; its one-line help stands in the table
here, so that ``rectiflow --help`` imports none of them.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from cli.quick import AsWords
from rules.errors import InputError, RectiflowError

PROGRAM = "rectiflow"
INTERRUPTED = 130
READER_LEFT = 141
"""What a shell shows for a program whose reader has gone (128 and the number of SIGPIPE)."""

EXITS = (
    "Exit codes: 0 done; 1 refused by a rule, or a check found something; 2 wrong usage or input; "
    "3 something needed is not available; 70 a fault of ours."
)


class Entry(NamedTuple):
    """One command: its name, the module that has its ``app``, and its help in one line."""

    name: str
    module: str
    help: str


COMMANDS = (
    Entry("init", "cli.init", "Set up the database, a campaign and its office"),
    Entry("up", "cli.up", "Run what makes things happen, until Ctrl-C"),
    Entry("demo", "cli.demo", "A sample campaign, live in this terminal; or a check of it all"),
    Entry("import", "cli.import_", "Take a ledger over: .xlsx or .csv, by a mapping"),
    Entry("export", "cli.export", "Write items back as a ledger: .xlsx or .csv"),
    Entry("roster", "cli.roster", "Load units and people from tables"),
    Entry("list", "cli.list", "List items: by stage, unit, light, person, campaign"),
    Entry("show", "cli.show", "Show one item: its history, agenda, mails, run and papers"),
    Entry("agenda", "cli.agenda", "What happens to an item by itself, when and why"),
    Entry("register", "cli.register", "Enter a finding as an item"),
    Entry("act", "cli.act", "Give a command on an item, as a person"),
    Entry(
        "commands", "cli.commands", "What a person may do with an item now, and why not the rest"
    ),
    Entry("figures", "cli.figures", "A campaign in numbers, by the original deadlines"),
    Entry("simulate", "cli.simulate", "What a policy would have caused over a past ledger"),
    Entry("policy", "cli.policy", "Policies: list, show, check, import; move items onto another"),
    Entry("calendar", "cli.calendars", "Working days of the campaign, and deadlines by them"),
    Entry("papers", "cli.papers", "Papers: issued, served, confirmed; and their templates"),
    Entry("evidence", "cli.evidence", "Files of evidence: what they are, what to notice, whole"),
    Entry("audit", "cli.audit", "Check that the histories are whole and unchanged"),
    Entry("people", "cli.people", "List people, their roles and addresses"),
    Entry("person", "cli.person", "Enter a person, or put them right"),
    Entry("user", "cli.user", "Accounts of the console: who may sign in"),
    Entry("units", "cli.units", "List the tree of units"),
    Entry("unit", "cli.unit", "Enter a unit, or put it right"),
    Entry("channel", "cli.channel", "Reach people by chats and message gateways as well"),
    Entry("mail", "cli.mail", "Mail on its way: why it waits, again, released or discarded"),
    Entry("webhook", "cli.webhook", "Tell programs elsewhere of events, by signed calls"),
    Entry("status", "cli.status", "How things stand, and whether the machinery runs"),
    Entry("watch", "cli.watch", "What stands still, for a timer; 1 when anything does"),
    Entry("doctor", "cli.doctor", "Check everything that is needed, and say what to do"),
)
"""Every command, in the order of the help."""


ANYWHERE = frozenset(
    {"list", "show", "commands", "agenda", "act", "register", "import", "evidence"}
)
"""Commands that also work on a server elsewhere, when RECTIFLOW_URL names one."""

HELP = frozenset({"-h", "--help"})


def _require_reach(name: str) -> None:
    """See that nobody works here who means a server elsewhere."""
    from config.settings import works_elsewhere

    if name not in ANYWHERE and works_elsewhere():
        raise InputError(
            f"{name} works on an installation of this machine, and RECTIFLOW_URL names a server"
            " elsewhere.",
            f"Run it there, or unset RECTIFLOW_URL. By a token: {', '.join(sorted(ANYWHERE))}.",
            where="RECTIFLOW_URL",
        )


class LazyGroup(AsWords, TyperGroup):
    """A group whose commands are known by name and help, and imported when they are given."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {
            entry.name: TyperCommand(entry.name, help=entry.help) for entry in COMMANDS
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the words name, now with its module imported."""
        name, stub, rest = super().resolve_command(ctx, args)
        if stub is not None and not HELP.intersection(rest):
            _require_reach(str(name))
        return name, stub and loaded(str(name)), rest


def loaded(name: str) -> Any:
    """The command of this name, imported."""
    entry = next(entry for entry in COMMANDS if entry.name == name)
    command = typer.main.get_command(import_module(entry.module).app)
    command.name = name
    return command


app = typer.Typer(
    name=PROGRAM, cls=LazyGroup, epilog=EXITS, add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip


@app.callback()
def _top() -> None:
    """Follow rectification tasks (整改任务) from the finding to the striking off."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out what the words say (those of the process without any); the exit code."""
    if arguments is None:
        # Most of a short command is importing, which leaves no garbage to look for.
        gc.set_threshold(50_000, 20, 20)
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    try:
        code = _ended(words)
        sys.stdout.flush()
    except BrokenPipeError:
        from cli.endings import leave_quietly

        leave_quietly()
        return READER_LEFT
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _ended(words: list[str]) -> int:
    """The exit code, with any error told to the person or, with ``--json``, to the script."""
    try:
        return _run(words)
    except BrokenPipeError:
        raise
    except typer.Abort:
        return INTERRUPTED
    except Exception as error:
        from cli import endings

        as_json = "--json" in words
        if isinstance(error, RectiflowError):
            return endings.tell(error, as_json)
        if isinstance(error, typer.TyperException):
            return endings.tell_usage(error, as_json)
        return endings.apologise(error, as_json)


def _run(words: list[str]) -> int:
    group = typer.main.get_command(app)
    try:
        with group.make_context(PROGRAM, words) as context:
            group.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0
