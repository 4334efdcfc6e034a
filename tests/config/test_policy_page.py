"""docs/policy.md says of policies what is so: its example is one, with every key there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from config.calendars import calendar_for
from config.documents import mistakes_in, parse_document
from config.profiles import FOLDER, unusable
from rules.policy import Policy
from tests.house.reading import ROOT

PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)[0]


def keys(model: type[BaseModel]) -> set[str]:
    """Every key of a policy and its parts."""
    found: set[str] = set()
    pending: list[Any] = [model]
    while pending:
        kind = pending.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= set(kind.model_fields)
            pending += [field.annotation for field in kind.model_fields.values()]
        pending += getattr(kind, "__args__", ())
    return found


def test_the_example_is_a_policy_that_can_be_used() -> None:
    found = parse_document(EXAMPLE, Policy, "docs/policy.md", unusable)
    assert calendar_for(found).zone.key == found.zone


@pytest.mark.parametrize("key", sorted(keys(Policy)))
def test_every_key_stands_in_the_example_and_in_the_table(key: str) -> None:
    assert re.search(rf"\b{key}:", EXAMPLE)
    assert re.search(rf"^\| `(\w+\.)*{key}` \|", PAGE, flags=re.MULTILINE)


def test_the_mistakes_on_the_page_are_told_like_that(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    wrong = EXAMPLE.replace("after: 5, signer", "after: soon, signer")
    file.write_text(wrong, encoding="utf-8")
    (first,) = mistakes_in(file, Policy, unusable)
    assert first.message in PAGE
    file.write_text(EXAMPLE.replace("[due_soon,", "[overdu,"), encoding="utf-8")
    (second,) = mistakes_in(file, Policy, unusable)
    assert f"{second.message} {second.hint}" in PAGE


@pytest.mark.parametrize("profile", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_profiles_say_nothing_that_cannot_be_used(profile: Path) -> None:
    assert mistakes_in(profile, Policy, unusable) == []
