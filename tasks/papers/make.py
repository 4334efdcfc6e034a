"""Makes the templates of the papers: run ``python -m tasks.papers.make``.

What stands in double braces is filled in for each paper (see ``tasks.paper_values``); a tag with
``p`` or ``tr`` takes its whole paragraph or row away. The files beside this one are made here and
not edited by hand; an office puts its own into ``papers`` in its home.
"""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from docx.document import Document as Docx

from tasks.papers import layout
from tasks.papers.layout import form, line
from tasks.papers.wording import ACTS, FORMS, WORDS, Act, Form, Words

FOLDER = Path(__file__).parent
SOME_DAY = (1980, 1, 1, 0, 0, 0)
"""What the files in a template are dated with, so that the same text makes the same file."""


def act(lang: str, words: Words, paper: Act) -> Docx:
    """A letter under a red head: to whom, what is said, the facts, the signature."""
    made = _headed(lang, words, paper.title, signed=paper.signed)
    line(made, "主送", paper.to)
    for text in paper.before:
        line(made, "公文正文", text)
    for label, value, condition in paper.facts:
        _when(made, condition, ("公文正文", f"{label}{value}"))
    for text in paper.after:
        condition, _, said = text.rpartition("|")
        _when(made, condition, ("结语", said))
    line(made, "落款", words.seal)
    line(made, "成文日期", "{{ day }}")
    if paper.copied:
        _when(made, "copies", ("版记", words.copies))
    line(made, "版记", words.registered)
    return made


def sheet(lang: str, words: Words, paper: Form) -> Docx:
    """A form under a red head: what is decided in a sentence, and a table with all the rest."""
    made = _headed(lang, words, paper.title, signed=paper.signed)
    if paper.to:
        line(made, "主送", paper.to)
    for text in paper.before:
        condition, _, said = text.rpartition("|")
        _when(made, condition, ("导语", said))
    sealed = (words.sealed, words.seal + "\n{{ day }}", "")
    form(made, (*paper.rows, sealed, (words.register, "{{ serial }}", "")))
    return made


def _headed(lang: str, words: Words, title: str, *, signed: bool) -> Docx:
    made = layout.blank(lang)
    _when(made, "confidential", ("密级", words.confidential))
    _when(made, f"issuer | length <= {words.head}", ("红头", "{{ issuer }}"))
    _when(made, f"issuer | length > {words.head}", ("红头（长）", "{{ issuer }}"))
    line(made, "文号", "{{ number }}" + (f"\t{words.signer}" if signed else ""))
    line(made, "公文标题", title)
    return made


def _when(made: Docx, condition: str, *lines: tuple[str, str]) -> None:
    if condition:
        line(made, "公文正文", "{%p if " + condition + " %}")
    for style, text in lines:
        line(made, style, text)
    if condition:
        line(made, "公文正文", "{%p endif %}")


class Made(NamedTuple):
    """A template as it is made now."""

    name: str
    content: bytes


def templates() -> list[Made]:
    """Every template, made anew."""
    made = []
    for lang, words in WORDS.items():
        papers = {kind: act(lang, words, paper) for kind, paper in ACTS[lang].items()}
        papers |= {kind: sheet(lang, words, paper) for kind, paper in FORMS[lang].items()}
        made += [Made(f"{kind}.{lang}.docx", _packed(paper)) for kind, paper in papers.items()]
    return made


def _packed(document: Docx) -> bytes:
    about = document.core_properties
    about.author = about.last_modified_by = "Rectiflow"
    about.title = about.comments = about.keywords = ""
    about.created = about.modified = datetime(*SOME_DAY, tzinfo=UTC)
    raw, packed = io.BytesIO(), io.BytesIO()
    document.save(raw)
    with (
        zipfile.ZipFile(raw) as loose,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as tight,
    ):
        for name in loose.namelist():
            tight.writestr(zipfile.ZipInfo(name, SOME_DAY), loose.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


if __name__ == "__main__":
    for name, content in templates():
        (FOLDER / name).write_bytes(content)
