"""The papers' templates: the office's own where there is a usable one, else the house's.

A template is a .docx with variables in double braces (docxtpl). Whoever may change one gets no
further than words: expressions run in a sandbox, values are always escaped, and a file with
macros, embedded objects, links to elsewhere or more content than a letter has is not opened.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from docx.oxml import parse_xml
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from config.logging import log_context
from rules.errors import InputError
from tasks.paper_numbers import KINDS
from tasks.paper_values import PaperValues, sample

log = logging.getLogger("rectiflow.papers")

PAPERS = Path(__file__).parent / "papers"
LANGS = ("zh-CN", "en")
FILES = tuple(f"{kind}.{lang}.docx" for kind in KINDS for lang in LANGS)
"""What the files of templates are called."""

MOST_BYTES = 4 << 20
"""A template as a file; a scanned seal or an emblem fits in."""
MOST_UNPACKED = 32 << 20
MOST_FILES = 200

FOREIGN = ("vbaproject", "vbadata", "/embeddings/", "/activex/", "/afchunk", ".bin", ".ole")
"""Parts of a file that do something, by a piece of their name."""


class Source(NamedTuple):
    """A template as it was found, and whether it is the office's own."""

    name: str
    content: bytes
    own: bool


class Problem(NamedTuple):
    """A template of the office's own that cannot be used, and why."""

    file: Path
    reason: str


class _Sandbox(ImmutableSandboxedEnvironment):
    """Words in, words out: nothing of Python is reached, and no value becomes markup."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        for name in ("safe", "xmlattr", "urlize", "tojson", "forceescape", "pprint", "map",
                     "center", "format", "indent", "wordwrap", "attr"):  # fmt: skip
            self.filters.pop(name, None)
        self._compiled = lru_cache(maxsize=256)(self._checked)

    def from_string(self, source: Any, *_settings: Any, **_more: Any) -> Template:
        """The template, compiled once: docxtpl asks for each part anew for each paper."""
        return self._compiled(source)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse what a few characters could make the machine compute for hours."""
        raise SecurityError(f"a template does not compute with {operator}")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Refuse to look into values: they are plain words and numbers. A loop may be asked."""
        return type(obj).__name__ == "LoopContext" and super().is_safe_attribute(obj, attr, value)

    def _checked(self, source: str) -> Template:
        tree = self.parse(source)
        for node in tree.find_all((nodes.EvalContextModifier, nodes.MarkSafe)):
            raise TemplateError(f"line {node.lineno}: a template cannot switch escaping off")
        return Template.from_code(self, self.compile(source), self.make_globals(None), None)


@cache
def _sandbox() -> _Sandbox:
    return _Sandbox()


class _Paper(DocxTemplate):  # type: ignore[misc]
    """docxtpl's rendering, with what it does to the same template every time done once."""

    def patch_xml(self, src_xml: str) -> str:
        """The part's text as Jinja reads it."""
        return _patched(src_xml)

    def fix_tables(self, xml: str) -> Any:
        """The rendered part as a tree; docxtpl itself would silently drop what is not well-formed.

        Raises:
            XMLSyntaxError: tags of the template cut elements in two.
        """
        parse_xml(xml)
        return super().fix_tables(xml)


@lru_cache(maxsize=256)
def _patched(source: str) -> str:
    return str(DocxTemplate("").patch_xml(source))


def render(folder: Path, kind: str, lang: str, values: PaperValues) -> bytes:
    """The paper as a .docx, by the template of ``folder`` if it has a usable one.

    An office's template that cannot be used keeps nobody from the paper: the log says why, and
    the house's is used.
    """
    source = find(folder, kind, lang)
    if source.own:
        fault = _fault(source, lang)
        try:
            if not fault:
                return _rendered(source.content, values)
        except Exception as error:  # what only these values have brought out
            fault = reason(error)
        _complain(source, fault)
    return _rendered(_house(source.name), values)


def find(folder: Path, kind: str, lang: str) -> Source:
    """The template in force for this kind of paper, usable or not."""
    name = f"{kind}.{lang}.docx"
    file = folder / name
    try:
        with file.open("rb") as opened:
            return Source(name, opened.read(MOST_BYTES + 1), own=True)
    except FileNotFoundError:
        return Source(name, _house(name), own=False)
    except OSError as error:
        log.error("The office's template cannot be read. %s", log_context("read", why=str(error)))
        return Source(name, _house(name), own=False)


