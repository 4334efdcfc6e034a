"""Every sentence tells the same facts in both languages."""

import ast
from pathlib import Path
from string import Formatter

import pytest

import ledgers.row_maker
from ledgers.sentences import say, sentences


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sentences())
def test_both_languages_tell_the_same_facts(code: str) -> None:
    zh, en = sentences()[code]
    assert facts(zh) == facts(en)
    assert zh.endswith("。")
    assert en.endswith(".")


def test_every_sentence_is_said_somewhere() -> None:
    root = Path(ledgers.row_maker.__file__).parents[1]
    modules = [*root.glob("ledgers/row_*.py"), *root.glob("tasks/*.py")]
    said = {
        node.value
        for module in modules
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(sentences()) <= said


def test_the_language_is_chosen_by_its_beginning() -> None:
    assert say("required", "zh-CN") == "此列必须填写。"
    assert say("required", "en") == "This column must be filled in."
