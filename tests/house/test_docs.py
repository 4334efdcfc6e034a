"""Documentation that follows from the code is generated from it, and says what it says today."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.stem)
def test_generated_parts_say_what_the_code_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert generator().generated(text) == text, "run: python docs/generate.py"


def test_every_generated_part_stands_on_some_page() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    for part in generator().GENERATED:
        assert f"<!-- generated: {part} -->" in pages


def test_a_page_that_says_something_else_is_noticed() -> None:
    stale = "<!-- generated: settings -->\nold\n<!-- end of settings -->"
    assert generator().generated(stale) != stale


def links(page: Path) -> list[str]:
    """Relative links of a page, without their anchors."""
    found = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    return [link for link in found if "://" not in link and not link.startswith("mailto:")]


@pytest.mark.parametrize(
    "page",
    [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md"))],
    ids=lambda page: page.name,
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in links(page):
        assert (page.parent / link).exists(), f"{page.name} links to {link}"


def named_tests(page: Path) -> list[tuple[str, str]]:
    """The (file, test) pairs that a page names as ``tests/...py::test_...``."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"(tests/[\w/]+\.py)(?:::(\w+))?", text)


def test_tests_that_the_guarantees_name_exist() -> None:
    named = named_tests(DOCS / "guarantees.md")
    assert named
    for file, test in named:
        path = ROOT / file
        assert path.is_file(), file
        if test:
            assert f"def {test}(" in path.read_text(encoding="utf-8"), f"{file}::{test}"