def problems(folder: Path) -> Iterator[Problem]:
    """The office's own templates that are not used, and why. Files of other names are named too."""
    if not folder.is_dir():
        return
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        yield Problem(folder, f"it cannot be read: {reason(error)}")
        return
    for file in files:
        if file.name.startswith((".", "~$")):
            continue  # a word processor's own
        if file.name not in FILES:
            yield Problem(file, "its name is not one of a paper: see rectiflow papers templates")
            continue
        try:
            check(file)
        except InputError as error:
            yield Problem(file, error.message)


def language_of(file: Path) -> str:
    """The language that a template's name tells; Chinese when it tells none."""
    return "en" if file.name.endswith(".en.docx") else "zh-CN"


def check(file: Path) -> bytes:
    """Try a template as it would be used; a paper with invented words in it.

    Raises:
        InputError: it cannot be used; the message says why.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
        fault = _fault(Source(file.name, content, own=True), language_of(file))
    except OSError as error:
        fault = reason(error)
    if fault:
        hint = "See the variables with: rectiflow papers templates."
        raise InputError(f"This template cannot be used: {fault}.", hint, where=file.name)
    return _rendered(content, sample(language_of(file)))


def reason(error: Exception) -> str:
    """Why a template cannot be used, as a part of a sentence."""
    words = " ".join(str(error).split()).rstrip(".")[:200]
    match error:
        case TemplateError():
            return words or type(error).__name__
        case BadZipFile() | KeyError():
            return "it is no .docx file"
        case OSError():
            return error.strerror or words
    return f"{type(error).__name__}: {words}"


@lru_cache(maxsize=64)
def _fault(source: Source, lang: str) -> str:
    """Why the template cannot be used; empty when it can.

    It is opened with care and filled in: once with everything, once with nothing.
    """
    try:
        _require_harmless(source.content)
        for values in (sample(lang), PaperValues()):
            _rendered(source.content, values)
    except Exception as error:  # whatever is wrong with somebody's file
        return reason(error)
    return ""


@lru_cache(maxsize=64)
def _complain(source: Source, fault: str) -> None:
    """Say once, and not for each paper, that an office's template is not used."""
    why = log_context("render", template=source.name, why=fault)
    log.error("The office's template is not usable; ours is used. %s", why)


def _require_harmless(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES >> 20} MiB")
    with ZipFile(io.BytesIO(content)) as packed:
        entries = packed.infolist()
        # No more than these sizes is unpacked, whatever the file really holds.
        if len(entries) > MOST_FILES or sum(e.file_size for e in entries) > MOST_UNPACKED:
            raise ValueError("it unpacks to more than a letter holds")
        for entry in entries:
            name = f"/{entry.filename.lower()}"
            if any(word in name for word in FOREIGN):
                raise ValueError(f"it has macros or embedded objects ({entry.filename})")
            if name.endswith((".xml", ".rels")):
                _require_plain(entry.filename, packed.read(entry))


def _require_plain(name: str, content: bytes) -> None:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00" in content:
        raise ValueError(f"{name} declares entities, or is not in UTF-8")
    if name.endswith(".rels"):
        for rel in parse_xml(content):
            outside = rel.get("TargetMode") == "External"
            if outside and not rel.get("Type", "").endswith("/hyperlink"):
                raise ValueError(f"it fetches something from elsewhere ({rel.get('Target')})")
    if name == "[Content_Types].xml" and b"macroEnabled" in content:
        raise ValueError("it is a file with macros")


@cache
def _house(name: str) -> bytes:
    return (PAPERS / name).read_bytes()


def _rendered(content: bytes, values: PaperValues) -> bytes:
    paper = _Paper(io.BytesIO(content))
    paper.render(values.as_dict(), _sandbox(), autoescape=True)
    about = paper.docx.core_properties
    about.title, about.author = values.serial, values.issuer
    made = io.BytesIO()
    paper.save(made)
    return made.getvalue()
