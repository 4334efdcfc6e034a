"""What is typed as a notice's wording may fill values in, and can do nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from notifications.context import LANGUAGES
from notifications.own_words import EVERY_KIND, Wording, mistakes, own
from notifications.preview import bare_notice, preview_notice
from notifications.render import Renderer, render
from rules.errors import InputError

BLOCK = "{% block what %}Hurry.{% endblock %}"


def refused(source: str) -> str:
    found = mistakes("overdue", "en", Wording(source, BLOCK, BLOCK))
    return found[0].sentence if found else ""


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_our_own_wordings_could_be_typed(kind: str, lang: str) -> None:
    """Whoever changes a word of ours keeps what else it says."""
    assert mistakes(kind, lang, Renderer().source(kind, lang)) == []
    assert Renderer().fault(kind, lang) is None


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}", "{{ ref['__class__'] }}", "{{ ref|attr('upper') }}",
        "{{ self.what() }}", "{{ range(9) }}", "{{ lipsum() }}", "{{ cycler.__init__ }}",
        "{{ ref * 100 }}", "{{ 9 ** 9 }}", "{{ ref|indent(999999) }}", "{{ ref|safe }}",
        "{% for one in ref %}{{ one }}{% endfor %}", "{% set x = ref %}", "{{ [ref, ref] }}",
        "{% macro x() %}{% endmacro %}", "{% include 'base.en/body.txt' %}", "{% extends ref %}",
        "{% extends 'overdue.en/body.txt' %}", "{% import 'parts.html' as p %}",
        "{% autoescape false %}{{ ref }}{% endautoescape %}", "{{ complainant }}", "{{ ref",
        "{{ " + "(" * 2000 + "1" + ")" * 2000 + " }}", "{{ ref is callable }}", "", "a\0b",
        "x" * 20_001,
    ],
)  # fmt: skip
def test_nothing_is_called_repeated_or_reached_into(source: str) -> None:
    assert refused(source)


def test_a_mistake_is_named_with_its_part_and_line() -> None:
    wording = Wording("[{{ ref }}]", f"{BLOCK}\n\n{{{{ reff }}}}", BLOCK)
    [one] = mistakes("overdue", "en", wording)
    assert (one.part, one.line, "reff" in one.sentence) == ("body.txt", 3, True)


def test_a_wording_that_is_stored_stands_before_the_folders_and_ours(tmp_path: Path) -> None:
    place = tmp_path / "overdue.en"
    place.mkdir()
    (place / "subject.txt").write_text("Folder", encoding="utf-8")
    stored = {("overdue", "en"): Wording("Stored {{ ref }}\nX: y", BLOCK, "<b>{{ title }}</b>")}
    notice = preview_notice("overdue", "en")
    assert render(notice, own(tmp_path, {})).subject == "Folder"
    rendered = render(notice, own(tmp_path, stored))
    assert rendered.subject == "Stored EX-0042 X: y", "a subject is one line"
    assert render(preview_notice("closed", "en"), own(None, stored)) == render(
        preview_notice("closed", "en")
    )


def test_values_are_escaped_in_html() -> None:
    stored = {("overdue", "en"): Wording("x", BLOCK, "<b>{{ title }}</b>")}
    bad = preview_notice("overdue", "en").__class__(
        kind="overdue", lang="en", recipient_name="", recipient_role="viewer", campaign_name="-",
        ref="A-1", title="<script>",
    )  # fmt: skip
    assert render(bad, own(None, stored)).html == "<b>&lt;script&gt;</b>"


def test_what_only_fails_without_a_value_is_found_when_it_is_tried() -> None:
    stored = {("overdue", "en"): Wording("{{ due.year }}", BLOCK, BLOCK)}
    fault = Renderer(own(None, stored)).fault("overdue", "en")
    assert fault is not None
    with pytest.raises(InputError):
        Renderer(own(None, stored)).render(bare_notice("overdue", "en"))
    silent = {("overdue", "en"): Wording("x", "no block", "x")}
    assert Renderer(own(None, silent)).fault("overdue", "en") is not None, "chats need one"
