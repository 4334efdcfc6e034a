"""The office's own templates of papers: tried, put in place, taken back by an administrator."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from config.settings import Settings
from rules.errors import InputError, NotFound
from tasks import paper_templates
from tasks.admin.desk import Admin, deed
from tasks.paper_values import meanings, sample


class PaperLine(NamedTuple):
    """One template: whose it is, and why an own one is not used."""

    file: str
    kind: str
    lang: str
    own: bool
    problem: str


def folder_of(settings: Settings) -> Path:
    """Where the office's own templates lie."""
    return settings.home / "papers"


def listed(settings: Settings) -> tuple[list[PaperLine], dict[str, str], dict[str, str]]:
    """The templates; files that are none of them, with the reason; and every variable."""
    folder = folder_of(settings)
    wrong = {problem.file.name: problem.reason for problem in paper_templates.problems(folder)}
    lines = [
        PaperLine(
            name, name.split(".", 1)[0], paper_templates.language_of(Path(name)),
            (folder / name).exists(), wrong.pop(name, ""),
        )
        for name in paper_templates.FILES
    ]  # fmt: skip
    return lines, wrong, meanings()


def preview(settings: Settings, name: str) -> bytes:
    """A paper with invented words in it, by the template in force; a .docx.

    Raises:
        NotFound: there is no such template.
    """
    _require_known(name)
    kind, lang, _ = name.split(".")
    return paper_templates.render(folder_of(settings), kind, lang, sample(lang))


def put(admin: Admin, settings: Settings, name: str, content: bytes, now: datetime) -> None:
    """Put an own template in the place of ours, if it can be used. What was there before is kept
    beside it.

    Raises:
        Refused: they may not.
        NotFound: there is no such template.
        InputError: it cannot be used; the message says why.
    """
    _require_known(name)
    with deed(admin, "template.put", name):
        folder = folder_of(settings)
        folder.mkdir(mode=0o700, exist_ok=True)
        # A word processor's own names begin so: such files are passed over.
        tried = folder / f".{name}"
        tried.write_bytes(content)
        try:
            paper_templates.check(tried)
        except InputError as error:
            tried.unlink()
            raise InputError(error.message, error.hint, where="file") from error
        _set_aside(folder / name, now)
        tried.replace(folder / name)


def drop(admin: Admin, settings: Settings, name: str, now: datetime) -> None:
    """Use ours again; the own template is kept beside.

    Raises:
        Refused: they may not.
        NotFound: there is none.
    """
    _require_known(name)
    with deed(admin, "template.drop", name):
        file = folder_of(settings) / name
        if not file.exists():
            raise NotFound(f"There is no template of your own for {name}.", "Ours is used.")
        _set_aside(file, now)


def _set_aside(file: Path, now: datetime) -> None:
    if file.exists():
        file.replace(file.with_name(f".{now:%Y%m%d%H%M%S}.{file.name}"))


def _require_known(name: str) -> None:
    if name not in paper_templates.FILES:
        raise NotFound(f"There is no template {name!r}.", "See the list of them.")
