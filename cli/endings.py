"""How a command that could not be carried out ends: one sentence, what to do, an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from typer import TyperException

from cli.output import emit, tell_error
from config.clock import wall
from config.settings import load
from rules.errors import InputError, RectiflowError, Refused

FAULT = 70
"""Exit code of a fault of ours (``EX_SOFTWARE`` of sysexits.h)."""

LOG = "errors.log"
"""The file in the home that keeps what is known of a fault."""


def tell(error: RectiflowError, as_json: bool) -> int:
    """Say why the command was not carried out; the error's exit code."""
    if as_json:
        rule = error.rule if isinstance(error, Refused) else None
        where = error.where if isinstance(error, InputError) else ""
        emit(document(error.message, error.hint, rule=rule, where=where))
    else:
        tell_error(str(error))
    return error.exit_code


def tell_usage(error: TyperException, as_json: bool) -> int:
    """Say what is wrong with the words of the command line; the exit code 2."""
    # A message lists the choices on lines of their own.
    message = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    hint = f"See: {context.command_path} --help." if context else ""
    if as_json:
        emit(document(message, hint))
    else:
        tell_error(f"{message} {hint}".strip())
    return InputError.exit_code


def apologise(error: Exception, as_json: bool) -> int:
    """Say that the fault is ours and where its traceback is kept; the exit code 70."""
    place = _kept(error)
    message = f"Something went wrong that should not have: {type(error).__name__}: {error}"
    message = f"{message.splitlines()[0].rstrip('.')}. We are sorry."
    hint = f"Please report it with what is in {place}." if place else "Please report it."
    if as_json:
        emit(document(message, hint))
    else:
        tell_error(f"{message} {hint}")
    if _debugging():
        traceback.print_exception(error)
    return FAULT


def document(
    message: str, hint: str = "", *, rule: str | None = None, where: str = ""
) -> dict[str, dict[str, str | None]]:
    """The error as scripts read it."""
    return {"error": {"rule": rule, "message": message, "hint": hint, "where": where}}


def leave_quietly() -> None:
    """Let nobody write to a reader who has gone, not even the interpreter at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _kept(error: Exception) -> Path | None:
    """The file that the traceback was written to, where there is a home to write to."""
    try:
        file = load().home / LOG
        with file.open("a", encoding="utf-8") as log:
            log.write(f"{wall().isoformat()} A command failed by a fault of ours.\n")
            log.writelines(traceback.format_exception(error))
    except (RectiflowError, OSError):
        return None
    return file


def _debugging() -> bool:
    try:
        return load().log_level.upper() == "DEBUG"
    except RectiflowError:
        return False
