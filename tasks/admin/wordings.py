"""The office's own wording of notices: tried, put in the place of ours, taken back."""

from __future__ import annotations

from pathlib import Path

from models import heartbeats, wordings
from models.engine import writing
from notifications import brief
from notifications.brief import Brief
from notifications.context import LANGUAGES
from notifications.gathered import GATHERED
from notifications.own_words import EVERY_KIND, PARTS, Mistake, Wording, mistakes, own
from notifications.preview import preview_gathered, preview_notice
from notifications.render import Rendered, Renderer
from rules.errors import InputError, NotFound
from tasks.admin.desk import Admin, deed
from tasks.own_words import FAULTY


def require_known(kind: str, lang: str) -> None:
    """See that there is such a notice.

    Raises:
        NotFound: there is none.
    """
    if kind not in EVERY_KIND or lang not in LANGUAGES:
        raise NotFound(f"There is no notice {kind!r}.", "See the list of them.")


def house(kind: str, lang: str, folder: Path | None) -> Wording:
    """The wording without what is stored: the folder's, else ours."""
    return Renderer(folder).source(kind, lang)


def wrong(kind: str, lang: str, wording: Wording, folder: Path | None) -> list[Mistake]:
    """Everything that keeps the wording from being used: as it is written, and when it is tried on
    a notice with every value and on one with hardly any."""
    found = mistakes(kind, lang, wording)
    if not found and (fault := _renderer(kind, lang, wording, folder).fault(kind, lang)):
        _, _, line = fault.where.partition(", line ")
        part = next((part for part in PARTS if part in fault.where), "")
        found.append(Mistake(part, int(line) if line.isdecimal() else 0, fault.message))
    return found


def tried(kind: str, lang: str, wording: Wording, folder: Path | None) -> tuple[Rendered, Brief]:
    """A notice with invented words, as a mail and as chats have it.

    Raises:
        InputError: the wording cannot be used.
    """
    if found := wrong(kind, lang, wording, folder):
        raise InputError(found[0].sentence, where=found[0].part)
    words = own(folder, {(kind, lang): wording})
    renderer = Renderer(words)
    if kind in GATHERED:
        rendered = renderer.render(preview_gathered(kind, lang))
        return rendered, brief.of_rendered(rendered)
    notice = preview_notice(kind, lang)
    return renderer.render(notice), brief.brief(notice, words)


def put(admin: Admin, kind: str, lang: str, wording: Wording, folder: Path | None) -> None:
    """Put a wording in force, if it can be used. What was before stays among the versions.

    Raises:
        Refused: they may not.
        NotFound: there is no such notice.
        InputError: it cannot be used; the message says why.
    """
    require_known(kind, lang)
    with deed(admin, "wording.put", f"{kind}.{lang}"):
        if found := wrong(kind, lang, wording, folder):
            raise InputError(found[0].sentence, where=found[0].part)
        _keep(admin, kind, lang, wording)


def drop(admin: Admin, kind: str, lang: str) -> None:
    """Use the built-in wording again.

    Raises:
        Refused: they may not.
        NotFound: there is no such notice.
    """
    require_known(kind, lang)
    with deed(admin, "wording.drop", f"{kind}.{lang}"):
        _keep(admin, kind, lang, None)


def _keep(admin: Admin, kind: str, lang: str, wording: Wording | None) -> None:
    with writing(admin.engine) as connection:
        wordings.keep(connection, kind, lang, wording, admin.person.id, admin.at)
        # What could not be used is tried anew.
        heartbeats.over(connection, FAULTY)


def _renderer(kind: str, lang: str, wording: Wording, folder: Path | None) -> Renderer:
    return Renderer(own(folder, {(kind, lang): wording}))
