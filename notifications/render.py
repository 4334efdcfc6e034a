"""How does a notice read? Templates by kind and language, compiled once, turned into text.

A set is ``templates/<kind>.<lang>/{subject.txt,body.txt,body.html}``; the bodies extend
``base.<lang>``, which stands in ``shell.html`` and is made of what ``parts.html`` has. An office
replaces single files in a folder of its own, searched first. Templates run in a sandbox and know
no variable but those of :data:`notifications.view.VARIABLES`, or of
:data:`notifications.gathered.GATHERED_VARIABLES`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateSyntaxError,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.cleaning import one_line
from notifications.context import KINDS, LANGUAGES, NoticeContext
from notifications.gathered import GATHERED, GATHERED_VARIABLES, GatheredContext, gathered_view
from notifications.own_words import PARTS, Own, Wording
from notifications.preview import (
    bare_gathered,
    bare_notice,
    preview_gathered,
    preview_notice,
)
from notifications.view import VARIABLES, view
from rules.errors import InputError

TEMPLATES = Path(__file__).parent / "templates"
Context = NoticeContext | GatheredContext
Overrides = Path | Own | None
"""An office's own words: a folder of templates, or one with those that are stored before it."""
# What a template can raise: Jinja's own errors, a file that is not UTF-8, a wrong expression.
_FAULTS = (TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
_EMPTY_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A notice in words: one line of subject, and the same content as text and as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Set:
    subject: Template
    text: Template
    html: Template


class Renderer:
    """The templates of the house, with those of ``overrides`` before them.

    Raises ``InputError`` when the folder is not there, or, naming the file, when a template in
    it is wrong or uses a name that no notice has.
    """

    def __init__(self, overrides: Overrides = None) -> None:
        stored: dict[str, str] = {}
        if isinstance(overrides, Own):
            stored, overrides = dict(overrides.stored), overrides.folder
        if overrides is not None and not overrides.is_dir():
            raise InputError(
                "The folder of mail templates does not exist.",
                "Make it, or take the setting away.",
                where=str(overrides),
            )
        folders = [TEMPLATES] if overrides is None else [overrides, TEMPLATES]
        self._environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([DictLoader(stored), FileSystemLoader(folders)]),
            undefined=StrictUndefined,
            autoescape=select_autoescape(("html",), default=False),
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._sets: dict[tuple[str, str], _Set] = {}

    def render(self, context: Context) -> Rendered:
        """The notice, or the mail about many, in its language."""
        values = _values(context)
        try:
            templates = self._set(context.kind, context.lang)
            return Rendered(
                subject=one_line(templates.subject.render(values)),
                text=_EMPTY_LINES.sub("\n\n", templates.text.render(values)).strip() + "\n",
                html=templates.html.render(values),
            )
        except _FAULTS as error:
            raise _template_fault(error, context) from error

    def sentence(self, context: NoticeContext) -> str:
        """What has happened, in the sentence with which the notice begins, on one line."""
        values = view(context)
        try:
            template = self._set(context.kind, context.lang).text
            what = template.blocks["what"](template.new_context(values))
            return one_line("".join(what))
        except _FAULTS as error:
            raise _template_fault(error, context) from error

    def source(self, kind: str, lang: str) -> Wording:
        """The templates of a notice as they are written."""
        loader = self._environment.loader
        assert loader is not None
        names = (f"{kind}.{lang}/{part}" for part in PARTS)
        return Wording(*(loader.get_source(self._environment, name)[0] for name in names))

    def fault(self, kind: str, lang: str) -> InputError | None:
        """Why the templates of one notice cannot be used; its short form for chats with them."""
        if kind in GATHERED:
            return self._fault(preview_gathered(kind, lang), bare_gathered(kind, lang))
        full, bare = preview_notice(kind, lang), bare_notice(kind, lang)
        try:
            self.sentence(full)
            self.sentence(bare)
        except InputError as error:
            return error
        return self._fault(full, bare)

    def check(self) -> list[InputError]:
        """What is wrong with the templates, one error a set; empty when every notice renders."""
        examples: list[tuple[Context, Context]] = [
            (preview_notice(kind, lang), bare_notice(kind, lang))
            for kind in KINDS
            for lang in LANGUAGES
        ]
        examples += [
            (preview_gathered(kind, lang), bare_gathered(kind, lang))
            for kind in GATHERED
            for lang in LANGUAGES
        ]
        return [fault for each in examples if (fault := self._fault(*each))]

    def _fault(self, *notices: Context) -> InputError | None:
        try:
            for notice in notices:
                self.render(notice)
        except InputError as error:
            return error
        return None

    def _set(self, kind: str, lang: str) -> _Set:
        if (found := self._sets.get((kind, lang))) is None:
            get = self._environment.get_template
            folder = f"{kind}.{lang}"
            found = _Set(
                get(f"{folder}/subject.txt"), get(f"{folder}/body.txt"), get(f"{folder}/body.html")
            )
            self._sets[kind, lang] = found
        return found


def _values(context: Context) -> dict[str, object]:
    return gathered_view(context) if isinstance(context, GatheredContext) else view(context)


def render(context: Context, overrides: Overrides = None) -> Rendered:
    """The notice in its language, by a renderer that is kept for the next one."""
    return _renderer(overrides).render(context)


def sentence(context: NoticeContext, overrides: Overrides = None) -> str:
    """The first sentence of the notice, by a renderer that is kept for the next one."""
    return _renderer(overrides).sentence(context)


@lru_cache(maxsize=8)
def _renderer(overrides: Overrides) -> Renderer:
    return Renderer(overrides)


def _variables(context: Context) -> frozenset[str]:
    return GATHERED_VARIABLES if isinstance(context, GatheredContext) else VARIABLES


def _template_fault(error: Exception, context: Context) -> InputError:
    where = f"{context.kind}.{context.lang}"
    if isinstance(error, TemplateSyntaxError):
        where = f"{error.name or where}, line {error.lineno}"
    return InputError(
        f"The mail template cannot be used: {error}.",
        f"It must be UTF-8 and may use {', '.join(sorted(_variables(context)))}.",
        where=where,
    )
