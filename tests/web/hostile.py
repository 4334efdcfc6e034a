"""Words that somebody may type in to harm others, put wherever people can write; and what to look
for in pages that show them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser

from sqlalchemy import text

from models import directory
from models.engine import reading, writing
from models.people import change_person, change_unit
from rules.errors import RectiflowError
from tests.tasks.staff import give
from tests.web.permits.scene import ITEMS, Scene

MARK = "xss7"
"""In every hostile word, so that what comes of it can be found."""

WORDS = (
    f"</title></textarea></script><script>{MARK}()</script>",
    f'"><img src=x onerror={MARK}()>',
    f"' onmouseover='{MARK}()' autofocus onfocus='{MARK}()",
    f"javascript:{MARK}()//",
    f"{{{{7*7}}}}{MARK}${{7*7}}<%= 7*7 %>{{% raw %}}",
    f"<!--{MARK}--><svg/onload={MARK}()>&lt;b&gt;\u202e{MARK}",
)
ALL = "".join(WORDS)

FORMULA = f'=HYPERLINK("http://evil.example/{MARK}","x")'
"""What a spreadsheet would carry out."""

ADDRESSES = {"href", "src", "action", "formaction", "xlink:href", "srcdoc", "data", "poster",
             "hx-get", "hx-post", "background"}  # fmt: skip


class _Page(HTMLParser):
    """Collects what is wrong with a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self._script: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element and its attributes."""
        if tag == "script":
            self._script = dict(attrs)
        for name, value in attrs:
            where = (value or "").strip().lower().replace("\t", "").replace("\n", "")
            if name.startswith("on") or MARK in name or (name == "style" and MARK in where):
                self.wrong.append(f"<{tag} {name}={value!r}>")
            if name in ADDRESSES and where.startswith(("javascript:", "data:", "vbscript:", "//")):
                self.wrong.append(f"<{tag} {name}={value!r}>")
        if tag in ("svg", "img") and any(MARK in (value or "") for _, value in attrs if _ == "src"):
            self.wrong.append(f"<{tag} {attrs}>")
        if MARK in tag or (tag == "base"):
            self.wrong.append(f"<{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One that ends at once."""
        self.handle_starttag(tag, attrs)
        self._script = None

    def handle_endtag(self, tag: str) -> None:
        """The end of one."""
        if tag == "script":
            self._script = None

    def handle_comment(self, data: str) -> None:
        """A comment."""
        if MARK in data:
            self.wrong.append(f"<!--{data}-->")

    def handle_data(self, data: str) -> None:
        """Words, or a script."""
        if f"49{MARK}" in data:
            self.wrong.append("a template within the words was worked out")
        if self._script is None:
            return
        if (self._script.get("type") or "") == "application/json":
            json.loads(data)
        elif data.strip():
            self.wrong.append(f"a script in the page: {data[:80]}")


def harm_in(page: str) -> list[str]:
    """Elements, attributes, scripts and comments that a page has from what people wrote."""
    parser = _Page()
    parser.feed(page)
    parser.close()
    return parser.wrong


def spoil(scene: Scene) -> None:
    """Put hostile words wherever people can write: names, items, notes, names of files."""
    engine = scene.engine
    with writing(engine) as connection:
        for who, word in zip(("responsible", "leader", "verifier", "plain", "clerk"), WORDS,
                             strict=False):  # fmt: skip
            person = directory.person(connection, who)
            change_person(connection, person.id, {"name": word[:100]})
        for code, word in zip(("bureau", "court", "other-bureau", "county"), WORDS, strict=False):
            unit = directory.units(connection, [code])[code]
            change_unit(connection, unit.id, {"name": word[:100]})
        connection.execute(text("UPDATE session SET agent = :words"), {"words": ALL[:200]})
        connection.execute(
            text("UPDATE evidence SET filename = :words, note = :words"),
            {"words": f"{ALL[:180]}.png"},
        )
    for name, ref in scene.refs.items():
        _try(scene, ref, "correct", "coordinator", title=f"{FORMULA}{ALL}"[:200],
             description=f"{FORMULA}{ALL}", requirement=ALL, complainant=ALL[:100])  # fmt: skip
        _try(scene, ref, "comment", "coordinator", text=ALL)
        if name in ITEMS:
            who = "plain" if name == "named" else "responsible"
            _try(scene, ref, "report_progress", who, text=f"{FORMULA}{ALL}", percent=10)
            _try(scene, ref, "request_extension", who, due=_later(scene, ref), reason=ALL)
    _try(scene, scene.refs["submitted"], "fail", "verifier", reason=ALL)


def _try(scene: Scene, ref: str, command: str, who: str, **fields: object) -> None:
    try:
        give(scene.engine, ref, command, who, **fields)
    except RectiflowError as error:
        # A rule may be against it on this item; on another it is not.
        scene.known.setdefault("refused", "")
        scene.known["refused"] += f"{command} on {ref}: {error}\n"


def _later(scene: Scene, ref: str) -> object:
    from datetime import timedelta

    from tests.tasks.staff import state

    due = state(scene.engine, ref).due
    assert due is not None
    return due + timedelta(days=5)


def everywhere(scene: Scene) -> Iterator[str]:
    """Every text that the store holds, for a test that the words are really there."""
    with reading(scene.engine) as connection:
        for table, column in (("item", "title"), ("person", "name"), ("unit", "name"),
                              ("evidence", "filename"), ("event", "data")):  # fmt: skip
            for row in connection.execute(text(f"SELECT {column} FROM {table}")):
                yield str(row[0])
